"""`lectern review`, and the commands and requests of docs/gradebook.md as they stand."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from lectern.gradebook import Choice, Gradebook, Ruling
from lectern.gradebook.keys import grade_id
from lectern.gradebook.reviews import queue
from lectern.principal import Principal
from lectern.release import Release
from tests.gradebook.conftest import Make, Run
from tests.packs.conftest import answers

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "gradebook.md").read_text("utf-8")
COMMANDS = re.findall(r"^\.venv/bin/(lectern .*)$", PAGE, flags=re.MULTILINE)
REQUESTS = re.findall(r"```http\n(.*?)```", PAGE, flags=re.DOTALL)


def test_the_queue(run: Run, book: Gradebook, tenant: str, make: Make) -> None:
    book.record(tenant, [make("a", answer="Den\x1b[31msity"), make("b", answer="Salt."), make("c", answer="salt")])
    code, out, err = run("review", "list", "--class", "c1")
    assert (code, err) == (0, "2 groups wait, 3 grades\n")
    first, second = out.splitlines()
    assert first.endswith("2 x 2/2 correct  q1: Salt. | salt")
    assert "\x1b" not in second
    group = json.loads(run("review", "list", "--class", "c1", "--json", "--limit", "1")[1])[0]
    assert run("review", "override", "--class", "c1", group["group_id"][:8], "--score", "0.5", "--reason", "r")[:2] == (
        0,
        "overridden: 2 grades\n",
    )
    name = grade_id(make("a").place)
    assert run("review", "approve", "--class", "c1", name)[0] == 0
    assert run("review", "comment", "--class", "c1", name, "--text", "ok")[0] == 0
    assert [event.event.kind for event in book.history(tenant, make("a").place)] == ["graded", "approved", "commented"]
    code, out, _ = run("review", "agreement", "--class", "c1")
    assert "3 decided, labels 33%, scores 33%" in out
    assert json.loads(run("review", "agreement", "--class", "c1", "--json")[1])["overall"]["decided"] == 3


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["approve", "--class", "c1", "abcdef12"], 1, "0 groups that wait are abcdef12"),
        (["approve", "--class", "c1", "zzz"], 1, "no such grade"),
        (["override", "--class", "c1", "ID", "--score", "7", "--reason", "r"], 1, "can't be accepted"),
        (["override", "--class", "c1", "ID", "--score", "1"], 2, "--reason"),
        (["adapt", "nothing"], 1, "no such question"),
        (["list"], 2, "--class"),
    ],
)
def test_what_is_refused(
    run: Run, book: Gradebook, tenant: str, make: Make, arguments: list[str], code: int, message: str
) -> None:
    book.record(tenant, [make()])
    found = run("review", *[grade_id(make().place) if part == "ID" else part for part in arguments])
    assert found[0] == code
    assert message in found[2]
    assert book.get(tenant, make().place).revision == 1


@pytest.fixture
def ice(book: Gradebook, tenant: str, ann: Principal, make: Make) -> Gradebook:
    """Class 7b answered the question `ice`; 36 answers are decided, three wait."""
    texts = enumerate(answers())
    said = [make(f"s{n:02}", "ice", class_id="7b", answer=text, score=2 * right) for n, (text, right) in texts]
    waiting = [make(f"w{n}", "ice", class_id="7b", answer=text) for n, text in enumerate(("Air.", "air", "Heat."))]
    book.record(tenant, [*said, *waiting])
    book.decide(ann, [Choice(grade.place, 1) for grade in said], Ruling(kind="approved"))
    return book


def names(book: Gradebook, tenant: str, make: Make) -> dict[str, str]:
    waiting = queue(book, tenant, "7b")
    last = grade_id(make("w2", "ice", class_id="7b").place)
    return {"GROUP": waiting[0].id if waiting else "", "GRADE": last}


def test_the_commands_of_the_docs(ice: Gradebook, run: Run, tenant: str, make: Make, release: Release) -> None:
    outputs, preview = [], ""
    for command in COMMANDS:
        for word, name in (names(ice, tenant, make) | {"PREVIEW": preview}).items():
            command = command.replace(word, name)
        code, out, err = run(*shlex.split(command)[1:])
        assert code == 0, (command, err)
        outputs.append(out)
        preview = out.split()[-1]
    assert len(COMMANDS) == 8
    assert "2 x 2/2 correct  ice: Air. | air" in outputs[0]
    assert outputs[1] == "approved: 2 grades\n"
    assert "39 decided" in outputs[4]
    assert "of ice: 39 grades, in use at once" in outputs[5]
    assert "39 graded again: 0 gain, 0 lose, 39 stay, 0 failed" in outputs[6]
    assert outputs[7].splitlines()[-1] == "applied"


def test_the_requests_of_the_docs(ice: Gradebook, ann: Principal, tenant: str, make: Make, release: Release) -> None:
    """With the grader itself: `first` asks for 1.0.0, which is the version that the tests publish."""
    from functions.gradebook.handler import app

    client, known = TestClient(app), names(ice, tenant, make)
    found: list[Any] = []
    for text in REQUESTS:
        for word, name in known.items():
            text = text.replace(word, name)
        head, _, body = text.partition("\n\n")
        (method, path), *headers = [line.split(maxsplit=1) for line in head.strip().splitlines()]
        sent = {name.rstrip(":"): value for name, value in headers} | {"Content-Type": "application/json"}
        answer = client.request(method, path, content=body.encode() or None, headers=sent)
        assert answer.status_code == 200, (text, answer.text)
        found.append(answer.json())
        known["PREVIEW"] = found[-1].get("regrade_id", "")
    assert len(found) == 7
    regrade = found[5]
    assert (regrade["state"], regrade["done"], regrade["failed"]) == ("ready", 39, 0)
    assert all(change["stands"] and change["effect"] == "unchanged" for change in regrade["changes"])
    assert found[6]["state"] == "applied"


def test_every_link_is_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert (DOCS / target).exists(), target
