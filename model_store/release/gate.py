"""The gate: no build becomes a version that is unmeasured, over its limits, or worse or slower than the live one.

What it asks is data (catalogue.toml); why it asks it is docs/adr/0008.
"""

from collections.abc import Iterator

from lectern.errors import NotFound, ReleaseRejected
from lectern.load import load
from lectern.manifest import Check, GateReport
from lectern.model import LoadedModel
from lectern.release import Pin, Release, read_alias, read_release
from lectern.store import Store
from model_store.build.builder import Build
from model_store.catalogue import Model
from model_store.errors import GateRefused
from model_store.limits import Limits
from model_store.release.figures import figure_checks
from model_store.release.publish import check_new, publish
from model_store.release.rehearsal import milliseconds, rehearse
from model_store.release.signing import Signer


def publish_through_gate(
    store: Store, signer: Signer, model: Model, build: Build, version: str, force: str = ""
) -> Release:
    """Publish a build that the gate lets through, or any that somebody has a reason to `force`.

    The manifest keeps what the gate said, and the reason.

    Raises:
        GateRefused: a check failed and there is no reason; the message names each.
        Conflict, BadVersion: nothing can be published as this version.
    """
    check_new(store, model.name, version)
    report = judge(store, signer.public_key(), model, build)
    if report.failed and not force:
        faults = "".join(f"\n  {check.name}: {check.detail}" for check in report.failed)
        raise GateRefused(f"the gate refuses {model.name} {version}:{faults}")
    return publish(store, signer, build, model.name, version, report.model_copy(update={"forced": force}))


def judge(store: Store, public_key: str, model: Model, build: Build) -> GateReport:
    """What the gate says of a build, held against the version that is live in `store`, if one is."""
    alias, live, checks = _live(store, public_key, model.name)
    if model.gate is None:
        checks.append(Check(name="limits", passed=False, detail=f"catalogue.toml has no [models.{model.name}.gate]"))
    else:
        checks += figure_checks(model, build, model.gate, live.manifest if live else None)
        checks += _trial(store, model.gate, build, model.name, live)
    return GateReport(live=alias, checks=tuple(checks))


def _live(store: Store, public_key: str, name: str) -> tuple[str | None, Release | None, list[Check]]:
    """The live version and its release; an alias that points at nothing readable is itself a failed check."""
    try:
        alias = read_alias(store, name, "live")
    except NotFound:
        return None, None, []
    try:
        return alias.version, read_release(store, Pin(name, alias.version), public_key), []
    except (NotFound, ReleaseRejected) as error:
        return alias.version, None, [Check(name="live version", passed=False, detail=error.detail)]


def _trial(store: Store, limits: Limits, build: Build, name: str, live: Release | None) -> Iterator[Check]:
    """The build answers its golden vectors here, and not slower than the live version answers its own."""
    try:
        candidate = rehearse(build, name)
    except ReleaseRejected as error:
        yield Check(name="golden vectors", passed=False, detail=error.detail)
        return
    yield Check(name="golden vectors", passed=True, detail="within tolerance on this machine")
    if live is not None:
        yield _latency(candidate, store, live, limits)


def _latency(candidate: LoadedModel, store: Store, live: Release, limits: Limits) -> Check:
    try:
        now, before = milliseconds(candidate, load(store, live))
    except ReleaseRejected as error:
        return Check(name="latency", passed=False, detail=f"live can't be timed: {error.detail}")
    detail = f"{now:.2f} ms, live {before:.2f} ms, at most {limits.latency_ratio:g} times"
    return Check(name="latency", passed=now <= limits.latency_ratio * before, detail=detail)
