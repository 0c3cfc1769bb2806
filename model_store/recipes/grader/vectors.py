"""The frozen encoder's vectors of texts, by the int8 file that serves, so that training sees what service will."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from functions.grading.rows import CLS, SEP

Pair = tuple[NDArray[np.float16], NDArray[np.float16]]


class Vectors:
    """Token ids and vectors by text, each computed once."""

    def __init__(self, encoder: Path, tokenizer: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(encoder, options)
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._tokenizer.encode_special_tokens = True
        self._kept: dict[str, tuple[list[int], Pair]] = {}

    def read(self, texts: Iterable[str]) -> None:
        """Compute what is not known yet."""
        for text in texts:
            self(text)

    def ids(self, text: str) -> list[int]:
        """Token ids without [CLS] and [SEP]."""
        return self._known(text)[0]

    def __call__(self, text: str) -> Pair:
        """Vectors (tokens + 2, hidden) of the last layer and of the lower one."""
        return self._known(text)[1]

    def _known(self, text: str) -> tuple[list[int], Pair]:
        if text not in self._kept:
            ids = self._tokenizer.encode(text, add_special_tokens=False).ids
            feed = {"input_ids": np.array([[CLS, *ids, SEP]], dtype=np.int32)}
            outputs = [output[0].astype(np.float16) for output in self._session.run(None, feed)]
            self._kept[text] = ids, (outputs[0], outputs[-1])
        return self._kept[text]
