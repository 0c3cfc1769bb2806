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

_ROUTES = [
    Route("GET", f"{_CLASS}/grades", task.list_grades, response=GradeList),
    Route("GET", f"{_CLASS}/agreement", reviews.get_agreement, response=AgreementView),
    Route("GET", f"{_CLASS}/report", exports.get_report),
    Route("GET", f"{_CLASS}/figures", exports.get_figures),
    Route("POST", "/v1/exports", exports.post_export, ExportRequest),
    Route("POST", "/v1/imports", imports.post_import, ImportRequest, ImportView),
    Route("GET", "/v1/imports/{import_id}", imports.get_import, response=ImportView),
    Route("GET", "/v1/classes", bank.list_classes, response=ClassList),
    Route("PUT", _CLASS, bank.put_class, ClassRequest, ClassView),
    Route("GET", _CLASS, bank.get_class, response=ClassView),
    Route("DELETE", _CLASS, bank.delete_class, response=Removed),
    Route("GET", f"{_QUESTION}/decisions", reviews.get_decisions, response=DecisionsView),
    Route("GET", "/v1/questions", bank.list_questions, response=QuestionList),
    Route("PUT", _QUESTION, bank.put_question, QuestionRequest, QuestionView),
    Route("GET", _QUESTION, bank.get_question, response=QuestionView),
    Route("DELETE", _QUESTION, bank.delete_question, response=Removed),
    Route("GET", _GRADE, task.get_grade, response=GradeView),
    Route("GET", f"{_GRADE}/history", task.get_history, response=History),
    Route("POST", f"{_GRADE}/approve", task.approve, ApproveRequest, GradeView),
    Route("POST", f"{_GRADE}/override", task.override, OverrideRequest, GradeView),
    Route("POST", f"{_GRADE}/comment", task.comment, CommentRequest, GradeView),
    Route("GET", "/v1/reviews", reviews.list_reviews, response=ReviewList),
    Route("POST", "/v1/reviews/decide", reviews.decide, DecideRequest, Decided),
    Route("POST", "/v1/regrades", regrades.preview, RegradeBody, RegradeView),
    Route("GET", "/v1/regrades/{regrade_id}", regrades.get_regrade, response=RegradeView),
    Route("POST", "/v1/regrades/{regrade_id}/apply", regrades.apply, response=RegradeView),
]

ROUTES = for_teachers(_ROUTES)
