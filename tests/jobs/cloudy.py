"""Real clients of S3 and DynamoDB on a bad day: some of their calls get what AWS answers then, before they are sent."""

import dataclasses
import io
import random
from collections.abc import Callable, Iterator
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ReadTimeoutError

SLOW_DOWN = 503, b"<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>"
THROTTLED = (
    400,
    b'{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException","message":"slow"}',
)
SKEWED = 403, b"<Error><Code>RequestTimeTooSkewed</Code><Message>The clocks differ.</Message></Error>"

Weather = Callable[[str], AWSResponse | None]


class _Raw(io.BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def sometimes(share: float, answer: tuple[int, bytes], seed: int = 1) -> Weather:
    """This answer to a share of the calls."""
    chance = random.Random(seed)
    return lambda address: answered(address, answer) if chance.random() < share else None


def too_slow(share: float, seed: int = 1) -> Weather:
    """No answer in time to a share of the calls."""
    chance = random.Random(seed)

    def weather(address: str) -> None:
        if chance.random() < share:
            raise ReadTimeoutError(endpoint_url=address)

    return weather


def answered(address: str, answer: tuple[int, bytes]) -> AWSResponse:
    """What AWS answers."""
    status, body = answer
    return AWSResponse(address, status, {"Content-Length": str(len(body))}, _Raw(body))


def under(real: Any, weather: Weather) -> Any:
    """The same store or table, its calls under this weather; `calls` counts all that would go out."""
    real.calls = 0

    def before(request: Any, **_: Any) -> AWSResponse | None:
        real.calls += 1
        return weather(request.url)

    real._client.meta.events.register_first("before-send", before)
    if getattr(real, "_reader", None):
        real._reader = dataclasses.replace(real._reader, connections=_Under(real._reader.connections, before))
    return real


@dataclasses.dataclass(frozen=True)
class _Under:
    """Connections under this weather."""

    real: Any
    before: Any

    def send(self, request: Any) -> Any:
        return self.before(request) or self.real.send(request)
