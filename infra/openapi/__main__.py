"""Write docs/openapi.json: `make openapi`."""

import tempfile
from typing import Any

import click

from infra.local.aws import in_environment
from infra.local.environment import ensure_live, use_local_settings
from model_store.catalogue import EMBEDDED


def main() -> None:
    """Ask the functions of this checkout, over releases and data of their own, and keep what they say of themselves."""
    with tempfile.TemporaryDirectory() as folder:
        own = {"LECTERN_STORE": f"file:{folder}/store", "LECTERN_DATA_STORE": f"file:{folder}/data"}
        with in_environment({**own, "LECTERN_LOG_LEVEL": "ERROR"}):
            use_local_settings()
            for model in EMBEDDED:
                ensure_live(model, lambda text: click.echo(text, err=True))
            _write()


def _write() -> None:
    from starlette.testclient import TestClient

    from infra.local.serve import whole_api
    from infra.openapi.document import assemble
    from infra.openapi.examples import recorded
    from infra.openapi.page import PATH, written

    client = TestClient(whole_api())

    def ask(method: str, path: str, body: Any) -> Any:
        answer = client.request(method, path, json=body)
        answer.raise_for_status()
        return answer.json()

    PATH.write_text(written(assemble(recorded(ask))), "utf-8")
    click.echo(f"wrote {PATH}")


if __name__ == "__main__":
    main()
