"""Stage: explain. The release that has answered is asked again, about changed requests and about single texts."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from lectern.call import Call
from lectern.model import LoadedModel
from lectern.phrases import Span
from lectern.probe import Probe, Reading
from lectern.settings import settings
from lectern.task import Request, Task

STAGE = "explain"


def open_probe(task: Task, model: LoadedModel, call: Call) -> Probe:
    """A probe of a loaded model, on as many threads as the settings allow: each row is still a run of its own."""

    def fields(request: Request) -> dict[str, Any]:
        rows = task.encode(request, model.tokenizer, model.release.manifest)
        logits = [model.infer(row) for row in call.within_deadline(rows, STAGE)]
        return task.postprocess(request, rows, logits, model.release.manifest)

    def answers(requests: Sequence[Request]) -> list[dict[str, Any]]:
        with ThreadPoolExecutor(min(settings().threads, max(1, len(requests)))) as pool:
            return list(pool.map(fields, requests))

    def read(text: str) -> Reading:
        encoding = model.tokenizer.encode(text, add_special_tokens=False)
        tokens = tuple(Span(*place) for place in encoding.offsets)
        size = model.release.manifest.max_length - 2
        windows = [encoding.ids[start : start + size] for start in range(0, len(encoding.ids), size)]
        vectors = [model.embed(window) for window in call.within_deadline(windows, STAGE)]
        return Reading(text, tokens, np.concatenate(vectors))

    return Probe(answers, read)
