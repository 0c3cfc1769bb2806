"""Figures worked out by hand from a few rows."""

import csv
import io
import random

import pytest

from lectern.reports import Row, Tally
from lectern.reports.cost import Price, cost
from lectern.reports.drift import Earlier, drift
from lectern.reports.figures import figures
from lectern.reports.intervals import deviates, of_mean, of_share, of_share_change
from lectern.reports.listing import figures_csv
from lectern.reports.sums import Moments


def tallied(*rows: Row) -> Tally:
    result = Tally()
    for row in rows:
        result.add(row)
    return result


def points(question: str, student: str, score: float, **more: object) -> Row:
    return Row(question, student, score=score, max_score=4.0, **more)  # type: ignore[arg-type]


def test_difficulty_review_and_the_distribution() -> None:
    scores, review = [0.0, 1.0, 2.0, 4.0], [True, False, False, False]
    rows = [points("q", f"s{i}", s, needs_review=r) for i, (s, r) in enumerate(zip(scores, review, strict=True))]
    report = figures(tallied(*rows, Row("q", error="no answer")))
    question = report.questions[0]
    assert question.credit.value == pytest.approx(7 / 16)
    assert question.review.value == 0.25
    assert report.counts.bins == [1, 0, 1, 0, 0, 1, 0, 0, 0, 1]
    assert (report.rows, report.errors, report.counts.graded) == (5, 1, 4)


def test_discrimination_is_the_correlation_with_the_other_questions() -> None:
    """a: 0 or all; b: as a; c: against a. Rest of a is (b + c) / 2, constant: no correlation, so b alone shows it."""
    rows = [points(q, f"s{i}", 4.0 * (i % 2)) for i in range(20) for q in "ab"]
    rows += [points("c", f"s{i}", 4.0 * (1 - i % 2)) for i in range(20)]
    found = {question.name: question for question in figures(tallied(*rows)).questions}
    assert found["a"].discrimination is None and found["b"].discrimination is None
    assert found["c"].discrimination == pytest.approx(-1)
    assert found["c"].students == 20


def test_discrimination_by_hand() -> None:
    """x: 0 0 0 0 0 4 4 4 4 4; y: 0 1 2 3 4 0 1 2 3 4 → 0. With y moved by one for the second half, a little above."""
    first = [points("x", f"s{i}", 4.0 * (i > 4)) for i in range(10)]
    flat = [points("y", f"s{i}", float(i % 5)) for i in range(10)]
    assert figures(tallied(*first, *flat)).questions[0].discrimination == pytest.approx(0, abs=1e-9)
    up = [points("y", f"s{i}", [0, 0, 0, 0, 4, 4, 4, 4, 4, 4][i]) for i in range(10)]
    # counts: (0,0) four, (0,4) one, (4,4) five: phi = (4·5 - 1·0) / √(5·5·4·6)
    assert figures(tallied(*first, *up)).questions[0].discrimination == pytest.approx(20 / 600**0.5)


def test_too_few_students_say_nothing() -> None:
    rows = [points(q, f"s{i}", float(i % 5)) for i in range(9) for q in "ab"]
    assert figures(tallied(*rows)).questions[0].discrimination is None


def test_the_last_attempt_counts_for_discrimination() -> None:
    old = [points("x", f"s{i}", 4.0 * (i < 5), attempt=1) for i in range(10)]
    new = [points("x", f"s{i}", 4.0 * (i > 4), attempt=2) for i in range(10)]
    rest = [points("y", f"s{i}", 4.0 * (i > 4)) for i in range(10)]
    for rows in ([*old, *new, *rest], [*new, *old, *rest]):
        found = {question.name: question for question in figures(tallied(*rows)).questions}
        assert found["x"].discrimination == pytest.approx(1)


def test_agreement_distance_and_kappa_of_points() -> None:
    """Grader 0 2 4, teacher 0 4 4 of 4: (0, .5, 1) and (0, 1, 1).

    Means 1/2 and 2/3, variances 1/6 and 2/9, mean squared difference 1/12: kappa = 1 - (1/12) / (1/6 + 2/9 + 1/36).
    """
    rows = [points("q", f"s{i}", g, mark=m, confidence=0.8) for i, (g, m) in enumerate([(0, 0.0), (2, 4.0), (4, 4.0)])]
    marks = figures(tallied(*rows)).counts.marks
    assert marks.share == 1 and marks.mean_distance == pytest.approx(1 / 6)
    assert marks.kappa == pytest.approx(1 - (1 / 12) / (1 / 6 + 2 / 9 + 1 / 36))
    assert [(b.low, b.count, b.agreement) for b in marks.reliability] == [(0.8, 3, 1.0)]
    assert marks.calibration_error == pytest.approx(0.2)


