"""Reports of jobs and classes: rows are added to a Tally, tallies are merged, and one page and one CSV come out.

`page` and `figures_csv` are in `lectern.reports.page` and `lectern.reports.listing`: a worker that only counts does not
load them.
"""

from lectern.reports.row import Row, from_batch, from_grade
from lectern.reports.tally import Tally

__all__ = ["Row", "Tally", "from_batch", "from_grade"]
