"""How well question packs do: learning curves on Mohler and ASAP-SAS, by the int8 encoder beside the fp32 one."""
