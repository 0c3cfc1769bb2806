"""Measure the model of semantic roles: `lectern models evaluate roles` writes evaluation.json and card.md.

The int8 file that ships and the fp32 graph beside it read the development sentences as the function does, one row per
run: as the corpus parts them into words, and once more as text that the function parts itself.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from functions.roles.frames import frame, marked, predicates, transitions_of
from functions.roles.reading import first_word, sentence_rows, words_of
from functions.roles.rows import WordReader
from lectern.model import LoadedModel
from model_store.catalogue import Model
from model_store.errors import DataError
from model_store.evaluate import loaded_models
from model_store.keep import keep
from model_store.recipes.natural import natural
from model_store.recipes.roles_data import Sentence, read_sentences
from model_store.roles_metrics import Argument, Tally, argument_tally, f1_interval, predicate_tally

SET = "propbank development"

Frames = dict[int, tuple[Argument, ...]]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Read:
    """What a model finds in each sentence; and its arguments of the predicates that there are."""

    found: list[Frames]
    given: list[Frames]


def evaluate_roles(model: Model, data: Path, progress: Progress) -> dict[str, Any]:
    """Measure and write; returns what evaluation.json holds. Raises OSError or DataError."""
    held = [sentence for sentence in read_sentences(data) if sentence.held]
    if not held:
        raise DataError(f"{data} has no sentence that is kept for development")
    int8, fp32 = loaded_models(model)
    done = count(1)

    def tick() -> None:
        progress(next(done), 3 * len(held))

    read = [_read(one, held, tick) for one in (int8, fp32)]
    written = sum((_as_written(int8, sentence, tick) for sentence in held), Tally())
    found = {
        "calibration": {"temperature": 1.0},
        "metrics": {SET: _figures(held, *read) | {"argument_f1_as_written": round(written.f1, 4)}},
        "int8_against_fp32": {SET: _compared(held, *read)},
        "roles": _by_role(held, read[0].found),
    }
    return keep(model, found)


def frames(model: LoadedModel, words: Sequence[str], given: Sequence[int] | None = None) -> Frames:
    """The predicates of a sentence, by word, with their arguments; or the arguments of `given` predicates."""
    manifest, reader = model.release.manifest, WordReader(model.tokenizer)
    result: Frames = {}
    transitions = transitions_of(manifest)
    for row in sentence_rows(words, 0, reader, manifest.max_length):
        first, length = first_word(row), len(row.features) - 1
        asked = predicates(row, model.infer(row)) if given is None else [p - first for p in given]
        for one in marked(row, [word for word in asked if 0 <= word < length]):
            predicate, spans = frame(one, model.infer(one), manifest.labels, transitions)
            known = (Argument(manifest.labels[s.role], first + s.start, first + s.end) for s in spans)
            result[first + predicate] = tuple(known)
    return result


def _read(model: LoadedModel, sentences: Sequence[Sentence], tick: Callable[[], None]) -> Read:
    found, given = [], []
    for sentence in sentences:
        found.append(frames(model, sentence.words))
        missed = [word for word in sentence.frames if word not in found[-1]]
        right = {word: found[-1][word] for word in sentence.frames if word in found[-1]}
        given.append(right | frames(model, sentence.words, missed))
        tick()
    return Read(found, given)


def _figures(held: Sequence[Sentence], int8: Read, fp32: Read) -> dict[str, float]:
    said = _tallies(predicate_tally, held, int8.found), _tallies(argument_tally, held, int8.found)
    plain = _tallies(predicate_tally, held, fp32.found), _tallies(argument_tally, held, fp32.found)
    given = _tallies(argument_tally, held, int8.given)
    figures = {"sentences": float(len(held))}
    for name, tallies, other in (("predicate", said[0], plain[0]), ("argument", said[1], plain[1])):
        total = sum(tallies, Tally())
        figures |= {f"{name}s": float(total.gold), f"{name}_precision": total.precision}
        figures |= {f"{name}_recall": total.recall, f"{name}_f1": total.f1}
        figures |= {f"{name}_f1_fp32": sum(other, Tally()).f1}
    figures["argument_f1_given_predicates"] = sum(given, Tally()).f1
    return {name: round(value, 4) for name, value in figures.items()}


def _compared(held: Sequence[Sentence], int8: Read, fp32: Read) -> dict[str, list[float]]:
    """The differences of int8 from fp32 in F1, with paired 95 % intervals over sentences."""
    pairs = {"predicate": predicate_tally, "argument": argument_tally}
    return {
        f"{name}_f1_95": [
            round(end, 4) for end in f1_interval(_tallies(count, held, int8.found), _tallies(count, held, fp32.found))
        ]
        for name, count in pairs.items()
    }


def _tallies(
    tally: Callable[[Frames, Frames], Tally], held: Sequence[Sentence], found: Sequence[Frames]
) -> list[Tally]:
    return [tally(sentence.frames, frames) for sentence, frames in zip(held, found, strict=True)]


def _as_written(model: LoadedModel, sentence: Sentence, tick: Callable[[], None]) -> Tally:
    """Arguments of a sentence that is given as text, by the characters that they span, spaces aside."""
    text = natural(" ".join(sentence.words))
    words, result = words_of(text), dict[int, tuple[Argument, ...]]()
    known = [text[place.start : place.end] for place in words.places]
    for part in words.sentences:
        here = frames(model, known[part.start : part.end])
        result |= {part.start + p: _moved(arguments, part.start) for p, arguments in here.items()}
    tick()
    return argument_tally(_spread(sentence.frames, sentence.words), _spread(result, known))


def _moved(arguments: Sequence[Argument], by: int) -> tuple[Argument, ...]:
    return tuple(Argument(a.role, a.start + by, a.end + by) for a in arguments)


def _spread(found: Mapping[int, Sequence[Argument]], words: Sequence[str]) -> Frames:
    """The same by places of characters."""
    ends = np.cumsum([0, *(len(word) for word in words)]).tolist()
    return {
        ends[predicate]: tuple(Argument(a.role, ends[a.start], ends[a.end]) for a in arguments)
        for predicate, arguments in found.items()
    }


def _by_role(held: Sequence[Sentence], found: Sequence[Frames]) -> dict[str, dict[str, float]]:
    """F1 of each role that twenty arguments or more have, the most frequent first."""
    counts = Counter(a.role for sentence in held for arguments in sentence.frames.values() for a in arguments)
    return {
        role: {"arguments": count, "f1": round(sum(_of_role(role, held, found), Tally()).f1, 4)}
        for role, count in counts.most_common()
        if count >= 20
    }


def _of_role(role: str, held: Sequence[Sentence], found: Sequence[Frames]) -> Iterator[Tally]:
    for sentence, frames in zip(held, found, strict=True):
        one, other = (
            {p: [a for a in arguments if a.role == role] for p, arguments in known.items()}
            for known in (sentence.frames, frames)
        )
        yield argument_tally(one, other)
