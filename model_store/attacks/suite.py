"""Every attack on one grader: how often a wrong answer passes, and how often a right one stays correct."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from random import Random

from model_store.attacks.attack import Attack, words
from model_store.attacks.catalogue import ATTACKS
from model_store.attacks.grader import Grader, Verdict
from model_store.attacks.trigger import Place, frequent_words, search, steps
from model_store.attacks.wording import adjective_places, adverb_places, insert
from model_store.recipes.data import Example

CLEAN = "none"
"""The row of the answers as they were written, to compare with."""

SIZE = 300
"""Wrong answers per attack, and half as many right ones."""

SEARCHED, FREQUENT, LENGTH = 16, 60, 3
"""Wrong answers that a search asks about, words that it tries, and the most words of a trigger."""

Told = Callable[[str, int, int], None]
"""(phase, done, of)"""


@dataclass
class Row:
    """Counts of one attack.

    `wrong` answers tried, those that `passed` and those marked `correct` at all; `right` answers that the grader marks
    correct as they stand, and those that `stayed` so; `texts` in all, how many of them earned a warning (of a guard, a
    disguise, another script or windows), how many went to review, and how many by the warning alone.
    """

    wrong: int = 0
    passed: int = 0
    correct: int = 0
    right: int = 0
    stayed: int = 0
    texts: int = 0
    warned: int = 0
    reviewed: int = 0
    by_warning: int = 0


@dataclass(frozen=True)
class Attempt:
    """One text that an attack made of an example."""

    attack: Attack
    example: Example
    text: str


@dataclass
class Suite:
    """What `run` found: a row per attack, and the words that the searches chose."""

    rows: dict[str, Row] = field(default_factory=dict)
    found: dict[str, str] = field(default_factory=dict)


def run(
    grader: Grader, held_out: Sequence[Example], training: Sequence[Example], seed: int, size: int, told: Told
) -> Suite:
    """Attack a grader with answers that it has not learnt from; the searches use `training` alone.

    Deterministic for a grader, its data and a seed.
    """
    found = _searches(grader, training, seed, told)
    attacks = [Attack(CLEAN, _as_written), *ATTACKS.values(), *(searched(*entry) for entry in found.items())]
    order = Random(seed).sample(held_out, len(held_out))
    attempts = [attempt for attack in attacks for attempt in _attempts(attack, order, seed, size)]
    suite = Suite({attack.name: Row() for attack in attacks}, found)
    before: dict[str, bool] = {}
    for number, attempt in enumerate(attempts):
        example = attempt.example
        verdict = grader(example.question, example.references, attempt.text)
        _count(suite.rows[attempt.attack.name], attempt, verdict, before)
        told("attacking", number + 1, len(attempts))
    return suite


def searched(name: str, trigger: str) -> Attack:
    """The attack that puts what a search of this name found into every answer."""
    place = PLACES[name]
    return Attack(name, lambda question, references, answer, chance: place(trigger, answer))


def _as_written(question: str, references: Sequence[str], answer: str, chance: Random) -> str:
    return answer


def _in_front(trigger: str, answer: str) -> str:
    return f"{trigger} {answer}"


def _at_first(places: Callable[[str], list[int]], trigger: str, answer: str) -> str:
    return insert(answer, trigger, next(iter(places(answer)), 0))


PLACES: dict[str, Place] = {
    "trigger": _in_front,
    "adverb_searched": partial(_at_first, adverb_places),
    "adjective_searched": partial(_at_first, adjective_places),
}
"""Where each search's trigger goes."""


def _searches(grader: Grader, training: Sequence[Example], seed: int, told: Told) -> dict[str, str]:
    wrong = [example for example in training if example.label != "correct"]
    answers = Random(seed).sample(wrong, min(SEARCHED, len(wrong)))
    lists = {
        "trigger": ([*words("claims"), *frequent_words(training, FREQUENT)], LENGTH),
        "adverb_searched": (words("adverbs"), 1),
        "adjective_searched": (words("adjectives"), 1),
    }
    ticks = iter(range(1, 1 + sum(steps(*entry) for entry in lists.values())))
    total = sum(steps(*entry) for entry in lists.values())
    return {
        name: search(grader, answers, tried, PLACES[name], length, lambda: told("searching", next(ticks), total))
        for name, (tried, length) in lists.items()
    }


def _attempts(attack: Attack, order: Sequence[Example], seed: int, size: int) -> Iterator[Attempt]:
    """Texts for the first answers of each kind that give the attack a hold; no text twice for one question."""
    for kind, most in (("wrong", size), ("right", size // 2)):
        if kind in attack.on:
            answers = [example for example in order if (example.label == "correct") == (kind == "right")]
            yield from islice(_made(attack, answers, seed), most)


def _made(attack: Attack, answers: Sequence[Example], seed: int) -> Iterator[Attempt]:
    seen = set()
    for example in answers:
        chance = Random(f"{seed}/{attack.name}/{example.question_id}/{example.answer}")
        text = attack.apply(example.question, example.references, example.answer, chance)
        if text is not None and (example.question, text) not in seen:
            seen.add((example.question, text))
            yield Attempt(attack, example, text)


def _count(row: Row, attempt: Attempt, verdict: Verdict, before: dict[str, bool]) -> None:
    """`before` remembers which right answers the grader marks correct as they stand; that row comes first."""
    row.texts += 1
    row.warned += verdict.warned
    row.reviewed += verdict.reviewed
    row.by_warning += verdict.reviewed and not verdict.unsure
    if attempt.attack.truth(attempt.example.label) != "correct":  # type: ignore[arg-type]
        row.wrong += 1
        row.passed += verdict.passed
        row.correct += verdict.label == "correct"
        return
    key = repr(attempt.example)
    if attempt.attack.name == CLEAN:
        before[key] = verdict.label == "correct"
    if before.get(key):
        row.right += 1
        row.stayed += verdict.label == "correct"
