"""The suite against graders whose weakness is known."""

from collections.abc import Sequence

import pytest

from model_store.attacks.attack import content_words
from model_store.attacks.catalogue import ATTACKS
from model_store.attacks.grader import Grader, Verdict
from model_store.attacks.record import metrics, report
from model_store.attacks.suite import CLEAN, Suite, run
from model_store.attacks.trigger import frequent_words, search, steps
from model_store.metrics import share_interval
from model_store.recipes.data import Example

REFERENCE = "The path of the bulb is closed and holds the battery"


def example(number: int, label: str, answer: str) -> Example:
    return Example("beetle", "test-UA", f"Q{number}", f"Why is bulb number {number} lit?", (REFERENCE,), answer, label)


EXAMPLES = [
    example(n, label, text)
    for n in range(8)
    for label, text in (("correct", f"it is in a closed path {n}"), ("incorrect", f"it is the glass {n}"))
]


def verdict(correct: bool, reviewed: bool = False, warned: bool = False) -> Verdict:
    return Verdict(
        "correct" if correct else "incorrect", 0.9 if correct else 0.1, reviewed or warned, warned, unsure=reviewed
    )


def attacked(grader: Grader, size: int = 4, seed: int = 0) -> Suite:
    return run(grader, EXAMPLES, EXAMPLES, seed, size, lambda *_: None)


def test_a_perfect_reader_is_not_fooled() -> None:
    right = {each.answer for each in EXAMPLES if each.label == "correct"}

    def grader(question: str, references: Sequence[str], answer: str) -> Verdict:
        return verdict(answer in right)

    suite = attacked(grader)
    assert set(suite.rows) == {CLEAN, *ATTACKS, "trigger", "adverb_searched", "adjective_searched"}
    assert all(row.correct == row.passed == 0 for row in suite.rows.values())
    assert (suite.rows[CLEAN].right, suite.rows[CLEAN].stayed) == (2, 2)
    assert suite.rows["padding"].stayed == 0


def test_a_grader_of_keywords_is_fooled_by_them_and_review_saves_it() -> None:
    def fooled(question: str, references: Sequence[str], answer: str) -> Verdict:
        return verdict(set(content_words(REFERENCE)) <= set(content_words(answer)))

    def careful(question: str, references: Sequence[str], answer: str) -> Verdict:
        return verdict(fooled(question, references, answer).label == "correct", reviewed=True)

    found, saved = attacked(fooled).rows, attacked(careful).rows
    assert found["keywords_appended"].passed == found["keywords_appended"].wrong == 4
    assert found["off_topic"].passed == 0
    assert (saved["keywords_appended"].passed, saved["keywords_appended"].correct) == (0, 4)
    assert saved["keywords_appended"].by_warning == 0
    assert saved["keywords_appended"].reviewed == saved["keywords_appended"].texts


def test_a_right_answer_flipped_counts_as_wrong() -> None:
    row = attacked(lambda *_: verdict(True)).rows["flipped_answer"]
    assert (row.wrong, row.passed, row.right) == (2, 2, 0)


def test_the_same_seed_gives_the_same_suite_and_another_one_other_texts() -> None:
    asked: list[str] = []

    def grader(question: str, references: Sequence[str], answer: str) -> Verdict:
        asked.append(answer)
        return verdict(False)

    attacked(grader)
    first = asked.copy()
    asked.clear()
    attacked(grader)
    assert asked == first
    asked.clear()
    attacked(grader, seed=1)
    assert asked != first


def test_no_text_is_tried_twice_on_one_question() -> None:
    twins = [example(1, "incorrect", "it is the glass"), example(1, "incorrect", "the glass is warm")]
    rows = run(lambda *_: verdict(False), twins, EXAMPLES, 0, 10, lambda *_: None).rows
    assert rows["question_copied"].wrong == 1
    assert rows[CLEAN].wrong == 2


def test_a_search_finds_the_word_and_the_pair_that_open_the_door() -> None:
    wrong = [each for each in EXAMPLES if each.label == "incorrect"]
    told: list[None] = []

    def grader(question: str, references: Sequence[str], answer: str) -> Verdict:
        chance = ("open" in answer) * 0.3 + ("sesame" in answer) * 0.2 + ("open sesame" in answer) * 0.4
        return Verdict("incorrect", chance, reviewed=False, warned=False, unsure=False)

    candidates = ["the", "sesame", "bulb", "open"]
    found = search(grader, wrong, candidates, lambda t, a: f"{t} {a}", 2, lambda: told.append(None))
    assert found == "open sesame"
    assert len(told) == steps(candidates, 2)


def test_review_by_a_warning_alone_is_counted_apart() -> None:
    rows = attacked(lambda question, references, answer: verdict(True, warned=answer == question)).rows
    assert (rows["question_copied"].by_warning, rows["question_copied"].passed) == (4, 0)
    assert rows[CLEAN].by_warning == rows[CLEAN].warned == 0


def test_a_search_leaves_out_what_a_guard_sees() -> None:
    wrong = [each for each in EXAMPLES if each.label == "incorrect"]

    def grader(question: str, references: Sequence[str], answer: str) -> Verdict:
        return verdict("open" in answer or "sesame" in answer, warned="open" in answer)

    assert search(grader, wrong, ["open", "sesame", "bulb"], lambda t, a: f"{t} {a}", 1, lambda: None) == "sesame"


def test_frequent_words_are_those_of_right_answers() -> None:
    assert frequent_words(EXAMPLES, 6) == ["a", "closed", "in", "is", "it", "path"]


def test_figures_for_the_gate_are_shares_with_one_for_the_flipped_fact() -> None:
    suite = attacked(lambda *_: verdict(True))
    found = report(suite, "some", 0, 4)
    flat = metrics(found)
    assert CLEAN not in flat
    assert [name for name in flat if name.startswith("flipped")] == ["flipped"]
    assert flat["gibberish"] == 1
    flips = [row for name, row in found["rows"].items() if name.startswith("flipped_")]
    assert found["rows"]["flipped"]["wrong"] == sum(row["wrong"] for row in flips)
    assert found["rows"]["gibberish"]["passed_95"] == [0.5101, 1.0]  # Wilson's interval of 4 of 4


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (0, 0, 0.0, 1.0)],  # the first two as published tables have them
)
def test_the_interval_of_a_share(hits: int, of: int, low: float, high: float) -> None:
    assert share_interval(hits, of) == pytest.approx((low, high), abs=1e-4)
