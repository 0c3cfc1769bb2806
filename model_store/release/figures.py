"""The gate's checks of what a description says: licences, whose figures they are, quality, calibration, attacks."""

import math
from collections.abc import Iterator, Mapping

from lectern.manifest import Check, Description
from model_store.build.builder import Build
from model_store.build.measured import measured_sha256
from model_store.catalogue import Model
from model_store.limits import GateMetric, Limits

ATTACKS = "attacks"
"""The entry of the metrics that holds, by attack, the share of wrong answers that pass as correct without review."""

_NO_LICENCE = {"", "-", "?", "n/a", "none", "unknown"}
_DUST = 1e-9

Metrics = Mapping[str, Mapping[str, float]]


def figure_checks(model: Model, build: Build, limits: Limits, live: Description | None) -> Iterator[Check]:
    """Everything that can be said without running the model."""
    yield from _licences(model, build.description)
    yield _belong(build)
    metrics = build.description.metrics
    for wanted in limits.metrics:
        yield _quality(wanted, metrics, live.metrics if live else {})
        if limits.ece is not None and wanted.calibrated:
            yield _calibrated(wanted.set, metrics, limits.ece)
    if limits.attack is not None:
        yield from _attacks(metrics.get(ATTACKS, {}), limits, limits.attack)


def _licences(model: Model, description: Description) -> Iterator[Check]:
    """The base and every data set have a licence, and the card names them all."""
    named = {model.base.name: model.base.licence} | {data.name: data.licence for data in description.training_data}
    for name, licence in named.items():
        yield Check(name=f"licence of {name}", passed=licence.strip().lower() not in _NO_LICENCE, detail=licence or "–")
    path = model.adapter / "card.md"
    card = path.read_text("utf-8") if path.exists() else ""
    silent = [name for name, licence in named.items() if name not in card or licence not in card]
    detail = f"does not name {', '.join(silent)} with its licence" if silent else "names the base, the data, licences"
    yield Check(name=f"card {path.parent.name}/{path.name}", passed=not silent, detail=detail if card else "missing")
    if not description.training_data:
        yield Check(name="training data", passed=False, detail="none is named")


def _belong(build: Build) -> Check:
    """The figures are of these very files and this calibration, not of an earlier build."""
    claimed = build.description.measured_sha256
    passed = claimed == measured_sha256(build.folder, build.description.calibration)
    detail = "of this build" if passed else "of other files or another calibration" if claimed else "never measured"
    return Check(name="figures", passed=passed, detail=detail)


def _quality(wanted: GateMetric, metrics: Metrics, live: Metrics) -> Check:
    name = f"{wanted.name} of {wanted.set}"
    found, before = _figure(metrics, wanted.set, wanted.name), _figure(live, wanted.set, wanted.name)
    if found is None:
        return Check(name=name, passed=False, detail="not measured")
    if before is None:
        return Check(name=name, passed=True, detail=f"{found:.4f}; nothing live to compare with")
    passed = found >= before - wanted.tolerance - _DUST
    return Check(name=name, passed=passed, detail=f"{found:.4f}, live {before:.4f}, tolerance {wanted.tolerance:g}")


def _calibrated(name: str, metrics: Metrics, limit: float) -> Check:
    """The calibration error within its limit, or within what chance alone makes of so few answers."""
    by_chance = _figure(metrics, name, "ece_by_chance") or 0.0
    return _at_most(f"ece of {name}", _figure(metrics, name, "ece"), max(limit, by_chance))


def _figure(metrics: Metrics, name: str, figure: str) -> float | None:
    """A figure of a set, None where it was not measured or is no number."""
    found = metrics.get(name, {}).get(figure)
    return None if found is None or math.isnan(found) else found


def _attacks(found: Mapping[str, float], limits: Limits, most: float) -> Iterator[Check]:
    """Each attack within its limit; one that has a limit of its own must have been tried."""
    if not found:
        yield Check(name=ATTACKS, passed=False, detail="not measured")
    for name in sorted({*found, *limits.attacks}):
        yield _at_most(f"attack {name}", found.get(name), limits.attacks.get(name, most))


def _at_most(name: str, found: float | None, limit: float) -> Check:
    if found is None:
        return Check(name=name, passed=False, detail="not measured")
    return Check(name=name, passed=found <= limit + _DUST, detail=f"{found:.4f}, at most {limit:g}")
