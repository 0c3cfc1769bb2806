"""Run the cost commands of the pages anew and put what they print, and draw, where it stands: after `make bench`."""

import re
import shlex
from pathlib import Path

from click.testing import CliRunner

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "docs/cost.md", ROOT / "README.md")
BLOCK = re.compile(r"```sh\n\.venv/bin/lectern (cost.*?)\n```\n(\n```text\n.*?```\n)?", flags=re.DOTALL)


def refreshed(page: str) -> str:
    """The page with each command's output as it is now."""
    return BLOCK.sub(_run, page)


def _run(block: re.Match[str]) -> str:
    from infra.local.cli import cli

    done = CliRunner().invoke(cli, shlex.split(block[1].replace("\\\n", " ")), catch_exceptions=False)
    if done.exit_code:
        raise RuntimeError(done.output)
    output = f"\n```text\n{done.stdout.rstrip()}\n```\n" if block[2] else ""
    return f"```sh\n.venv/bin/lectern {block[1]}\n```\n{output}"


if __name__ == "__main__":
    for path in PAGES:
        path.write_text(refreshed(path.read_text("utf-8")), "utf-8")
