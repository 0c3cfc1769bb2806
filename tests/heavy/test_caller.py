"""The caller by a clock of its own: how often it asks, how long it waits, when it leaves an endpoint alone."""

from collections.abc import Callable
from typing import Any

import pytest

from lectern.errors import EndpointBusy, EndpointRejected, EndpointUnavailable, InvalidRequest, LecternError
from lectern.heavy.breaker import FAILURES, REST, Breaker
from lectern.heavy.caller import Caller, Callers
from lectern.heavy.wire import Answered, Asked, fits
from lectern.manifest import Golden, GoldenVector
from lectern.model import Encoding
from lectern.release import Release

ROWS = [Encoding([1, 2, 3], [0, 0, 0]), Encoding([4], [0])]
RIGHT = ((3.0, 1.5, -3.0), (2.0, 1.0, -2.0))


class World:
    """A clock that moves when somebody sleeps or is asked, and an endpoint that does what it is told, in turn."""

    def __init__(self, *acts: Any, seconds: float = 0.0) -> None:
        self.now, self.slept, self.given = 100.0, list[float](), list[float]()
        self._acts, self._seconds = list(acts), seconds

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def invoke(self, body: bytes, seconds: float) -> bytes:
        self.given.append(seconds)
        act = self._acts.pop(0) if len(self._acts) > 1 else self._acts[0]
        self.now += seconds if isinstance(act, EndpointUnavailable) and type(act) is EndpointUnavailable else 0.01
        if isinstance(act, Exception):
            raise act
        return act if isinstance(act, bytes) else act(Asked.model_validate_json(body))

    def caller(self, chance: Callable[[], float] = lambda: 1.0) -> Caller:
        return Caller(self.invoke, Breaker(self.clock), self.clock, self.sleep, chance)


def right(asked: Asked) -> bytes:
    return Answered(digest=asked.digest, logits=RIGHT).model_dump_json().encode()


BUSY, SILENT = EndpointBusy("busy"), EndpointUnavailable("silent")


def test_an_answer_is_the_rows_logits(tiny_release: Release) -> None:
    found = World(right).caller().logits(tiny_release, ROWS, 105.0)
    assert [row.tolist() for row in found] == [list(row) for row in RIGHT]


def test_what_is_busy_is_asked_again_with_full_jitter(tiny_release: Release) -> None:
    world = World(BUSY, BUSY, right)
    world.caller(iter([1.0, 0.5]).__next__).logits(tiny_release, ROWS, 105.0)
    assert world.slept == [0.05, 0.05]  # all of 0.05, half of 0.1


def test_three_attempts_and_no_more(tiny_release: Release) -> None:
    world = World(BUSY)
    with pytest.raises(EndpointBusy):
        world.caller().logits(tiny_release, ROWS, 105.0)
    assert len(world.given) == 3


def test_no_pause_outlasts_the_deadline(tiny_release: Release) -> None:
    world = World(BUSY)
    with pytest.raises(EndpointBusy):
        world.caller().logits(tiny_release, ROWS, 100.12)
    assert (len(world.given), world.slept) == (1, [])


def test_silence_takes_the_whole_time_and_is_not_tried_again(tiny_release: Release) -> None:
    world = World(SILENT)
    with pytest.raises(EndpointUnavailable):
        world.caller().logits(tiny_release, ROWS, 102.0)
    assert world.given == [2.0]
    assert world.now == 102.0


@pytest.mark.parametrize("until", [100.05, 100.0, 90.0, float("-inf")])
def test_a_deadline_that_is_too_short_for_a_call_asks_nobody(tiny_release: Release, until: float) -> None:
    world = World(right)
    with pytest.raises(EndpointUnavailable, match="no time"):
        world.caller().logits(tiny_release, ROWS, until)
    assert world.given == []


def answered(logits: Any, digest: str = "") -> Callable[[Asked], bytes]:
    def act(asked: Asked) -> bytes:
        return Answered.model_construct(digest=digest or asked.digest, logits=logits).model_dump_json().encode()

    return act


@pytest.mark.parametrize(
    "act",
    [
        b"",
        b"<html>bad gateway</html>",
        b"[]",
        b'{"digest": "x"}',
        b"\xff\xfe",
        b'{"digest": 1, "logits": "no"}',
        answered(()),
        answered(RIGHT[:1]),
        answered((*RIGHT, RIGHT[0])),
        answered((RIGHT[0], RIGHT[1][:2])),
        answered((RIGHT[0], (float("nan"), 1.0, 1.0))),
        answered((RIGHT[0], (float("inf"), 1.0, 1.0))),
        answered(RIGHT, digest="0" * 64),
    ],
)
def test_garbage_is_refused_and_not_asked_for_again(tiny_release: Release, act: Any) -> None:
    world = World(act)
    with pytest.raises(EndpointRejected):
        world.caller().logits(tiny_release, ROWS, 105.0)
    assert len(world.given) == 1


def test_too_many_rows_are_not_sent(tiny_release: Release) -> None:
    world = World(right)
    with pytest.raises(InvalidRequest, match="129 rows; the heavy endpoint takes 128"):
        world.caller().logits(tiny_release, ROWS[:1] * 129, 105.0)
    many = [Encoding([2**30] * 4000, [0] * 4000)] * 128
    with pytest.raises(InvalidRequest, match="takes 5,000,000"):
        world.caller().logits(tiny_release, many, 105.0)
    assert world.given == []


