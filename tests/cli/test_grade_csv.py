"""The batch contract: good rows are graded, bad rows say why, nothing is lost."""

import json
import shutil
from pathlib import Path

import pytest

from infra.local.journal import Journal, JournalBusy
from tests.cli.conftest import HEADER, QUESTION, Run

RIGHT = f"1,s1,q1,{QUESTION},It is less dense.,2"
SECOND = f"2,s2,q1,{QUESTION},It is heavier.,1"


def test_the_same_rows_in_the_same_order_with_grades(grade: Run) -> None:
    done = grade([SECOND, RIGHT])
    assert done.code == 0
    assert [row["id"] for row in done.rows] == ["2", "1"]
    assert list(done.rows[0]) == [
        *HEADER.split(","), "label", "score", "confidence", "needs_review", "model_version", "error"
    ]  # fmt: skip
    for row in done.rows:
        assert row["label"] in ("correct", "contradictory", "incorrect")
        assert 0 <= float(row["score"]) <= float(row["max_score"])
        assert 0 <= float(row["confidence"]) <= 1
        assert row["needs_review"] in ("true", "false")
        assert (row["model_version"], row["error"]) == ("1.0.0", "")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (f"3,s,q1,{QUESTION},answer,much", "max_score is not a number: 'much'"),
        (f"3,s,q1,{QUESTION},answer,", "max_score is not a number: ''"),
        (f"3,s,q1,{QUESTION},answer,0", "max_score: Input should be greater than or equal to 0.01"),
        (f"3,s,q1,{QUESTION},answer,nan", "max_score"),
        (f"3,s,q1,{QUESTION},answer,1_0", "max_score is not a number: '1_0'"),
        (f"1,s,q1,{QUESTION},answer,1", "another row above has the same id"),
        (f" ,s,q1,{QUESTION},answer,1", "id is empty"),
        ("3,s,q1,,reference,answer,1", "question: is blank"),
        ("3,s,q1,question,,answer,1", "references"),
        ("3,s,q1,question,||,answer,1", "references"),
        ("3,s,q1,question", "the row has 4 cells, the header line 7"),
        (f"3,s,q1,{QUESTION},answer,1,more", "the row has 8 cells, the header line 7"),
        (f"3,s,q1,{QUESTION},{'a' * 100_000},1", "has 100000"),
        (f"3,s,q1,{QUESTION},{'a' * 300_000},1", "has 300000"),
    ],
)
def test_a_bad_row_gets_its_error_and_stops_nothing(grade: Run, row: str, message: str) -> None:
    done = grade([RIGHT, row, SECOND])
    assert done.code == 3
    assert message in done.rows[1]["error"]
    assert done.rows[1]["label"] == ""
    assert [bool(other["label"]) for other in done.rows] == [True, False, True]
    assert done.summary["errors"] == 1
    assert done.rows[1]["error"][:30] in (done.folder / "report.html").read_text("utf-8").replace("&#39;", "'")


@pytest.mark.parametrize("column", ["id", "student_id", "answer"])
def test_a_row_that_is_not_utf8_keeps_its_bytes(grade: Run, column: str) -> None:
    cells = {"id": "3", "student_id": "s", "answer": "x", column: "caf\xe9"}
    latin = f"{cells['id']},{cells['student_id']},q1,{QUESTION},{cells['answer']},1".encode("latin-1")
    done = grade(b"\n".join([HEADER.encode(), RIGHT.encode(), latin, SECOND.encode(), b""]))
    assert done.code == 3
    assert done.rows[1]["error"] == f"{column} is not UTF-8"
    assert (done.folder / "report.html").exists()
    assert b"caf\xe9" in (done.folder / "grades.csv").read_bytes()
    assert done.rows[2]["label"]


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + "\n".join([HEADER, RIGHT, ""]),
        "\r\n".join([HEADER, RIGHT, ""]),
        "\n".join([HEADER, RIGHT]),
        "\n".join([HEADER, "", RIGHT, "", ""]),
        "\n".join([HEADER.replace("id,", " id ,", 1), RIGHT]),
    ],
    ids=["BOM", "CRLF", "no last newline", "blank lines", "spaces in the header"],
)
def test_files_as_spreadsheets_write_them(grade: Run, text: str) -> None:
    done = grade(text.encode())
    assert done.code == 0
    assert [(row["id"], bool(row["label"])) for row in done.rows] == [("1", True)]


