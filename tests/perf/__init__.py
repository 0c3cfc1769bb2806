"""Benchmarks: every figure beside a reference of the same run, interleaved, as median and spread."""
