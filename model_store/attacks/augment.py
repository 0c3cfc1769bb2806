"""Attacks as training examples: each with the label that its text deserves."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from random import Random

from model_store.attacks.catalogue import ATTACKS
from model_store.recipes.data import Example

SHARES: Mapping[str, float] = {
    "padding": 0.1,
    "claim": 0.1,
    "question_echoed": 0.1,
    "adverbs": 0.05,
    "adjectives": 0.05,
    "keywords": 0.05,
    "keywords_appended": 0.1,
    "question_copied": 0.03,
    "question_shuffled": 0.03,
    "off_topic": 0.03,
    "gibberish": 0.02,
    "flipped_negation": 0.1,
    "flipped_antonym": 0.1,
    "flipped_number": 0.1,
    "flipped_order": 0.1,
    "flipped_answer": 0.2,
}
"""Attack → the share of the answers that it starts from which it is tried on. Disguises, repetition and very long
answers are left out: normalisation and guards meet them before the model does."""


def augmented(examples: Sequence[Example], seed: int, shares: Mapping[str, float] = SHARES) -> Iterator[Example]:
    """Attacking texts made of these examples, beside which training also keeps the examples themselves.

    Deterministic: an example's texts hang on the seed and on itself alone, not on its company.

    Raises:
        KeyError: there is no attack of a name.
    """
    for name, share in shares.items():
        attack = ATTACKS[name]
        for example in examples:
            chance = Random(f"{seed}/{name}/{example.question_id}/{example.answer}")
            kind = "right" if example.label == "correct" else "wrong"
            if kind not in attack.on or chance.random() >= share:
                continue
            text = attack.apply(example.question, example.references, example.answer, chance)
            if text is not None:
                yield dataclasses.replace(example, answer=text, label=attack.truth(example.label))  # type: ignore[arg-type]
