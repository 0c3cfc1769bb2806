"""Beam search against every text that there is, over vocabularies that are small enough for it."""

from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from lectern.generation.search import Search, Step, log_softmax, search

END, BEGIN = 0, 9
CHOICES = np.array([END, 4, 7])
LONGEST = 4

Table = dict[tuple[int, ...], NDArray[np.float32]]


def table(seed: int) -> Table:
    """Logits after every text of at most LONGEST tokens."""
    chance = np.random.default_rng(seed)
    texts = [text for length in range(LONGEST + 1) for text in product((4, 7), repeat=length)]
    return {text: chance.normal(size=3).astype(np.float32) * 2 for text in texts}


def stepping(logits: Table) -> Step:
    """A model that looks its logits up by the texts of its rows."""
    texts: list[tuple[int, ...]] = [()]

    def step(rows: NDArray[np.int64], tokens: NDArray[np.int64]) -> NDArray[np.float32]:
        nonlocal texts
        texts = [
            texts[row] + (() if token == BEGIN else (int(token),)) for row, token in zip(rows, tokens, strict=True)
        ]
        return np.array([logits[text] for text in texts])

    return step


def every_text(logits: Table) -> Iterator[tuple[tuple[int, ...], float]]:
    """Every finished text of at most LONGEST tokens with its log-probability."""
    for length in range(LONGEST):
        for text in product((4, 7), repeat=length):
            whole = (*text, END)
            parts = [log_softmax(logits[text[:n]][None])[0, list(CHOICES).index(whole[n])] for n in range(length + 1)]
            yield whole, float(sum(parts))


@pytest.mark.parametrize("penalty", [0.0, 0.6, 1.0])
@pytest.mark.parametrize("seed", range(20))
def test_with_beams_enough_nothing_better_is_left(seed: int, penalty: float) -> None:
    logits = table(seed)
    found = search(stepping(logits), BEGIN, CHOICES, END, Search(40, LONGEST, penalty))
    best, total = max(every_text(logits), key=lambda one: one[1] / len(one[0]) ** penalty)
    assert found.tokens == best and found.total == pytest.approx(total)


def test_one_beam_takes_the_likeliest_token_each_time() -> None:
    logits = table(3)
    found = search(stepping(logits), BEGIN, CHOICES, END, Search(1, LONGEST, 1.0))
    text: tuple[int, ...] = ()
    while len(text) < LONGEST and (not text or text[-1] != END):
        text = (*text, int(CHOICES[logits[text].argmax()]))
    assert found.tokens == text


def test_what_never_ends_is_broken_off_at_the_most() -> None:
    never = np.array([-50.0, 1.0, 0.5], dtype=np.float32)
    found = search(lambda rows, _: np.tile(never, (len(rows), 1)), BEGIN, CHOICES, END, Search(2, 7, 1.0))
    assert len(found.tokens) == 7 and END not in found.tokens


def test_an_end_at_once_is_an_empty_text() -> None:
    at_once = np.array([50.0, 0.0, 0.0], dtype=np.float32)
    found = search(lambda rows, _: np.tile(at_once, (len(rows), 1)), BEGIN, CHOICES, END, Search(1, 7, 1.0))
    assert found.tokens == (END,) and found.total == pytest.approx(0)


def test_equal_texts_are_chosen_in_the_order_of_their_tokens() -> None:
    same = np.array([0.0, 1.0, 1.0], dtype=np.float32)
    runs = {
        search(lambda rows, _: np.tile(same, (len(rows), 1)), BEGIN, CHOICES, END, Search(2, 3, 1.0)).tokens
        for _ in range(5)
    }
    assert len(runs) == 1
