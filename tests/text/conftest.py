"""The function `text` beside those that serve one task each."""

import pytest
from starlette.testclient import TestClient

from lectern.release import Release

ASKED: dict[str, tuple[str, dict[str, object]]] = {
    "answer": ("/v1/answer", {"question": "Who found the moons?", "context": "Asaph Hall found both moons in 1877."}),
    "classify": ("/v1/classify", {"text": "Compare photosynthesis with respiration.", "scheme": "bloom"}),
    "roles": ("/v1/roles", {"text": "The teacher gave every student a second chance."}),
    "search": ("/v1/embed", {"texts": ["Ice floats because it is less dense."]}),
    "sentiment": ("/v1/sentiment", {"text": "The labs were great.", "explain": True}),
    "summarize": ("/v1/summarize", {"text": "Ice floats. It is less dense than water. Lakes freeze.", "sentences": 1}),
    "translate": ("/v1/translate", {"text": "Where is the library?", "source": "en", "target": "zh"}),
}
"""A request of each task."""


@pytest.fixture(scope="session")
def client(
    answer_release: Release,
    text_releases: dict[str, Release],
    roles_release: Release,
    search_release: Release,
    summaries_release: Release,
    translate_release: Release,
) -> TestClient:
    """Of the function `text`, with every release that it answers with."""
    from functions.text.handler import app

    return TestClient(app, raise_server_exceptions=False)
