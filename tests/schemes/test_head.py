"""The head of a scheme on vectors whose labels are known."""

import numpy as np
import pytest

from lectern.schemes.head import WIDTH, blocks, fit


def made(labels: int, each: int, block: int, noise: float = 0.3, seed: int = 0) -> tuple[np.ndarray, list[int]]:
    """Vectors (n, 2 · WIDTH) whose label shows in one of the two blocks alone."""
    chance = np.random.default_rng(seed)
    centres = np.random.default_rng(99).normal(size=(labels, WIDTH))
    gold = [label for label in range(labels) for _ in range(each)]
    vectors = chance.normal(size=(len(gold), 2, WIDTH))
    vectors[:, block] = centres[gold] * 0.3 + vectors[:, block] * noise
    return vectors.reshape(len(gold), -1).astype(np.float32), gold


@pytest.mark.parametrize("block", [0, 1])
def test_it_finds_the_block_that_tells_labels_apart(block: int) -> None:
    head = fit(*made(4, 6, block), labels=4)
    unseen, gold = made(4, 50, block, seed=1)
    said = [int(head.chances(vector).argmax()) for vector in unseen]
    assert np.mean(np.array(said) == gold) > 0.95
    assert head.right > 0.9
    sizes = np.linalg.norm(head.weights, axis=(0, 2))
    assert sizes[block] > 2 * sizes[1 - block]


@pytest.mark.parametrize("noise", [1.0, 1.6])
def test_leave_one_out_is_what_fitting_without_each_example_gives(noise: float) -> None:
    vectors, gold = made(3, 8, 0, noise)
    hits = []
    for place in range(len(gold)):
        rest = [n for n in range(len(gold)) if n != place]
        head = fit(vectors[rest], [gold[n] for n in rest], 3)
        hits.append(int(head.chances(vectors[place]).argmax()) == gold[place])
    assert fit(vectors, gold, 3).right == pytest.approx(np.mean(hits), abs=0.13)


def test_labels_that_mean_nothing_are_not_found_again() -> None:
    vectors, gold = made(3, 8, 0, noise=5.0)
    chance = np.random.default_rng(4).permutation(gold).tolist()
    assert fit(vectors, chance, 3).right < 0.6
    assert fit(vectors * 0 + 1, gold, 3).right <= 0.5


def test_chances_are_chances_and_the_same_every_time() -> None:
    vectors, gold = made(5, 4, 1)
    head, again = fit(vectors, gold, 5), fit(vectors, gold, 5)
    assert (head.weights == again.weights).all() and head.sharpness == again.sharpness
    found = head.chances(vectors[0])
    assert found.shape == (5,) and found.sum() == pytest.approx(1) and (found > 0).all()


def test_rare_labels_are_not_forgotten() -> None:
    vectors, gold = made(2, 30, 0)
    few = [*range(30), 30, 31]
    head = fit(vectors[few], [gold[place] for place in few], 2)
    unseen, known = made(2, 40, 0, seed=3)
    said = np.array([int(head.chances(vector).argmax()) for vector in unseen])
    assert np.mean(said[np.array(known) == 1] == 1) > 0.5


def test_blocks_have_length_one_whatever_the_text_says() -> None:
    assert np.linalg.norm(blocks(made(2, 3, 0)[0]), axis=2) == pytest.approx(np.ones((6, 2)), abs=1e-6)
    assert np.isfinite(blocks(np.zeros((1, 2 * WIDTH), np.float32))).all()