def test_it_is_the_quadratic_weighted_kappa_of_whole_points() -> None:
    chance = random.Random(2)
    pairs = [(chance.randrange(5), chance.randrange(5)) for _ in range(200)]
    pairs = [(a, b if chance.random() < 0.4 else a) for a, b in pairs]
    rows = [points("q", f"s{i}", float(a), mark=float(b)) for i, (a, b) in enumerate(pairs)]
    seen = [[sum(1 for p in pairs if p == (i, j)) for j in range(5)] for i in range(5)]
    told = sum((i - j) ** 2 * seen[i][j] for i in range(5) for j in range(5))
    by_chance = sum((i - j) ** 2 * sum(seen[i]) * sum(row[j] for row in seen) for i in range(5) for j in range(5)) / 200
    assert figures(tallied(*rows)).counts.marks.kappa == pytest.approx(1 - told / by_chance)


def test_kappa_of_labels() -> None:
    """Six of eight agree; by chance (4·4 + 4·4) / 64 = 1/2: (3/4 - 1/2) / (1/2) = 1/2."""
    given = ["correct"] * 4 + ["incorrect"] * 4
    marks = ["correct"] * 3 + ["incorrect"] * 4 + ["correct"]
    rows = [Row("q", label=g, mark=m) for g, m in zip(given, marks, strict=True)]
    found = figures(tallied(*rows)).counts.marks
    assert (found.share, found.label_kappa) == (0.75, 0.5)


def test_groups_of_wrong_answers() -> None:
    told = ["From the soil.", "from soil", "FROM THE SOIL", "water", "Water!", "the sun", "air"]
    rows = [Row("q", answer=answer, score=0.4) for answer in told] + [Row("q", answer="air", score=0.5)] * 9
    wrong = figures(tallied(*rows)).questions[0].wrong
    assert [(group.text, group.count, group.error) for group in wrong] == [("From the soil.", 3, 0), ("water", 2, 0)]


def test_intervals_by_hand() -> None:
    """Wilson for 8 of 10: (0.8 + 0.1921) / 1.3841 ± …, as in the literature 0.490 to 0.943."""
    share = of_share(8, 10)
    assert share and (round(share.low or 0, 3), round(share.high or 0, 3)) == (0.490, 0.943)
    none, moments = of_share(0, 10), Moments()
    assert none and none.low == 0 and round(none.high or 0, 3) == 0.278
    for value in (0.0, 1.0, 0.0, 1.0, 1.0):
        moments.add(value)
    mean = of_mean(moments)  # variance 0.24, standard error √(0.24 / 4)
    assert mean and mean.low == pytest.approx(0.6 - 1.959964 * 0.06**0.5)
    assert deviates() == pytest.approx(1.959964)
    assert of_share(0, 0) is None


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_of_a_share_is_wilson_s(part: int, whole: int, low: float, high: float) -> None:
    """Newcombe (1998), Two-sided confidence intervals for the single proportion, table I, method 3."""
    found = of_share(part, whole)
    assert found and (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_newcombe_s_own_example() -> None:
    """56 of 70 and 48 of 80 (Newcombe 1998, table II, a): 0.0524 to 0.3339 by method 10."""
    found = of_share_change((56, 70), (48, 80))
    assert found and (round(found.low or 0, 4), round(found.high or 0, 4)) == (0.0524, 0.3339)


def test_drift_tells_change_from_chance() -> None:
    def job(right: int, review: int) -> Tally:
        return tallied(*[points("q", f"s{i}", 4.0 * (i < right), needs_review=i < review) for i in range(200)])

    found = drift(job(100, 40), [Earlier("old", job(10, 0)), Earlier("Monday", job(150, 42)), Earlier("bad", Tally())])
    assert found and found.before == "Monday"
    changes = {change.name: change for change in found.changes}
    assert changes["Mean credit"].difference.value == pytest.approx(-0.25)
    assert changes["Mean credit"].difference.leaves_out_zero
    assert not changes["Answers to review"].difference.leaves_out_zero
    assert "Agreement with marks" not in changes
    assert [change.name for change in found.questions] == ["q"] and found.compared == 1
    assert [name for name, _ in found.history] == ["old", "Monday", "now"]
    assert drift(Tally(), [Earlier("x", job(1, 1))]) is None


def test_cost_is_time_times_memory_times_a_stated_price() -> None:
    told = cost(90_000, 2048, Price(0.00002, "EUR", "2026-01-31", "an example"), 600)
    assert told.gb_seconds == 180 and told.amount == pytest.approx(0.0036) and told.per_thousand == pytest.approx(0.006)


def test_the_csv_has_the_same_figures_and_no_formula() -> None:
    rows = [Row("=q", f"s{i}", "@why?", "-1+2", 4.0, score=float(i % 5), confidence=0.9) for i in range(20)]
    report = figures(tallied(*rows), earlier=[Earlier("=Monday", tallied(*rows))])
    read = list(csv.DictReader(io.StringIO(b"".join(figures_csv(report)).decode(), newline="")))
    assert {"part": "all", "figure": "mean credit", "value": "0.5"}.items() <= read[2].items()
    wrong = next(line for line in read if line["figure"] == "wrong answer")
    assert (wrong["question"], wrong["value"], wrong["text"]) == ("'=q", "8", "'-1+2")
    assert not [cell for line in read for cell in line.values() if cell[:1] in tuple("=@")]
    assert next(line for line in read if line["part"] == "drift")["text"] == "since =Monday"
