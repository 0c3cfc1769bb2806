"""PUT, GET and DELETE /v1/questions/{id}/pack, beside the route of the task that packs adapt; for teachers."""

from collections.abc import Callable

from pydantic import BaseModel

from lectern.errors import FieldError, InvalidRequest
from lectern.http.api import Asked, Route, for_teachers
from lectern.models import Models
from lectern.models import shared as shared_models
from lectern.packs.facts import PackFacts, facts
from lectern.packs.repository import Packs
from lectern.packs.repository import shared as shared_packs
from lectern.packs.request import LONGEST_ID, PackRequest
from lectern.packs.service import fit_pack
from lectern.task import Task

PATH = "/v1/questions/{question_id:path}/pack"


class Erased(BaseModel):
    """How many versions of a question's pack there were."""

    erased: int


def pack_routes(
    task: Task, models: Callable[[], Models] = shared_models, packs: Callable[[], Packs] = shared_packs
) -> list[Route]:
    """The routes of the packs of a task's questions, for the caller's tenant alone."""

    def put(asked: Asked) -> PackFacts:
        """Fit the question's pack to a teacher's grades."""
        return facts(fit_pack(task, _question(asked), asked.body, asked.call, models(), packs()))

    def get(asked: Asked) -> PackFacts:
        """The pack of a question: what it was fitted to, and how well."""
        return facts(packs().get(asked.tenant, _question(asked)))

    def delete(asked: Asked) -> Erased:
        """Erase every version of a question's pack."""
        return Erased(erased=packs().delete(asked.tenant, _question(asked)))

    routes = [
        Route("PUT", PATH, put, PackRequest, PackFacts),
        Route("GET", PATH, get, response=PackFacts),
        Route("DELETE", PATH, delete, response=Erased),
    ]
    return for_teachers(routes)


def _question(asked: Asked) -> str:
    question = asked.path["question_id"]
    if not 0 < len(question) <= LONGEST_ID:
        fault = FieldError(("path", "question_id"), f"must have 1 to {LONGEST_ID} characters; it has {len(question)}")
        raise InvalidRequest("The question's id can't be accepted.", (fault,))
    return question
