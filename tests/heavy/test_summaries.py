"""POST /v1/summarize by tier, the endpoint being one that writes and misbehaves as told."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient
from tokenizers import Tokenizer
from tokenizers.decoders import ByteLevel as Decoder
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from tokenizers.processors import RobertaProcessing

from functions.summarize.written import IN_PARTS
from lectern.heavy.tiers import FALLEN_BACK
from lectern.manifest import GoldenVector
from lectern.release import Release
from model_store.release.signing import Signer
from tests.heavy.asking import Ask, Configure, asking, configuring
from tests.heavy.conftest import Stub
from tests.heavy.made import publish_made
from tests.heavy.test_tiers import FAULTS

TEXT = "Mars has two moons. Asaph Hall found both of them in 1877. Phobos is the larger one. They are small."
NEW = "Two small moons go round Mars. They were found in 1877."
LONGEST = 200


def byte_level() -> Tokenizer:
    """A tokenizer of single bytes, framed and decoded as BART's is."""
    words = ["<s>", "<pad>", "</s>", *sorted(ByteLevel.alphabet())]
    made = Tokenizer(BPE({word: n for n, word in enumerate(words)}, []))
    made.pre_tokenizer, made.decoder = ByteLevel(add_prefix_space=False), Decoder()
    made.post_processor = RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=False)
    made.add_special_tokens(["<s>", "<pad>", "</s>"])
    return made


KNOWN = byte_level()


@pytest.fixture(scope="module")
def large(summaries_release: Release, signer: Signer, tmp_path_factory: pytest.TempPathFactory) -> Release:
    golden = GoldenVector(input_ids=(0, 9, 2), token_type_ids=(0, 0, 0), written=(8, 2), logits=(-1.0, -2.0))
    folder = tmp_path_factory.mktemp("summaries-large") / "made"
    data = KNOWN.to_str().encode()
    return publish_made(signer, folder, "summaries-large", "summarize", data, (golden,), LONGEST)


@pytest.fixture
def heavy(monkeypatch: pytest.MonkeyPatch, large: Release, stub: Stub) -> Configure:
    stub.answer = writing(large.digest, NEW)
    return configuring(monkeypatch)


@pytest.fixture
def ask(heavy: Configure) -> Ask:
    from functions.summarize.handler import app

    return asking(app, "/v1/summarize", {"text": TEXT})


def writing(digest: str, *texts: str) -> Callable[[dict[str, Any]], tuple[int, Any]]:
    """An endpoint that writes one text after the other for row after row, from the first one again."""

    def act(asked: dict[str, Any]) -> tuple[int, Any]:
        tokens = [KNOWN.encode(texts[n % len(texts)]).ids for n in range(len(asked["rows"]))]
        return 200, {"digest": digest, "logits": tokens}

    return act


def test_without_a_tier_the_summary_is_taken_from_the_text(ask: Ask, stub: Stub) -> None:
    body = ask()
    assert (body["tier"], body["written"], stub.asked) == ("fast", False, 0)
    assert body["model"]["name"] == "summaries" and len(body["sentences"]) == 3


def test_the_large_model_writes_it(ask: Ask, stub: Stub, large: Release) -> None:
    body = ask(tier="heavy")
    assert (body["summary"], body["sentences"], body["written"]) == (NEW, [], True)
    assert (body["tier"], body["warnings"]) == ("heavy", [])
    assert body["model"] == {"name": "summaries-large", "version": "2.0.0", "digest": large.digest}


def test_it_has_at_most_as_many_sentences_as_asked_for(ask: Ask) -> None:
    assert ask(tier="heavy", sentences=1)["summary"] == "Two small moons go round Mars."
    assert ask(tier="heavy", sentences=50)["summary"] == NEW


def test_a_sentence_that_was_broken_off_is_left_out(ask: Ask, stub: Stub, large: Release) -> None:
    stub.answer = writing(large.digest, "Two small moons go round Mars. They were fou")
    assert ask(tier="heavy")["summary"] == "Two small moons go round Mars."
    stub.answer = writing(large.digest, "Two small moons go rou")
    assert ask(tier="heavy")["summary"] == "Two small moons go rou", "there is no other one"


