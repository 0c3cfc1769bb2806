"""Which function answers for each task: its own, or `text`, where an environment says so."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra.settings import Deployment, FunctionSettings
from infra.text import TEXT, TextSettings


@dataclass(frozen=True)
class Layout:
    """`rows` are what functions.toml says of each task."""

    rows: Mapping[str, FunctionSettings]
    text: TextSettings

    @property
    def functions(self) -> dict[str, FunctionSettings]:
        """The functions that are deployed, by name."""
        apart = {name: row for name, row in self.rows.items() if self.text.both or name not in self.text.tasks}
        return apart | ({TEXT: self._together()} if self.text.tasks else {})

    def home(self, task: str) -> str:
        """The function that the routes of a task lead to."""
        return TEXT if task in self.text.tasks and self.text.routes == TEXT else task

    def tasks(self, function: str) -> tuple[str, ...]:
        """What a function can answer for."""
        return self.text.tasks if function == TEXT else (function,)

    def _together(self) -> FunctionSettings:
        """Routes keep the limits of their own tasks."""
        rows = [self.rows[name] for name in self.text.tasks]
        return FunctionSettings(
            **self.text.model_dump(include={"memory", "timeout", "p99_seconds", "reserved"}),
            rate=max(row.rate for row in rows),
            burst=max(row.burst for row in rows),
            models=tuple(model for name in self.text.tasks for model in self.rows[name].models or (name,)),
            reviewed=any(row.reviewed for row in rows),
        )


def layout_of(deployment: Deployment, rows: Mapping[str, FunctionSettings]) -> Layout:
    """The functions of an environment."""
    return Layout(rows, deployment.text)
