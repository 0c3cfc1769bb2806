"""Settings put another model in a task's place."""

import os

import pytest

from lectern.errors import UnknownRelease
from lectern.settings import Settings
from lectern.store.local import LocalStore
from tests.conftest import models_of


def test_a_setting_names_the_model_that_answers(published: LocalStore) -> None:
    chosen = models_of(published, models={"grading": "grading-small"})
    assert chosen.resolve("grading", "1.0.0").model == "grading-small"
    assert chosen.resolve("essays", "1.0.0").model == "essays"
    with pytest.raises(UnknownRelease, match="grading-small has no alias live"):
        chosen.resolve("grading", None)
    assert models_of(published).resolve("grading", None).model == "grading"


def test_it_comes_from_the_environment_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "LECTERN_MODELS", '{"grading": "grading-small"}')
    assert Settings().models == {"grading": "grading-small"}
