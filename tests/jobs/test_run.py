"""Whole jobs, by the state machine and real function processes, against the local AWS."""

import csv
import io
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from infra.local.batch import run_job
from infra.local.grade import grade_file
from infra.local.jobs import GRADING
from infra.local.lambdas import Lambdas
from lectern.gradebook.book import Gradebook
from lectern.jobs.documents import Job, JobSettings
from lectern.jobs.work import GIVEN_UP
from lectern.settings import settings
from lectern.table import open_table
from tests.jobs.poisonous import POISON
from tests.jobs.rows import answers
from tests.patience import PATIENCE

SHARED = ("LECTERN_STATE_MACHINE", "LECTERN_TABLE", "AWS_ENDPOINT_URL")
"""What would lead another run to the local AWS of these tests."""

ROWS = 240

SETTINGS = JobSettings(chunk_rows=20, concurrency=2)


def run(source: Path, folder: Path, chosen: JobSettings = SETTINGS) -> Job:
    return run_job(source, folder, None, chosen, lambda *_: None)


def rows(folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((folder / "grades.csv").read_text("utf-8"))))


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("input") / "answers.csv"
    path.write_bytes(answers(ROWS))
    return path


@pytest.fixture(scope="module")
def undisturbed(running: Lambdas, source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed")
    assert run(source, folder).state == "done"
    return folder


def test_a_job_gives_what_the_command_gives(undisturbed: Path, source: Path, tmp_path: Path) -> None:
    grade_file(source, tmp_path, None, lambda *_: None)
    for name in ("grades.csv", "summary.json"):
        assert (undisturbed / name).read_bytes() == (tmp_path / name).read_bytes()


def test_killed_workers_change_nothing(running: Lambdas, undisturbed: Path, source: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.csv"
    again.write_bytes(source.read_bytes())
    chance, kills, done = random.Random(4), [0], threading.Event()

    def kill() -> None:
        while kills[0] < 10 and not done.wait(chance.uniform(0.2, 0.8)):
            chance.choice(running.processes[GRADING]).process.kill()
            kills[0] += 1

    killer = threading.Thread(target=kill)
    killer.start()
    job = run(again, tmp_path / "out")
    done.set()
    killer.join()
    assert kills[0] >= 3
    assert (job.counts.rows, job.counts.graded, job.counts.errors) == (ROWS, ROWS, 0)
    assert (tmp_path / "out" / "grades.csv").read_bytes() == (undisturbed / "grades.csv").read_bytes()


def test_a_row_that_kills_is_given_up_alone(running: Lambdas, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(answers(40, POISON, 13))
    job = run(tmp_path / "in.csv", tmp_path / "out", JobSettings(chunk_rows=8, concurrency=2))
    found = rows(tmp_path / "out")
    assert [row["id"] for row in found if row["error"]] == ["r13"]
    assert found[13]["error"] == GIVEN_UP
    assert (job.state, job.counts.rows, job.counts.graded, job.counts.errors) == ("done_with_errors", 40, 39, 1)


def test_bad_rows_keep_their_errors(running: Lambdas, tmp_path: Path) -> None:
    lines = answers(5).decode().splitlines()
    columns, long = lines[0].split(","), {"id": "long", "max_score": "1", "attempt": "", "answer": "x" * 5_000_000}
    lines.insert(3, "only,two")
    lines.insert(4, lines[1])
    lines.insert(5, ",".join(long.get(c, c) for c in columns))
    none = {"id": "none", "max_score": "1", "attempt": "", "answer": "A", "question": "Q?", "reference": " || "}
    lines.append(",".join(none.get(name, name) for name in columns))
    (tmp_path / "in.csv").write_text("\n".join(lines), "utf-8")
    job = run(tmp_path / "in.csv", tmp_path / "out")
    found = rows(tmp_path / "out")
    assert [bool(row["error"]) for row in found] == [False, False, True, True, True, False, False, False, True]
    assert "5000000" in found[4]["error"]
    assert "references" in found[8]["error"]
    assert (job.counts.rows, job.counts.graded, job.counts.errors) == (9, 5, 4)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"a,b\n1,2\n", "the header line lacks id"),
        (b"PK\x03\x04" + b"\0" * 1000, "a zip archive"),
        (b"\x1f\x8b\x08" + b"\0" * 1000, "a gzip file"),
        (answers(3) + b'x,s,q,"Q?,R,A,1\n' + b"y\n" * 9, "a quotation mark is not closed"),
    ],
)
def test_a_file_that_is_no_batch_fails_with_its_reason(
    running: Lambdas, tmp_path: Path, data: bytes, reason: str
) -> None:
    (tmp_path / "in.csv").write_bytes(data)
    job = run(tmp_path / "in.csv", tmp_path / "out")
    assert job.state == "failed"
    assert reason in job.reason


