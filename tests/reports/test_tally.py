"""A tally of chunks is the tally of all their rows, and it does not grow."""

import json
import random
from collections.abc import Iterable, Iterator

import pytest

from lectern.reports import Row, Tally, from_batch, groups, students, tally
from tests.memory import held_by_the_last

WORDS = ("water", "the salt", "Ions", "=SUM(A1)", "", "\x00\ud800", "é" * 500, "ice", "air!", "Air")


def rows(count: int, questions: int = 5, pupils: int = 40, seed: int = 1) -> Iterator[Row]:
    chance = random.Random(seed)
    for number in range(count):
        if chance.random() < 0.03:
            yield Row("", error="answer is empty")
            continue
        score = chance.choice([0.0, 0.1, 0.5, 1.7, 2.0])
        yield Row(
            question_id=f"q{chance.randrange(questions)}",
            question="What is it?",
            student_id=f"s{chance.randrange(pupils)}",
            answer=chance.choice(WORDS),
            max_score=2.0,
            label=chance.choice(["correct", "incorrect", "contradictory"]),
            score=score,
            confidence=chance.random(),
            needs_review=chance.random() < 0.2,
            model_version=chance.choice(["1.0.0", "1.1.0"]),
            mark=chance.choice([None, 0.0, 1.0, 2.0, 3.0, "correct", "incorrect"]),
            counted=chance.choice([None, 2.0]),
            attempt=number // 100 + 1,
        )


def tallied(of: Iterable[Row]) -> Tally:
    result = Tally()
    for row in of:
        result.add(row)
    return result


def merged(of: list[Row], size: int) -> Tally:
    """Chunk by chunk, each through its document, as it comes from another process."""
    result = Tally()
    for start in range(0, len(of), size):
        result.merge(Tally.from_bytes(tallied(of[start : start + size]).to_bytes()))
    return result


@pytest.mark.parametrize("size", [1, 7, 100, 599])
def test_merging_in_order_is_adding(size: int) -> None:
    some = list(rows(600))
    assert merged(some, size).to_bytes() == tallied(some).to_bytes()


@pytest.mark.parametrize("size", [1, 50, 333])
def test_so_it_is_when_questions_and_students_are_sampled(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "MOST_QUESTIONS", 4)
    some = list(rows(1000, questions=12, pupils=90))
    whole, parts = Tally(students=students.Students(limit=60)), Tally(students=students.Students(limit=60))
    for row in some:
        whole.add(row)
    for start in range(0, len(some), size):
        part = Tally(students=students.Students(limit=60))
        for row in some[start : start + size]:
            part.add(row)
        parts.merge(part)
    assert parts.to_bytes() == whole.to_bytes()
    assert len(whole.questions) == 4 and not whole.has_all_questions
    assert 0 < whole.students.size <= 60 and not whole.students.is_everybody
    assert whole.rows == 1000


def test_a_document_comes_back() -> None:
    once = tallied(rows(300))
    once.add_milliseconds(12.2)
    again = Tally.from_document(json.loads(json.dumps(once.to_document())))
    assert again == Tally.from_bytes(once.to_bytes()) == once
    assert again.milliseconds == 13


def test_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="format 2"):
        Tally.from_document({"format": 2})


def test_merging_leaves_the_other_alone() -> None:
    first, second = tallied(rows(50)), tallied(rows(50, seed=2))
    before = second.to_bytes()
    first.merge(second)
    first.merge(second)
    assert second.to_bytes() == before


def test_a_batch_row_is_read() -> None:
    cells = {"question_id": "q", "student_id": "s", "question": "Why?", "answer": "So.", "max_score": "4", "gold": "3"}
    result = {"label": "correct", "score": 4, "confidence": 0.9, "needs_review": False, "model": {"version": "1.2.0"}}
    row = from_batch(cells, result)
    assert (row.credit, row.mark_credit, row.model_version, row.attempt) == (1.0, 0.75, "1.2.0", 1)
    assert from_batch(cells, None, "max_score is not a number").error


@pytest.mark.parametrize("gold", ["", "nan", "inf", "-1", "1e999", "five", "5", "６６６"])
def test_a_mark_off_the_scale_is_none(gold: str) -> None:
    cells = {"max_score": "4", "gold": gold}
    result = {"label": "correct", "score": 4, "confidence": 0.9, "needs_review": False, "model": {"version": "1.2.0"}}
    row = from_batch(cells, result)
    assert row.mark_credit is None and row.mark_label is None


def test_ids_of_students_are_not_in_it() -> None:
    held = tallied([Row("q", student_id="Zoë Müller", answer="x", score=1.0)]).to_bytes().decode()
    assert "Zo" not in held and "ller" not in held


def test_memory_is_flat_in_the_number_of_rows() -> None:
    """The last tenth names 10,000 new students and as many new answers."""
    assert held_by_the_last(many(100_000), 90_000, tallied) < 1_500_000


def many(count: int) -> Iterator[Row]:
    """Every student and every answer another one."""
    for number in range(count):
        yield Row(f"q{number % 3}", f"s{number}", "Why?", f"because {number}", 1.0, "incorrect", 0.0, 0.5)


def test_the_commonest_is_found_among_many() -> None:
    found = groups.Groups(limit=10)
    chance = random.Random(3)
    for number in range(5000):
        found.add("It evaporates." if chance.random() < 0.2 else f"answer {number}")
    top = found.commonest(1)[0]
    assert top.text == "It evaporates." and not found.is_exact
    assert top.count - top.error <= 1000 * 1.1 and top.count >= 900


def test_a_common_one_is_found_however_chunks_are_merged() -> None:
    chance = random.Random(4)
    answers = ["soil" if chance.random() < 0.12 else f"answer {number}" for number in range(3000)]
    whole = groups.Groups(limit=20)
    for start in range(0, len(answers), 250):
        part = groups.Groups(limit=20)
        for answer in answers[start : start + 250]:
            part.add(answer)
        whole.merge(part)
    top = whole.commonest(1)[0]
    assert top.text == "soil" and top.error <= 3000 / 20
    assert top.count - top.error <= answers.count("soil") <= top.count
    assert sum(group.count for group in whole.groups.values()) <= 3000


def test_groups_overlook_what_does_not_matter() -> None:
    same = ["The salt melts!", "salt  melts", "SALT MELTS.", "a salt\nmelts", "ｓａｌｔ melts"]
    assert len({groups.fingerprint(text) for text in same}) == 1
    assert groups.fingerprint("salt freezes") != groups.fingerprint("salt melts")
    assert groups.fingerprint("+") != groups.fingerprint("-")
