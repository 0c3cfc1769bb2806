"""What a run computes on, and in which precision."""

import platform
from functools import cache

import torch


def device() -> torch.device:
    """The first GPU, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


@cache
def has_bfloat16() -> bool:
    """Whether matrix products gain by bfloat16: a processor without them takes three times as long as in fp32."""
    return device().type == "cuda" or torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()


def device_name() -> str:
    """Both, in words, for a run's record."""
    name = torch.cuda.get_device_name() if device().type == "cuda" else f"cpu {platform.machine()}"
    return f"{name}, {'bfloat16' if has_bfloat16() else 'float32'}"
