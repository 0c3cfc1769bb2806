"""Tokens of questions and references that come again: the same as at first, and gone with their release."""

import gc
import weakref

from functions.grading.schemas import GradeRequest
from functions.grading.task import MOST_KEPT, TASK
from lectern.load import load
from lectern.release import Release
from tests.conftest import STORE

REQUEST = GradeRequest(question="Why does ice float?", references=["It is less dense."], answer="It is light.")


def test_tokens_are_the_same_when_a_question_comes_again_and_after_many_others(release: Release) -> None:
    model = load(STORE, release)
    others = [REQUEST.model_copy(update={"question": f"Question {number}?"}) for number in range(MOST_KEPT + 1)]
    rows = [TASK.encode(request, model.tokenizer, release.manifest) for request in (REQUEST, REQUEST, *others, REQUEST)]
    assert rows[0] == rows[1] == rows[-1]
    assert rows[2] != rows[3]


def test_a_release_that_is_let_go_leaves_no_tokenizer(release: Release) -> None:
    model = load(STORE, release)
    TASK.encode(REQUEST, model.tokenizer, release.manifest)
    tokenizer = weakref.ref(model.tokenizer)
    del model
    gc.collect()
    assert tokenizer() is None
