"""What runs in Lambda for the deployment: publishing the embedded releases, checking a version before its traffic."""

import io
import json
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest

from functions.jobs.handler import handler as jobs_handler
from infra.artifacts import SEEDING, TAKING_BACK, Artifacts
from infra.handlers import before_traffic, releases
from lectern.models import Models
from lectern.release import read_alias
from lectern.settings import Settings, settings
from lectern.store.s3 import S3Store
from model_store.build.measured import DESCRIPTION, Build
from model_store.release.alias import promote
from model_store.release.publish import publish
from model_store.release.signing import Signer
from tests.release.tiny import tiny_build

URL = "https://cloudformation.example.org/answer"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What CloudFormation is told."""
    answers: list[dict[str, Any]] = []

    def urlopen(request: Any, timeout: float) -> io.BytesIO:
        assert (request.full_url, request.method) == (URL, "PUT")
        answers.append(json.loads(request.data))
        return io.BytesIO()

    monkeypatch.setattr("urllib.request.urlopen", urlopen)
    return answers


@pytest.fixture
def made(tmp_path: Path) -> Build:
    build = tiny_build(tmp_path / "build")
    (build.folder / DESCRIPTION).write_text(build.description.model_dump_json())
    return build


@pytest.fixture
def event(s3_store: S3Store, made: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The event of a first deployment, with an empty model bucket and the build as a zip among the assets."""
    zipped = shutil.make_archive(str(tmp_path / "grading"), "zip", made.folder)
    boto3.client("s3").upload_file(zipped, s3_store._bucket, "assets/1.zip")
    monkeypatch.setenv("LECTERN_STORE", f"s3://{s3_store._bucket}")
    settings.cache_clear()
    return {
        "RequestType": "Create",
        "ResponseURL": URL,
        "StackId": "stack",
        "RequestId": "1",
        "LogicalResourceId": "Published",
        "ResourceProperties": {"Releases": {"grading": {"Bucket": s3_store._bucket, "Key": "assets/1.zip"}}},
    }


@pytest.fixture(autouse=True)
def _fresh() -> Any:
    yield
    settings.cache_clear()


def test_an_empty_account_has_a_release_that_answers(
    event: dict[str, Any], told: list[dict[str, Any]], s3_store: S3Store, signer: Signer
) -> None:
    releases.handler(event, None)
    (answer,) = told
    assert (answer["Status"], answer["Data"]["PublicKey"]) == ("SUCCESS", signer.public_key())
    models = Models(s3_store, Settings(public_key=signer.public_key()))
    assert models.get(models.resolve("grading", None)).release.manifest.version == "1.0.0"


def test_deployed_again_it_publishes_nothing_and_moves_no_alias(
    event: dict[str, Any], told: list[dict[str, Any]], s3_store: S3Store, signer: Signer
) -> None:
    releases.handler(event, None)
    before = s3_store.keys("")
    versions = len(s3_store.versions("aliases/grading/live.json"))
    releases.handler(event | {"RequestType": "Update"}, None)
    assert [answer["Status"] for answer in told] == ["SUCCESS", "SUCCESS"]
    assert (s3_store.keys(""), len(s3_store.versions("aliases/grading/live.json"))) == (before, versions)


def test_an_alias_that_somebody_moved_stays(
    event: dict[str, Any], told: list[dict[str, Any]], s3_store: S3Store, signer: Signer, made: Build
) -> None:
    calibration = made.description.calibration.model_copy(update={"temperature": 2.0})
    ours = replace(made, description=made.description.model_copy(update={"calibration": calibration}))
    publish(s3_store, signer, ours, "grading", "7.0.0")
    promote(s3_store, signer.public_key(), "grading", "7.0.0", "live", "ours")
    releases.handler(event, None)
    assert told[0]["Status"] == "SUCCESS" and told[0]["Data"]["Version-grading"] == "1.0.0", "published, for a canary"
    assert read_alias(s3_store, "grading", "live").version == "7.0.0"


