"""A month's bill: what is used × its price, by service."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

from infra.cost import work
from infra.cost.measured import Measured, milliseconds
from lectern.prices import Prices

HOURS = 730
GB = 2**30
API_UNIT = 512 * 1024
WAF_RULES = 5


@dataclass(frozen=True)
class Workload:
    """What is asked for in a month: single grades over HTTP, and rows of jobs."""

    requests: int
    rows: int
    jobs: int
    batch_size: int
    memory: int
    words: float
    start_share: float
    """Invocations that find no warm function."""

    snapstart: bool
    snapshots: int
    """Published versions, of all functions, that are kept."""

    deploys: int
    edge: bool
    """Whether CloudFront and WAF stand before the API."""

    kept_months: int
    """How long grades and jobs stay; logs stay for one."""

    instance: str
    gpu_hours: float

    @property
    def chunks(self) -> int:
        """Invocations that grade rows."""
        return ceil(self.rows / self.batch_size)


class Line(NamedTuple):
    """Dollars for the grades over HTTP, for those of jobs, and whatever is graded."""

    service: str
    requests: float = 0.0
    jobs: float = 0.0
    fixed: float = 0.0

    @property
    def total(self) -> float:
        """All three."""
        return self.requests + self.jobs + self.fixed


def bill(load: Workload, measured: Measured, prices: Prices) -> list[Line]:
    """The month by service. Raises UnknownPrice for an instance without one."""
    return [
        *compute(load, measured, prices),
        Line("SnapStart snapshots", fixed=_snapshots(load, measured, prices)),
        *_front(load, prices),
        Line("Step Functions", jobs=_transitions(load) * prices["states_transition"]),
        Line("DynamoDB", jobs=_table(load, prices)),
        Line("S3", jobs=_objects(load, prices)),
        _logs(load, prices),
        Line("SageMaker", fixed=load.gpu_hours * prices.instance(load.instance)),
    ]


def compute(load: Workload, measured: Measured, prices: Prices) -> Iterator[Line]:
    """What Lambda asks for invocations, their time, and the starts among them."""
    longer = load.words / measured.words
    one = milliseconds(measured.request_ms * longer, load.memory, threads=False)
    row = milliseconds(measured.row_ms * longer, load.memory, threads=True)
    second = load.memory / 1024 * prices["lambda_gb_second"]
    seconds = load.requests * ceil(one) / 1000, _chunk_seconds(load, row)
    start = _start(load, measured, prices)
    yield Line("Lambda requests", load.requests * prices["lambda_request"], load.chunks * prices["lambda_request"])
    yield Line("Lambda compute", seconds[0] * second, seconds[1] * second)
    yield Line("Lambda starts", load.requests * load.start_share * start, load.chunks * load.start_share * start)


def _chunk_seconds(load: Workload, row_ms: float) -> float:
    """Every chunk is billed in whole milliseconds; the last one may be smaller, but is taken as a part of one."""
    return load.rows / load.batch_size * ceil(load.batch_size * row_ms) / 1000


def _start(load: Workload, measured: Measured, prices: Prices) -> float:
    if load.snapstart:
        return load.memory / 1024 * prices["snapstart_restore"]
    return _initialisation(load, measured, prices)


def _initialisation(load: Workload, measured: Measured, prices: Prices) -> float:
    seconds = milliseconds(measured.start_seconds, load.memory, threads=False)
    return seconds * load.memory / 1024 * prices["lambda_gb_second"]


def _snapshots(load: Workload, measured: Measured, prices: Prices) -> float:
    if not load.snapstart:
        return 0.0
    kept = load.snapshots * load.memory / 1024 * HOURS * 3600 * prices["snapstart_cache"]
    return kept + load.deploys * load.snapshots * _initialisation(load, measured, prices)


def _front(load: Workload, prices: Prices) -> Iterator[Line]:
    units = ceil((work.text_bytes(load.words) + work.RESPONSE_BYTES) / API_UNIT)
    yield Line("API Gateway", load.requests * units * prices["http_api"])
    if load.edge:
        request = prices["cloudfront_request"] + work.RESPONSE_BYTES / GB * prices["cloudfront_gb"]
        yield Line("CloudFront", load.requests * request)
        fixed = prices["waf_acl"] + WAF_RULES * prices["waf_rule"]
        yield Line("WAF", load.requests * prices["waf_request"], fixed=fixed)


def _transitions(load: Workload) -> int:
    return load.chunks * work.CHUNK_TRANSITIONS + load.jobs * work.JOB_TRANSITIONS


def _table(load: Workload, prices: Prices) -> float:
    writes = load.rows * work.row_writes(load.words) + load.chunks * work.CHUNK_WRITES
    reads = load.rows * work.ROW_READS + load.chunks * work.CHUNK_READS
    kept = load.kept_months * load.rows * 3 * work.item_bytes(load.words) / GB  # the grade, its history, the index
    return writes * prices["dynamodb_write"] + reads * prices["dynamodb_read"] + kept * prices["dynamodb_gb_month"]


def _objects(load: Workload, prices: Prices) -> float:
    puts = load.chunks * work.CHUNK_PUTS + load.jobs * work.JOB_PUTS
    gets = load.chunks * work.CHUNK_GETS + load.jobs * work.JOB_GETS
    kept = load.kept_months * load.rows * work.row_objects(load.words) / GB
    return puts * prices["s3_put"] + gets * prices["s3_get"] + kept * prices["s3_gb_month"]


def _logs(load: Workload, prices: Prices) -> Line:
    one = work.LOG_BYTES / GB * (prices["logs_gb"] + prices["logs_gb_month"])
    return Line("Logs", load.requests * one, load.chunks * one)
