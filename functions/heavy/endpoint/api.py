"""The endpoint's work as LitServe's hooks: requests gathered, their rows answered together, each told its own.

LitServe fails a whole batch over one request, so no hook raises: what is wrong with a request is its answer.
"""

import logging
from collections.abc import Sequence
from itertools import islice

import litserve
import numpy as np
from numpy.typing import NDArray
from starlette.responses import JSONResponse, Response

from functions.heavy.endpoint.config import EndpointSettings
from functions.heavy.endpoint.engine import Engine, open_engine
from functions.heavy.endpoint.gather import Gathering
from lectern.errors import EndpointRejected, FieldError, InvalidRequest, LecternError
from lectern.heavy.wire import Answered, Asked
from lectern.model import Encoding
from lectern.problem import problem, status

Logits = list[NDArray[np.float32]]
Outcome = Logits | LecternError


class EndpointApi(litserve.LitAPI):
    """One release, in a worker process of its own."""

    def __init__(self, config: EndpointSettings) -> None:
        super().__init__(config.batch, config.wait, config.path, loop=Gathering())
        self._config = config
        self._engine: Engine | None = None

    @property
    def engine(self) -> Engine:
        """The release, once it is set up."""
        assert self._engine is not None
        return self._engine

    def setup(self, device: str) -> None:
        """Load the release and warm it up; the endpoint is ready when this returns, and ends where it raises."""
        precision = "float32" if device == "cpu" else self._config.precision
        self._engine = open_engine(self._config.model, self._config.version, device, precision)

    def decode_request(self, request: Asked) -> Asked:
        """The request as it came; it was validated with the annotation's schema, before it was queued."""
        return request

    def batch(self, inputs: Sequence[Asked]) -> list[Asked]:
        """The requests, side by side; the engine sorts their rows by length."""
        return list(inputs)

    def predict(self, x: Sequence[Asked]) -> list[Outcome]:
        """Each request's logits, or what is wrong with it."""
        refused = [self._fault(asked) for asked in x]
        good = [asked for asked, fault in zip(x, refused, strict=True) if fault is None]
        answered = iter(self._together(good))
        return [fault or next(answered) for fault in refused]

    def unbatch(self, output: list[Outcome]) -> list[Outcome]:
        """They are apart already."""
        return output

    def encode_response(self, output: Outcome) -> Response:
        """The body that the caller gets."""
        if isinstance(output, LecternError):
            return refusal(output)
        logits = tuple(tuple(row.tolist()) for row in output)
        answered = Answered.model_construct(digest=self.engine.release.digest, logits=logits)
        return Response(answered.model_dump_json(), media_type="application/json")

    def _together(self, good: list[Asked]) -> list[Outcome]:
        """All rows at once; where that fails, each request alone, so that it is not the others' fault."""
        try:
            logits = iter(self.engine.answer([row.encoding() for asked in good for row in asked.rows]))
            return [list(islice(logits, len(asked.rows))) for asked in good]
        except Exception as error:
            logging.getLogger("lectern").warning("a batch of %d failed: %s", len(good), type(error).__name__)
        return [self._alone(asked) for asked in good]

    def _alone(self, asked: Asked) -> Outcome:
        try:
            return self.engine.answer([row.encoding() for row in asked.rows])
        except Exception as error:
            return InvalidRequest(f"The model can't answer these rows ({type(error).__name__}).")

    def _fault(self, asked: Asked) -> LecternError | None:
        release = self.engine.release
        if asked.digest != release.digest:
            manifest = release.manifest
            return EndpointRejected(f"This endpoint serves {manifest.model} {manifest.version}, {release.digest}.")
        limit = release.manifest.max_length
        faults = [FieldError(("rows", n), _fit(row.encoding(), limit)) for n, row in enumerate(asked.rows)]
        found = tuple(fault for fault in faults if fault.msg)
        return InvalidRequest(f"{len(found)} of the rows can't be read.", found) if found else None


def refusal(error: LecternError) -> Response:
    """An error as a problem document; another release is a conflict."""
    code = 409 if isinstance(error, EndpointRejected) else status(error)[0]
    return JSONResponse(problem(error, "") | {"status": code}, code, media_type="application/problem+json")


def _fit(row: Encoding, limit: int) -> str:
    if len(row.input_ids) != len(row.token_type_ids):
        return "has another number of token types than of tokens"
    return f"has {len(row.input_ids)} tokens; the limit is {limit}" if len(row.input_ids) > limit else ""
