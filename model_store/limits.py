"""What a release must hold to become a version: limits as data, one table per model in catalogue.toml."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class GateMetric:
    """A figure of an evaluation set that may fall at most `tolerance` below the live version's."""

    set: str
    name: str
    tolerance: float
    calibrated: bool = True
    """Whether the limit of `ece` holds on the set."""


@dataclass(frozen=True)
class Limits:
    """The limits of a model: `ece` on the `calibrated` sets of `metrics`; an attack's own goes before `attack`."""

    metrics: tuple[GateMetric, ...]
    latency_ratio: float
    """At most this many times the live version's median time."""
    ece: float | None = None
    attack: float | None = None
    """The share of wrong answers that may end as 'correct' and not in review, under any one attack."""
    attacks: Mapping[str, float] = field(default_factory=dict)


def read_limits(table: Mapping[str, Any]) -> Limits:
    """The limits of a `gate` table. Raises TypeError where a name is unknown or missing."""
    metrics = tuple(GateMetric(**entry) for entry in table.get("metrics", ()))
    return Limits(**{**table, "metrics": metrics})
