"""Sentiment as two pure functions: a text becomes windows of tokens, and their logits a label."""

from typing import Any

from tokenizers import Tokenizer

from functions.sentiment.schemas import SentimentRequest, SentimentResponse
from lectern.calibration import probabilities, review_threshold
from lectern.labels import explain, labelled, mean_output, text_rows
from lectern.manifest import DEFAULT_ERROR_BUDGET, Manifest
from lectern.model import Encoding
from lectern.task import Logits, Rows, Task


def encode(request: SentimentRequest, tokenizer: Tokenizer, manifest: Manifest) -> list[Encoding]:
    """The text in windows."""
    return text_rows(request.text, tokenizer, manifest)


def postprocess(request: SentimentRequest, rows: Rows, logits: Logits, manifest: Manifest) -> dict[str, Any]:
    """The label by the mean of the windows' logits."""
    chances = probabilities(mean_output(rows, logits), manifest.calibration)
    least = review_threshold(manifest.calibration, DEFAULT_ERROR_BUDGET)
    return labelled(request.text, rows, manifest.labels, chances, least)


TASK = Task(
    "sentiment",
    "sentiment",
    "/v1/sentiment",
    SentimentRequest,
    SentimentResponse,
    encode,
    postprocess,
    explain=explain,
)