def test_the_row_is_the_whole_text(ask: Ask, stub: Stub, large: Release) -> None:
    rows, right = list[dict[str, Any]](), writing(large.digest, NEW)

    def act(asked: dict[str, Any]) -> tuple[int, Any]:
        rows.extend(asked["rows"])
        return right(asked)

    stub.answer = act
    ask(tier="heavy", text=TEXT.replace(". ", ".\n\n  "))
    assert [KNOWN.decode(row["input_ids"]) for row in rows] == [TEXT]
    assert (rows[0]["input_ids"][0], rows[0]["input_ids"][-1]) == (0, 2)


def test_a_long_text_is_summarized_in_parts_and_then_their_summaries(ask: Ask, stub: Stub, large: Release) -> None:
    asked = list[list[str]]()

    def act(body: dict[str, Any]) -> tuple[int, Any]:
        asked.append([KNOWN.decode(row["input_ids"]) for row in body["rows"]])
        return writing(large.digest, *(["Moons.", "Phobos."] if len(asked) == 1 else [NEW]))(body)

    stub.answer = act
    body = ask(tier="heavy", text=f"{TEXT} {TEXT.replace('Mars', 'Venus')} {TEXT}")
    parts, last = asked
    assert " ".join(parts) == f"{TEXT} {TEXT.replace('Mars', 'Venus')} {TEXT}"
    assert all(len(KNOWN.encode(part).ids) <= LONGEST for part in parts)
    assert last == ["Moons. Phobos."]
    assert (body["summary"], body["warnings"]) == (NEW, [IN_PARTS])


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("word " * 50 + ".", NEW),  # a sentence that is longer than a row
        ("火星有两个卫星，分别是火卫一和火卫二。", NEW),
        (f"{TEXT} " * 6, "Mars has two moons, " * 9),  # summaries of parts that are longer than a row together
        (TEXT, ""),
        (TEXT, " … "),
    ],
)
def test_what_it_cannot_do_the_fast_model_does(ask: Ask, stub: Stub, large: Release, text: str, written: str) -> None:
    expected = ask(text=text)
    stub.answer = writing(large.digest, written)
    body = ask(text=text, tier="heavy")
    warnings = [*expected["warnings"], FALLEN_BACK]
    assert body == expected | {"request_id": body["request_id"], "warnings": warnings}
    assert not body["written"]


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_goes_wrong_the_fast_model_answers_and_says_so(ask: Ask, stub: Stub, fault: str) -> None:
    expected = ask()
    stub.answer, times = FAULTS[fault]
    body = ask(tier="heavy")
    assert body == expected | {"request_id": body["request_id"], "warnings": [FALLEN_BACK]}
    assert (body["tier"], stub.asked) == ("fast", times)


@pytest.mark.parametrize("tokens", [[], [-1.0, 2.0], [0.5, 2.0], [0.0] * 4097])
def test_what_are_no_tokens_is_no_answer(ask: Ask, stub: Stub, large: Release, tokens: list[float]) -> None:
    stub.answer = lambda asked: (200, {"digest": large.digest, "logits": [tokens] * len(asked["rows"])})
    assert ask(tier="heavy")["warnings"] == [FALLEN_BACK]


def test_tokens_that_the_tokenizer_has_not_are_left_out(ask: Ask, stub: Stub, large: Release) -> None:
    tokens = [0, 9_999_999, *KNOWN.encode(NEW).ids]
    stub.answer = lambda asked: (200, {"digest": large.digest, "logits": [tokens]})
    assert ask(tier="heavy")["summary"] == NEW


def test_a_hanging_endpoint_keeps_within_the_callers_deadline(
    ask: Ask, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lectern.heavy.tiers.RESERVE", 9.5)  # a busy machine takes its time over the fast answer
    stub.answer, _ = FAULTS["hangs"]
    started = time.monotonic()
    assert ask(tier="heavy", headers={"X-Deadline-Ms": "10000"})["tier"] == "fast"
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("changes", [{"tier": "auto"}, {"tier": "heavy", "version": "1.0.0"}, {"tier": "slow"}])
def test_only_what_there_is_can_be_asked_for(ask: Ask, changes: dict[str, str]) -> None:
    from functions.summarize.handler import app

    assert TestClient(app).post("/v1/summarize", json={"text": TEXT} | changes).status_code == 422
