"""The Open Inference Protocol, version 2: what the clients of other model servers speak."""

BASE = "/v2"

EXTENSIONS = ("binary_tensor_data",)
"""What the protocol calls what a server can beyond its core."""
