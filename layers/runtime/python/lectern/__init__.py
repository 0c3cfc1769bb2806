"""The shared runtime of every Lectern function: one request reads straight down `pipeline.py`."""

__version__ = "1.0.0"
