"""Pieces of an encoder–decoder's graph: products in int8 or float, norms, attention, words at their places."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from model_store.build.graph import Graph
from model_store.build.layers import SCALE, Tensors

WORDS = "words"
EPSILON = 1e-5
_NORM = ("weight", "bias")


class Part(Graph):
    """A branch: the nodes of a network whose names begin with `name`. Weights are int8 with scales, or float."""

    def __init__(self, name: str, weights: Tensors, heads: int) -> None:
        super().__init__(weights)
        self.name, self.heads = name, heads
        self.width = weights[WORDS].shape[1]

    def on(self, operator: str, inputs: list[str], output: str, **attributes: Any) -> str:
        """A node of ONNX's own domain, its output named within the branch."""
        return self.op(operator, inputs, f"{self.name}/{output}", **attributes)

    def own(self, name: str, value: NDArray[Any]) -> str:
        """A constant of the branch, also one number without an axis."""
        self.constants[f"{self.name}/{name}"] = np.array(value, order="C")
        return f"{self.name}/{name}"

    def ints(self, *values: int) -> str:
        """A constant of whole numbers."""
        return self.own("ints." + ".".join(map(str, values)), np.array(values, dtype=np.int64))

    def linear(self, value: str, names: list[str], output: str) -> str:
        """The product with layers side by side, their bias added: (…, in) → (…, sum of out)."""
        weight = np.concatenate([self.weights[f"{name}.weight"] for name in names]).T
        bias = self.own(f"{output}.bias", np.concatenate([self.weights[f"{n}.bias"] for n in names]).astype(np.float32))
        matrix = self.own(f"{output}.weight", weight)
        if weight.dtype != np.int8:
            return self.on("Add", [self.on("MatMul", [value, matrix], f"{output}.product"), bias], output)
        scales = np.concatenate([self.weights[f"{name}.weight{SCALE}"] for name in names])
        scale = self.own(f"{output}.scale", scales.astype(np.float32))
        return self.node("DynamicQuantizeMatMul", [value, matrix, scale, "", bias], f"{self.name}/{output}")

    def norm(self, value: str, name: str) -> str:
        """Layer normalisation."""
        parts = [self.own(f"{name}.{kind}", self.weights[f"{name}.{kind}"].astype(np.float32)) for kind in _NORM]
        return self.on("LayerNormalization", [value, *parts], f"{name}.out", epsilon=EPSILON)

    def parted(self, value: str, output: str) -> str:
        """(N, T, k · width) → (k, N, heads, T, width / heads)."""
        shape = self.ints(0, 0, -1, self.heads, self.width // self.heads)
        apart = self.on("Reshape", [value, shape], f"{output}.apart")
        return self.on("Transpose", [apart], output, perm=[2, 0, 3, 1, 4])

    def taken(self, value: str, place: int, output: str) -> str:
        """The member of the first axis at a place."""
        return self.on("Gather", [value, self.own(f"place.{place}", np.array(place))], output, axis=0)

    def attention(self, query: str, keys: str, values: str, mask: str, output: str) -> str:
        """(N, heads, T, size) by (…, S, size) → (N, T, width); `mask`, where given, is added to the scores."""
        turned = self.on("Transpose", [keys], f"{output}.turned", perm=[0, 1, 3, 2])
        scores = self.on("MatMul", [query, turned], f"{output}.scores")
        root = self.own("root", np.array((self.width // self.heads) ** -0.5, dtype=np.float32))
        scaled = self.on("Mul", [scores, root], f"{output}.scaled")
        seen = self.on("Add", [scaled, mask], f"{output}.seen") if mask else scaled
        mixed = self.on("MatMul", [self.on("Softmax", [seen], f"{output}.shares", axis=-1), values], f"{output}.mixed")
        back = self.on("Transpose", [mixed], f"{output}.back", perm=[0, 2, 1, 3])
        return self.on("Reshape", [back, self.ints(0, 0, self.width)], output)

    def feed_forward(self, hidden: str, layer: str, norm: int) -> str:
        """Two products with ReLU between, added to what came in."""
        wide = self.linear(self.norm(hidden, f"{layer}.norms.{norm}"), [f"{layer}.wide"], f"{layer}.wide")
        narrow = self.linear(self.on("Relu", [wide], f"{layer}.active"), [f"{layer}.narrow"], f"{layer}.narrow")
        return self.on("Add", [hidden, narrow], f"{layer}.out")

    def embedded(self, first: str) -> str:
        """Vectors (N, T, width) of `tokens`, each at its place; the first stands at the place `first` (a scalar)."""
        rows = self.on("Gather", [WORDS, "tokens"], "rows", axis=0)
        if self.weights[WORDS].dtype == np.int8:
            scales = self.on("Gather", [f"{WORDS}{SCALE}", "tokens"], "row_scales", axis=0)
            rows = self.on("Cast", [rows], "row_floats", to=TensorProto.FLOAT)
            rows = self.on("Mul", [rows, self.on("Unsqueeze", [scales, self.ints(2)], "row_scale")], "row_vectors")
        large = self.on("Mul", [rows, self.own("size", np.array(self.width**0.5, dtype=np.float32))], "words_here")
        return self.on("Add", [large, self._places(first)], "embedded")

    def _places(self, first: str) -> str:
        length = self.on("Gather", [self.on("Shape", ["tokens"], "shape"), self.own("one", np.array(1))], "length")
        end = self.on("Add", [first, length], "end")
        numbers = self.on("Range", [first, end, self.own("step", np.array(1))], "numbers")
        floats = self.on(
            "Unsqueeze", [self.on("Cast", [numbers], "floats", to=TensorProto.FLOAT), self.ints(1)], "column"
        )
        rates = 10_000.0 ** -(np.arange(self.width // 2) / (self.width // 2))
        angles = self.on("Mul", [floats, self.own("rates", rates.astype(np.float32)[None])], "angles")
        waves = [self.on(kind, [angles], kind.lower()) for kind in ("Sin", "Cos")]
        return self.on("Concat", waves, "places", axis=1)
