"""What a month costs: prices × what is used × what the benchmark measured."""
