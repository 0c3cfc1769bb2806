"""Every attack that needs no search, by name."""

from model_store.attacks.attack import Attack
from model_store.attacks.copying import COPYING
from model_store.attacks.disguise import DISGUISE
from model_store.attacks.flipping import FLIPPING
from model_store.attacks.wording import WORDING

ATTACKS: dict[str, Attack] = {attack.name: attack for attack in (*WORDING, *COPYING, *FLIPPING, *DISGUISE)}