def fail(caller: Caller, release: Release, times: int, seconds: float = 5.0) -> list[type[LecternError]]:
    kinds = []
    for _ in range(times):
        try:
            caller.logits(release, ROWS, caller.clock() + seconds)
        except LecternError as error:
            kinds.append(type(error))
    return kinds


def test_what_fails_again_and_again_is_left_alone_and_tried_once_after_a_rest(tiny_release: Release) -> None:
    world = World(*[SILENT] * (FAILURES + 1), right)
    caller = world.caller()
    fail(caller, tiny_release, FAILURES)
    assert len(world.given) == FAILURES
    fail(caller, tiny_release, 100)
    assert len(world.given) == FAILURES  # nobody was asked
    world.now += REST
    fail(caller, tiny_release, 100)
    assert len(world.given) == FAILURES + 1  # the one trial failed
    world.now += REST
    assert fail(caller, tiny_release, 100) == []
    assert len(world.given) == FAILURES + 101


@pytest.mark.parametrize("act", [BUSY, SILENT, b"garbage", answered(RIGHT, digest="0" * 64)])
def test_every_fault_of_the_endpoint_counts(tiny_release: Release, act: Any) -> None:
    world = World(act)
    fail(world.caller(), tiny_release, 20)
    assert len(world.given) == FAILURES


def test_rows_that_it_cannot_read_do_not_count(tiny_release: Release) -> None:
    """One caller with odd rows must not close the endpoint to all others."""
    world = World(InvalidRequest("rows"))
    fail(world.caller(), tiny_release, 20)
    assert len(world.given) == 20


def test_silence_within_a_short_deadline_does_not_count(tiny_release: Release) -> None:
    """One caller in a hurry must not either; but a refusal counts whatever the hurry."""
    world = World(SILENT)
    fail(world.caller(), tiny_release, 20, seconds=0.3)
    assert len(world.given) == 20
    busy = World(BUSY)
    fail(busy.caller(), tiny_release, 20, seconds=0.12)
    assert len(busy.given) == FAILURES


def test_a_success_forgets_the_failures_before_it(tiny_release: Release) -> None:
    acts = ([SILENT] * (FAILURES - 1) + [right]) * 4
    world = World(*acts)
    fail(world.caller(), tiny_release, len(acts))
    assert len(world.given) == len(acts)


def test_a_trial_that_never_comes_back_is_followed_by_another() -> None:
    world = World(right)
    breaker = Breaker(world.clock)
    for _ in range(FAILURES):
        breaker.failed()
    assert not breaker.allows()
    world.now += REST
    assert [breaker.allows(), breaker.allows()] == [True, False]
    world.now += REST
    assert [breaker.allows(), breaker.allows()] == [True, False]


def test_what_befalls_one_model_is_not_held_against_another(tiny_release: Release) -> None:
    worlds = {"grading-large": World(right), "answer-large": World(SILENT)}
    callers = Callers(lambda model: worlds[model].caller())
    other = Release(tiny_release.manifest.model_copy(update={"model": "answer-large"}), tiny_release.digest)
    for _ in range(FAILURES + 1):
        with pytest.raises(EndpointUnavailable):
            callers.logits(other, ROWS, worlds["answer-large"].now + 5)
    assert len(worlds["answer-large"].given) == FAILURES
    assert len(callers.logits(tiny_release, ROWS, 105.0)) == len(ROWS)


def test_one_caller_for_a_model(tiny_release: Release) -> None:
    made: list[str] = []
    callers = Callers(lambda model: made.append(model) or World(right).caller())  # type: ignore[func-returns-value]
    for _ in range(3):
        callers.logits(tiny_release, ROWS, 105.0)
    assert made == ["grading-large"]


@pytest.mark.parametrize(("files", "sent"), [((), ()), (("encoder.onnx",), (1.5,))])
def test_what_was_counted_goes_to_a_release_with_an_encoder_alone(
    tiny_release: Release, files: tuple[str, ...], sent: tuple[float, ...]
) -> None:
    pins = tiny_release.manifest.files
    known = tiny_release.manifest.model_copy(update={"files": pins | dict.fromkeys(files, pins["model.onnx"])})
    seen: list[Asked] = []

    def act(asked: Asked) -> bytes:
        seen.append(asked)
        return Answered(digest=asked.digest, logits=RIGHT[:1]).model_dump_json().encode()

    row = Encoding([1], [0], features=[1.5], hashes=[7])
    World(act).caller().logits(Release(known, tiny_release.digest), [row], 105.0)
    assert seen[0].rows[0].features == sent
    assert seen[0].rows[0].hashes == (7,) * len(sent)


def vector(tokens: int, outputs: int) -> GoldenVector:
    return GoldenVector(input_ids=(1,) * tokens, token_type_ids=(0,) * tokens, logits=(0.0,) * outputs)


@pytest.mark.parametrize(
    ("golden", "tokens", "fitting"),
    [
        ([(3, 5)], 7, {5}),
        ([(3, 5), (9, 5)], 7, {5}),
        ([(3, 6), (9, 18)], 7, {14}),
        ([(3, 6), (9, 19)], 7, set()),
    ],
)
def test_a_row_has_as_many_logits_as_golden_ones_or_as_many_a_token(
    golden: list[tuple[int, int]], tokens: int, fitting: set[int]
) -> None:
    known = Golden(tolerance=0.1, vectors=tuple(vector(*one) for one in golden))
    row = Encoding([1] * tokens, [0] * tokens)
    assert {count for count in range(40) if fits(known, row, [0.0] * count)} == fitting
