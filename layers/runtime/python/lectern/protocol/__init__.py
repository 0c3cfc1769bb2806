"""The Open Inference Protocol, version 2: what the clients of other model servers speak."""

BASE = "/v2"

JSON, BYTES = "application/json", "application/octet-stream"
WIRE = (JSON, BYTES)
"""Media types of requests and responses: without tensors' bytes behind the JSON, and with them."""

EXTENSIONS = ("binary_tensor_data",)
"""What the protocol calls what a server can beyond its core."""