def test_quoted_newlines_and_quotes_come_back_as_they_were(grade: Run) -> None:
    answer = 'He said ""less dense"",\nthen\r\nnothing'
    done = grade([f'1,s1,q1,{QUESTION},"{answer}",1'])
    assert done.code == 0
    assert done.rows[0]["answer"] == answer.replace('""', '"')


def test_a_quote_in_the_wrong_place_harms_no_other_row(grade: Run) -> None:
    done = grade([RIGHT, f'3,s,q1,{QUESTION},"dense" it is,1', f'4,s,q1,{QUESTION},5" thick,1', SECOND])
    assert [row["id"] for row in done.rows] == ["1", "3", "4", "2"]
    assert all(row["label"] for row in done.rows)


def test_an_unquoted_comma_loses_no_cell(grade: Run) -> None:
    done = grade([f"3,s,q1,{QUESTION},answer, with comma,1"])
    assert done.rows[0]["answer"] == "answer"
    assert done.rows[0]["max_score"] == " with comma,1"
    assert "8 cells" in done.rows[0]["error"]


def test_rows_of_empty_cells_are_nobody(grade: Run) -> None:
    done = grade([RIGHT, ",,,,,,", ",,,,,,"])
    assert (done.code, len(done.rows)) == (0, 1)


def test_questions_without_an_id_stay_apart(grade: Run) -> None:
    done = grade(["1,s,,Why?,Because.,so,1", "2,s,,How?,Like this.,so,1"])
    assert set(done.summary["questions"]) == {"Why?", "How?"}


def test_several_references_in_one_cell(grade: Run) -> None:
    both = grade(["1,s,q,Why?,It is less dense. || It has lower density.,lower density it has,1"], out="both").rows[0]
    near = grade(["1,s,q,Why?,It has lower density.,lower density it has,1"], out="near").rows[0]
    far = grade(["1,s,q,Why?,It is less dense.,lower density it has,1"], out="far").rows[0]
    assert both["confidence"] == near["confidence"] != far["confidence"]


def test_extra_columns_come_back(grade: Run) -> None:
    done = grade(f"{HEADER},attempt,class,remark\n{RIGHT},2,7B,late\n".encode())
    assert (done.rows[0]["class"], done.rows[0]["remark"]) == ("7B", "late")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf \n", "the file is empty"),
        (b"id,answer\n1,x\n", "the header line lacks student_id, question_id, question, reference, max_score"),
        (HEADER.replace(",", ";").encode() + b"\n", "separate cells by commas"),
        ((HEADER + ",score\n").encode(), "the input has columns that the grades will have: score"),
        ((HEADER + ",id\n").encode(), "names a column twice"),
        ((HEADER + "\n").encode("utf-16"), "the file is UTF-16"),
        ((HEADER + f'\n1,s,q,{QUESTION},"open,1\n2,s\n').encode(), "near line 2: a quotation mark is not closed"),
    ],
)
def test_a_file_that_can_not_be_read_at_all(grade: Run, content: bytes, message: str) -> None:
    done = grade(content)
    assert done.code == 1
    assert message in done.error
    assert "Traceback" not in done.error
    assert not (done.folder / "grades.csv").exists()


def test_a_header_alone_is_a_class_without_answers(grade: Run) -> None:
    done = grade([])
    assert (done.code, done.rows, done.summary["rows"]) == (0, [], 0)


