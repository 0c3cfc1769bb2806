"""The gradebook: what was graded, what teachers decided, and how each grade came about."""

from lectern.gradebook.book import Gradebook, Recorded
from lectern.gradebook.documents import Class, Comment, Decision, Event, Grade, Machine, Model, Question
from lectern.gradebook.grading import graded
from lectern.gradebook.keys import Place

__all__ = [
    "Class",
    "Comment",
    "Decision",
    "Event",
    "Grade",
    "Gradebook",
    "Machine",
    "Model",
    "Place",
    "Question",
    "Recorded",
    "graded",
]