HEADER = "id,student_id,question_id,question,reference,answer,max_score"
RESULTS = "label,score,confidence,needs_review,model_version,error"


@pytest.mark.parametrize(
    ("data", "columns", "state"),
    [
        (f"{HEADER},class,+note\r\n".encode(), f"{HEADER},class,'+note", "done"),
        (b"", HEADER, "failed"),
        (b"\xef\xbb\xbf \n\n", HEADER, "failed"),
    ],
)
def test_a_file_without_rows_gives_a_header_line(
    running: Lambdas, tmp_path: Path, data: bytes, columns: str, state: str
) -> None:
    (tmp_path / "in.csv").write_bytes(data)
    job = run(tmp_path / "in.csv", tmp_path / "out")
    assert (tmp_path / "out" / "grades.csv").read_text("utf-8") == f"{columns},{RESULTS}\n"
    assert (job.state, job.counts.rows, job.counts.graded, job.counts.errors) == (state, 0, 0, 0)
    assert (state == "done") == (job.reason == "") == (tmp_path / "out" / "summary.json").exists()


def test_a_run_that_is_killed_goes_on(undisturbed: Path, source: Path, tmp_path: Path) -> None:
    """The whole run, local AWS and all; the second one takes up what the first has kept."""
    command = [sys.executable, "-m", "infra.local.cli", "batch", "run", str(source), "--out", str(tmp_path / "out")]
    command += ["--chunk-rows", "20", "--workers", "2", "--json"]
    alone = {name: value for name, value in os.environ.items() if name not in SHARED}
    alone |= {"LECTERN_DATA_STORE": f"file:{tmp_path}/data"}
    first = subprocess.Popen(command, env=alone, stdout=subprocess.DEVNULL, start_new_session=True)
    while first.poll() is None and len(list(tmp_path.glob("out/.job-*/0*.json"))) < 4:
        time.sleep(0.05)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    kept = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("out/.job-*/0*.json")}
    assert 4 <= len(kept) < ROWS // 20
    assert not (tmp_path / "out" / "grades.csv").exists()
    second = subprocess.run(command, env=alone, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert second.returncode == 0, second.stderr
    assert json.loads(second.stdout.splitlines()[-1])["counts"]["graded"] == ROWS
    assert (tmp_path / "out" / "grades.csv").read_bytes() == (undisturbed / "grades.csv").read_bytes()
    assert kept.items() <= {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("out/.job-*/0*.json")}.items()


def test_the_gradebook_has_every_grade_once(running: Lambdas, undisturbed: Path, tmp_path: Path) -> None:
    """Rows of 12 questions, each of a student of its own; the run after the kills wrote the same ones."""
    found = list(Gradebook(open_table(settings().table)).grades("demo", "8A"))
    ours = {(row["question_id"], row["student_id"]): row for row in rows(undisturbed)}
    same = [grade for grade in found if (grade.question_id, grade.student_id) in ours]
    assert len(same) == len(ours) == ROWS
    assert all(grade.score == float(ours[grade.question_id, grade.student_id]["score"]) for grade in same)