def test_no_file_and_no_folder_are_wrong_usage(grade: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from infra.local import cli

    for arguments in (["grade", "nowhere.csv", "--out", "x"], ["grade"], ["nonsense"]):
        monkeypatch.setattr("sys.argv", ["lectern", *arguments])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        assert stop.value.code == 2


def test_an_unknown_version(grade: Run) -> None:
    done = grade([RIGHT], "--version", "9.9.9")
    assert done.code == 1
    assert "no version 9.9.9" in done.error


def test_an_output_folder_that_can_not_be_written(grade: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file is in the way")
    done = grade([RIGHT], out="file/below")
    assert done.code == 1
    assert "Not a directory" in done.error
    assert "Traceback" not in done.error


def test_running_it_again_changes_nothing_and_asks_the_model_nothing(
    grade: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = grade([RIGHT, SECOND, f"3,s,q1,{QUESTION},,1"])
    before = {path.name: path.read_bytes() for path in first.folder.iterdir()}
    monkeypatch.setattr("infra.local.grade._answers", lambda _: pytest.fail("the model was asked again"))
    again = grade([RIGHT, SECOND, f"3,s,q1,{QUESTION},,1"])
    assert {path.name: path.read_bytes() for path in again.folder.iterdir()} == before


def test_a_run_cut_short_goes_on_where_it_was(grade: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import infra.local.grade as runner

    rows = [f"{n},s{n},q1,{QUESTION},answer number {n},1" for n in range(10)]
    whole = grade(rows, out="whole")
    monkeypatch.setattr(runner, "CHUNK", 4)
    answers, asked = runner._answers, []

    def cut(items: list[dict[str, object]]) -> list[dict[str, object]]:
        asked.append(len(items))
        if len(asked) == 3:
            raise KeyboardInterrupt
        return answers(items)

    monkeypatch.setattr(runner, "_answers", cut)
    assert grade(rows).code == 1
    torn = whole.folder.parent / "out" / ".journal.jsonl"
    torn.write_bytes(torn.read_bytes() + b'null\n5\n[["a"], 1]\n["k", 1]\n\xff\n["half a li')
    after = grade(rows)
    assert asked == [4, 4, 2, 2]
    assert (after.folder / "grades.csv").read_bytes() == (whole.folder / "grades.csv").read_bytes()
    shutil.rmtree(after.folder)


def test_two_runs_do_not_write_to_one_folder(grade: Run, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with Journal(tmp_path / "out" / ".journal.jsonl"):
        done = grade([RIGHT])
    assert done.code == 1
    assert "another run is writing" in done.error
    with Journal(tmp_path / "j"), pytest.raises(JournalBusy):
        Journal(tmp_path / "j")


def test_the_journal_holds_no_text(grade: Run) -> None:
    done = grade([f"1,zebra,q1,{QUESTION},elephant,1"])
    journal = (done.folder / ".journal.jsonl").read_text("utf-8")
    assert "correct" in journal
    assert not [word for word in ("zebra", "elephant", "float", "dense") if word in journal]


def test_the_report_escapes_what_students_write(grade: Run) -> None:
    done = grade([f"1,<b>s</b>,q1,{QUESTION},<script>alert('ice is lighter')</script>,1"])
    page = (done.folder / "report.html").read_text("utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "http" not in page.replace("http-equiv", "")


def test_agreement_with_marks_and_labels(grade: Run) -> None:
    rows = [f"{RIGHT},correct", f"{SECOND},0", f"3,s,q1,{QUESTION},,1,0", f"4,s,q1,{QUESTION},,1,no mark"]
    rows += [f"{n},s,q1,{QUESTION},,1,{mark}" for n, mark in enumerate(["NaN", "inf", "-1", "7"], start=5)]
    done = grade("\n".join([f"{HEADER},gold", *rows]).encode())
    figures = done.summary["agreement"]
    labels = {row["id"]: row for row in done.rows}
    agree = [labels["1"]["label"] == "correct", float(labels["2"]["score"]) < 0.5, True]
    assert figures["marks"] == 3
    assert figures["share"] == pytest.approx(sum(agree) / 3)
    assert sum(entry["count"] for entry in figures["by_confidence"]) == 3


def test_json_for_machines(grade: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from infra.local import cli

    done = grade([RIGHT])
    arguments = ["lectern", "grade", str(done.folder.parent / "in.csv"), "--out", str(done.folder), "--json"]
    monkeypatch.setattr("sys.argv", arguments)
    with pytest.raises(SystemExit, match="0"):
        cli.main()
    assert json.loads(capsys.readouterr().out) == done.summary
