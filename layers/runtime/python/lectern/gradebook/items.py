"""Documents as items of the table, and back."""

from pydantic import BaseModel

from lectern.gradebook import keys
from lectern.gradebook.documents import WAITING, Grade
from lectern.gradebook.grading import value
from lectern.table import Item, Put


def item_of(key: keys.Key, document: BaseModel, revision: int) -> Item:
    """A document as JSON under its key; `revision` is what conditions rest on."""
    return {"pk": key.pk, "sk": key.sk, "revision": revision, "document": document.model_dump_json()}


def grade_of(item: Item) -> Grade:
    """The grade that an item holds."""
    return Grade.model_validate_json(item["document"])


def writes(tenant: str, grade: Grade) -> list[Put]:
    """A new revision and its history, for one transaction: nobody may have written in between."""
    current = item_of(keys.grade_key(tenant, grade.place), grade, grade.revision)
    if grade.status in WAITING:
        worth = value(grade.machine, grade.sampled)
        queued = {"gsi1pk": keys.queue_pk(tenant, grade.class_id), "gsi1sk": keys.queue_sk(worth, grade.place)}
        current |= queued
    history = item_of(keys.history_key(tenant, grade.place, grade.revision), grade, grade.revision)
    return [Put(current, grade.revision - 1), Put(history, 0)]
