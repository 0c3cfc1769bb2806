"""What the gradebook knows of a row's question and class: texts that the row leaves out, and the error budget."""

import dataclasses
from functools import lru_cache

from lectern.batch.table import Row
from lectern.errors import UnknownObject
from lectern.gradebook.bank import Bank as Entries
from lectern.gradebook.documents import Class, Question
from lectern.table import Table

HELD = 1000
FIELDS = ("question", "references", "step")


class Bank:
    """The questions and classes of one tenant; without a table there are none.

    The error budget is the question's, else the class's, else the one that is given.
    """

    def __init__(self, table: Table | None, tenant: str, error_budget: float | None, class_id: str = "") -> None:
        self._entries, self._tenant = Entries(table) if table else None, tenant
        self._budget, self._class_id = error_budget, class_id
        self._question, self._class = lru_cache(HELD)(self._read_question), lru_cache(HELD)(self._read_class)

    def completed(self, row: Row) -> Row:
        """The row with what is known of it. Raises StoreUnavailable."""
        if row.item is None:
            return row
        known = self._question(row.item.get("question_id", "")).model_dump(mode="json")
        missing = {name: known[name] for name in FIELDS if known[name] and not row.item.get(name)}
        budgets = (
            known["error_budget"],
            self._class(row.cells.get("class") or self._class_id).error_budget,
            self._budget,
        )
        budget = next((budget for budget in budgets if budget is not None), None)
        return dataclasses.replace(row, item=row.item | missing | ({} if budget is None else {"error_budget": budget}))

    def _read_question(self, question_id: str) -> Question:
        try:
            return self._entries.get_question(self._tenant, question_id) if self._entries and question_id else NOTHING
        except UnknownObject:
            return NOTHING

    def _read_class(self, class_id: str) -> Class:
        try:
            return self._entries.get_class(self._tenant, class_id) if self._entries and class_id else Class()
        except UnknownObject:
            return Class()


NOTHING = Question.model_construct(question="", references=())
