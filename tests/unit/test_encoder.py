"""What an encoder keeps of the texts that it read."""

from typing import Any, cast

import numpy as np
import pytest

from lectern.encoder import Encoder, Tokens


class Session:
    """Gives each token its own number as its vector, and remembers what it was asked to read."""

    def __init__(self) -> None:
        self.read: list[Tokens] = []

    def run(self, _: None, feed: dict[str, Any]) -> list[Any]:
        ids = feed["input_ids"]
        self.read.append(tuple(ids[0].tolist()))
        return [ids[..., None].astype(np.float32), -ids[..., None].astype(np.float32)]


@pytest.fixture
def session() -> Session:
    return Session()


def encoder(session: Session, most: int) -> Encoder:
    return Encoder(cast(Any, session), most)


def test_a_question_is_read_once_however_long(session: Session) -> None:
    reads, question = encoder(session, 300), tuple(range(200))
    first, again = (reads.read(question, keep=True) for _ in range(2))
    assert session.read == [question]
    assert first is again
    assert first.vectors[:, 0].tolist() == list(question)
    assert first.lower[:, 0].tolist() == [-token for token in question]


def test_an_answer_is_not_kept(session: Session) -> None:
    reads = encoder(session, 300)
    assert [reads((1, 2)).shape for _ in range(2)] == [(2, 1), (2, 1)]
    assert session.read == [(1, 2), (1, 2)]


def test_the_text_that_was_used_longest_ago_goes_first(session: Session) -> None:
    reads = encoder(session, 5)
    for text in ((1, 1), (2, 2), (1, 1), (3, 3), (1, 1), (2, 2)):
        reads(text, keep=True)
    assert session.read == [(1, 1), (2, 2), (3, 3), (2, 2)]


def test_what_exceeds_the_bound_is_read_each_time(session: Session) -> None:
    reads = encoder(session, 3)
    for _ in range(2):
        reads((1, 2, 3, 4), keep=True)
    assert len(session.read) == 2


def test_nobody_changes_what_is_kept(session: Session) -> None:
    with pytest.raises(ValueError, match="read-only"):
        encoder(session, 9)((1, 2), keep=True)[0] = 0
