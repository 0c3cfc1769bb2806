"""The formats by name; an export and an import in one call each."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lectern.errors import InvalidRequest
from lectern.exports import canvas, jsonlines, moodle, oneroster
from lectern.exports.grade import ExportedGrade, last_attempts, settled
from lectern.exports.gradebook import Imported


@dataclass(frozen=True)
class Format:
    """`write` makes the file's bytes of grades; `options` are the arguments that it may have besides, `required` those
    that it needs.

    `attempts`: whether all of a student's attempts go out, or the last one.
    """

    media_type: str
    file_name: str
    write: Callable[..., Iterator[bytes]]
    read: Callable[..., Imported]
    options: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    attempts: bool = False


FORMATS = {
    "canvas": Format("text/csv", "canvas.csv", canvas.write, canvas.read, frozenset({"identifier"})),
    "moodle": Format("text/csv", "moodle.csv", moodle.write, moodle.read, frozenset({"identifier"})),
    "oneroster": Format(
        "application/zip", "oneroster.zip", oneroster.write, oneroster.read, required=frozenset({"roster"})
    ),
    "jsonl": Format("application/jsonl", "grades.jsonl", jsonlines.write, jsonlines.read, attempts=True),
}


def export(
    name: str,
    grades: Iterable[ExportedGrade],
    *,
    confident_count: bool = False,
    everything: bool = False,
    **options: Any,
) -> Iterator[bytes]:
    """The bytes of an export, piece by piece.

    Only grades that a teacher decided on go out; `confident_count` (the class says so): confident ones too;
    `everything`: all. Grades come as the gradebook lists them (see `last_attempts`).

    Raises InvalidRequest for an unknown format or option and for one that is missing, and as the format's `write`.
    """
    chosen = _chosen(name)
    _check_known(name, options, chosen.options | chosen.required)
    if missing := chosen.required - options.keys():
        raise InvalidRequest(f"The format {name} needs {', '.join(sorted(missing))}.")
    wanted = grades if everything else settled(grades, confident_count)
    return chosen.write(wanted if chosen.attempts else last_attempts(wanted), **options)


def imported(name: str, chunks: Iterable[bytes], **options: Any) -> Imported:
    """A file's students, assignments and marks, but for those that its faults name.

    Raises InvalidRequest for an unknown format or option, and for a file that can't be read on; BodyTooLarge.
    """
    chosen = _chosen(name)
    _check_known(name, options, chosen.options)
    return chosen.read(chunks, partial=True, **options)


def _chosen(name: str) -> Format:
    if name not in FORMATS:
        raise InvalidRequest(f"There is no format {name[:20]!r}; there are {', '.join(FORMATS)}.")
    return FORMATS[name]


def _check_known(name: str, options: Mapping[str, Any], known: frozenset[str]) -> None:
    if unknown := options.keys() - known:
        raise InvalidRequest(f"The format {name} has no option {', '.join(sorted(unknown))}.")
