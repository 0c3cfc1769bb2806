"""Signs that an answer was written for a machine. None of them decides a grade: they ask a person to look.

Each is a count of words, so it costs microseconds, and the limits are where hardly any honest answer goes
(docs/adr/0012): what a rule can't tell from honest writing is left to the model's training.
"""

import re
from collections.abc import Sequence
from itertools import groupby

FUNCTION_WORDS = frozenset(
    re.findall(
        r"\w+",
        """a about after all also am an and any are as at be because been before being both but by can could did do does
        doing each every for from had has have he her him his how i if in into is it its may me might more most must my
        no nor not of on or our she should so some such than that the their them then there these they this those to
        too up was we were what when where which while who whom whose why will with would you your""",
    )
)
"""Words that a sentence of English needs and a list of keywords lacks."""

LEAST_WORDS = 5
"""A shorter answer shows no habit."""

LONGEST_LIST = 6
LIST_SHARE = 0.2
"""So many words without a function word between them are keywords, if they are so much of the answer."""

LEAST_LISTED = 3
LEAST_FUNCTION_WORDS = 0.1
"""With a smaller share of function words the whole answer is a list, if it has so many words of letters."""

ECHOED = 0.6
"""Share of the question's words that an answer of nothing but these words repeats."""

LEAST_REPEATED = 8
LEAST_NEW = 0.6
"""From so many words on, so many of the runs of three words must be different."""

UNREADABLE = 0.2
"""Share of words that no language has; a slip of the hand makes one."""

COPIED = 0.8
"""Share of the words that an answer and a reference have in common, from which on one other word is suspicious."""

_NEGATIONS = frozenset({"not", "no", "never", "without", "neither", "nor", "cannot"})

_WORDS = re.compile(r"[a-z0-9']+")
_SENTENCES = re.compile(r"[.;:!?]+\s")
_VOWEL, _CONSONANTS = re.compile("[aeiouy]"), re.compile("[^aeiouy]{6}")


def warnings(question: str, references: Sequence[str], answer: str) -> list[str]:
    """What a person should look at, in words for a teacher; empty for nearly every honest answer."""
    found, asked = _words(answer), _words(question)
    signs = {
        "The answer repeats the question and adds nothing to it.": _echoes(asked, found),
        "The answer lists words without making a statement of them.": _lists(answer, found),
        "The answer repeats itself.": _repeats(found),
        "The answer holds words that no language has.": _babbles(found),
        "The answer has a reference's words but for one that may turn its meaning round.": _turns(references, found),
    }
    return [text for text, seen in signs.items() if seen]


def _words(text: str) -> list[str]:
    return _WORDS.findall(text.lower())


def _echoes(asked: Sequence[str], found: Sequence[str]) -> bool:
    """A choice between what the question names is an honest answer, so most of the question must be there."""
    question, answer = set(asked), set(found)
    return len(found) >= LEAST_WORDS and answer <= question and len(answer) >= ECHOED * len(question)


def _lists(answer: str, found: Sequence[str]) -> bool:
    """Figures and letters alone are a calculation."""
    if len(found) < LEAST_WORDS or sum(len(word) > 1 and word.isalpha() for word in found) < LEAST_LISTED:
        return False
    scarce = sum(map(_is_function, found)) <= LEAST_FUNCTION_WORDS * len(found)
    longest = max(_longest_list(_words(sentence)) for sentence in _SENTENCES.split(answer))
    return scarce or longest >= max(LONGEST_LIST, LIST_SHARE * len(found))


def _longest_list(found: Sequence[str]) -> int:
    return max((len(list(run)) for function, run in groupby(found, _is_function) if not function), default=0)


def _is_function(word: str) -> bool:
    return word in FUNCTION_WORDS or "'" in word


def _repeats(found: Sequence[str]) -> bool:
    triples = list(zip(found, found[1:], found[2:], strict=False))
    return len(found) >= LEAST_REPEATED and len(set(triples)) < LEAST_NEW * len(triples)


def _babbles(found: Sequence[str]) -> bool:
    return sum(map(_is_babble, found)) > UNREADABLE * len(found)


def _is_babble(word: str) -> bool:
    """No vowel, or six consonants in a row: what fingers on a keyboard make, and hardly a misspelling."""
    if not word.isalpha() or len(word) < 4:
        return False
    return not _VOWEL.search(word) or bool(_CONSONANTS.search(word))


def _turns(references: Sequence[str], found: Sequence[str]) -> bool:
    """Whether the reference that is nearest in words differs by a negation, by one word for another, or in order."""
    nearest = min((_difference(_words(reference), found) for reference in references), default=(0, False))
    return nearest[1]


def _difference(reference: Sequence[str], found: Sequence[str]) -> tuple[int, bool]:
    """How many words of matter are in one text alone, and whether these or a negation may turn the meaning round."""
    first, second = _matter(reference), _matter(found)
    more, less = second - first, first - second
    alike = len(first & second) >= COPIED * max(len(first), len(second), 1)
    turned = _negated(reference) != _negated(found) or len(more) == len(less) == 1
    shuffled = sorted(reference) == sorted(found) and reference != found
    return len(more) + len(less), alike and (turned or shuffled)


def _matter(found: Sequence[str]) -> set[str]:
    """The words that are no function words, with singular and plural as one."""
    return {word[:-1] if word.endswith("s") and len(word) > 3 else word for word in found if not _is_function(word)}


def _negated(found: Sequence[str]) -> bool:
    """Whether the negations do not cancel each other."""
    return sum(word in _NEGATIONS or word.endswith("n't") for word in found) % 2 == 1
