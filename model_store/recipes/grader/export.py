"""From a trained cross-encoder to what is committed: an adapter in fp16, and reference logits of transformers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor
from transformers import BertModel

from functions.grading.features import hashed, lexical
from functions.grading.rows import CLS, SEP, apart
from model_store.recipes.export import low_rank
from model_store.recipes.grader.cross import CrossLayers, side_by_side

HEADS = ("segments", "dense.weight", "dense.bias", "classifier.weight", "classifier.bias")


def adapter_of(network: CrossLayers, base: Path, rank: int) -> dict[str, Tensor]:
    """The layers as changes of the base's, of low rank; heads as they are; fp16, as `model_store.build.merge` reads."""
    before, state = load_file(base / "model.safetensors"), network.state_dict()
    result = {f"head.{name}": state[name] for name in HEADS}
    for name, value in state.items():
        if not name.startswith("layer."):
            continue
        change = value - before[f"encoder.{name}"]
        if change.ndim == 1:
            result[f"encoder.{name}.delta"] = change
        else:
            target = f"encoder.{name.removesuffix('.weight')}"
            result[f"{target}.lora_B"], result[f"{target}.lora_A"] = low_rank(change, rank)
    return {name: value.half().contiguous() for name, value in result.items()}


def apply_adapter(network: CrossLayers, base: Path, adapter: dict[str, Tensor]) -> None:
    """Give the network exactly the weights that a build will merge."""
    state = {name.removeprefix("encoder."): value for name, value in load_file(base / "model.safetensors").items()}
    for name, value in adapter.items():
        layer, _, kind = name.removeprefix("encoder.").rpartition(".")
        if kind == "lora_A":
            changed = adapter[f"encoder.{layer}.lora_B"].float() @ value.float()
            state[f"{layer}.weight"] = state[f"{layer}.weight"] + changed
        elif kind == "delta":
            state[layer] = state[layer] + value.float()
        elif name.startswith("head."):
            state[name.removeprefix("head.")] = value.float()
    kept = {name: value for name, value in state.items() if name in network.state_dict()}
    network.load_state_dict(kept, strict=False)


def references(
    network: CrossLayers, base: Path, lower: int, tokenizer: Tokenizer, texts: Sequence[tuple[str, str, str]]
) -> list[dict[str, Any]]:
    """What a build must come to in float32: the cross-encoder's logits over transformers' own vectors."""
    encoder = BertModel.from_pretrained(base, add_pooling_layer=False).eval()
    return [_reference(network.eval(), encoder, lower, tokenizer, row) for row in texts]


def _reference(
    network: CrossLayers, encoder: BertModel, lower: int, tokenizer: Tokenizer, texts: tuple[str, str, str]
) -> dict[str, Any]:
    question, right, answer = texts
    ids = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
    row = apart(ids[0], ids[1], ids[2], lexical(question, right, answer), hashed(answer))
    with torch.inference_mode():
        read = [encoder(torch.tensor([[CLS, *text, SEP]]), output_hidden_states=True).hidden_states for text in ids]
        joined, kinds = side_by_side([states[lower][0].numpy() for states in read])
        logits = network({"vectors": torch.from_numpy(joined)[None], "segments": torch.from_numpy(kinds)[None]})[0][0]
    return {**vars(row), "logits": logits.tolist()}
