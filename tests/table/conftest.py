from collections.abc import Iterator

import pytest

from infra.local.aws import in_environment
from lectern.table import Table


@pytest.fixture
def table(aws: dict[str, str]) -> Iterator[Table]:
    """The local AWS's table; tests keep apart by their tenants."""
    with in_environment(aws):
        yield Table(aws["LECTERN_TABLE"])
