"""Merging by numpy, and the recipe's low-rank factors, by hand."""

from pathlib import Path

import numpy as np
import pytest

from model_store.build.merge import Adapter, merge
from model_store.errors import AdapterMismatch

BASE = {"a.weight": np.ones((3, 2), dtype=np.float32), "a.bias": np.zeros(3, dtype=np.float32)}


def adapter(**tensors: list[object]) -> Adapter:
    named = {name.replace("__", "."): np.array(value, dtype=np.float32) for name, value in tensors.items()}
    return Adapter(Path(), {"rank": 1, "alpha": 2}, named)


def test_low_rank_deltas_and_head() -> None:
    made = adapter(a__lora_A=[[1, 2]], a__lora_B=[[1], [0], [-1]], a__bias__delta=[1, 2, 3], head__dense__bias=[7])
    merged = merge(BASE, made)
    assert merged["a.weight"].tolist() == [[3, 5], [1, 1], [-1, -3]]
    assert merged["a.bias"].tolist() == [1, 2, 3]
    assert merged["head.dense.bias"].tolist() == [7]
    assert BASE["a.weight"].tolist() == [[1, 1]] * 3


@pytest.mark.parametrize(
    "made",
    [
        adapter(b__lora_A=[[1, 2]], b__lora_B=[[1], [0], [-1]]),
        adapter(a__lora_A=[[1, 2, 3]], a__lora_B=[[1], [0], [-1]]),
        adapter(c__bias__delta=[1]),
    ],
)
def test_an_adapter_of_another_base(made: Adapter) -> None:
    with pytest.raises(AdapterMismatch, match="the base lacks or has in another shape"):
        merge(BASE, made)
