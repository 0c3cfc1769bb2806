"""The zips are the same bytes each time, whole or not there, and of the locked files alone."""

import base64
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import CliRunner, Result
from packaging.markers import Marker

from layers.dependencies import build as building
from layers.dependencies import sizes as limits
from layers.dependencies.archive import Archive, write_archive
from layers.dependencies.build import LOCK, ROOT, build, main
from layers.dependencies.errors import BuildError
from layers.dependencies.sizes import check, sizes, table

LAMBDA = {"python_version": "3.13", "python_full_version": "3.13.0", "sys_platform": "linux"}
UV = os.environ.get("UV", str(ROOT / ".tools/bin/uv"))


KILLED = """
import sys
from pathlib import Path
from layers.dependencies.build import build
build({"x86_64": {"package/a.py": Path(sys.argv[1])}}, Path(sys.argv[2]))
"""


def _tree(folder: Path, stamp: int, mode: int) -> dict[str, Path]:
    folder.mkdir()
    files = {}
    for name in ("b.py", "a.so", "c.txt"):
        files[f"package/{name}"] = folder / name
        (folder / name).write_bytes(name.encode() * 1000)
        (folder / name).chmod(mode)
        os.utime(folder / name, (stamp, stamp))
    return files


def test_the_same_files_are_the_same_bytes_whatever_their_order_times_and_modes(tmp_path: Path) -> None:
    one, other = _tree(tmp_path / "one", 1_000_000_000, 0o600), _tree(tmp_path / "other", 1_700_000_000, 0o755)
    first = write_archive(one, tmp_path / "1.zip")
    second = write_archive(dict(reversed(other.items())), tmp_path / "2.zip")
    assert first.sha256 == second.sha256 == hashlib.sha256((tmp_path / "1.zip").read_bytes()).hexdigest()
    with ZipFile(tmp_path / "1.zip") as archive:
        assert archive.namelist() == ["python/package/a.so", "python/package/b.py", "python/package/c.txt"]
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o100644}
    assert (first.files, first.unzipped, first.parts) == (3, 13_000, {"package": 13_000})


def test_a_build_says_the_sizes_in_its_folder_and_again_gives_the_same(tmp_path: Path) -> None:
    files = _tree(tmp_path / "tree", 1_000_000_000, 0o644)
    found = build({"x86_64": files}, tmp_path / "dist")
    assert json.loads((tmp_path / "dist/sizes.json").read_text("utf-8")) == found
    assert build({"x86_64": files}, tmp_path / "dist") == found
    assert {path.name for path in (tmp_path / "dist").iterdir()} == {
        "dependencies-x86_64.zip",
        "runtime.zip",
        "sizes.json",
    }


def test_a_function_is_the_sum_of_its_layers_and_its_code() -> None:
    third = Archive("dependencies-arm64.zip", 2, 30, 100 * 2**20, "", {"numpy": 100 * 2**20})
    own = Archive("runtime.zip", 1, 5, 20 * 2**20, "", {"lectern": 20 * 2**20})
    found = sizes([third], own, 3 * 2**20)
    assert found["totals"] == {"dependencies-arm64.zip": 128_974_848}  # 123 MB
    check(found)
    assert "123.0" in table(found) and "250.0" in table(found)
    check(sizes([third], own, 130 * 2**20))
    with pytest.raises(BuildError, match=r"250\.0 MB unzipped; Lambda takes 250\.0"):
        check(sizes([third], own, 130 * 2**20 + 1))


def test_over_the_limit_nothing_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = _tree(tmp_path / "tree", 1_000_000_000, 0o644)
    before = build({"x86_64": files}, tmp_path / "dist")
    monkeypatch.setattr(limits, "LIMIT", 10_000)
    (tmp_path / "tree/a.so").write_bytes(bytes(20_000))
    with pytest.raises(BuildError, match="package"):
        build({"x86_64": files}, tmp_path / "dist")
    assert json.loads((tmp_path / "dist/sizes.json").read_text("utf-8")) == before
    assert len(list((tmp_path / "dist").iterdir())) == 3


def test_a_file_that_can_not_be_read_leaves_what_was_there(tmp_path: Path) -> None:
    files = _tree(tmp_path / "tree", 1_000_000_000, 0o644)
    before = build({"x86_64": files}, tmp_path / "dist")
    with pytest.raises(FileNotFoundError):
        build({"x86_64": {**files, "package/d.py": tmp_path / "gone"}}, tmp_path / "dist")
    assert before["layers"]["dependencies-x86_64.zip"]["sha256"] in _digests(tmp_path / "dist")
    assert len(list((tmp_path / "dist").iterdir())) == 3