def test_what_fails_is_told_and_deletion_touches_nothing(
    event: dict[str, Any], told: list[dict[str, Any]], s3_store: S3Store
) -> None:
    event["ResourceProperties"]["Releases"]["grading"]["Key"] = "assets/2.zip"
    with pytest.raises(Exception, match="NoSuchKey"):
        releases.handler(event, None)
    assert told[0]["Status"] == "FAILED" and "NoSuchKey" in told[0]["Reason"]
    releases.handler(event | {"RequestType": "Delete"}, None)
    assert told[1]["Status"] == "SUCCESS" and s3_store.keys("") == ["assets/1.zip"]


@pytest.mark.parametrize(
    ("files", "handlers"),
    [(SEEDING, "infra.handlers.releases, infra.handlers.before_traffic"), (TAKING_BACK, "infra.handlers.taking_back")],
)
def test_the_zip_holds_all_that_its_handlers_import(files: tuple[str, ...], handlers: str, tmp_path: Path) -> None:
    """In a process that finds nothing of this checkout but the zip and the runtime's layer."""
    code = Artifacts(zips=tmp_path).zip("deployment", files)
    with zipfile.ZipFile(code) as file:
        file.extractall(tmp_path / "task")
    path = f"{tmp_path / 'task'}:{Path('layers/runtime/python').resolve()}"
    program = (
        "import sys\n"
        f"import {handlers}, model_store\n"
        "assert model_store.__file__.startswith(sys.argv[1]), model_store.__file__\n"
        "print(*{'onnx', 'boto3', 'safetensors', 'click', 'aws_cdk'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=tmp_path,
        env={"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout.strip(), done.stderr) == ("", ""), "the layer has none of these"


class Services:
    """Lambda with one function in this process, and CodeDeploy."""

    def __init__(self, handler: Any) -> None:
        self._handler, self.status = handler, ""

    def invoke(self, **asked: Any) -> dict[str, Any]:
        assert asked["FunctionName"] == "arn:version:7"
        try:
            answer = self._handler(json.loads(asked["Payload"]), None)
        except Exception as error:
            return {
                "FunctionError": "Unhandled",
                "Payload": io.BytesIO(json.dumps({"errorMessage": str(error)}).encode()),
            }
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}

    def put_lifecycle_event_hook_execution_status(self, **told: str) -> None:
        assert (told["deploymentId"], told["lifecycleEventHookExecutionId"]) == ("d-1", "hook-1")
        self.status = told["status"]


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch) -> Any:
    def run(handler: Any) -> str:
        services = Services(handler)
        monkeypatch.setattr("botocore.session.Session.create_client", lambda *_: services)
        before_traffic.handler({"DeploymentId": "d-1", "LifecycleEventHookExecutionId": "hook-1"}, None)
        return services.status

    monkeypatch.setenv("VERSION", "arn:version:7")
    return run


def test_a_version_that_answers_gets_traffic(check: Any, release: Any) -> None:
    from functions.grading.handler import handler as grading_handler

    assert check(grading_handler) == "Succeeded"
    assert check(jobs_handler) == "Succeeded", "a function without a model answers 404, and so it starts"


def test_a_version_without_a_release_or_that_crashes_gets_none(check: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def crashing(event: Any, context: Any) -> Any:
        raise ImportError("numpy")

    assert check(crashing) == "Failed"
    assert check(lambda event, context: {"statusCode": 503}) == "Failed"
    assert check(lambda event, context: {"errorMessage": "no HTTP answer"}) == "Failed"


def test_the_check_comes_through_the_edge(check: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LECTERN_EDGE_SECRET", "open sesame")
    settings.cache_clear()
    seen: list[int] = []

    def watched(event: Any, context: Any) -> Any:
        answer = jobs_handler(event, context)
        seen.append(answer["statusCode"])
        return answer

    assert (check(watched), seen) == ("Succeeded", [404])
    refused = jobs_handler(before_traffic.request("") | {"headers": {}}, None)
    assert refused["statusCode"] == 403
