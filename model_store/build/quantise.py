"""Dynamic int8 by onnxruntime's own quantiser, by default in a scheme that does not saturate on any CPU.

Without VNNI, x86 multiplies pairs of 8-bit numbers into 16 bits and saturates when activations are unsigned and weights
signed, so that the full range would answer differently per CPU. Weights in a reduced range (7 bits), or unsigned ones,
don't.
"""

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic

from model_store.build import residual
from model_store.build.outliers import OUTLIERS, few, kept_apart
from model_store.build.residual import RESIDUAL, residual_apart

FEW = (*map(few, OUTLIERS), *map(residual.few, RESIDUAL))
"""The products of outliers, which stay in float."""

CHOSEN = "quantisation.json"
"""In an adapter's folder: the scheme that `lectern models quantise` chose, and what it was chosen among."""

# The quantiser's advice to pre-process is for exported graphs; this one is fused already.
logging.getLogger().addFilter(lambda record: "pre-processing before quantization" not in record.getMessage())


@dataclass(frozen=True)
class Scheme:
    """How weights become integers; activations are unsigned 8-bit per tensor and run, which is all the runtime has."""

    signed: bool = True
    per_channel: bool = True
    reduced_range: bool = True
    embeddings: bool = True
    """Whether the embedding tables are int8 too."""
    in_float: tuple[str, ...] = ()
    """Nodes that stay in float."""
    apart: bool = True
    """Whether outliers are kept apart, which brings vectors nearer to fp32's (tests/build/test_outliers.py)."""
    residual: bool = False
    """Whether those of the residual stream are kept apart too."""

    @property
    def saturates(self) -> bool:
        """Whether CPUs without VNNI answer differently."""
        return self.signed and not self.reduced_range

    @property
    def name(self) -> str:
        """What a manifest says of it."""
        channel = "channel" if self.per_channel else "tensor"
        reduced = "-reduced-range" if self.reduced_range else ""
        in_float = ("embeddings", *self.in_float) if not self.embeddings else self.in_float
        told = f", in float: {' '.join(in_float)}" if in_float else ""
        apart = ", outliers apart" if self.apart else ""
        apart += ", the residual's too" if self.residual else ""
        return f"dynamic-u8{'s' if self.signed else 'u'}8-per-{channel}{reduced}{apart}{told}"


DEFAULT = Scheme()


def read_scheme(adapter: Path) -> Scheme:
    """The scheme that was chosen for an adapter, else the default."""
    path = adapter / CHOSEN
    if not path.exists():
        return DEFAULT
    chosen = json.loads(path.read_text("utf-8"))["scheme"]
    return Scheme(**{**chosen, "in_float": tuple(chosen["in_float"])})


def scheme_facts(scheme: Scheme) -> dict[str, object]:
    """A scheme as `read_scheme` reads it."""
    return {**asdict(scheme), "in_float": list(scheme.in_float)}


def products(graph: onnx.ModelProto) -> list[str]:
    """The nodes of a graph's layers that multiply by weights."""
    heavy = (node for node in graph.graph.node if node.op_type in ("MatMul", "Attention"))
    return [node.name for node in heavy if node.name.startswith("encoder.layer.")]


def quantise(graph: onnx.ModelProto, target: Path, scheme: Scheme = DEFAULT, only: Sequence[str] = ()) -> None:
    """Write the int8 model of a float graph to `target`, of all nodes that the scheme means or of `only` those.

    The small head stays in float.
    """
    operators = ["MatMul", "Attention", *(["EmbedLayerNormalization"] if scheme.embeddings else [])]
    ready = kept_apart(graph, scheme.in_float) if scheme.apart else graph
    ready = residual_apart(ready, scheme.in_float) if scheme.residual else ready
    there = {node.name for node in ready.graph.node}
    quantize_dynamic(
        ready,
        target,
        op_types_to_quantize=operators,
        per_channel=scheme.per_channel,
        reduce_range=scheme.reduced_range,
        weight_type=QuantType.QInt8 if scheme.signed else QuantType.QUInt8,
        nodes_to_quantize=list(only),
        nodes_to_exclude=[node for node in (*scheme.in_float, *FEW) if node in there],
        extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
    )
