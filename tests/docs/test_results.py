"""The page of results says what was measured, and its picture can be drawn."""

from types import ModuleType
from xml.etree import ElementTree

import pytest

from model_store import tasks_results, texts_results
from model_store.pages import OF_ONE, page
from model_store.results import FOLDER, compose
from model_store.results_picture import Line, picture


@pytest.mark.parametrize("name", ["models.md", "grading.svg"])
def test_the_page_is_made_of_the_committed_figures(name: str) -> None:
    assert (FOLDER / name).read_text("utf-8") == compose()[name]


@pytest.mark.parametrize("several", [tasks_results, texts_results], ids=lambda several: several.PAGE)
def test_a_page_of_several_models_is_made_of_the_committed_figures(several: ModuleType) -> None:
    assert (FOLDER / several.PAGE).read_text("utf-8") == several.compose()


@pytest.mark.parametrize("name", OF_ONE)
def test_the_page_of_one_model_is_made_of_its_committed_figures(name: str) -> None:
    assert (FOLDER / name).read_text("utf-8") == page(name)


def test_a_picture_has_a_line_for_every_set() -> None:
    drawn = picture([Line("one & only", [(0.5, 0.5), (1, 1)])], [Line("one & only", [(0.1, 0), (1, 0.25)])])
    root = ElementTree.fromstring(drawn)
    lines = [node.attrib["points"] for node in root.iter("{http://www.w3.org/2000/svg}polyline")]
    assert lines == ["190.0,150.0 336.0,44.0", "453.2,256.0 716.0,44.0"]
    assert "one & only" in [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
