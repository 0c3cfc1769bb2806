"""What a job's compute cost: milliseconds × memory × a price that the caller states, with its day and source."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Price:
    """Per GB-second (1 GB = 1024 MB, as AWS Lambda bills) in `currency`; `as_of` is the day it was looked up."""

    per_gb_second: float
    currency: str
    as_of: str
    source: str


@dataclass(frozen=True)
class Cost:
    """GB-seconds and what they cost. Requests, storage and transfers are not part of it."""

    seconds: float
    memory_mb: int
    price: Price
    answers: int

    @property
    def gb_seconds(self) -> float:
        """Compute time × memory."""
        return self.seconds * self.memory_mb / 1024

    @property
    def amount(self) -> float:
        """In the price's currency."""
        return self.gb_seconds * self.price.per_gb_second

    @property
    def per_thousand(self) -> float | None:
        """For a thousand answers; None without answers."""
        return 1000 * self.amount / self.answers if self.answers else None


def cost(milliseconds: int, memory_mb: int, price: Price, answers: int) -> Cost:
    """The cost of a job whose workers ran for `milliseconds` altogether."""
    return Cost(milliseconds / 1000, memory_mb, price, answers)
