import pytest

from lectern import errors
from lectern.errors import FieldError, InvalidRequest, LecternError
from lectern.problem import STATUS, problem, status


def every_error() -> list[type[LecternError]]:
    found, waiting = [], [LecternError]
    while waiting:
        kind = waiting.pop()
        found.append(kind)
        waiting += kind.__subclasses__()
    return found


@pytest.mark.parametrize("kind", every_error())
def test_every_error_has_a_status_and_stands_in_the_drawing(kind: type[LecternError]) -> None:
    code, title = status(kind("detail"))
    assert 400 <= code < 600
    assert title
    assert kind.__name__ in (errors.__doc__ or "")


def test_the_nearest_ancestor_decides() -> None:
    assert status(errors.ReleaseRejected("x"))[0] == 503
    assert status(errors.UnknownRelease("x"))[0] == 404
    assert STATUS[errors.LecternError][0] == 500


def test_a_problem_names_fields() -> None:
    document = problem(InvalidRequest("two", (FieldError(("a", 1), "is bad"),)), "r1")
    assert document["type"] == "urn:lectern:problem:invalid-request"
    assert document["errors"] == [{"loc": ["a", 1], "msg": "is bad"}]
    assert document["request_id"] == "r1"
