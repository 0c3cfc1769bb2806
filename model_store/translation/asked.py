"""A translator asked about sentences one by one, as a function asks it, in both directions."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from functions.translate.schemas import TranslateRequest
from functions.translate.task import TASK, encode, postprocess
from lectern.chinese import printed
from lectern.model import LoadedModel
from model_store.translation.pairs import Pair

DIRECTIONS = (("en", "zh"), ("zh", "en"))


@dataclass(frozen=True)
class Said:
    """Sentences, what the model made of each, the mean log-probability of its tokens, and the speed."""

    texts: list[str]
    sureness: NDArray[np.float64]
    tokens_per_second: float
    """Of the sentence in the middle, by this process's own time."""


def ask(model: LoadedModel, texts: Sequence[str], source: str, target: str, told: Callable[[], None]) -> Said:
    """Translate sentences, each in a request of its own."""
    found, sureness, speeds = list[str](), list[float](), list[float]()
    for text in texts:
        request = TranslateRequest.model_validate({"text": text, "source": source, "target": target})
        rows = encode(request, model.tokenizer, model.release.manifest)
        started = time.process_time()
        outputs = [model.infer(row) for row in rows]
        spent = time.process_time() - started
        fields = postprocess(request, rows, outputs, model.release.manifest, *model.further(TASK.files))
        found.append(fields["translation"])
        if outputs:
            sureness.append(float(np.mean(np.concatenate([output[1] for output in outputs]))))
            speeds.append(sum(output.shape[1] for output in outputs) / spent)
        else:
            sureness.append(0.0)
        told()
    return Said(found, np.array(sureness), float(np.median(speeds)))


def side(pairs: Sequence[Pair], language: str) -> list[str]:
    """The sentences of one language; Chinese as it is printed in one script, so that a script is no error."""
    texts = [getattr(pair, language) for pair in pairs]
    return [printed(text) for text in texts] if language == "zh" else texts
