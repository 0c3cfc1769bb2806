"""The arithmetic, against sums worked by hand; a GB of memory has 1024 MB, one of data 2^30 bytes."""

from dataclasses import replace

import pytest

from infra.cost.breakeven import break_even
from infra.cost.estimate import estimate
from infra.cost.measured import Measured, milliseconds
from infra.cost.month import Workload, bill
from lectern.prices import Prices

MEASURED = Measured(request_ms=20.4, row_ms=10.0, start_seconds=2.0, memory_mb=200, words=50)

PRICES = Prices(
    region="here",
    as_of="2025-01",
    currency="USD",
    units={
        "lambda_gb_second": 0.00001,
        "lambda_request": 0.0000002,
        "snapstart_cache": 0.000001,
        "snapstart_restore": 0.0001,
        "http_api": 0.000001,
        "cloudfront_request": 0.000002,
        "cloudfront_gb": 0.1,
        "waf_acl": 5.0,
        "waf_rule": 1.0,
        "waf_request": 0.0000006,
        "logs_gb": 0.5,
        "logs_gb_month": 0.1,
        "s3_put": 0.000005,
        "s3_get": 0.0000004,
        "s3_gb_month": 0.02,
        "dynamodb_write": 0.000001,
        "dynamodb_read": 0.0000002,
        "dynamodb_gb_month": 0.25,
        "states_transition": 0.000025,
    },
    instances={"gpu": 2.0},
)

LOAD = Workload(
    requests=2_000_000,
    rows=1_000_000,
    jobs=500,
    batch_size=200,
    memory=3538,  # two processors; 3.455078125 GB
    words=100,  # twice those of the measurement
    start_share=0.02,
    snapstart=True,
    snapshots=3,
    deploys=2,
    edge=True,
    kept_months=6,
    instance="gpu",
    gpu_hours=10,
)


def _by_service(load: Workload) -> dict[str, tuple[float, float, float]]:
    return {line.service: (line.requests, line.jobs, line.fixed) for line in bill(load, MEASURED, PRICES)}


@pytest.mark.parametrize(
    ("service", "requests", "jobs", "fixed"),
    [
        # 2,000,000 and 5,000 invocations at 0.0000002
        ("Lambda requests", 0.4, 0.001, 0),
        # 40.8 ms, billed as 41: 82,000 s × 3.455078125 GB × 0.00001; a row takes 10 × 2 / 2 = 10 ms, so 10,000 s
        ("Lambda compute", 2.8331640625, 0.3455078125, 0),
        # 40,000 and 100 restores × 3.455078125 GB × 0.0001
        ("Lambda starts", 13.8203125, 0.03455078125, 0),
        # 3 × 3.455078125 GB × 2,628,000 s × 0.000001, and 6 starts × 2 s × 3.455078125 GB × 0.00001
        ("SnapStart snapshots", 0, 0, 27.239835937 + 0.000414609),
        ("API Gateway", 2.0, 0, 0),
        # 4.0 for the requests, 1.64e9 bytes = 1.5273690 GB × 0.1
        ("CloudFront", 4.1527369, 0, 0),
        # one ACL and five rules
        ("WAF", 1.2, 0, 10),
        # 5,000 × 2 + 500 × 4 transitions
        ("Step Functions", 0, 0.3, 0),
        # an item has 940 + 530 = 1,470 bytes, two units: 8 in the transaction, 2 in the index; 10,015,000 units
        # written, 1,010,000 read, and 6 months × 1,000,000 × 3 × 1,470 bytes = 24.6427953 GB × 0.25
        ("DynamoDB", 0, 10.015 + 0.202 + 6.160698831, 0),
        # 10,000 + 3,500 PUTs, 20,000 + 2,500 GETs, 6 × 1,000,000 × (900 + 2,120) bytes = 16.87556505 GB × 0.02
        ("S3", 0, 0.0675 + 0.009 + 0.337511301, 0),
        # 1,400 bytes × 0.6 a GB, 2,000,000 and 5,000 times
        ("Logs", 1.5646219, 0.003911555, 0),
        ("SageMaker", 0, 0, 20),
    ],
)
def test_a_service_costs(service: str, requests: float, jobs: float, fixed: float) -> None:
    assert _by_service(LOAD)[service] == pytest.approx((requests, jobs, fixed), rel=1e-6)


