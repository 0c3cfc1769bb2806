"""FastAPI, written plainly: a `def` route, which runs in the thread pool."""

import sys

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

from tests.perf.floor import grade

app = FastAPI()


class Answer(BaseModel):
    """An answer to grade."""

    question: str
    references: list[str]
    answer: str


@app.post("/v1/grade")
def graded(body: Answer) -> dict[str, list[float]]:
    """Probabilities of the labels."""
    return grade(body.model_dump())


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
