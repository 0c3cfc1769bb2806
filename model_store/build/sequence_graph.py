"""The graph of an encoder–decoder: one file, two branches, one table of words.

`reading` chooses: the encoder over a source, giving the keys and values that every layer of the decoder will look up,
or the decoder over what is written, after what it kept of what was written before. An If keeps both in one file, so
that the table of words, a quarter of all weights, is there once: both read it, and its transpose scores what comes
next.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from model_store.build.graph import Graph, Shape, finished
from model_store.build.layers import SCALE, Tensors
from model_store.build.sequence_parts import WORDS, Part

FAR = -1e9
"""Added to the score of a place that must not be looked at."""


def sequence_graph(weights: Tensors, heads: int) -> onnx.ModelProto:
    """Inputs: `reading` (bool), `tokens` int32 (N, T), and of layers L, heads H and their size D: `own`
    (L, 2, N, H, P, D), what was kept of P places before, `read` (L, 2, 1, H, S, D), what was kept of the source.
    Outputs: `scores` (N, T, V), `own_next` (L, 2, N, H, P + T, D), `read_next`.
    """
    table = Graph(weights)
    for name in (name for name in (WORDS, f"{WORDS}{SCALE}") if name in weights):
        table.constant(name, weights[name] if weights[name].dtype == np.int8 else weights[name].astype(np.float32))
    table.op("Transpose", [WORDS], "words_turned", perm=[1, 0])
    table.constant("nothing", np.zeros((0, 0, 0), dtype=np.float32))
    reader, writer = (Part(name, weights, heads) for name in ("read", "write"))
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


_OUTPUTS: dict[str, Shape] = {
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
        packed = part.parted(
            part.linear(part.norm(hidden, f"{layer}.norms.0"), names, f"{layer}.qkv"), f"{layer}.parts"
        )
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
        packed = part.parted(
            part.linear(part.norm(hidden, f"{layer}.norms.0"), names, f"{layer}.qkv"), f"{layer}.parts"
        )
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
