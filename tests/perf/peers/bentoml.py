"""BentoML with two workers."""

import os
import sys
from typing import Any

import bentoml


@bentoml.service(workers=2)
class Grader:
    """Loads the model in each worker."""

    def __init__(self) -> None:
        from tests.perf.floor import grade

        self.model = grade

    @bentoml.api(route="/v1/grade")
    def grade(self, question: str, references: list[str], answer: str) -> dict[str, Any]:
        """Probabilities of the labels."""
        return self.model({"question": question, "references": references, "answer": answer})


if __name__ == "__main__":
    place = ["--host", "127.0.0.1", "--port", sys.argv[1]]
    os.execv(sys.executable, [sys.executable, "-m", "bentoml", "serve", "tests.perf.peers.bentoml:Grader", *place])
