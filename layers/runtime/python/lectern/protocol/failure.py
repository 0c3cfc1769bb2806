"""Errors as the protocol has them: a status and one sentence."""

from lectern.errors import InvalidRequest, LecternError
from lectern.problem import status, told
from lectern.protocol import BASE


def speaks(path: str) -> bool:
    """Whether who asks at this path expects the protocol's errors."""
    return path == BASE or path.startswith(f"{BASE}/")


def failure(error: LecternError) -> tuple[int, dict[str, str]]:
    """The status and the document of an error; what our own routes call 422 is the protocol's 400."""
    code = 400 if type(error) is InvalidRequest else status(error)[0]
    return code, {"error": told(error)}
