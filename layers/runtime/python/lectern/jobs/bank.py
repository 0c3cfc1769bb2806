"""What the question bank knows of a row's question, for rows that leave it out."""

import dataclasses
from functools import lru_cache
from typing import Any

from lectern.batch.table import Row
from lectern.gradebook.keys import question_key
from lectern.table import Table

HELD = 1000
FIELDS = ("question", "references", "max_score", "step")


class Bank:
    """The questions of one tenant; without a table there are none."""

    def __init__(self, table: Table | None, tenant: str, error_budget: float | None) -> None:
        self._table, self._tenant, self._budget = table, tenant, error_budget
        self._known = lru_cache(HELD)(self._read)

    def completed(self, row: Row) -> Row:
        """The row with what its question has in the bank where its cells are empty, and with its error budget.

        Raises StoreUnavailable.
        """
        if row.item is None:
            return row
        question = row.item.get("question_id")
        known = self._known(question) if question else {}
        missing = {name: known[name] for name in FIELDS if known.get(name) and not row.item.get(name)}
        budget = known.get("error_budget", self._budget)
        return dataclasses.replace(row, item=row.item | missing | ({} if budget is None else {"error_budget": budget}))

    def _read(self, question: str) -> dict[str, Any]:
        item = self._table.get(*question_key(self._tenant, question)) if self._table else None
        return {name: value for name, value in (item or {}).items() if value is not None}
