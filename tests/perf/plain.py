"""A whole file as a tutorial grades it: the base in batches of 32, sorted by length and padded; in torch and in int8.

`.venv-train/bin/python -m tests.perf.plain FOLDER` reads FOLDER/pairs.json and prints seconds of each, models loaded;
with sizes of batches behind it, those of int8 in each size.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import quantize_dynamic
from onnxruntime.transformers.optimizer import optimize_model
from transformers import AutoModelForSequenceClassification, AutoTokenizer

BATCH, LONGEST = 32, 256
NAMES = ("input_ids", "token_type_ids", "attention_mask")
ROWS, WIDTH, TIMES = 2048, 1536, 8
"""Of the matrix product that shows what the processor can do."""

Batch = dict[str, Any]


def main(folder: Path, *sizes: str) -> None:
    """Measure and print."""
    place = os.environ["TORCH_MODEL"]
    model = AutoModelForSequenceClassification.from_pretrained(place, num_labels=3, attn_implementation="eager").eval()
    tokenizer = AutoTokenizer.from_pretrained(place)
    pairs = json.loads((folder / "pairs.json").read_text("utf-8"))
    session = onnxruntime.InferenceSession(quantised(model, tokenizer, folder))

    def grade(run: Callable[[Batch], Any], size: int = BATCH) -> float:
        started = time.monotonic()
        for batch in batches(tokenizer, pairs, size):
            run(batch)
        return time.monotonic() - started

    def in_torch(batch: Batch) -> Any:
        with torch.inference_mode():
            return model(**batch).logits.softmax(-1)

    def in_int8(batch: Batch) -> Any:
        return session.run(None, arrays(batch))

    if sizes:
        print(json.dumps({size: grade(in_int8, int(size)) for size in sizes}))
        return
    seconds = {"torch": grade(in_torch), "plain int8": grade(in_int8)}
    lengths = [int(n) for batch in batches(tokenizer, pairs) for n in batch["attention_mask"].sum(1)]
    print(json.dumps(seconds | {"int8 ceiling": operations(model.config, lengths) / int8_rate()}))


def batches(tokenizer: Any, pairs: Sequence[Sequence[str]], size: int = BATCH) -> Iterator[Batch]:
    """Pairs of texts, those of like length together."""
    by_length = sorted(pairs, key=lambda pair: len(pair[0]) + len(pair[1]))
    for start in range(0, len(by_length), size):
        first, second = zip(*by_length[start : start + size], strict=True)
        yield tokenizer(
            list(first), list(second), padding=True, truncation=True, max_length=LONGEST, return_tensors="pt"
        )


def quantised(model: Any, tokenizer: Any, folder: Path) -> bytes:
    """The network, fused and in int8 by onnxruntime's own tools; kept in the folder."""
    path = folder / "plain.onnx"
    if not path.exists():
        batch = next(batches(tokenizer, [("A question?", "An answer."), ("Another one?", "Yes.")]))
        axes = {name: {0: "batch", 1: "tokens"} for name in NAMES} | {"logits": {0: "batch"}}
        inputs = (batch["input_ids"], batch["attention_mask"], batch["token_type_ids"])
        names = ["input_ids", "attention_mask", "token_type_ids"]
        torch.onnx.export(
            model, inputs, str(folder / "float.onnx"), input_names=names, output_names=["logits"], dynamic_axes=axes,
            dynamo=False,
        )  # fmt: skip
        sizes = {"num_heads": model.config.num_attention_heads, "hidden_size": model.config.hidden_size}
        fused = optimize_model(str(folder / "float.onnx"), "bert", **sizes)
        quantize_dynamic(fused.model, path, extra_options={"DefaultTensorType": TensorProto.FLOAT})
    return path.read_bytes()


def operations(config: Any, lengths: Sequence[int]) -> float:
    """Multiplications and additions of the matrix products in rows of so many tokens, none of them padded."""
    width, layers = config.hidden_size, config.num_hidden_layers
    weights = 4 * width * width + 2 * width * config.intermediate_size
    return float(sum(2 * layers * (weights * n + 2 * width * n * n) for n in lengths))


def int8_rate() -> float:
    """Operations a second of onnxruntime's int8 matrix product where nothing else is to do: the best of some runs."""
    chance = np.random.default_rng(1)
    weights = numpy_helper.from_array(chance.integers(-64, 64, (WIDTH, WIDTH), dtype=np.int8), "weights")
    node = helper.make_node("MatMulInteger", ["rows", "weights"], ["products"])
    rows = helper.make_tensor_value_info("rows", TensorProto.UINT8, [ROWS, WIDTH])
    products = helper.make_tensor_value_info("products", TensorProto.INT32, [ROWS, WIDTH])
    graph = helper.make_graph([node], "product", [rows], [products], [weights])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    session = onnxruntime.InferenceSession(made.SerializeToString())
    given = {"rows": chance.integers(0, 255, (ROWS, WIDTH), dtype=np.uint8)}
    return 2 * ROWS * WIDTH * WIDTH / min(_seconds(lambda: session.run(None, given)) for _ in range(TIMES))


def _seconds(work: Callable[[], Any]) -> float:
    started = time.monotonic()
    work()
    return time.monotonic() - started


def arrays(batch: Batch) -> dict[str, Any]:
    """As onnxruntime takes it."""
    return {name: batch[name].numpy() for name in NAMES}


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
