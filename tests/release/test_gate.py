"""What the gate lets through, what it refuses and says, and what a manifest keeps of it."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lectern.errors import Conflict
from lectern.load import load
from lectern.manifest import Description, Manifest, manifest_key
from lectern.release import Pin, read_release
from lectern.store.local import LocalStore
from model_store.build.builder import Build
from model_store.catalogue import Model, read_model
from model_store.errors import BadVersion, GateRefused
from model_store.limits import GateMetric, Limits, read_limits
from model_store.release.figures import figure_checks
from model_store.release.gate import judge, publish_through_gate
from model_store.release.publish import publish
from model_store.release.signing import Signer
from tests.release.conftest import LIMITS

Change = Callable[[dict[str, Any]], Any]


def changed(build: Build, change: Change) -> Build:
    """The build with another description."""
    document = json.loads(build.description.model_dump_json())
    change(document)
    return replace(build, description=Description.model_validate(document))


def refused(build: Build, model: Model, live: Description | None = None, limits: Limits = LIMITS) -> list[str]:
    return [check.name for check in figure_checks(model, build, limits, live) if not check.passed]


def test_what_passes_is_published_and_says_so(
    local_store: LocalStore, signer: Signer, model: Model, tiny: Build
) -> None:
    release = publish_through_gate(local_store, signer, model, tiny, "1.0.0")
    gate = read_release(local_store, Pin("grading", "1.0.0"), signer.public_key()).manifest.gate
    assert gate is not None and gate == release.manifest.gate
    assert (gate.live, gate.failed, gate.forced) == (None, (), "")
    assert {"macro_f1 of set", "ece of set", "attack padding", "attack flipped", "golden vectors"} <= {
        check.name for check in gate.checks
    }
    load(local_store, release)


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (lambda d: d["metrics"]["set"].update(ece=0.051), ["ece of set"]),
        (lambda d: d["metrics"]["set"].pop("ece"), ["ece of set"]),
        (lambda d: d["metrics"].pop("set"), ["macro_f1 of set", "ece of set"]),
        (lambda d: d["metrics"]["attacks"].update(padding=0.06), ["attack padding"]),
        (lambda d: d["metrics"]["attacks"].update(flipped=0.26), ["attack flipped"]),
        (lambda d: d["metrics"]["attacks"].pop("flipped"), ["attack flipped"]),
        (lambda d: d["metrics"].pop("attacks"), ["attacks", "attack flipped"]),
        (lambda d: d["metrics"]["set"].update(macro_f1=float("nan")), ["macro_f1 of set"]),
        (lambda d: d["metrics"]["set"].update(ece=float("nan")), ["ece of set"]),
        (lambda d: d.update(measured_sha256=""), ["figures"]),
        (lambda d: d.update(measured_sha256="0" * 64), ["figures"]),
        (lambda d: d["calibration"].update(temperature=1.1), ["figures"]),
        (lambda d: d["calibration"].update(thresholds=[{"budget": 0.05, "confidence": 0.5}]), ["figures"]),
        (lambda d: d["training_data"][0].update(licence=" "), ["licence of Made-up answers"]),
        (
            lambda d: d["training_data"][0].update(licence="unknown"),
            ["licence of Made-up answers", "card adapter/card.md"],
        ),
        (lambda d: d.update(training_data=[]), ["training data"]),
        (lambda d: d["training_data"].append({"name": "More", "licence": "MIT"}), ["card adapter/card.md"]),
    ],
)
def test_figures_and_licences_that_do_not_pass(tiny: Build, model: Model, change: Change, names: list[str]) -> None:
    live = tiny.description
    assert refused(tiny, model, live) == []
    assert refused(changed(tiny, change), model, live) == names
    assert refused(changed(tiny, change), model) == names


@pytest.mark.parametrize(("ece", "names"), [(0.0622, []), (0.0623, []), (0.0624, ["ece of set"])])
def test_a_calibration_error_may_be_what_chance_brings(tiny: Build, model: Model, ece: float, names: list[str]) -> None:
    few = changed(tiny, lambda d: d["metrics"]["set"].update(ece=ece, ece_by_chance=0.0623))
    assert refused(few, model) == names


@pytest.mark.parametrize(("calibrated", "names"), [(True, ["ece of second"]), (False, [])])
def test_a_set_may_count_for_its_metric_alone(tiny: Build, model: Model, calibrated: bool, names: list[str]) -> None:
    second = GateMetric("second", "macro_f1", 0.01, calibrated)
    limits = replace(LIMITS, metrics=(*LIMITS.metrics, second))
    two = changed(tiny, lambda d: d["metrics"].update(second={"macro_f1": 0.7, "ece": 0.3}))
    assert refused(two, model, limits=limits) == names
    worse = changed(two, lambda d: d["metrics"]["second"].update(macro_f1=0.6))
    assert refused(worse, model, two.description, limits) == ["macro_f1 of second", *names]


@pytest.mark.parametrize(("live", "names"), [(0.709, []), (0.71, []), (0.7101, ["macro_f1 of set"]), (0.5, [])])
def test_the_metric_may_fall_by_its_tolerance(tiny: Build, model: Model, live: float, names: list[str]) -> None:
    before = changed(tiny, lambda d: d["metrics"]["set"].update(macro_f1=live)).description
    assert refused(tiny, model, before) == names


def test_a_live_version_without_that_figure_asks_nothing(tiny: Build, model: Model) -> None:
    before = changed(tiny, lambda d: d.update(metrics={})).description
    assert refused(tiny, model, before) == []


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "more.bin"])
def test_figures_of_other_files_are_stale(tiny: Build, model: Model, name: str) -> None:
    path = tiny.folder / name
    path.write_bytes((path.read_bytes() if path.exists() else b"") + b"\n")
    assert refused(tiny, model) == ["figures"]


def test_a_card_that_is_missing_or_a_base_without_a_licence(tiny: Build, model: Model) -> None:
    unlicensed = replace(model, base=replace(model.base, licence=""))
    assert refused(tiny, unlicensed) == ["licence of all-minilm-l6-v2"]
    (model.adapter / "card.md").unlink()
    assert refused(tiny, model) == ["card adapter/card.md"]


def test_a_refusal_names_every_fault_and_leaves_nothing(
    local_store: LocalStore, signer: Signer, model: Model, tiny: Build
) -> None:
    worse = changed(tiny, lambda d: d["metrics"].update(set={"macro_f1": 0.7, "ece": 0.2}, attacks={"flipped": 0.9}))
    with pytest.raises(GateRefused, match=re.escape("grading 1.0.0:")) as refusal:
        publish_through_gate(local_store, signer, model, worse, "1.0.0")
    assert "ece of set: 0.2000, at most 0.05" in str(refusal.value)
    assert "attack flipped: 0.9000, at most 0.25" in str(refusal.value)
    assert local_store.keys("") == []


def test_force_publishes_and_the_manifest_keeps_why_and_what_was_wrong(
    store: LocalStore, signer: Signer, model: Model, tiny: Build
) -> None:
    worse = changed(tiny, lambda d: d["metrics"]["set"].update(macro_f1=0.6))
    with pytest.raises(GateRefused, match=r"0\.6000, live 0\.7000, tolerance 0\.01"):
        publish_through_gate(store, signer, model, worse, "1.2.0")
    publish_through_gate(store, signer, model, worse, "1.2.0", force="the old one cheats")
    gate = read_release(store, Pin("grading", "1.2.0"), signer.public_key()).manifest.gate
    assert gate is not None
    assert (gate.live, gate.forced, [check.name for check in gate.failed]) == (
        "1.0.0",
        "the old one cheats",
        ["macro_f1 of set"],
    )


def test_a_build_whose_golden_vectors_fail(local_store: LocalStore, signer: Signer, model: Model, tiny: Build) -> None:
    spoilt = changed(tiny, lambda d: d["golden"]["vectors"][0].update(logits=[3.0, 1.5, -2.9]))
    report = judge(local_store, signer.public_key(), model, spoilt)
    assert [check.name for check in report.failed] == ["golden vectors"]
    assert "off by 0.100" in report.failed[0].detail


@pytest.mark.parametrize(("ratio", "names"), [(0.001, ["latency"]), (1000.0, [])])
def test_latency_against_the_live_version(
    store: LocalStore, signer: Signer, model: Model, tiny: Build, ratio: float, names: list[str]
) -> None:
    report = judge(store, signer.public_key(), replace(model, gate=replace(LIMITS, latency_ratio=ratio)), tiny)
    assert [check.name for check in report.failed] == names
    assert "latency" in [check.name for check in report.checks]


def test_a_live_alias_that_points_at_nothing_readable(
    store: LocalStore, signer: Signer, model: Model, tiny: Build
) -> None:
    store.put(manifest_key("grading", "1.0.0"), b"{}")
    report = judge(store, signer.public_key(), model, tiny)
    assert [(check.name, check.detail) for check in report.failed] == [
        ("live version", "The manifest of grading 1.0.0 is unreadable.")
    ]


def test_a_model_without_limits_is_published_by_force_alone(
    local_store: LocalStore, signer: Signer, model: Model, tiny: Build
) -> None:
    with pytest.raises(GateRefused, match=r"no \[models\.grading\.gate\]"):
        publish_through_gate(local_store, signer, replace(model, gate=None), tiny, "1.0.0")


def test_a_version_that_can_not_be_is_told_before_anything_is_measured(
    store: LocalStore, signer: Signer, model: Model, tiny: Build
) -> None:
    with pytest.raises(BadVersion):
        publish_through_gate(store, signer, model, tiny, "one")
    with pytest.raises(Conflict, match="never changes"):
        publish_through_gate(store, signer, model, tiny, "1.0.0")


def test_a_manifest_of_before_the_gate_is_still_read(local_store: LocalStore, signer: Signer, tiny: Build) -> None:
    from lectern import signature

    published = publish(local_store, signer, tiny, "grading", "1.0.0").manifest
    old = published.model_dump(mode="json", exclude={"gate", "measured_sha256", "signature"})
    old |= {"version": "0.9.0", "signature": ""}
    old["signature"] = signer.sign(signature.canonical(old))
    local_store.put(manifest_key("grading", "0.9.0"), json.dumps(old).encode())
    manifest = read_release(local_store, Pin("grading", "0.9.0"), signer.public_key()).manifest
    assert (manifest.gate, manifest.measured_sha256) == (None, "")
    assert isinstance(manifest, Manifest)


def test_the_catalogues_limits_are_read() -> None:
    gate = read_model("grading").gate
    assert gate is not None
    assert gate.ece is not None and 0 < gate.ece <= 0.05
    assert gate.attack is not None and 0 < gate.attack <= 0.05
    assert max(gate.attacks.values()) <= 0.25
    with pytest.raises(TypeError, match="laxity"):
        read_limits({"latency_ratio": 1.0, "laxity": 1})


def test_a_build_says_whose_figures_it_has(tmp_path: Path, grading_build: Build) -> None:
    evaluation = json.loads((read_model("grading").adapter / "evaluation.json").read_text("utf-8"))
    assert grading_build.description.measured_sha256 == evaluation.get("measured_sha256", "")