def test_without_snapstart_a_start_is_billed_as_compute_and_nothing_is_kept() -> None:
    found = _by_service(replace(LOAD, snapstart=False))
    # 40,000 starts × 2 s × 3.455078125 GB × 0.00001; 100 for the chunks
    assert found["Lambda starts"] == pytest.approx((2.7640625, 0.00691015625, 0))
    assert found["SnapStart snapshots"] == (0, 0, 0)


def test_without_the_edge_there_is_no_cloudfront_and_no_waf() -> None:
    assert not {"CloudFront", "WAF"} & _by_service(replace(LOAD, edge=False)).keys()


def test_a_bigger_request_is_billed_as_several() -> None:
    # 200,000 words × 5.3 + 820 bytes are 2.02 units of 524,288 bytes
    assert _by_service(replace(LOAD, words=200_000))["API Gateway"][0] == pytest.approx(6.0)


def test_half_a_processor_takes_twice_as_long_and_a_second_one_helps_rows_alone() -> None:
    assert milliseconds(10, 3538, threads=True) == 5
    assert milliseconds(10, 3538, threads=False) == 10
    assert milliseconds(10, 1769, threads=True) == 10
    assert milliseconds(10, 884, threads=False) == pytest.approx(20, rel=0.01)


def test_the_month_is_the_sum_and_a_thousand_grades_are_their_share() -> None:
    found = estimate(LOAD, MEASURED, PRICES)
    # the columns of the table above, added
    assert found.sums[1:] == pytest.approx((25.9708354, 17.4766803, 57.2402505), rel=1e-6)
    assert found.document()["month"] == pytest.approx(100.6877662, rel=1e-6)
    assert found.per_thousand == pytest.approx((0.0129854177, 0.0174766803, 0.0335625887), rel=1e-6)


def test_nothing_graded_costs_what_is_fixed() -> None:
    found = estimate(replace(LOAD, requests=0, rows=0, jobs=0), MEASURED, PRICES)
    assert found.sums.requests == found.sums.jobs == 0
    assert found.per_thousand == (None, None, None)
    assert found.break_even == estimate(LOAD, MEASURED, PRICES).break_even


def test_a_gpu_is_cheaper_from_where_its_month_is_that_many_grades() -> None:
    # 2 dollars × 730 hours = 1,460; at 0.000002 a grade these are 730,000,000 grades, 277.8 a second
    found = break_even("gpu", 2.0, 0.000002)
    assert found.month == 1460.0
    assert found.grades == pytest.approx(730_000_000)
    assert found.rate == pytest.approx(277.7778, rel=1e-5)
    assert break_even("gpu", 2.0, 0.000002, rate=300).grades == pytest.approx(730_000_000)
    assert break_even("gpu", 2.0, 0.000002, rate=270).grades is None


def test_what_is_compared_is_lambda_alone() -> None:
    found = estimate(LOAD, MEASURED, PRICES)
    # by HTTP 0.0000002 + 0.041 s × 3.455078125 × 0.00001 + 0.02 × 0.0003455078125
    assert found.request == pytest.approx(0.0000002 + 0.00000141658203 + 0.00000691015625, rel=1e-6)
    # by jobs, a two-hundredth of 0.0000002 + 2 s × 3.455078125 × 0.00001 + 0.02 × 0.0003455078125
    assert found.row == pytest.approx((0.0000002 + 0.0000691015625 + 0.00000691015625) / 200, rel=1e-6)
