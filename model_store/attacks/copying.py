"""Texts made of the question's or the reference's own words, and texts that have nothing to do with either.

Keyword lists and gibberish: Ding, Riordan, Horbach, Cahill and Zesch (2020), Don't take "nswvtnvakgxpm" for an answer.
"""

from collections.abc import Sequence
from random import Random

from model_store.attacks.attack import Attack, content_words, words

LEAST_KEYWORDS = 5
"""Fewer keywords may be a right answer of few words."""


def copy_question(question: str, references: Sequence[str], answer: str, chance: Random) -> str | None:
    """The question as the answer."""
    return question


def shuffle_question(question: str, references: Sequence[str], answer: str, chance: Random) -> str | None:
    """The question's content words in random order."""
    return _shuffled(question, chance)


def stuff(question: str, references: Sequence[str], answer: str, chance: Random) -> str | None:
    """A reference's content words in random order: the right words, and no statement."""
    return _shuffled(chance.choice(references), chance)


def stuff_after(question: str, references: Sequence[str], answer: str, chance: Random) -> str | None:
    """The answer, then a reference's content words in random order: the wrong statement stays wrong."""
    keywords = _shuffled(chance.choice(references), chance)
    return keywords and f"{answer} {keywords}"


def leave_the_topic(question: str, references: Sequence[str], answer: str, chance: Random) -> str | None:
    """One to three fluent sentences about something else."""
    return " ".join(chance.sample(words("off_topic"), chance.randint(1, 3)))


def babble(question: str, references: Sequence[str], answer: str, chance: Random) -> str | None:
    """Three to fifteen words that no language has."""
    return " ".join(_nonsense(chance) for _ in range(chance.randint(3, 15)))


COPYING = (
    Attack("question_copied", copy_question, ("wrong",), "incorrect"),
    Attack("question_shuffled", shuffle_question, ("wrong",), "incorrect"),
    Attack("keywords", stuff, ("wrong",), "incorrect"),
    Attack("keywords_appended", stuff_after, ("wrong",)),
    Attack("off_topic", leave_the_topic, ("wrong",), "incorrect"),
    Attack("gibberish", babble, ("wrong",), "incorrect"),
)


def _shuffled(text: str, chance: Random) -> str | None:
    """The content words in another order than the text's, or None where they are few."""
    found = content_words(text)
    if len(found) < LEAST_KEYWORDS:
        return None
    order = chance.sample(found, len(found))
    return chance.choice((" ", " ", ", ")).join(order if order != found else order[::-1])


def _nonsense(chance: Random) -> str:
    return "".join(chance.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(chance.randint(3, 10)))
