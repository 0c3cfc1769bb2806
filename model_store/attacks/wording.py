"""The same answer in more words: what is put in says nothing, so its label stays.

Adverbs and adjectives: Filighera, Ochs, Steuer and Tregel (2023), Cheating Automatic Short Answer Grading with the
Adversarial Usage of Adjectives and Adverbs.
"""

from collections.abc import Sequence
from random import Random

from model_store.attacks.attack import Attack, bare, word_set, words

LONG = 3_000
"""Characters of a very long answer: about 600 tokens, more than any model here reads at once."""


def insert_adverbs(question: str, references: Sequence[str], answer: str, chance: Random) -> str | None:
    """One adverb, or two, after auxiliaries; in front where there is none."""
    return _inserted(answer, "auxiliaries", "adverbs", chance)


def insert_adjectives(question: str, references: Sequence[str], answer: str, chance: Random) -> str | None:
    """One adjective, or two, between a determiner and what follows it; none where there is no determiner."""
    found = _inserted(answer, "determiners", "adjectives", chance)
    return found if found and bare(found.split()[0]) not in word_set("adjectives") else None


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


def _inserted(answer: str, after: str, what: str, chance: Random) -> str | None:
    found = answer.split()
    if not found:
        return None
    places = [number + 1 for number, word in enumerate(found[:-1]) if bare(word) in word_set(after)] or [0]
    for place in sorted(chance.sample(places, min(2, len(places))), reverse=True):
        found.insert(place, chance.choice(words(what)))
    return " ".join(found)


def _among(answer: str, sentences: Sequence[str], chance: Random) -> str:
    place = chance.randint(0, len(sentences))
    return " ".join([*sentences[:place], answer, *sentences[place:]])
