"""Stage: explain. The release that has answered is asked again, about changed requests and about single texts."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
from numpy.typing import NDArray

from lectern.call import Call
from lectern.encoder import Encoder
from lectern.model import Encoding, InferAll, Model
from lectern.phrases import Span
from lectern.probe import Fields, Probe, Reading
from lectern.schemas import Request
from lectern.settings import settings


def remembering(infer: InferAll) -> InferAll:
    """`infer`, which runs no row twice: of a long text, the windows before a deleted phrase stay as they were."""
    known = dict[str, NDArray[np.float32]]()

    def once(rows: Sequence[Encoding], call: Call) -> list[NDArray[np.float32]]:
        keys = [repr(row) for row in rows]
        new = {key: row for key, row in zip(keys, rows, strict=True) if key not in known}
        known.update(zip(new, infer(list(new.values()), call), strict=True))
        return [known[key] for key in keys]

    return once


def open_probe(fields: Callable[[Request], Fields], model: Model, call: Call) -> Probe:
    """A probe of a loaded model; `fields` answers one request. Rounds run side by side, as many as settings allow."""

    def answers(requests: Sequence[Request]) -> list[Fields]:
        with ThreadPoolExecutor(min(settings().threads, max(1, len(requests)))) as pool:
            return list(pool.map(fields, requests))

    return Probe(answers, partial(_read, model, model.encoder, call) if model.encoder else None)


def _read(model: Model, encoder: Encoder, call: Call, text: str, keep: bool) -> Reading:
    """The text between [CLS] and [SEP], in windows side by side where it is longer than the model reads."""
    encoding = model.tokenizer.encode(text, add_special_tokens=False)
    first, last = model.tokenizer.encode("").ids
    size = model.release.manifest.max_length - 2
    windows = [(first, *encoding.ids[n : n + size], last) for n in range(0, max(1, len(encoding.ids)), size)]
    vectors = [encoder(window, keep)[1:-1] for window in call.within_deadline(windows)]
    return Reading(text, tuple(Span(*place) for place in encoding.offsets), np.concatenate(vectors))
