"""Which answers are one group: the same words, and nothing that could mean something else."""

import random
import time

import pytest

from lectern.gradebook.similar import groups, normalised


def same(*answers: str) -> bool:
    return groups(answers) == [list(range(len(answers)))]


@pytest.mark.parametrize(
    "answers",
    [
        ("Ice is less dense.", "ice is LESS dense", "  Ice   is less dense!", "The ice is less dense"),
        ("Ice is less dense", "Ｉce is less dense"),
        ("It has a lower density", "It has a lower density!", "it has a lower desnity", "it has a lower densit"),
        ("photosynthesis", "Photosynthesis", "Photosynthsis", "photosynthesiss"),
        ("", "  ", "...", "?!"),
        ("E = mc²", "e = mc2"),
        ("密度更小", "密度更小。"),
        ("don't know", "Don’t know."),
        ("the", "The!"),
    ],
)  # fmt: skip
def test_one_group(answers: tuple[str, ...]) -> None:
    assert same(*answers)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ice is less dense than water", "Ice is not less dense than water"),
        ("Ice is less dense than water", "Ice is more dense than water"),
        ("The pressure increases in a closed vessel of gas", "The pressure decreases in a closed vessel of gas"),
        ("It takes 5 N", "It takes 6 N"),
        ("x = 3", "x = -3"),
        ("1.5 metres", "15 metres"),
        ("The dog bites the man", "The man bites the dog"),
        ("It is hot there in the summer months", "It is not there in the summer months"),
        ("It is less dense", "It is less dense and floats"),
        ("密度更小的冰块浮起来", "密度更大的冰块浮起来"),
        ("It dont sink", "It don't sink"),
        ("", "a"),
    ],
)
def test_two_groups(one: str, other: str) -> None:
    assert groups([one, other]) == [[0], [1]]


def test_slips_do_not_chain() -> None:
    """Each is a slip away from the next one, but the last is not one away from the first, which leads."""
    assert groups(["density", "density", "densty", "densy"]) == [[0, 1, 2], [3]]


def test_the_same_whatever_the_order() -> None:
    answers = ["Lower density", "lower densty", "higher density", "lower density.", "LOWER DENSITY!", "nothing"]
    expected = {frozenset(answers[:2] + answers[3:5]), frozenset([answers[2]]), frozenset([answers[5]])}
    rng = random.Random(1)
    for _ in range(20):
        rng.shuffle(answers)
        assert {frozenset(answers[place] for place in group) for group in groups(answers)} == expected


def test_words_numbers_and_signs() -> None:
    assert normalised("It's 3.5 m², NOT −2!") == ("it's", "3.5", "m", "2", "not", "−", "2")
    assert groups([]) == []


def test_thousands_are_cheap() -> None:
    rng = random.Random(2)
    words = ["".join(rng.choices("abcdefghij", k=rng.randint(3, 9))) for _ in range(300)]
    answers = [" ".join(rng.choices(words, k=rng.randint(4, 14))) for _ in range(4000)]
    started = time.monotonic()
    assert len(groups(answers + answers)) == len(set(answers))
    assert time.monotonic() - started < 20
