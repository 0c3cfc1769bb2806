"""What an alarm does to a model: its canary ends, or a promotion of the last minutes is taken back.

EventBridge says which model and which alarm, and may say it more than once: the alias changes by conditional writes,
and what was taken back once stays as it is.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from lectern.errors import Conflict
from lectern.logs import Logger
from lectern.manifest import Alias
from lectern.settings import settings
from lectern.store import open_store
from model_store.release.alias import take_back

FRESH = timedelta(minutes=15)
"""How long after a promotion an alarm is taken for its doing."""

TRIES = 3


def handler(event: Mapping[str, str], context: Any) -> None:
    """Take back what `model` was given last, for the reason that `alarm` went off. Raises what `take_back` does."""
    state = _taken_back(event["model"], f"alarm {event['alarm']}")
    said = "taken back" if state else "nothing to take back"
    Logger("taking-back").warning(said, model=event["model"], alarm=event["alarm"], live=state and state.version)


def _taken_back(model: str, reason: str) -> Alias | None:
    """Look again where somebody moved the alias meanwhile: another alarm, or a person."""
    config = settings()
    store = open_store(config.store, config.store_timeout_seconds)
    for left in reversed(range(TRIES)):
        try:
            return take_back(store, config.public_key, model, config.alias, reason, datetime.now(UTC) - FRESH)
        except Conflict:
            if not left:
                raise
    return None
