import pytest

from model_store.attacks.augment import SHARES, augmented
from model_store.attacks.catalogue import ATTACKS
from model_store.recipes.data import Example


def example(number: int, label: str) -> Example:
    references = ("The sun heats the water in the puddle; it evaporates into the air and is not there",)
    answer = f"It is in the air, sample {number}"
    return Example(
        "beetle", "train", f"Q{number % 7}", "Where does the water of the puddle go?", references, answer, label
    )


EXAMPLES = [example(n, label) for n, label in enumerate(["correct", "incorrect", "contradictory", "incorrect"] * 50)]


def test_each_text_has_the_label_that_it_deserves() -> None:
    def labels(name: str) -> list[str]:
        return [each.label for each in augmented(EXAMPLES, 0, {name: 1.0})]

    assert labels("padding") == [each.label for each in EXAMPLES]
    assert labels("flipped_answer") == ["contradictory"] * 50
    assert set(labels("flipped_negation")) == {"contradictory"}
    assert labels("keywords") == ["incorrect"] * 150  # of wrong answers alone


def test_shares_are_kept_and_an_example_does_not_depend_on_its_company() -> None:
    made = list(augmented(EXAMPLES, 0, {"padding": 0.25}))
    assert 30 <= len(made) <= 70
    alone = [each for one in EXAMPLES for each in augmented([one], 0, {"padding": 0.25})]
    assert alone == made
    assert made != list(augmented(EXAMPLES, 1, {"padding": 0.25}))


def test_every_named_attack_exists_and_an_unknown_one_is_refused() -> None:
    assert set(SHARES) <= set(ATTACKS)
    with pytest.raises(KeyError, match="spell"):
        list(augmented(EXAMPLES, 0, {"spell": 1.0}))
