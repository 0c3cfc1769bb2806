"""Stage: explain. The release that has answered is asked again, about changed requests and about single texts."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np

from lectern.call import Call
from lectern.model import Encoder, LoadedModel
from lectern.phrases import Span
from lectern.probe import Probe, Reading
from lectern.settings import settings
from lectern.task import Request, Task

STAGE = "explain"


def open_probe(task: Task, model: LoadedModel, call: Call) -> Probe:
    """A probe of a loaded model. A round of requests runs on as many threads as the settings allow, row by row."""
    manifest = model.release.manifest

    def fields(request: Request) -> dict[str, Any]:
        rows = task.encode(request, model.tokenizer, manifest)
        logits = [model.infer(row) for row in call.within_deadline(rows, STAGE)]
        return task.postprocess(request, rows, logits, manifest)

    def answers(requests: Sequence[Request]) -> list[dict[str, Any]]:
        with ThreadPoolExecutor(min(settings().threads, max(1, len(requests)))) as pool:
            return list(pool.map(fields, requests))

    return Probe(answers, partial(_read, model, model.encoder, call) if model.encoder else None)


def _read(model: LoadedModel, encoder: Encoder, call: Call, text: str, keep: bool) -> Reading:
    """The text between [CLS] and [SEP], in windows side by side where it is longer than the model reads."""
    encoding = model.tokenizer.encode(text, add_special_tokens=False)
    first, last = model.tokenizer.encode("").ids
    size = model.release.manifest.max_length - 2
    windows = [(first, *encoding.ids[n : n + size], last) for n in range(0, max(1, len(encoding.ids)), size)]
    vectors = [encoder(window, keep)[1:-1] for window in call.within_deadline(windows, STAGE)]
    return Reading(text, tuple(Span(*place) for place in encoding.offsets), np.concatenate(vectors))
