"""Where a cold start's milliseconds go: one process, stage by stage; prints them as JSON.

The order is a function's own, the imports taken apart. What is fetched is fetched in threads, as in service.
"""

import json
import sys
import time
from importlib import import_module

MARKS: dict[str, float] = {}
_SINCE = [time.perf_counter()]


def mark(stage: str) -> None:
    """End a stage."""
    now = time.perf_counter()
    MARKS[stage] = 1000 * (now - _SINCE[0])
    _SINCE[0] = now


def main(function: str, event: str) -> None:
    """Answer one request from nothing."""
    for name in ("numpy", "onnxruntime", "tokenizers"):
        import_module(name)
    mark("numpy, onnxruntime, tokenizers")
    for name in ("pydantic", "pydantic_settings", "lectern.http"):
        import_module(name)
    mark("FastAPI, pydantic")
    task = import_module(f"functions.{function}.task").TASK
    handler = import_module(f"functions.{function}.handler").handler
    mark("the function, Lectern")
    from lectern.models import shared

    models = shared()
    pin = models.resolve(task.model, None)
    mark("S3: alias")
    from lectern import load
    from lectern.release import read_release
    from lectern.settings import settings
    from lectern.store import open_store

    release = read_release(open_store(settings().store), pin, settings().public_key)
    mark("S3: manifest, signature")
    proof, load.self_test = load.self_test, lambda *_, **__: None
    model = models.get(pin)
    mark("S3: files, digests; sessions")
    proof(model, shortest=True)
    mark("golden self-test")
    answer = handler(json.loads(event), None)
    assert answer["statusCode"] == 200 and release.digest == model.release.digest, answer
    mark("first answer")


if __name__ == "__main__":
    mark("start")
    main(*sys.argv[1:])
    print(json.dumps(MARKS))
