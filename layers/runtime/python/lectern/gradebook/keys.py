"""Every key of the gradebook. A tenant comes first in each; parts are percent-encoded, so that `#` only separates."""

import base64
import hashlib
import json
from typing import NamedTuple
from urllib.parse import quote

from lectern.errors import UnknownObject

GRADES = "G#"
"""With which the grades of a class begin."""

MOST_ATTEMPTS = 999_999
LONGEST_PART = 240
"""Of an encoded part; four of them fit into DynamoDB's 1,024 bytes. A longer one becomes its digest."""


class Place(NamedTuple):
    """Where a grade belongs: what a student answered to a question of a class, at which attempt."""

    class_id: str
    question_id: str
    student_id: str
    attempt: int


class Key(NamedTuple):
    """An item's key."""

    pk: str
    sk: str


def part(text: str) -> str:
    """One part of a key; `%~` can't come from encoding, so no other text has a long one's digest."""
    encoded = quote(text, safe="")
    return encoded if len(encoded) <= LONGEST_PART else f"%~{hashlib.sha256(text.encode()).hexdigest()}"


def tenant_pk(tenant: str) -> str:
    """Where a tenant's classes, questions and regrades are."""
    return f"T#{tenant}"


def class_key(tenant: str, class_id: str) -> Key:
    """A class and its settings."""
    return Key(tenant_pk(tenant), f"CLASS#{part(class_id)}")


def question_key(tenant: str, question_id: str) -> Key:
    """A question of the bank."""
    return Key(tenant_pk(tenant), f"QUESTION#{part(question_id)}")


def regrade_key(tenant: str, regrade_id: str) -> Key:
    """A regrade: what was asked, how far it is."""
    return Key(tenant_pk(tenant), f"REGRADE#{part(regrade_id)}")


def import_key(tenant: str, import_id: str) -> Key:
    """An import of marks: what was asked, how far it is."""
    return Key(tenant_pk(tenant), f"IMPORT#{part(import_id)}")


def changes_pk(tenant: str, regrade_id: str) -> str:
    """Where the changes of a regrade are."""
    return f"T#{tenant}#X#{part(regrade_id)}"


def change_key(tenant: str, regrade_id: str, number: int) -> Key:
    """One grade as a regrade would change it."""
    return Key(changes_pk(tenant, regrade_id), f"CHANGE#{number:08d}")


def book_pk(tenant: str, class_id: str) -> str:
    """Where the grades of a class are, with their history."""
    return f"T#{tenant}#C#{part(class_id)}"


def grade_key(tenant: str, place: Place) -> Key:
    """The grade that counts."""
    return Key(book_pk(tenant, place.class_id), by_question(place.question_id) + _rest(place.student_id, place.attempt))


def history_key(tenant: str, place: Place, revision: int) -> Key:
    """One revision of a grade; the student comes first, so that all of a student's lies together."""
    return Key(book_pk(tenant, place.class_id), f"{history_prefix(place)}{revision:06d}")


def history_prefix(place: Place) -> str:
    """With which all revisions of a grade begin."""
    return f"{by_student(place.student_id)}{_rest(place.question_id, place.attempt)}#"


def by_question(question_id: str) -> str:
    """With which the grades of a question begin."""
    return f"{GRADES}{part(question_id)}#"


def by_student(student_id: str) -> str:
    """With which all revisions of all grades of a student begin."""
    return f"H#{part(student_id)}#"


def queue_pk(tenant: str, class_id: str) -> str:
    """Where the index lists the grades of a class that wait for a teacher."""
    return f"T#{tenant}#R#{part(class_id)}"


def queue_sk(value: float, place: Place) -> str:
    """A grade's place in the queue: the more valuable (0..1) a look at it is, the further in front."""
    return f"{1 - value:.6f}#{part(place.question_id)}#{_rest(place.student_id, place.attempt)}"


def grade_id(place: Place) -> str:
    """An opaque name for URLs."""
    text = json.dumps(list(place), ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def place_of(name: str) -> Place:
    """The place that a grade's id names. Raises UnknownObject for what is no id."""
    try:
        values = json.loads(base64.urlsafe_b64decode(name.encode("ascii") + b"=" * (-len(name) % 4)))
        place = Place(*values)
        genuine = all(isinstance(text, str) for text in place[:3]) and type(place.attempt) is int
    except (ValueError, TypeError) as error:
        raise UnknownObject("There is no such grade.") from error
    if not genuine or grade_id(place) != name:
        raise UnknownObject("There is no such grade.")
    return place


def _rest(text: str, attempt: int) -> str:
    return f"{part(text)}#{attempt:06d}"
