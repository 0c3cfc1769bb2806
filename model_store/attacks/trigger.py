"""Words that turn wrong answers into 'correct' wherever they are put: found by asking the grader itself.

Wallace, Feng, Kandpal, Gardner and Singh (2019), Universal Adversarial Triggers for Attacking and Analyzing NLP;
Filighera, Steuer and Rensing (2020), Fooling Automatic Short Answer Grading Systems. They follow gradients; an int8
graph has none, so this is a beam search over words, and its budget is a number of runs.
"""

from collections import Counter
from collections.abc import Callable, Sequence

from model_store.attacks.attack import bare
from model_store.attacks.grader import Grader
from model_store.recipes.data import Example

BEAM, AGAIN = 3, 20
"""Triggers kept from one length to the next, and words tried behind each: those that did best alone."""

Place = Callable[[str, str], str]
"""(trigger, answer) → the answer with the trigger in its place."""


def search(
    grader: Grader,
    answers: Sequence[Example],
    candidates: Sequence[str],
    place: Place,
    length: int,
    told: Callable[[], None],
) -> str:
    """The trigger of up to `length` candidates with the highest mean probability of 'correct' over wrong answers.

    Runs: answers x (candidates + (length - 1) x BEAM x AGAIN). An answer that earns a warning counts nothing.
    """

    def strength(trigger: str) -> float:
        told()
        verdicts = [grader(each.question, each.references, place(trigger, each.answer)) for each in answers]
        return sum(verdict.correct for verdict in verdicts if not verdict.warned) / len(verdicts)

    found = {word: strength(word) for word in candidates}
    again = _best(found, AGAIN)
    beam = again[:BEAM]
    for _ in range(length - 1):
        longer = {f"{trigger} {word}": strength(f"{trigger} {word}") for trigger in beam for word in again}
        found |= longer
        beam = _best(longer, BEAM)
    return _best(found, 1)[0]


def steps(candidates: Sequence[str], length: int) -> int:
    """How many triggers `search` tries."""
    return len(candidates) + (length - 1) * min(BEAM, len(candidates)) * min(AGAIN, len(candidates))


def frequent_words(answers: Sequence[Example], most: int) -> list[str]:
    """The words that occur in most of the answers marked correct, the commonest first."""
    counts = Counter(
        word
        for example in answers
        if example.label == "correct"
        for word in dict.fromkeys(map(bare, example.answer.split()))
        if word
    )
    return [word for word, _ in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))[:most]]


def _best(found: dict[str, float], most: int) -> list[str]:
    return sorted(found, key=lambda trigger: (-found[trigger], trigger))[:most]
