"""The functions of single tasks, as the function `text` finds them."""

from functools import cache
from importlib import import_module

from functions.text.places import PLACES
from lectern.http.together import Member
from lectern.settings import settings


def served() -> dict[str, tuple[str, ...]]:
    """The tasks that the settings name, or all, with their paths. Raises KeyError for one that is none."""
    return {name: PLACES[name] for name in settings().tasks or PLACES}


@cache
def member(name: str) -> Member:
    """A function, imported when it is first asked for."""
    found = import_module(f"functions.{name}.handler")
    return Member(found.TASK, found.app, found.handler)
