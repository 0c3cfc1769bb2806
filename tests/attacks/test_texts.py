"""The attacks as functions of texts: seeded, within their claim, and quick enough to make training examples."""

from random import Random

import pytest

from model_store.attacks.attack import Attack, content_words, words
from model_store.attacks.catalogue import ATTACKS
from model_store.attacks.copying import LEAST_KEYWORDS
from model_store.attacks.flipping import flip, miscount, negate, oppose, swap

QUESTION = "Why does the puddle disappear on a warm day, and where does the water go?"
REFERENCES = (
    "The water in the puddle evaporates faster and rises into the air as vapour.",
    "Heat causes evaporation, and two litres of water are not there any more.",
)
ANSWER = "The water is gone because the sun has melted it"


def apply(attack: Attack, seed: int = 0) -> str | None:
    return attack.apply(QUESTION, REFERENCES, ANSWER, Random(seed))


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_an_attack_is_decided_by_its_seed_and_changes_the_text(attack: Attack) -> None:
    made = [apply(attack, seed) for seed in range(20)]
    assert made == [apply(attack, seed) for seed in range(20)]
    assert any(made)
    assert ANSWER not in made
    assert not set(made) & set(REFERENCES)


@pytest.mark.parametrize(
    "name", ["padding", "repetition", "claim", "question_echoed", "very_long", "keywords_appended"]
)
def test_what_adds_words_keeps_the_answer_whole(name: str) -> None:
    assert all(ANSWER in (apply(ATTACKS[name], seed) or "") for seed in range(20))


@pytest.mark.parametrize(("name", "added"), [("adverbs", "adverbs"), ("adjectives", "adjectives")])
def test_inserted_words_are_all_that_is_new(name: str, added: str) -> None:
    for seed in range(20):
        left = [word for word in (apply(ATTACKS[name], seed) or "").split() if word not in words(added)]
        assert left == ANSWER.split()


def test_keywords_are_a_references_words_in_another_order() -> None:
    for seed in range(20):
        found = (apply(ATTACKS["keywords"], seed) or "").replace(",", "").split()
        assert sorted(found) in [sorted(content_words(reference)) for reference in REFERENCES]
        assert found not in [content_words(reference) for reference in REFERENCES]


def test_few_keywords_are_no_attack() -> None:
    assert len(content_words("Ice floats on the water")) < LEAST_KEYWORDS
    assert ATTACKS["keywords"].apply("Why?", ["Ice floats on the water"], "no", Random(0)) is None


@pytest.mark.parametrize(
    ("text", "flipped"),
    [
        ("The bulb is lit.", "The bulb is not lit."),
        ("It will not float.", "It will float."),
        ("It can't float.", "It can float."),
        ("They don't touch", "They do touch"),
        ("Wood floats", None),
        ("It depends on whether or not it is wet", "It depends on whether or not it is not wet"),
    ],
)
def test_negate(text: str, flipped: str | None) -> None:
    assert negate(text, Random(0)) == flipped


def test_oppose_keeps_the_capital_and_the_rest() -> None:
    assert oppose("Higher pitch.", Random(0)) == "Lower pitch."
    assert oppose("The pitch", Random(0)) is None


def test_miscount_leaves_names_alone() -> None:
    assert miscount("terminal 3 is connected. 4. Trace it", Random(0)) is None
    assert miscount("It needs Two spoons", Random(0)) not in (None, "It needs Two spoons")
    changed = miscount("about 20 meters", Random(0))
    assert changed and changed.startswith("about ") and changed.endswith(" meters") and "20" not in changed


def test_swap_changes_the_sides_of_a_directed_verb() -> None:
    assert swap("Vibrations make sounds.", Random(0)) == "Sounds make vibrations."
    assert swap("The earth is bigger than the moon", Random(0)) == "The moon is bigger than the earth"
    assert swap("A is connected to B", Random(0)) is None


def test_nothing_to_flip_is_none_and_a_flip_that_is_another_reference_is_none() -> None:
    assert flip("Wood burns", Random(0)) is None
    references = ("The bulb is lit.", "The bulb is not lit")
    assert ATTACKS["flipped_negation"].apply("Is it?", references, "yes", Random(0)) is None


def test_long_references_are_not_flipped() -> None:
    assert ATTACKS["flipped_negation"].apply("Is it?", ["It is so. " * 20], "yes", Random(0)) is None


@pytest.mark.parametrize(
    "name", ["adverbs", "adjectives", "repetition", "homoglyphs", "zero_width", "keywords_appended"]
)
def test_an_empty_answer_stops_nothing(name: str) -> None:
    ATTACKS[name].apply(QUESTION, REFERENCES, "", Random(0))


def test_what_a_text_deserves() -> None:
    assert ATTACKS["flipped_answer"].truth("correct") == "contradictory"
    assert ATTACKS["gibberish"].truth("contradictory") == "incorrect"
    assert ATTACKS["padding"].truth("contradictory") == "contradictory"


def test_antonyms_go_both_ways_to_other_words() -> None:
    assert all(first != second for first, second in words("antonyms"))
    assert oppose(oppose("It is wider", Random(0)) or "", Random(0)) == "It is wider"
