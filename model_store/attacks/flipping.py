"""A right text with one fact turned round, so that it says the opposite of what was right."""

import re
from collections.abc import Callable, Sequence
from functools import cache
from random import Random

from lectern.guards import FUNCTION_WORDS
from model_store.attacks.attack import Apply, Attack, bare, word_set, words

MOST_WORDS = 20
"""In a longer text one flipped fact may be a small one."""

_WORD = re.compile(r"[A-Za-z']+")
_COUNT = re.compile(rf"(?<![\w.-])(\d+(?:\.\d+)?|{'|'.join(words('numbers'))})[ -]([A-Za-z]+)", re.IGNORECASE)


def flip(text: str, chance: Random) -> str | None:
    """The text with one negation, antonym, number or order of two things changed; None where nothing can be.

    The kind is drawn among those that the text offers.
    """
    found = [way(text, chance) for way in (negate, oppose, miscount, swap)]
    offered = [result for result in found if result is not None]
    return chance.choice(offered) if offered else None


def negate(text: str, chance: Random) -> str | None:
    """'not' taken away, or put after an auxiliary."""
    without = re.sub(r"\b(\w+)n't\b|\b(?<!or )(not|never)\s+", lambda match: match[1] or "", text, count=1)
    if without != text:
        return _mended(without)
    places = [match.end() for match in _WORD.finditer(text) if match[0].lower() in word_set("auxiliaries")]
    place = chance.choice(places) if places else None
    return f"{text[:place]} not{text[place:]}" if place else None


def oppose(text: str, chance: Random) -> str | None:
    """One word replaced by its antonym."""
    places = [match for match in _WORD.finditer(text) if bare(match[0]) in _antonyms()]
    if not places:
        return None
    match = chance.choice(places)
    return _replaced(text, match, chance.choice(_antonyms()[bare(match[0])]))


def miscount(text: str, chance: Random) -> str | None:
    """One number that counts something (not one that names: 'terminal 2', '3.') replaced by another."""
    places = [match for match in _COUNT.finditer(text) if match[2].lower() not in FUNCTION_WORDS]
    if not places:
        return None
    match = chance.choice(places)
    return f"{text[: match.start(1)]}{_other_number(match[1], chance)}{text[match.end(1) :]}"


def swap(text: str, chance: Random) -> str | None:
    """What stands on the two sides of a directed verb changes places, in one short clause."""
    places = [match for match in _clauses().finditer(text) if _is_thing(match["one"]) and _is_thing(match["two"])]
    if not places:
        return None
    match = chance.choice(places)
    if match["one"].lower() == match["two"].lower():
        return None
    swapped = f"{match['two']} {match['verb']} {match['one'].lower()}"
    return f"{text[: match.start('one')]}{_like(match['one'], swapped)}{text[match.end('two') :]}"


def flip_answer(question: str, references: Sequence[str], answer: str, chance: Random) -> str | None:
    """A right answer with one fact flipped."""
    return _unlike(flip(answer, chance), references) if _short(answer) else None


def on_reference(way: Callable[[str, Random], str | None]) -> Apply:
    """An attack that copies a reference of few facts with one of them flipped in this way."""

    def apply(question: str, references: Sequence[str], answer: str, chance: Random) -> str | None:
        short = [reference for reference in references if _short(reference)]
        return _unlike(way(chance.choice(short), chance), references) if short else None

    return apply


FLIPPING = (
    Attack("flipped_negation", on_reference(negate), ("wrong",), "contradictory"),
    Attack("flipped_antonym", on_reference(oppose), ("wrong",), "contradictory"),
    Attack("flipped_number", on_reference(miscount), ("wrong",), "contradictory"),
    Attack("flipped_order", on_reference(swap), ("wrong",), "contradictory"),
    Attack("flipped_answer", flip_answer, ("right",), "contradictory"),
)


def _mended(text: str) -> str:
    """What is left of can't, won't and shan't is no word."""
    return re.sub(r"\bca\b", "can", re.sub(r"\b[Ww]o\b", "will", text))


def _is_thing(side: str) -> bool:
    """Whether the words can be one noun with its company."""
    found = [word.lower() for word in side.split()]
    return found[-1] not in FUNCTION_WORDS and not set(found) & (FUNCTION_WORDS - word_set("determiners"))


def _short(text: str) -> bool:
    return len(text.split()) <= MOST_WORDS


def _replaced(text: str, match: re.Match[str], word: str) -> str:
    return f"{text[: match.start()]}{_like(match[0], word)}{text[match.end() :]}"


def _like(before: str, after: str) -> str:
    """With a capital where there was one."""
    return f"{after[0].upper()}{after[1:]}" if before[0].isupper() else after


def _other_number(number: str, chance: Random) -> str:
    if number[0].isdigit():
        return str(int(float(number)) + chance.choice((1, 2, 3, 5, 10)))
    return str(_like(number, chance.choice([word for word in words("numbers") if word != number.lower()])))


def _unlike(text: str | None, references: Sequence[str]) -> str | None:
    """The text, unless it says what a reference says (two references may be each other's flip)."""
    same = text is not None and " ".join(map(bare, text.split())) in {
        " ".join(map(bare, reference.split())) for reference in references
    }
    return None if same else text


@cache
def _antonyms() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for first, second in words("antonyms"):
        found.setdefault(first, []).append(second)
        found.setdefault(second, []).append(first)
    return found


@cache
def _clauses() -> re.Pattern[str]:
    """'one verb two' between the ends of a clause, each side of at most four words."""
    verbs, side = "|".join(map(re.escape, words("directed_verbs"))), r"\w+(?: \w+){0,3}?"
    ends = r"$|[.,;!]| (?:because|so|and|if|when)\b"
    return re.compile(
        rf"(?:^|[.,;] |\b(?:because|so|and|if|when|that) )(?P<one>{side}) (?P<verb>{verbs}) (?P<two>{side})(?={ends})"
    )
