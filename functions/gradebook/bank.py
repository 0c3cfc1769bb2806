"""What the routes of classes and questions do."""

from functions.gradebook.incoming import book, named
from functions.gradebook.schemas import ClassRequest, QuestionRequest
from functions.gradebook.views import ClassList, ClassView, QuestionList, QuestionView, Removed
from lectern.gradebook import Class, Question
from lectern.http.api import Asked
from lectern.http.paging import limit_of
from lectern.validation import validate

CLASS_PATHS = ("/grades", "/agreement", "/report", "/figures")
QUESTION_PATHS = ("/pack", "/decisions")


def put_class(asked: Asked) -> ClassView:
    """Keep a class's settings; the same again changes nothing."""
    class_id = named(asked, "class_id", *CLASS_PATHS)
    kept = Class(**validate(ClassRequest, asked.body).model_dump())
    return _class(class_id, book().bank.put_class(asked.tenant, class_id, kept))


def get_class(asked: Asked) -> ClassView:
    """A class's settings."""
    class_id = named(asked, "class_id")
    return _class(class_id, book().bank.get_class(asked.tenant, class_id))


def delete_class(asked: Asked) -> Removed:
    """Remove a class's settings; its grades stay."""
    class_id = named(asked, "class_id")
    book().bank.delete_class(asked.tenant, class_id)
    return Removed(removed=class_id)


def list_classes(asked: Asked) -> ClassList:
    """A page of classes."""
    found = book().bank.classes(asked.tenant, limit_of(asked), asked.query.get("cursor"))
    return ClassList(classes=[_class(*entry) for entry in found.entries], cursor=found.cursor)


def put_question(asked: Asked) -> QuestionView:
    """Keep a question; the same again changes nothing."""
    question_id = named(asked, "question_id", *QUESTION_PATHS)
    kept = Question(**validate(QuestionRequest, asked.body).model_dump())
    return _question(question_id, book().bank.put_question(asked.tenant, question_id, kept))


def get_question(asked: Asked) -> QuestionView:
    """A question of the bank."""
    question_id = named(asked, "question_id")
    return _question(question_id, book().bank.get_question(asked.tenant, question_id))


def delete_question(asked: Asked) -> Removed:
    """Remove a question from the bank; grades keep its texts."""
    question_id = named(asked, "question_id")
    book().bank.delete_question(asked.tenant, question_id)
    return Removed(removed=question_id)


def list_questions(asked: Asked) -> QuestionList:
    """A page of questions."""
    found = book().bank.questions(asked.tenant, limit_of(asked), asked.query.get("cursor"))
    return QuestionList(questions=[_question(*entry) for entry in found.entries], cursor=found.cursor)


def _class(class_id: str, entry: Class) -> ClassView:
    return ClassView(class_id=class_id, **entry.model_dump())


def _question(question_id: str, entry: Question) -> QuestionView:
    return QuestionView(question_id=question_id, **entry.model_dump())
