"""Reports of jobs and classes: rows are added to a Tally, tallies are merged, and one page and one CSV come out."""

from lectern.reports.row import Row, from_batch
from lectern.reports.tally import Tally

__all__ = ["Row", "Tally", "from_batch"]
