"""The heads of a release: linear maps from what is known of an essay to scores, and how sure they are of them."""

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from lectern.errors import ReleaseRejected

FILE = "heads.npz"

GENERAL = "general"
"""The head for prompts that training did not know."""

ABOUT = "about "
"""Before a known prompt's name: the head that tells its essays from others."""

MOST_SPREADS = 3.0
"""A measure further than this many spreads from the training essays' mean counts as this far."""


@dataclass(frozen=True)
class Reading:
    """What is known of an essay: buckets of its n-grams (found,), its measures and its mean vector."""

    ngrams: NDArray[np.int64]
    measures: NDArray[np.float64]
    vector: NDArray[np.float64]


@dataclass(frozen=True)
class Heads:
    """The arrays of `heads.npz`. Their rows are heads: `asap-aes/7`, `asap-aes/7 ideas`, `about …`, `general`."""

    names: tuple[str, ...]
    arrays: Mapping[str, NDArray[np.float64]]

    def scores(self, reading: Reading) -> NDArray[np.float64]:
        """What every head says (heads,): fractions of its scale, neither cut to 0..1 nor rounded."""
        part = self.arrays
        present = part["ngrams"].take(reading.ngrams, axis=1).sum(axis=1, dtype=np.int64)
        result: NDArray[np.float64] = (
            part["bias"]
            + part["ngrams_step"] * present / math.sqrt(max(1, len(reading.ngrams)))
            + (spread_out(reading.measures, part["centre"], part["spread"]) * part["measures"]).sum(axis=1)
            + part["vector"] @ reading.vector
        )
        return result

    def recognised(self, scores: NDArray[np.float64]) -> tuple[str | None, bool]:
        """The known prompt that an essay with these scores (heads,) was written to, if any, and whether that is sure.

        For each prompt a head tells its essays (1) from the others' (0). Likeness has two limits: below the first, the
        essay is of no known prompt; between them it may be, as 3 % of the known prompts' essays are.
        """
        likeness = {name.removeprefix(ABOUT): scores[row] for row, name in enumerate(self.names) if ABOUT in name}
        nearest = max(likeness, key=lambda name: float(likeness[name]))
        least, sure = self.arrays["likeness"]
        return nearest if likeness[nearest] >= least else None, bool(likeness[nearest] >= sure)

    def confidence(self, name: str, said: float, score: float, tolerance: float, spacing: float) -> float:
        """The probability that a reader's score is within `tolerance` of `score`, all in fractions of the scale.

        By the head's belief, scaled as Platt (1999) does by what held on essays that the head had not seen.
        """
        *belief, slope, offset = self.arrays["belief"][self.names.index(name)]
        chance = chance_within(belief, said, score, tolerance, spacing)
        return 1 / (1 + math.exp(-slope * log_odds(chance) - offset))

    def oddness(self, name: str, reading: Reading) -> float:
        """How far the measures lie from those of the head's training essays; 1 is further than 99.5 % of these."""
        part, row = self.arrays, self.names.index(name)
        return float(distance(reading.measures, part["centre"][row], part["spread"][row]) / part["furthest"][row])

    def limits(self, row: int) -> tuple[float, float]:
        """The scale that a trait's readers used."""
        low, high = self.arrays["limits"][row]
        return float(low), float(high)

    def traits(self, prompt: str) -> dict[str, int]:
        """Rows of the prompt's trait heads, by the trait's name."""
        return {
            name.removeprefix(f"{prompt} "): row for row, name in enumerate(self.names) if name.startswith(f"{prompt} ")
        }


@lru_cache(maxsize=2)
def read_heads(data: bytes) -> Heads:
    """Read `heads.npz`; the last two that were read stay, as a function holds two releases.

    Raises:
        ReleaseRejected: it is no such file.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        names = tuple(str(name) for name in arrays.pop("names"))
        return Heads(names, {name: _working(array) for name, array in arrays.items()})
    except (BadZipFile, ValueError, KeyError, OSError, EOFError) as error:
        raise ReleaseRejected(f"{FILE} is no file of heads that this runtime can read.") from error


def _working(array: NDArray[np.generic]) -> NDArray[np.float64]:
    """Small arrays in float64; the n-grams' weights stay int8, as they are looked up, not multiplied."""
    return array if array.dtype == np.int8 else array.astype(np.float64)  # type: ignore[return-value]


def spread_out(
    measures: NDArray[np.float64], centre: NDArray[np.float64], spread: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Measures (…, measures) in spreads from the training essays' mean, and their products with the first, the length:
    what is much in a short essay may be little in a long one. The result is (…, 2 · measures).
    """
    spreads = np.clip((measures - centre) / spread, -MOST_SPREADS, MOST_SPREADS)
    return np.concatenate([spreads, spreads * spreads[..., :1]], axis=-1)


def distance(
    measures: NDArray[np.float64], centre: NDArray[np.float64], spread: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Root of the mean square of spreads (…, measures) from the mean, none of which counts as more than 10."""
    far: NDArray[np.float64] = np.sqrt(np.mean(np.clip((measures - centre) / spread, -10, 10) ** 2, axis=-1))
    return far


def chance_within(belief: Sequence[float], said: float, score: float, tolerance: float, spacing: float) -> float:
    """The probability that a reader's score is within `tolerance` of `score`, all in fractions of the scale.

    `belief` is (mean, shrink, deviation): the reader's score is normal around what the head said, drawn towards the
    mean of its prompt. Scores come in steps of `spacing`, so each stands for half a step on either side of it.
    """
    mean, shrink, deviation = belief
    expected = mean + shrink * (said - mean)
    low = -math.inf if score - tolerance <= 0 else score - tolerance - spacing / 2
    high = math.inf if score + tolerance >= 1 else score + tolerance + spacing / 2
    return _below((high - expected) / deviation) - _below((low - expected) / deviation)


def log_odds(chance: float) -> float:
    """The logarithm of a probability's odds, which stay within 10,000 to 1."""
    inner = min(max(chance, 1e-4), 1 - 1e-4)
    return math.log(inner / (1 - inner))


def _below(deviations: float) -> float:
    """The share of a normal distribution below so many standard deviations."""
    return 0.5 * (1 + math.erf(deviations / math.sqrt(2)))
