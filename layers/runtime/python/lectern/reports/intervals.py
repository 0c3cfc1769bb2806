"""95 % intervals from counts and moments alone, so that a tally is enough.

They treat answers as independent. Several answers of one student are not quite, so the truth is a little wider.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

from lectern.reports.sums import Moments

LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """A figure and where it lies with LEVEL; the ends are None where there is too little to say."""

    value: float
    low: float | None = None
    high: float | None = None

    @property
    def leaves_out_zero(self) -> bool:
        """Whether a difference is more than chance would make."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


def deviates(comparisons: int = 1) -> float:
    """How many standard errors each side has; more for several comparisons at once (Bonferroni)."""
    return NormalDist().inv_cdf(1 - (1 - LEVEL) / 2 / max(1, comparisons))


def of_mean(moments: Moments) -> Interval | None:
    """Of a mean of shares 0..1; None without values."""
    mean, error = moments.mean, moments.standard_error
    if mean is None or error is None:
        return None if mean is None else Interval(mean)
    wide = deviates() * error
    return Interval(mean, max(0.0, mean - wide), min(1.0, mean + wide))


def of_share(part: int, whole: int, comparisons: int = 1) -> Interval | None:
    """Of a share, after Wilson (1927): Probable inference, the law of succession, and statistical inference."""
    if not whole:
        return None
    z, share = deviates(comparisons), part / whole
    middle = (share + z * z / (2 * whole)) / (1 + z * z / whole)
    wide = z / (1 + z * z / whole) * math.sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))
    return Interval(share, max(0.0, middle - wide) if part else 0.0, min(1.0, middle + wide) if part < whole else 1.0)


def of_mean_change(now: Moments, before: Moments, comparisons: int = 1) -> Interval | None:
    """Of the difference of two means, by their standard errors; None without values on one side."""
    if now.mean is None or before.mean is None:
        return None
    errors = now.standard_error, before.standard_error
    if errors[0] is None or errors[1] is None:
        return Interval(now.mean - before.mean)
    wide = deviates(comparisons) * math.hypot(errors[0], errors[1])
    return Interval(now.mean - before.mean, now.mean - before.mean - wide, now.mean - before.mean + wide)


def of_share_change(now: tuple[int, int], before: tuple[int, int]) -> Interval | None:
    """Of the difference of two shares, (part, whole) each, after Newcombe (1998), method 10."""
    first, second = of_share(*now), of_share(*before)
    if first is None or second is None:
        return None
    assert first.low is not None and first.high is not None and second.low is not None and second.high is not None
    change = first.value - second.value
    low = change - math.hypot(first.value - first.low, second.high - second.value)
    high = change + math.hypot(first.high - first.value, second.value - second.low)
    return Interval(change, low, high)
