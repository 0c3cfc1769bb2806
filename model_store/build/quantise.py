"""Dynamic int8 by onnxruntime's own quantiser, in a scheme that does not saturate on any CPU.

Weights are int8 per output channel in a reduced range (7 bits): without VNNI, x86 multiplies pairs of 8-bit numbers
into 16 bits and saturates, so that the full range would answer differently per CPU.
"""

from pathlib import Path

import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic

SCHEME = "dynamic-u8s8-per-channel-reduced-range"


def quantise(graph: onnx.ModelProto, target: Path) -> None:
    """Write the int8 model of a float graph to `target`; the small head stays in float."""
    quantize_dynamic(
        graph,
        target,
        op_types_to_quantize=["MatMul", "Attention", "EmbedLayerNormalization"],
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
        extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
    )
