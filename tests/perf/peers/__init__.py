"""The same model file behind other servers: each module serves `tests.perf.floor.grade` at POST /v1/grade."""
