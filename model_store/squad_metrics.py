"""SQuAD's own metrics: exact match and F1 over an answer's words, as the official script of version 2.0 has them."""

import re
import string
from collections import Counter
from collections.abc import Sequence

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalised(answer: str) -> str:
    """In lower case, without punctuation, articles and superfluous spaces."""
    return " ".join(_ARTICLES.sub(" ", answer.lower().translate(_PUNCTUATION)).split())


def exact_match(accepted: Sequence[str], said: str) -> float:
    """1 where `said` is one of the accepted answers; none accepted and nothing said is 1."""
    return float(any(normalised(answer) == normalised(said) for answer in accepted or [""]))


def overlap_f1(accepted: Sequence[str], said: str) -> float:
    """The best F1 of the words of `said` against an accepted answer; against no answer it is 1 or 0."""
    return max(_f1(normalised(answer).split(), normalised(said).split()) for answer in accepted or [""])


def _f1(gold: Sequence[str], said: Sequence[str]) -> float:
    if not gold or not said:
        return float(gold == said)
    common = sum((Counter(gold) & Counter(said)).values())
    return 2 * common / (len(gold) + len(said))
