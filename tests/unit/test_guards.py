import pytest

from lectern.guards import warnings

QUESTION = "Why does the water in the puddle disappear on a warm day?"


@pytest.mark.parametrize(
    "answer",
    [
        "The water evaporates because the sun heats it.",
        "evaporation",
        "the puddle",
        "It evaporates, and then it evaporates more, and then it is gone.",
        "I dont know",
        "Rhythms and strengths downstream",
        "matchstick",
        "warm water evaporates",
        "",
        "12 + 3 = 15, x, y",
    ],
)
def test_an_honest_answer_warns_of_nothing(answer: str) -> None:
    assert warnings(QUESTION, [], answer) == []


@pytest.mark.parametrize(
    ("answer", "sign"),
    [
        (QUESTION, "repeats the question"),
        ("why on a warm day does the water in the puddle disappear", "repeats the question"),
        ("water vapour sun heat evaporates", "lists words"),
        ("vapour, heat, sun, water, evaporates", "lists words"),
        ("It melts in the sun. vapour heat evaporates air rises particles", "lists words"),
        ("It goes away in the sun. " * 3, "repeats itself"),
        ("sdkfjh the qwrtp is", "no language has"),
    ],
)
def test_an_answer_written_for_a_machine_is_named(answer: str, sign: str) -> None:
    assert any(sign in text for text in warnings(QUESTION, [], answer))


def test_a_choice_that_the_question_offers_is_honest() -> None:
    assert warnings("Is the wooden block or the steel block heavier in water?", [], "The steel block is heavier") == []


def test_a_list_is_a_list_only_where_it_is_much_of_the_answer() -> None:
    materials = "vinegar water labels containers scales sinks"
    honest = "and this is what we would all need to do it, as it is not in the text that we have of them"
    assert warnings(QUESTION, [], f"I need {materials}") != []
    assert warnings(QUESTION, [], f"I need {materials} {honest}, and also more of it, for which I have no words") == []


REFERENCES = ["The water in the puddle evaporates because the sun heats it.", "Cars drive over the puddle."]


@pytest.mark.parametrize(
    "answer",
    [
        "The water in the puddle does not evaporate because the sun heats it.",
        "The water in the puddle condenses because the sun heats it.",
        "The sun in the puddle evaporates because the water heats it.",
        "The puddle drive over cars.",
    ],
)
def test_a_reference_with_a_fact_turned_round_is_named(answer: str) -> None:
    assert any("turn its meaning" in text for text in warnings(QUESTION, REFERENCES, answer))


@pytest.mark.parametrize(
    "answer",
    [
        *REFERENCES,
        "the water in a puddle evaporates, because the sun heats it",
        "It is not wet.",
        "The sun heats the water and it goes up",
    ],
)
def test_a_reference_itself_and_other_words_are_honest(answer: str) -> None:
    assert warnings(QUESTION, REFERENCES, answer) == []


def test_only_the_nearest_reference_says_what_was_turned() -> None:
    references = [
        "The terminals are connected to the battery by wires",
        "The terminals are not connected to the battery by wires",
    ]
    assert all(warnings(QUESTION, references, reference) == [] for reference in references)
