"""What the epochs of a run read: questions of the training part, and those that people wrote to be unanswerable."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from model_store.recipes.engine import Batch
from model_store.recipes.squad.corpus import Corpus, Mixture
from model_store.recipes.squad.rows import batches
from model_store.recipes.ways import Factors, Way, Whole


@dataclass(frozen=True)
class Parameters(Mixture):
    """What a run depends on, beside its data and how it is fitted."""

    batch_size: int = 32
    rank: int = 32
    share: float = 0.25
    """Share of the questions that an epoch sees; the next epoch goes on where it ended."""
    first_question: float = 0.0
    """Where in the order of the questions the first epoch begins, as a share of them."""
    written: float = 0.0
    """How often an epoch reads the questions of v2.0's learnt articles, which people wrote to be unanswerable."""
    written_window: int = 208
    """Tokens of a row with one of these, nearly always a whole paragraph."""
    kept: float = 0.0
    """Share that the adapter which the run begins with keeps in the weights that are written."""
    first_seed: int = 20160616
    """Of the weights that begin at random, and of the questions' order."""
    validated: int = 400
    """Questions of each development part that an epoch ends with."""
    whole: bool = False
    """Whether whole matrices are trained."""

    @property
    def way(self) -> Way:
        """How the encoder is trained."""
        return Whole(self.rank) if self.whole else Factors(self.rank)


@dataclass(frozen=True)
class Epochs:
    """What each epoch reads: a share of the training part's questions, some made unanswerable, and written ones."""

    train: Corpus
    written: Corpus
    parameters: Parameters

    @property
    def steps(self) -> int:
        """Batches of an epoch."""
        return -(-sum(self._counts) // self.parameters.batch_size)

    def batches(self, epoch: int, chance: random.Random) -> Iterator[Batch]:
        """Those of one epoch, which goes on in the questions' order where the last one ended."""
        (of_train, of_written), mixture = self._counts, self.parameters
        as_written = replace(mixture, nulls=0.0, long=0.0, window=mixture.written_window)
        first = round(mixture.first_question * len(self.train.questions)) + epoch * of_train
        rows = self.train.rows(first, of_train, mixture, chance)
        rows += self.written.rows(epoch * of_written, of_written, as_written, chance)
        chance.shuffle(rows)
        return batches(rows, mixture.batch_size, chance)

    @property
    def _counts(self) -> tuple[int, int]:
        share, written = self.parameters.share, self.parameters.written
        return round(share * len(self.train.questions)), round(written * len(self.written.questions))
