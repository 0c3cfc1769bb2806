"""`lectern cost` as a user calls it."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from infra.cost import measured
from infra.cost.breakeven import BreakEven
from infra.cost.measured import NotMeasured, read_measured
from infra.cost.picture import Price, comparison
from infra.local.cli import cli
from lectern.jobs import report
from lectern.prices import TABLE, UnknownPrice, read_prices

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"


def cost(*options: str) -> Result:
    return CliRunner().invoke(cli, ["cost", *options])


def test_it_tells_the_month_and_what_it_rests_on() -> None:
    done = cost("--requests", "3000000", "--no-edge")
    assert done.exit_code == 0
    # 3,000,000 × 0.000001
    assert re.search(r"^API Gateway +3\.00 +0\.00 +0\.00 +3\.00$", done.stdout, flags=re.MULTILINE)
    assert "us-east-1, 2025-06" in done.stdout
    assert "WAF" not in done.stdout


def test_json_has_the_same_for_machines() -> None:
    found = json.loads(cost("--json", "--rows", "0", "--gpu-hours", "100", "--instance", "ml.g5.xlarge").stdout)
    lines = {line["service"]: line for line in found["lines"]}
    assert lines["SageMaker"]["fixed"] == pytest.approx(140.8)  # 100 hours at 1.408
    assert lines["Lambda requests"]["requests"] == pytest.approx(0.2)
    assert found["month"] == pytest.approx(sum(line["total"] for line in found["lines"]))
    assert found["workload"]["jobs"] == 0 and found["per_thousand"]["jobs"] is None


def test_twice_the_words_take_twice_the_time() -> None:
    one, two = (json.loads(cost("--json", "--words", words).stdout)["lines"][1]["jobs"] for words in ("100", "200"))
    assert two == pytest.approx(2 * one, rel=0.001)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--requests", "-1"], "-1"),
        (["--rows", "ten"], "ten"),
        (["--rows", "1" + "0" * 400], "range"),
        (["--batch-size", "0"], "0"),
        (["--batch-size", "5000"], "1000"),
        (["--words", "nan"], "not a finite number"),
        (["--words", "inf"], "inf"),
        (["--start-share", "1.5"], "1.5"),
        (["--gpu-hours", "-3"], "-3"),
        (["--gpu-rate", "0"], "0"),
        (["--memory", "64"], "128"),
        (["--memory", "128"], "seen to need"),
        (["--jobs", "0"], "--jobs 0"),
        (["--region", "moon-1"], "us-east-1"),
        (["--instance", "ml.none"], "ml.g6.xlarge"),
    ],
)
def test_bad_input_is_wrong_usage_and_told(options: list[str], told: str) -> None:
    done = cost(*options)
    assert done.exit_code == 2
    assert told in done.stderr
    assert done.stdout == ""


def test_every_price_is_above_nothing_and_has_its_page() -> None:
    import tomllib

    table = tomllib.loads(TABLE.read_text("utf-8"))
    rows = table["us-east-1"]
    for row in [*(row for name, row in rows.items() if name != "instances"), *rows["instances"].values()]:
        assert 0 < row["usd"] < 100 and row["unit"]
        assert row["source"].startswith("https://aws.amazon.com/")
    assert re.fullmatch(r"20\d\d-\d\d", table["as_of"])


def test_a_job_s_report_takes_its_price_from_the_same_table() -> None:
    assert report._price().per_gb_second == read_prices()["lambda_gb_second"]
    assert report._price().as_of == read_prices().as_of
    with_it = [path for room in ("functions", "infra", "layers") for path in (ROOT / room).rglob("*.py")]
    assert not [path for path in with_it if "0.00001666" in path.read_text("utf-8")]


def test_an_unknown_region_or_instance_is_told_with_those_there_are() -> None:
    with pytest.raises(UnknownPrice, match="us-east-1"):
        read_prices("eu-west-9")
    with pytest.raises(UnknownPrice, match=r"ml\.g5\.xlarge"):
        read_prices().instance("ml.none")


def test_figures_come_from_the_benchmark(tmp_path: Path) -> None:
    rows = [("warm", 20.5), ("cold", 1.5), ("memory", 200), ("offline", 100)]
    latest = [{"name": f"{name}.grading", "value": value} for name, value in rows]
    (tmp_path / "latest.json").write_text(json.dumps(latest), "utf-8")
    (tmp_path / "conditions.json").write_text('{"cores": 4, "words": 40}', "utf-8")
    # 100 rows a second on 4 processors: 40 ms of one for a row
    assert read_measured(tmp_path) == measured.Measured(20.5, 40.0, 1.5, 200, 40)


@pytest.mark.parametrize("content", ["", "{}", "[]", '[{"name": "warm.grading"}]'])
def test_without_results_the_command_says_what_is_missing(
    tmp_path: Path, content: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "latest.json").write_text(content, "utf-8")
    with pytest.raises(NotMeasured, match="make bench"):
        read_measured(tmp_path)
    monkeypatch.setattr("infra.local.cost_cli.read_measured", lambda: read_measured(tmp_path / "gone"))
    assert cost().exit_code == 2


def test_the_picture_has_a_line_for_each_and_a_dot_where_they_meet() -> None:
    # at 0.001 a grade, 1,000,000 grades cost 1,000: one fifth across the decades, and four sixths up
    prices = [Price("by <grade>", grade=0.001), Price("flat", month=1000)]
    crossings = [BreakEven("flat", 1000, 1_000_000, 1), BreakEven("none", 1, None, 1), BreakEven("far", 1, 1e12, 1)]
    root = ElementTree.fromstring(comparison(prices, crossings))
    (dot,) = root.iter(f"{SVG}circle")
    assert (dot.attrib["cx"], dot.attrib["cy"]) == ("204.0", "133.3")
    ends = [line.attrib["points"] for line in root.iter(f"{SVG}polyline")]
    assert ends == ["70.0,180.0 472.0,40.0", "70.0,133.3 740.0,133.3"]  # from 100 dollars to the top, 100,000
    assert "by <grade>" in [text.text for text in root.iter(f"{SVG}text")]
