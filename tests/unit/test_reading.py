"""Reading a text with a release's encoder: every token has its place and its vector, however long the text is."""

import time
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tokenizers import Tokenizer

from lectern.call import Call
from lectern.errors import DeadlineExceeded
from lectern.explain import open_probe
from lectern.principal import DEVELOPMENT
from lectern.probe import Reading
from model_store.build.builder import Build

LONGEST = 10
CALL = Call(DEVELOPMENT, "r")


class Encoder:
    """A token's vector is its id; it remembers the texts that it read, and whether they were to be kept."""

    def __init__(self) -> None:
        self.read: list[tuple[tuple[int, ...], bool]] = []

    def __call__(self, tokens: tuple[int, ...], keep: bool = False) -> NDArray[np.float32]:
        self.read.append((tokens, keep))
        return np.array(tokens, dtype=np.float32)[:, None]


def _tokenizer(build: Build) -> Tokenizer:
    """As a release's loading sets it up."""
    tokenizer = Tokenizer.from_file(str(build.folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.encode_special_tokens = True
    return tokenizer


@pytest.fixture
def encoder() -> Encoder:
    return Encoder()


@pytest.fixture
def model(grading_build: Build, encoder: Encoder) -> Any:
    manifest = SimpleNamespace(max_length=LONGEST)
    release = SimpleNamespace(manifest=manifest)
    return SimpleNamespace(encoder=encoder, tokenizer=_tokenizer(grading_build), release=release)


def read(model: Any, text: str, keep: bool = False, call: Call = CALL) -> Reading:
    probe = open_probe(lambda request: {}, model, call)
    assert probe.read
    return probe.read(text, keep)


def test_a_text_is_read_between_the_marks_of_its_ends(model: Any, encoder: Encoder) -> None:
    found = read(model, "Ice floats.", keep=True)
    assert [found.text[token.start : token.end] for token in found.tokens] == ["Ice", "floats", "."]
    ((tokens, keep),) = encoder.read
    assert (tokens[0], tokens[-1], keep) == (101, 102, True)
    assert found.vectors[:, 0].tolist() == list(tokens[1:-1])


@pytest.mark.parametrize("count", [0, 1, LONGEST - 2, LONGEST - 1, 25])
def test_a_long_text_is_read_in_windows_and_every_token_has_a_vector(model: Any, encoder: Encoder, count: int) -> None:
    found = read(model, "ice " * count)
    assert found.vectors.shape == (count, 1)
    assert len(set(found.vectors[:, 0])) <= 1
    assert [token.start for token in found.tokens] == [4 * number for number in range(count)]
    assert all(len(tokens) <= LONGEST and not keep for tokens, keep in encoder.read)
    assert len(encoder.read) == max(1, -(-count // (LONGEST - 2)))


def test_a_student_who_writes_a_separator_wrote_text(model: Any, encoder: Encoder) -> None:
    read(model, "no [SEP] yes")
    assert encoder.read[0][0].count(102) == 1


def test_no_window_is_read_after_the_deadline(model: Any) -> None:
    with pytest.raises(DeadlineExceeded):
        read(model, "ice", call=Call(DEVELOPMENT, "r", deadline=time.monotonic()))


def test_a_model_without_an_encoder_reads_nothing(model: Any) -> None:
    model.encoder = None
    assert open_probe(lambda request: {}, model, CALL).read is None
