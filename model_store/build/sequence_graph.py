"""The graph of an encoder–decoder: one file, two branches, one table of words.

`reading` chooses: the encoder over a source, giving the keys and values that every layer of the decoder will look up, or
the decoder over what is written, after what it kept of what was written before. An If keeps both in one file, so that
the table of words, a quarter of all weights, is there once: it is read by both, and its transpose scores what comes next.
"""

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from model_store.build.graph import Graph, finished
from model_store.build.layers import SCALE

Tensors = dict[str, NDArray[Any]]

FAR = -1e9
"""Added to the score of a place that must not be looked at."""

WORDS = "words"
EPSILON = 1e-5


class Part(Graph):
    """A branch: the nodes of a network whose names begin with `name`. Weights are int8 with scales, or float."""

    def __init__(self, name: str, weights: Tensors, heads: int, table: Graph) -> None:
        super().__init__(weights)
        self.name, self.heads, self.table = name, heads, table
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
        floats = self.on("Unsqueeze", [self.on("Cast", [numbers], "floats", to=TensorProto.FLOAT), self.ints(1)], "column")
        rates = 10_000.0 ** -(np.arange(self.width // 2) / (self.width // 2))
        angles = self.on("Mul", [floats, self.own("rates", rates.astype(np.float32)[None])], "angles")
        waves = [self.on(kind, [angles], kind.lower()) for kind in ("Sin", "Cos")]
        return self.on("Concat", waves, "places", axis=1)


_NORM = ("weight", "bias")


def sequence_graph(weights: Tensors, heads: int) -> onnx.ModelProto:
    """Inputs: `reading` (bool), `tokens` int32 (N, T), and of layers L, heads H and their size D: `own` (L, 2, N, H, P, D),
    what was kept of P places before, `read` (L, 2, 1, H, S, D), what was kept of the source. Outputs: `scores` (N, T, V),
    `own_next` (L, 2, N, H, P + T, D), `read_next`.
    """
    table = Graph(weights)
    for name in (name for name in (WORDS, f"{WORDS}{SCALE}") if name in weights):
        table.constant(name, weights[name] if weights[name].dtype == np.int8 else weights[name].astype(np.float32))
    table.op("Transpose", [WORDS], "words_turned", perm=[1, 0])
    table.constant("nothing", np.zeros((0, 0, 0), dtype=np.float32))
    reader, writer = (Part(name, weights, heads, table) for name in ("read", "write"))
    branches = {"then_branch": _branch(reader, _read(reader)), "else_branch": _branch(writer, _write(writer))}
    table.nodes.append(helper.make_node("If", ["reading"], list(_OUTPUTS), name="either", **branches))
    size, layers = weights[WORDS].shape[1] // heads, _layers(weights, "decoder")
    kept = [layers, 2, "rows", heads, "past", size]
    inputs = {
        "reading": (TensorProto.BOOL, []),
        "tokens": (TensorProto.INT32, ["rows", "length"]),
        "own": (TensorProto.FLOAT, kept),
        "read": (TensorProto.FLOAT, [layers, 2, "one", heads, "source", size]),
    }
    return finished(table, inputs, _OUTPUTS)


_OUTPUTS = {
    "scores": ["scored", "written", "vocabulary"],
    "own_next": ["layers", "two", "rows_next", "heads", "places", "size"],
    "read_next": ["layers", "two", "one_next", "heads", "source_next", "size"],
}


def _branch(part: Part, outputs: list[str]) -> onnx.GraphProto:
    given = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs]
    constants = [numpy_helper.from_array(value, name) for name, value in part.constants.items()]
    return helper.make_graph(part.nodes, part.name, [], given, constants)


def _layers(weights: Tensors, kind: str) -> int:
    return 1 + max(int(name.split(".")[1]) for name in weights if name.startswith(f"{kind}."))


def _read(part: Part) -> list[str]:
    """The encoder, and what the decoder's layers look up in it."""
    hidden = part.embedded(part.own("zero", np.array(0)))
    for number in range(_layers(part.weights, "encoder")):
        layer = f"encoder.{number}"
        names = [f"{layer}.attentions.0.{kind}" for kind in ("query", "key_value")]
        packed = part.parted(part.linear(part.norm(hidden, f"{layer}.norms.0"), names, f"{layer}.qkv"), f"{layer}.parts")
        query, key, value = (part.taken(packed, place, f"{layer}.{place}") for place in range(3))
        mixed = part.attention(query, key, value, "", f"{layer}.mix")
        out = part.linear(mixed, [f"{layer}.attentions.0.out"], f"{layer}.attended")
        hidden = part.feed_forward(part.on("Add", [hidden, out], f"{layer}.added"), layer, 1)
    hidden = part.norm(hidden, "encoder_norm")
    layers = range(_layers(part.weights, "decoder"))
    names = [f"decoder.{number}.attentions.1.key_value" for number in layers]
    packed = part.parted(part.linear(hidden, names, "looked_up"), "looked_up.parts")
    shape = part.ints(len(layers), 2, 1, part.heads, -1, part.width // part.heads)
    kept = part.on("Reshape", [packed, shape], "read")
    return [part.on("Identity", [name], f"{name}.same") for name in ("nothing", "own")] + [kept]


def _write(part: Part) -> list[str]:
    """The decoder."""
    past = part.on("Gather", [part.on("Shape", ["own"], "own_shape"), part.own("four", np.array(4))], "past")
    hidden, mask, kept = part.embedded(past), _later(part), []
    for number in range(_layers(part.weights, "decoder")):
        layer = f"decoder.{number}"
        names = [f"{layer}.attentions.0.{kind}" for kind in ("query", "key_value")]
        packed = part.parted(part.linear(part.norm(hidden, f"{layer}.norms.0"), names, f"{layer}.qkv"), f"{layer}.parts")
        fresh = part.on("Slice", [packed, part.ints(1), part.ints(3), part.ints(0)], f"{layer}.fresh")
        all_kept = part.on("Concat", [part.taken("own", number, f"{layer}.before"), fresh], f"{layer}.kept", axis=3)
        kept.append(part.on("Unsqueeze", [all_kept, part.ints(0)], f"{layer}.kept_row"))
        query = part.taken(packed, 0, f"{layer}.query")
        key, value = (part.taken(all_kept, place, f"{layer}.kept.{place}") for place in range(2))
        out = part.linear(
            part.attention(query, key, value, mask, f"{layer}.mix"), [f"{layer}.attentions.0.out"], f"{layer}.attended"
        )
        hidden = _looked_up(part, part.on("Add", [hidden, out], f"{layer}.added"), layer, number)
    own = part.on("Concat", kept, "own", axis=0)
    return [_scored(part, part.norm(hidden, "decoder_norm")), own, part.on("Identity", ["read"], "read.same")]


def _looked_up(part: Part, hidden: str, layer: str, number: int) -> str:
    asked = part.linear(part.norm(hidden, f"{layer}.norms.1"), [f"{layer}.attentions.1.query"], f"{layer}.asked")
    query = part.taken(part.parted(asked, f"{layer}.asked.parts"), 0, f"{layer}.asked.query")
    here = part.taken("read", number, f"{layer}.read")
    key, value = (part.taken(here, place, f"{layer}.read.{place}") for place in range(2))
    mixed = part.attention(query, key, value, "", f"{layer}.look")
    out = part.linear(mixed, [f"{layer}.attentions.1.out"], f"{layer}.looked")
    return part.feed_forward(part.on("Add", [hidden, out], f"{layer}.told"), layer, 2)


def _later(part: Part) -> str:
    """What hides a place from those before it: (T, P + T)."""
    rows = part.on("Unsqueeze", ["write/numbers", part.ints(1)], "seeing")
    start, step = part.own("first", np.array(0)), part.own("step", np.array(1))
    columns = part.on("Unsqueeze", [part.on("Range", [start, "write/end", step], "all_numbers"), part.ints(0)], "seen")
    hidden = part.on("Cast", [part.on("Less", [rows, columns], "hidden")], "hidden_floats", to=TensorProto.FLOAT)
    return part.on("Mul", [hidden, part.own("far", np.array(FAR, dtype=np.float32))], "later")


def _scored(part: Part, hidden: str) -> str:
    if part.weights[WORDS].dtype != np.int8:
        return part.on("MatMul", [hidden, "words_turned"], "scores")
    return part.node("DynamicQuantizeMatMul", [hidden, "words_turned", f"{WORDS}{SCALE}"], "write/scores")
