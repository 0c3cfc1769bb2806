"""What a build of a translator must come to: the log-probabilities of given translations, by the network itself."""

from typing import Any

import torch

from functions.translate.pieces import LANGUAGES, SPECIALS, UNKNOWN, tag
from model_store.recipes.translation.learning import Both, padded
from model_store.recipes.translation.network import Translator
from model_store.recipes.translation.vocabulary import Pieces
from model_store.translation.pairs import Pair

GOLDEN = (
    ("Hi.", "嗨。"),
    ("Where is the library?", "图书馆在哪里？"),
    ("I have never seen such a beautiful sunset.", "我从来没有见过这么美的日落。"),
    ("Tom wants to know why you were late for the first lesson.", "汤姆想知道你第一节课为什么迟到。"),
    (
        "If you mix the salt with water and wait until the water is gone, you will find the salt again.",
        "如果你把盐和水混在一起，等到水都没有了，你会再找到盐。",
    ),
)
"""Pairs that prove a release, both ways: short, long, a name, a question."""


def references(network: Translator, pieces: Pieces) -> list[dict[str, Any]]:
    """The rows of reference.json: source, translation, and what each of its tokens has; none with an unknown one."""
    both = Both([Pair("train", *pair) for pair in GOLDEN], pieces)
    unknown = SPECIALS.index(UNKNOWN)
    rows = [row for target in LANGUAGES for row in both.rows(target)]
    return [_reference(network, source, told) for source, told in rows if unknown not in told]


def _reference(network: Translator, source: list[int], told: list[int]) -> dict[str, Any]:
    batch = padded([(source, told)])
    language = next(number for number, name in enumerate(LANGUAGES) if tag(name) == told[0])
    columns, _ = network.columns(language)
    columns = columns[columns != SPECIALS.index(UNKNOWN)]
    with torch.inference_mode():
        hidden = network.eval().decode(batch["written"][:, :-1], *network.encode(batch["source"]))
        shares = (hidden[0] @ network.words[columns].T).log_softmax(-1)
        found = shares.gather(1, torch.searchsorted(columns, batch["written"][0, 1:])[:, None])[:, 0]
    return {"input_ids": source, "token_type_ids": [0] * len(source), "written": told[1:], "logits": found.tolist()}
