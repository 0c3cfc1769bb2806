"""The same answer in other characters, which look alike or can't be seen: its label stays."""

from collections.abc import Sequence
from random import Random

from model_store.attacks.attack import Attack

LOOK_ALIKES = str.maketrans("aceiopsxyABCEHIKMOPTX", "асеіорѕхуАВСЕНІКМОРТХ")
"""Latin letters → Cyrillic ones of the same shape."""

GREEK = str.maketrans("aivoABEHIKMNOPTXYZ", "αινοΑΒΕΗΙΚΜΝΟΡΤΧΥΖ")
"""Latin letters → Greek ones of much the same shape."""

INVISIBLE = ("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u200e", "\u202c")
"""Zero-width spaces and joiners, and marks of direction."""

SHARE = 0.3
"""Share of the letters that a disguise touches."""


def look_alike(question: str, references: Sequence[str], answer: str, chance: Random) -> str | None:
    """Some letters replaced by Cyrillic or Greek ones of the same shape, never a whole word."""
    table = chance.choice((LOOK_ALIKES, GREEK))
    changed = " ".join(_disguised(word, table, chance) for word in answer.split(" "))
    return changed if changed != answer else None


def hide(question: str, references: Sequence[str], answer: str, chance: Random) -> str | None:
    """Invisible characters between some letters."""
    changed = "".join(c + (chance.choice(INVISIBLE) if _drawn(c, chance) else "") for c in answer)
    return changed if changed != answer else None


def widen(question: str, references: Sequence[str], answer: str, chance: Random) -> str | None:
    """The letters in full width, or as mathematical bold ones."""
    first = chance.choice(((0xFF21, 0xFF41), (0x1D400, 0x1D41A)))
    changed = "".join(_styled(c, *first) for c in answer)
    return changed if changed != answer else None


def stretch(question: str, references: Sequence[str], answer: str, chance: Random) -> str | None:
    """Some vowels written four to eight times."""
    changed = "".join(c * chance.randint(4, 8) if c in "aeiou" and chance.random() < SHARE else c for c in answer)
    return changed if changed != answer else None


DISGUISE = (
    Attack("homoglyphs", look_alike),
    Attack("zero_width", hide),
    Attack("styled_letters", widen),
    Attack("stretched_letters", stretch),
)


def _drawn(character: str, chance: Random) -> bool:
    return character.isalpha() and chance.random() < SHARE


def _disguised(word: str, table: dict[int, int], chance: Random) -> str:
    changed = "".join(c.translate(table) if chance.random() < SHARE else c for c in word)
    return changed if any(c.isascii() and c.isalpha() for c in changed) else word


def _styled(character: str, upper: int, lower: int) -> str:
    if not (character.isascii() and character.isalpha()):
        return character
    return chr(ord(character) - 65 + upper if character.isupper() else ord(character) - 97 + lower)
