"""The tasks of functions/, as far as they have a model: the list is that of the folders."""

from functools import cache
from importlib import import_module

from infra.choices import read_functions
from lectern.task import Task


@cache
def tasks() -> dict[str, Task]:
    """By the name of the folder."""
    found = {name: getattr(import_module(f"functions.{name}.task"), "TASK", None) for name in read_functions()}
    return {name: task for name, task in found.items() if task is not None}


@cache
def tasks_by_model() -> dict[str, Task]:
    """By the name of each model that can be asked for itself."""
    return {model: task for task in tasks().values() for model in task.names}
