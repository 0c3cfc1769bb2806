"""The same answer in more words: what is put in says nothing, so its label stays.

Adverbs and adjectives: Filighera, Ochs, Steuer and Tregel (2023), Cheating Automatic Short Answer Grading with the
Adversarial Usage of Adjectives and Adverbs.
"""

from collections.abc import Sequence
from random import Random

from model_store.attacks.attack import Attack, bare, word_set, words

LONG = 1_500
"""Characters of a very long answer: more tokens than the grader reads at once."""


def insert_adverbs(question: str, references: Sequence[str], answer: str, chance: Random) -> str | None:
    """One adverb, or two, after auxiliaries; in front where there is none."""
    return _inserted(answer, adverb_places(answer) or [0], "adverbs", chance)


def insert_adjectives(question: str, references: Sequence[str], answer: str, chance: Random) -> str | None:
    """One adjective, or two, between a determiner and what follows it; none where there is no determiner."""
    return _inserted(answer, adjective_places(answer), "adjectives", chance)


def adverb_places(answer: str) -> list[int]:
    """The words before which an adverb may stand: those that follow an auxiliary."""
    return _places(answer, "auxiliaries")


def adjective_places(answer: str) -> list[int]:
    """The words before which an adjective may stand: those that follow a determiner."""
    return _places(answer, "determiners")


def insert(answer: str, word: str, place: int) -> str:
    """The answer with a word before its word number `place`."""
    found = answer.split()
    return " ".join([*found[:place], word, *found[place:]])


def pad(question: str, references: Sequence[str], answer: str, chance: Random) -> str | None:
    """Two to five sentences that say nothing, around the answer."""
    return _among(answer, chance.sample(words("fillers"), chance.randint(2, 5)), chance)


def repeat(question: str, references: Sequence[str], answer: str, chance: Random) -> str | None:
    """The answer three to six times."""
    return " ".join([answer] * chance.randint(3, 6))


def claim(question: str, references: Sequence[str], answer: str, chance: Random) -> str | None:
    """A claim to be right in front of the answer."""
    return f"{chance.choice(words('claims'))} {answer}"


def echo(question: str, references: Sequence[str], answer: str, chance: Random) -> str | None:
    """The question, then the answer."""
    return f"{question} {answer}"


def lengthen(question: str, references: Sequence[str], answer: str, chance: Random) -> str | None:
    """The answer somewhere in `LONG` characters of sentences that say nothing."""
    sentences: list[str] = []
    while sum(map(len, sentences)) < LONG:
        sentences.append(chance.choice(words("fillers")))
    return _among(answer, sentences, chance)


WORDING = (
    Attack("adverbs", insert_adverbs),
    Attack("adjectives", insert_adjectives),
    Attack("padding", pad),
    Attack("repetition", repeat),
    Attack("claim", claim),
    Attack("question_echoed", echo),
    Attack("very_long", lengthen),
)


def _places(answer: str, after: str) -> list[int]:
    return [number + 1 for number, word in enumerate(answer.split()[:-1]) if bare(word) in word_set(after)]


def _inserted(answer: str, places: Sequence[int], what: str, chance: Random) -> str | None:
    if not answer.split() or not places:
        return None
    for place in sorted(chance.sample(places, min(2, len(places))), reverse=True):
        answer = insert(answer, chance.choice(words(what)), place)
    return answer


def _among(answer: str, sentences: Sequence[str], chance: Random) -> str:
    place = chance.randint(0, len(sentences))
    return " ".join([*sentences[:place], answer, *sentences[place:]])
