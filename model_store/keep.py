"""What an evaluation leaves beside an adapter: evaluation.json, which names the files it measured, and the card."""

import json
from typing import Any

from model_store.build.builder import build
from model_store.build.measured import measured_sha256
from model_store.card import card
from model_store.catalogue import Model


def keep(model: Model, evaluation: dict[str, Any]) -> dict[str, Any]:
    """Write both; returns what evaluation.json holds. Raises OSError, or as `build`."""
    path = model.adapter / "evaluation.json"
    path.write_text(_text(evaluation), "utf-8")
    made = build(model)  # with the calibration that was just written
    kept = evaluation | {"measured_sha256": measured_sha256(made.folder, made.description.calibration)}
    path.write_text(_text(kept), "utf-8")
    facts = json.loads((model.adapter / "adapter.json").read_text("utf-8"))
    (model.adapter / "card.md").write_text(card(model, facts, kept), "utf-8")
    return kept


def _text(evaluation: dict[str, Any]) -> str:
    return json.dumps(evaluation, indent=1) + "\n"
