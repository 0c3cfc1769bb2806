"""What GET and PUT /v1/questions/{id}/pack answer: facts of a pack, without its numbers."""

from pydantic import BaseModel

from lectern.packs.fit import Quality
from lectern.packs.pack import QuestionPack


class PackFacts(BaseModel):
    """What is known of a question's pack. `curve` tells its quality by number of grades: 0 is the grader alone, the
    last is leave-one-out over all; `rmse` on the question's scale, `right` as `confidence` means it.
    """

    question_id: str
    version: str
    grades: int
    max_score: float
    step: float | None
    base: str
    fitted_with: str
    source_sha256: str
    curve: list[Quality]
    created_at: str
    by: str


def facts(pack: QuestionPack) -> PackFacts:
    """The facts of a pack, without its numbers."""
    return PackFacts(
        **{name: getattr(pack, name) for name in PackFacts.model_fields if name not in ("base", "curve")},
        base=pack.base.name,
        curve=list(pack.curve),
    )
