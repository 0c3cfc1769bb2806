"""The routes of the gradebook. All are for teachers: what they show is students' work."""

from functions.gradebook import bank, exports, imports, regrades, reviews, task
from functions.gradebook.schemas import (
    ApproveRequest,
    ClassRequest,
    CommentRequest,
    DecideRequest,
    ExportRequest,
    ImportRequest,
    OverrideRequest,
    QuestionRequest,
    RegradeBody,
)
from functions.gradebook.views import (
    AgreementView,
    ClassList,
    ClassView,
    Decided,
    DecisionsView,
    GradeList,
    GradeView,
    History,
    ImportView,
    QuestionList,
    QuestionView,
    RegradeView,
    Removed,
    ReviewList,
)
from lectern.http.api import Route, for_teachers

_CLASS, _QUESTION, _GRADE = "/v1/classes/{class_id:path}", "/v1/questions/{question_id:path}", "/v1/grades/{grade_id}"

_PAGE = ("limit", "cursor")

_ROUTES = [
    Route(
        "GET",
        f"{_CLASS}/grades",
        task.list_grades,
        response=GradeList,
        parameters=(*_PAGE, "question_id", "student_id", "status"),
    ),
    Route("GET", f"{_CLASS}/agreement", reviews.get_agreement, response=AgreementView),
    Route("GET", f"{_CLASS}/report", exports.get_report, gives=("text/html",)),
    Route("GET", f"{_CLASS}/figures", exports.get_figures, gives=("text/csv",)),
    Route("POST", "/v1/exports", exports.post_export, ExportRequest, gives=exports.MEDIA_TYPES),
    Route("POST", "/v1/imports", imports.post_import, ImportRequest, ImportView, parameters=("Idempotency-Key",)),
    Route("GET", "/v1/imports/{import_id}", imports.get_import, response=ImportView),
    Route("GET", "/v1/classes", bank.list_classes, response=ClassList, parameters=_PAGE),
    Route("PUT", _CLASS, bank.put_class, ClassRequest, ClassView),
    Route("GET", _CLASS, bank.get_class, response=ClassView),
    Route("DELETE", _CLASS, bank.delete_class, response=Removed),
    Route("GET", f"{_QUESTION}/decisions", reviews.get_decisions, response=DecisionsView, parameters=("class_id",)),
    Route("GET", "/v1/questions", bank.list_questions, response=QuestionList, parameters=_PAGE),
    Route("PUT", _QUESTION, bank.put_question, QuestionRequest, QuestionView),
    Route("GET", _QUESTION, bank.get_question, response=QuestionView),
    Route("DELETE", _QUESTION, bank.delete_question, response=Removed),
    Route("GET", _GRADE, task.get_grade, response=GradeView),
    Route("GET", f"{_GRADE}/history", task.get_history, response=History, parameters=_PAGE),
    Route("POST", f"{_GRADE}/approve", task.approve, ApproveRequest, GradeView),
    Route("POST", f"{_GRADE}/override", task.override, OverrideRequest, GradeView),
    Route("POST", f"{_GRADE}/comment", task.comment, CommentRequest, GradeView),
    Route(
        "GET", "/v1/reviews", reviews.list_reviews, response=ReviewList, parameters=(*_PAGE, "class_id", "question_id")
    ),
    Route("POST", "/v1/reviews/decide", reviews.decide, DecideRequest, Decided),
    Route("POST", "/v1/regrades", regrades.preview, RegradeBody, RegradeView, parameters=("Idempotency-Key",)),
    Route("GET", "/v1/regrades/{regrade_id}", regrades.get_regrade, response=RegradeView, parameters=_PAGE),
    Route("POST", "/v1/regrades/{regrade_id}/apply", regrades.apply, response=RegradeView),
]

ROUTES = for_teachers(_ROUTES)
