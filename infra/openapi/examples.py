"""Examples of the document: requests that are kept, and what the functions answer to them."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Example = dict[str, Any]

Ask = Callable[[str, str, Any], Any]
"""Method, path and body → the answer's document."""

REQUESTS = Path(__file__).with_name("requests.json")

_MASKED = {
    "request_id": "5f0c8f4e-0000-4000-8000-000000000000",
    "digest": "0" * 64,
    "created_at": "2026-01-01T00:00:00Z",
}
"""Other ones at each call, or on each machine."""

MOST_NUMBERS = 4
"""What is shown of a vector."""


def read_requests() -> dict[str, Example]:
    """The requests, by `METHOD /path`."""
    found: dict[str, Example] = json.loads(REQUESTS.read_text("utf-8"))
    return found


def recorded(ask: Ask) -> dict[str, Example]:
    """Every request with its answer, asked in the file's order."""
    return {key: _example(key, asked, ask) for key, asked in read_requests().items()}


def _example(key: str, asked: Mapping[str, Any], ask: Ask) -> Example:
    method, path = key.split()
    answer = masked(ask(method, path.format(**asked.get("path", {})), asked.get("body")))
    return ({"request": asked["body"]} if "body" in asked else {}) | {"response": answer}


def masked(answer: Any) -> Any:
    """An answer without what differs by itself: ids, digests, times; a long vector's beginning."""
    if isinstance(answer, dict):
        return {name: _MASKED[name] if name in _MASKED and found else masked(found) for name, found in answer.items()}
    if isinstance(answer, list):
        numbers = len(answer) > MOST_NUMBERS and all(isinstance(found, float) for found in answer)
        return [masked(found) for found in (answer[:MOST_NUMBERS] if numbers else answer)]
    return masked_text(answer) if isinstance(answer, str) and answer.startswith("{") else answer


def masked_text(text: str) -> str:
    """The same of an answer inside of an answer."""
    return json.dumps(masked(json.loads(text)), ensure_ascii=False)
