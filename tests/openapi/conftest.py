"""The whole API over the embedded models, with a local AWS for what is a school's own."""

import os
from collections.abc import Iterator

import pytest
from starlette.types import ASGIApp

from infra.local.aws import DATA_BUCKET, in_environment
from infra.local.forget import forget_services
from infra.local.serve import whole_api
from lectern.release import Release

STORE = os.environ["LECTERN_STORE"]
"""The tests' own releases, not the local AWS's bucket."""


@pytest.fixture(scope="package")
def api(
    aws: dict[str, str],
    release: Release,
    essays_release: Release,
    search_release: Release,
    text_releases: dict[str, Release],
    roles_release: Release,
    summaries_release: Release,
    translate_release: Release,
    answer_release: Release,
) -> Iterator[ASGIApp]:
    own = {"LECTERN_STORE": STORE, "LECTERN_DATA_STORE": f"s3://{DATA_BUCKET}"}
    with in_environment({**aws, **own}):
        forget_services()
        yield whole_api()
    forget_services()
