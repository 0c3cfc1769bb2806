"""Answers that nobody gave are made of what a run may see, and of nothing else."""

from model_store.recipes.data import Example
from model_store.recipes.splices import splices


def example(question: str, answer: str, module: str = "m") -> Example:
    return Example("c", "train", question, "Why?", ("Because.",), answer, "correct", module)


EXAMPLES = [
    example("q1", "the lamp is lit"),
    example("q1", "a gap stops it"),
    example("q2", "seven whole numbers"),
    example("q3", "secret words here", "other"),
]


def test_words_come_from_the_same_module_and_the_places_that_are_given() -> None:
    made = list(splices(EXAMPLES, [0, 1, 2], 50, 1))
    assert [place for place, _ in made] == [0] * 50 + [1] * 50 + [2] * 50
    assert not {"secret", "words", "here"} & {word for _, answer in made for word in answer.split()}


def test_they_are_the_same_each_time_and_seldom_the_answer_itself() -> None:
    made = list(splices(EXAMPLES, [0, 1], 50, 1))
    assert made == list(splices(EXAMPLES, [0, 1], 50, 1))
    assert made != list(splices(EXAMPLES, [0, 1], 50, 2))
    assert sum(answer == EXAMPLES[place].answer for place, answer in made) < 30
    assert all(answer for _, answer in made)


def test_an_answer_of_one_word_or_none_is_no_trouble() -> None:
    short = [example("q1", "yes"), example("q1", "")]
    assert len(list(splices(short, [0, 1], 20, 3))) == 40
