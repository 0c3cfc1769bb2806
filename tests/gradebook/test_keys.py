"""Keys: no two places share one, whatever their ids hold, and DynamoDB takes them all."""

import itertools

import pytest

from lectern.errors import InvalidRequest, UnknownObject
from lectern.gradebook import Place
from lectern.gradebook.keys import grade_id, grade_key, history_key, part, place_of, queue_sk
from tests.gradebook.conftest import Make

IDS = ["a", "a#b", "b", "a%23b", "#", "%", "%~", "a/b", "ü", "雪", "🙂" * 200, "🙂" * 199 + "x", "x" * 200, " ", "~"]


def test_different_places_have_different_keys() -> None:
    places = [Place("c", question, student, 1) for question, student in itertools.product(IDS, IDS)]
    assert len({grade_key("t", place) for place in places}) == len(IDS) ** 2
    assert len({history_key("t", place, 1) for place in places}) == len(IDS) ** 2
    assert len({grade_key("t", Place(name, "q", "s", 1)).pk for name in IDS}) == len(IDS)


def test_by_hand() -> None:
    place = Place("7 b", "q#1", "ü/x", 2)
    assert grade_key("demo", place) == ("T#demo#C#7%20b", "G#q%231#%C3%BC%2Fx#000002")
    assert history_key("demo", place, 3).sk == "H#%C3%BC%2Fx#q%231#000002#000003"
    assert queue_sk(0.25, place) == "0.750000#q%231#%C3%BC%2Fx#000002"


def test_every_key_fits() -> None:
    """2,048 bytes for a partition's key, 1,024 for a sort key."""
    longest = Place("🙂" * 200, "🙂" * 200, "🙂" * 200, 999_999)
    for key in (grade_key("t" * 63, longest), history_key("t" * 63, longest, 999_999)):
        assert len(key.pk) <= 2048 and len(key.sk) <= 1024
    assert part("x" * 240) == "x" * 240
    assert part("x" * 241).startswith("%~") and len(part("x" * 241)) == 66


@pytest.mark.parametrize("name", IDS)
def test_an_id_names_its_place(name: str) -> None:
    place = Place(name, name, name, 7)
    assert place_of(grade_id(place)) == place
    assert grade_id(place).replace("-", "a").replace("_", "a").isalnum()


@pytest.mark.parametrize(
    "name", ["", "x", "#", "WyJhIl0", "bnVsbA", "W3t9LHt9LHt9LDFd", "\ud800", "WyJhIiwiYiIsImMiLHRydWVd"]
)
def test_what_is_no_id(name: str) -> None:
    with pytest.raises(UnknownObject):
        place_of(name)


@pytest.mark.parametrize("name", ["", "x" * 201, "a\nb", "\x00", "\x7f", "\x85"])
@pytest.mark.parametrize("field", ["student", "question", "class_id"])
def test_ids_that_no_grade_has(make: Make, name: str, field: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        make(**{field: name})
    assert name == "" or name not in str(refused.value.errors)


@pytest.mark.parametrize("attempt", [-1, 1_000_000])
def test_attempts_that_no_grade_has(make: Make, attempt: int) -> None:
    with pytest.raises(InvalidRequest):
        make(attempt=attempt)


def test_the_key_of_a_grade_is_what_it_depends_on(tenant: str, make: Make) -> None:
    one = make().key
    assert one == make(job="another", row=9, score=0.0, confidence=0.1).key
    changed = [
        make("s2"),
        make(question="q2"),
        make(class_id="c2"),
        make(attempt=2),
        make(asked="Why not?"),
        make(references=["Ice is less dense than water.", "x"]),
        make(answer="x"),
        make(max_score=3),
        make(step=1),
        make(version="1.0.1"),
        make(digest="e" * 64),
        make(pack={"version": "1", "grades": 10}),
    ]
    assert len({one, *(grade.key for grade in changed)}) == 1 + len(changed)


def test_texts_that_no_item_holds_are_refused(make: Make) -> None:
    with pytest.raises(InvalidRequest) as refused:
        make(references=["🙂" * 20_000] * 4)
    assert "the limit is 250,000" in str(refused.value.errors)
    assert "🙂" not in str(refused.value.errors)
