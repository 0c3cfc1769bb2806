"""What a release takes and gives as the protocol describes it, read from its manifest: nothing is loaded for it.

A request is either made of tokens (`input_ids` and what stands beside them) and gets `logits`, or of `request` (the
task's own JSON) or `text`, and gets `response`: the task's answer.
"""

from typing import NamedTuple

from pydantic import BaseModel

from lectern.manifest import Manifest

PLATFORM = "onnxruntime_onnx"

ANY = -1
"""A dimension of any size."""

REQUEST, TEXT, RESPONSE, LOGITS = "request", "text", "response", "logits"


class TensorMetadata(BaseModel):
    """A tensor: its shape has -1 where any size will do; the first dimension counts rows."""

    name: str
    datatype: str
    shape: list[int]


class ServerMetadata(BaseModel):
    """The server."""

    name: str
    version: str
    extensions: list[str]


class ModelMetadata(BaseModel):
    """A model: the versions that can be asked, and the tensors of the one that was asked about."""

    name: str
    versions: list[str]
    platform: str
    inputs: list[TensorMetadata]
    outputs: list[TensorMetadata]


class Tensors(NamedTuple):
    """What a release takes and gives."""

    inputs: list[TensorMetadata]
    outputs: list[TensorMetadata]


def tensors(manifest: Manifest) -> Tensors:
    """A release's tensors, as its golden vectors have them."""
    golden = manifest.golden.vectors[0]
    inputs = [_tensor("input_ids", "INT32", ANY), _tensor("token_type_ids", "INT32", ANY)]
    inputs.append(_tensor("attention_mask", "INT32", ANY))
    if golden.features:
        inputs.append(_tensor("features", "FP32", len(golden.features)))
    if golden.hashes:
        inputs.append(_tensor("hashes", "INT32", ANY))
    inputs += [_tensor(REQUEST, "BYTES"), _tensor(TEXT, "BYTES")]
    return Tensors(inputs, [_tensor(LOGITS, "FP32", len(golden.logits)), _tensor(RESPONSE, "BYTES")])


def described(manifest: Manifest, versions: list[str]) -> ModelMetadata:
    """The document about a release."""
    inputs, outputs = tensors(manifest)
    return ModelMetadata(name=manifest.model, versions=versions, platform=PLATFORM, inputs=inputs, outputs=outputs)


def _tensor(name: str, datatype: str, *columns: int) -> TensorMetadata:
    return TensorMetadata(name=name, datatype=datatype, shape=[ANY, *columns])
