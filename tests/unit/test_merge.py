"""Merging by numpy, and the recipe's low-rank factors, by hand."""

import os
import subprocess
import sys
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


def test_a_merged_layer_has_the_same_bits_whichever_kernel_numpy_multiplies_with() -> None:
    """A build is the same file on every CPU, so figures that were measured on one machine are those of the file that
    another builds; a matrix product by BLAS differs in its last bits from CPU to CPU."""
    program = (
        "import hashlib, numpy as np; from model_store.build.merge import product; r = np.random.default_rng(0)\n"
        "a, b = r.normal(size=(96, 32)).astype('f4'), r.normal(size=(32, 64)).astype('f4')\n"
        "assert np.allclose(product(a, b), a.astype('f8') @ b.astype('f8'), atol=1e-4)\n"
        "print(hashlib.sha256(product(a, b).tobytes()).hexdigest())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"OPENBLAS_CORETYPE": kernel, "NPY_DISABLE_CPU_FEATURES": features},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for kernel, features in (("Haswell", ""), ("Nehalem", "AVX2 FMA3"))
    }
    assert len(found) == 1
