"""The image, as far as it can be seen without Docker: what is copied is enough, what is installed is pinned."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "functions/heavy/endpoint"
DOCKERFILE = (FOLDER / "Dockerfile").read_text("utf-8")
COPIED = re.findall(r"^COPY (\S+) (\S+)$", DOCKERFILE, flags=re.MULTILINE)


def test_what_is_copied_is_all_that_the_server_imports(tmp_path: Path) -> None:
    pytest.importorskip("litserve")
    for source, target in COPIED:
        place = tmp_path / target.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (ROOT / source).is_dir() else shutil.copyfile)(ROOT / source, place)
    modules = "functions.heavy.endpoint.server, functions.heavy.endpoint.onnx, lectern.store.s3 as s"
    program = f"import {modules}; print(s.__file__)"
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path / "opt/lectern/code")}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(tmp_path))


def test_everything_is_pinned_by_hash() -> None:
    wanted = {line.partition("==")[0] for line in (FOLDER / "requirements.in").read_text("utf-8").splitlines()}
    locked = (FOLDER / "requirements.txt").read_text("utf-8")
    pins = re.findall(r"^([a-z0-9-]+)==\S+ \\\n    --hash=sha256:", locked, flags=re.MULTILINE)
    assert {name for name in wanted if name and not name.startswith("#")} <= set(pins)
    assert len(pins) == len(re.findall(r"^\S+==", locked, flags=re.MULTILINE))
    assert "torch" not in pins
    assert "://" not in locked


def test_the_container_is_what_sagemaker_runs() -> None:
    assert "EXPOSE 8080" in DOCKERFILE
    assert 'CMD ["serve"]' in DOCKERFILE
    assert re.search(r"^ARG BASE=\d+\.dkr\.ecr\.\S+/huggingface-pytorch-inference:\S+$", DOCKERFILE, re.MULTILINE)