def test_a_build_that_is_killed_leaves_the_zip_of_before_whole(tmp_path: Path) -> None:
    before = build({"x86_64": _tree(tmp_path / "tree", 1_000_000_000, 0o644)}, tmp_path / "dist")
    os.mkfifo(tmp_path / "never-ends")
    process = subprocess.Popen([sys.executable, "-c", KILLED, tmp_path / "never-ends", tmp_path / "dist"], cwd=ROOT)
    while not list((tmp_path / "dist").glob(".draft-*/*.zip")):
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert before["layers"]["dependencies-x86_64.zip"]["sha256"] in _digests(tmp_path / "dist")
    assert sorted(path.name for path in (tmp_path / "dist").glob("*.zip")) == ["dependencies-x86_64.zip", "runtime.zip"]


def _digests(dist: Path) -> set[str]:
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in dist.glob("*.zip")}


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tiny package in a folder that is all that uv looks into."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    files = {
        "tiny/__init__.py": b"SIZE = 1\n",
        "tiny-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
        "tiny-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},sha256={_recorded(data)},{len(data)}\n" for name, data in files.items())
    with ZipFile(wheels / "tiny-1.0-py3-none-any.whl", "w") as archive:
        for name, data in {**files, "tiny-1.0.dist-info/RECORD": record.encode()}.items():
            archive.writestr(name, data)
    monkeypatch.setenv("UV_FIND_LINKS", str(wheels))
    monkeypatch.setenv("UV_NO_INDEX", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    return wheels / "tiny-1.0-py3-none-any.whl"


def _recorded(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def _run(folder: Path, digest: str, *options: str, uv: str = UV) -> Result:
    (folder / "tiny.lock").write_text(f"tiny==1.0 --hash=sha256:{digest}\n", "utf-8")
    arguments = ["--out", str(folder / "dist"), "--lock", str(folder / "tiny.lock"), "--uv", uv, *options]
    return CliRunner().invoke(main, arguments)


@pytest.mark.parametrize("platform", ["x86_64", "arm64"])
def test_the_command_builds_what_is_locked(wheel: Path, tmp_path: Path, platform: str) -> None:
    done = _run(tmp_path, hashlib.sha256(wheel.read_bytes()).hexdigest(), "--platform", platform, "--json")
    assert done.exit_code == 0, done.output
    assert f"dependencies-{platform}.zip" in json.loads(done.stdout)["totals"]
    with ZipFile(tmp_path / f"dist/dependencies-{platform}.zip") as archive:
        assert archive.namelist() == ["python/tiny-1.0.dist-info/METADATA", "python/tiny/__init__.py"]


def test_a_package_with_another_hash_is_refused(wheel: Path, tmp_path: Path) -> None:
    done = _run(tmp_path, "0" * 64)
    assert done.exit_code == 1
    assert "A package has another hash than tiny.lock" in done.stderr
    assert not (tmp_path / "dist").exists()


def test_a_package_that_can_not_be_had_is_told(wheel: Path, tmp_path: Path) -> None:
    wheel.unlink()
    done = _run(tmp_path, "0" * 64)
    assert done.exit_code == 1
    assert "tiny" in done.stderr


def test_a_platform_that_lambda_does_not_have_is_wrong_usage(tmp_path: Path) -> None:
    done = _run(tmp_path, "0" * 64, "--platform", "riscv64")
    assert done.exit_code == 2
    assert "'x86_64', 'arm64'" in done.stderr


def test_without_uv_the_command_says_how_to_get_it(tmp_path: Path) -> None:
    done = _run(tmp_path, "0" * 64, uv=str(tmp_path / "uv"))
    assert done.exit_code == 1
    assert "`make layers` installs it" in done.stderr


def _pins(lock: Path) -> dict[str, str]:
    """Versions by name, of those that Python 3.13 on Linux takes."""
    lines = [line.removesuffix("\\").strip() for line in lock.read_text("utf-8").splitlines() if "==" in line]
    pairs = [line.partition(";") for line in lines if not line.startswith("#")]
    return dict(pin.strip().split("==") for pin, _, marker in pairs if not marker or Marker(marker).evaluate(LAMBDA))


def test_the_layer_has_the_versions_that_the_tests_run_with() -> None:
    ours, everything = _pins(LOCK), _pins(ROOT / "requirements.lock")
    assert ours.items() <= everything.items()
    assert {"numpy", "onnxruntime", "tokenizers", "fastapi", "botocore"} <= ours.keys()
    assert not ours.keys() & {"boto3", "huggingface-hub"}


def test_the_lock_has_hashes_and_no_address() -> None:
    text = LOCK.read_text("utf-8")
    assert "://" not in text and "--index" not in text
    requirements = text.replace("\\\n", " ").splitlines()
    assert all("--hash=sha256:" in line for line in requirements)
    assert len(requirements) == len(_pins(LOCK))


def test_the_script_and_make_name_the_same_lock() -> None:
    recipe = (ROOT / "Makefile").read_text("utf-8")
    assert f"-o {LOCK.relative_to(ROOT)}" in recipe
    assert f"-m {building.__name__}" in recipe
