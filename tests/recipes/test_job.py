"""The entry point of training as SageMaker starts it in script mode, on a handful of answers."""

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model_store.build.golden import check_reference, read_reference
from model_store.build.make import float_graph
from model_store.catalogue import Model, read_model
from tests.build.random_network import write_thin_adapter
from tests.recipes.test_data import ANSWER, QUESTION, write

PYTHON = Path(".venv-train/bin/python").absolute()

pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="needs make train-env")

HYPERPARAMETERS = {
    "model": "grading-student",
    "everything": "true",
    "layers": "1",
    "heads": "1",
    "columns": "48",
    "batch_size": "4",
    "epochs": "3",
    "checkpoint_steps": "2",
    "sagemaker_program": "job.py",
}


def data(folder: Path) -> Path:
    folder.mkdir()
    labels = ("correct", "contradictory", "incorrect")
    answers = [ANSWER | {"id": f"A{n}", "label3": labels[n % 3], "answer": f"because of {n} lamps"} for n in range(8)]
    return write(folder, [QUESTION], [*answers, ANSWER | {"id": "A8", "split": "test-UA"}])


def job(folder: Path, *arguments: str, **hyperparameters: str) -> "subprocess.CompletedProcess[str]":
    """What the container does: hyperparameters in SM_HPS, channels and folders in the environment."""
    environment = {
        **os.environ,
        "PYTHONPATH": ".:layers/runtime/python",
        "OMP_NUM_THREADS": "1",
        "SM_HPS": json.dumps(HYPERPARAMETERS | hyperparameters),
        "SM_CHANNEL_TRAINING": str(folder / "training"),
        "SM_MODEL_DIR": str(folder / "model"),
        "SM_OUTPUT_DATA_DIR": str(folder / "output"),
        "LECTERN_CHECKPOINTS": str(folder / "checkpoints"),
    }
    initial = folder / "initial"
    if not initial.exists():
        initial.mkdir()
        write_thin_adapter(replace(read_model("grading-student"), adapter=initial), layers=2)
    command = [str(PYTHON), "model_store/recipes/job.py", "--initial", str(initial), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A job's folder and what it told."""
    folder = tmp_path_factory.mktemp("job")
    data(folder / "training")
    done = job(folder, "--epochs", "1")
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


def test_the_model_folder_gets_an_adapter_that_builds(trained: tuple[Path, str]) -> None:
    folder, _ = trained
    embedded = read_model("grading-student")
    model: Model = replace(embedded, adapter=folder / "model")
    graph = float_graph(model)
    assert check_reference(graph, read_reference(model.adapter)) < 1e-4
    shapes = {constant.name: list(constant.dims) for constant in graph.graph.initializer}
    assert shapes["encoder.layer.0.qkv.weight"] == [384, 3 * 32]
    assert shapes["encoder.layer.0.output.dense.weight"] == [48, 384]
    assert not any(name.startswith("encoder.layer.1.") for name in shapes)


def test_the_record_says_what_the_run_was(trained: tuple[Path, str]) -> None:
    folder, told = trained
    record = json.loads((folder / "model" / "record.json").read_text("utf-8"))
    assert record["recipe"] == "train grading-student"
    assert (record["parameters"]["layers"], record["parameters"]["heads"]) == ("1", 1)
    assert record["fit"]["epochs"] == 1
    assert record["finished"]
    assert len(record["data_sha256"]) == 64
    assert set(record["metrics"]) == {"beetle answer"}
    assert "step 2/2  loss " in told
    assert (folder / "output" / "curves.svg").read_text("utf-8").startswith("<svg ")
    assert (folder / "checkpoints" / "checkpoint.pt").exists()
    facts = json.loads((folder / "model" / "adapter.json").read_text("utf-8"))
    assert facts["labels"] == ["correct", "contradictory", "incorrect"]


def test_data_that_is_wrong_ends_the_job_with_its_name(tmp_path: Path) -> None:
    answers = data(tmp_path / "training") / "semeval2013_answers.jsonl.gz"
    answers.write_bytes(answers.read_bytes()[:60])
    done = job(tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("lectern: semeval2013_answers.jsonl.gz is damaged or cut short")
    assert not (tmp_path / "model").exists()


def test_a_teachers_file_with_made_answers_is_learnt_from(tmp_path: Path) -> None:
    data(tmp_path / "training")
    texts, places = np.array(["a made lamp", "lamps"]), np.array([0, 8])  # 8 is no training answer
    for share, code in ((1 / 3, 0), (2 / 3, 1)):
        chances, made = np.full((9, 3), 1 / 3), np.full((2, 3), share)
        teacher = tmp_path / f"teacher{code}.npz"
        np.savez(teacher, probabilities=chances, made_probabilities=made, made=texts, made_places=places)
        done = job(tmp_path, "--epochs", "1", "--soft", str(teacher), "--run", f"{tmp_path}/run{code}")
        assert done.returncode == code, done.stderr
        assert code == 0 or teacher.name in done.stderr
