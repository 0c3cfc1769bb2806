"""The gradebook: what was graded, what teachers decided, and how each grade came about."""

from lectern.gradebook.book import Decided, Gradebook, Recorded
from lectern.gradebook.deciding import Choice, Ruling
from lectern.gradebook.documents import Class, Comment, Decision, Event, Grade, Machine, Model, Question
from lectern.gradebook.grading import graded
from lectern.gradebook.keys import Place
from lectern.gradebook.listing import GradePage, Wanted

__all__ = [
    "Choice",
    "Class",
    "Comment",
    "Decided",
    "Decision",
    "Event",
    "Grade",
    "GradePage",
    "Gradebook",
    "Machine",
    "Model",
    "Place",
    "Question",
    "Recorded",
    "Ruling",
    "Wanted",
    "graded",
]
