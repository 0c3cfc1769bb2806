"""The environment of all tests: a store of their own, the embedded model published in it once."""

import os
import tempfile
import uuid
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

_FOLDER = tempfile.TemporaryDirectory(prefix="lectern-tests-")
os.environ.update(
    LECTERN_STORE=f"file:{_FOLDER.name}/store",
    LECTERN_DATA_STORE=f"file:{_FOLDER.name}/data",
    LECTERN_ENVIRONMENT="local",
    LECTERN_SIGNING_KEY=f"{_FOLDER.name}/signing.pem",
    LECTERN_DOCS="true",
    LECTERN_LOG_LEVEL="INFO",
    LECTERN_METRICS="true",
    AWS_ACCESS_KEY_ID="local",
    AWS_SECRET_ACCESS_KEY="local",
    AWS_DEFAULT_REGION="eu-central-1",
    AWS_EC2_METADATA_DISABLED="true",
)

from infra.local.aws import in_environment, local_aws  # noqa: E402
from infra.local.forget import forget_services  # noqa: E402
from lectern.models import Models  # noqa: E402
from lectern.principal import Principal  # noqa: E402
from lectern.release import Release  # noqa: E402
from lectern.settings import Settings, settings  # noqa: E402
from lectern.store import open_store  # noqa: E402
from lectern.store.local import LocalStore  # noqa: E402
from lectern.store.s3 import S3Store  # noqa: E402
from lectern.table import Table  # noqa: E402
from model_store.build.builder import Build, build  # noqa: E402
from model_store.catalogue import read_model  # noqa: E402
from model_store.release.alias import promote  # noqa: E402
from model_store.release.publish import publish  # noqa: E402
from model_store.release.signing import Signer, open_signer  # noqa: E402

SIGNER, STORE = open_signer(), open_store(os.environ["LECTERN_STORE"])
os.environ["LECTERN_PUBLIC_KEY"] = SIGNER.public_key()

Who = Callable[..., None]


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    """What a process remembers of the settings ends with the test that changed them."""
    yield
    if settings() != Settings():
        forget_services()


@cache
def live(name: str) -> Release:
    """An embedded model as live version 1.0.0 of the tests' own store; built from the cache of this checkout."""
    published = publish(STORE, SIGNER, build(read_model(name)), name, "1.0.0")
    promote(STORE, SIGNER.public_key(), name, "1.0.0", "live", "tests")
    return published


@pytest.fixture(scope="session")
def signer() -> Signer:
    return SIGNER


@pytest.fixture(scope="session")
def grading_build() -> Build:
    return build(read_model("grading"))


@pytest.fixture(scope="session")
def release() -> Release:
    return live("grading")


@pytest.fixture(scope="session")
def essays_release() -> Release:
    return live("essays")


@pytest.fixture(scope="session")
def search_release() -> Release:
    return live("search")


@pytest.fixture(scope="session")
def text_releases() -> dict[str, Release]:
    """The classifiers of texts."""
    return {name: live(name) for name in ("sentiment", "question-type", "bloom", "sentences")}


@pytest.fixture(scope="session")
def translate_release() -> Release:
    return live("translate")


@pytest.fixture(scope="session")
def roles_release() -> Release:
    return live("roles")


@pytest.fixture(scope="session")
def summaries_release() -> Release:
    return live("summaries")


@pytest.fixture(scope="session")
def answer_release() -> Release:
    return live("answer")


@pytest.fixture
def local_store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "store")


@pytest.fixture(scope="session")
def aws() -> Iterator[dict[str, str]]:
    """The local AWS: what clients need to reach it."""
    with local_aws() as variables:
        yield variables


@pytest.fixture
def table(aws: dict[str, str]) -> Iterator[Table]:
    """The local AWS's table."""
    with in_environment(aws):
        yield Table(aws["LECTERN_TABLE"])


@pytest.fixture
def tenant() -> str:
    """One that no other test has."""
    return f"t-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def who(tenant: str, monkeypatch: pytest.MonkeyPatch) -> Who:
    """Let somebody else ask: another subject, tenant or roles."""

    def ask(subject: str = "ann", roles: tuple[str, ...] = ("teacher",), tenant: str = tenant) -> None:
        monkeypatch.setattr("lectern.http.incoming.DEVELOPMENT", Principal(tenant, subject, roles))

    ask()
    return ask


@pytest.fixture
def s3_store(aws: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> S3Store:
    """An S3 store with an empty, versioned bucket of its own."""
    import boto3

    for name, value in aws.items():
        monkeypatch.setenv(name, value)
    bucket, client = f"test-{uuid.uuid4()}", boto3.client("s3")
    client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": aws["AWS_DEFAULT_REGION"]})
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    return S3Store(bucket)


@pytest.fixture
def published(local_store: LocalStore, grading_build: Build, signer: Signer) -> LocalStore:
    """A store of this test alone with a live 1.0.0, for tests that break it."""
    publish(local_store, signer, grading_build, "grading", "1.0.0")
    promote(local_store, signer.public_key(), "grading", "1.0.0", "live", "tests")
    return local_store


def models_of(store: LocalStore | S3Store, **settings: object) -> Models:
    """The models of a store, with settings that differ from the tests'."""
    return Models(store, Settings(**settings))  # type: ignore[arg-type]
