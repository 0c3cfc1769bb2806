"""The Markdown that is written out of figures: cards of models, and pages of results."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template


def template(name: str) -> Template:
    """A template of this folder; a name that it is not given is an error."""
    environment = Environment(  # noqa: S701 - Markdown, and nothing in it comes from users
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(name)
