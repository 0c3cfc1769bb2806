"""ROUGE-L, as summaries are measured with it: the longest common subsequence of words.

Lin (2004), ROUGE: A Package for Automatic Evaluation of Summaries, section 3, on the summary as one sequence, with the
harmonic mean of precision and recall. Words are runs of letters a-z and digits of the lower-cased text, without
stemming, as in the package rouge-score. Of several references the best counts (Cachola et al., 2020).
"""

import re
from collections.abc import Sequence

_WORD = re.compile(r"[a-z0-9]+")


def rouge_words(text: str) -> list[str]:
    """The words that count."""
    return _WORD.findall(text.lower())


def rouge_l(summary: str, references: Sequence[str]) -> float:
    """F1 of the best reference, 0 to 1; 0 where the summary or all references have no word."""
    said = rouge_words(summary)
    return max((_f1(said, rouge_words(reference)) for reference in references), default=0.0)


def _f1(said: Sequence[str], meant: Sequence[str]) -> float:
    common = common_length(said, meant)
    return 2 * common / (len(said) + len(meant)) if common else 0.0


def common_length(first: Sequence[str], second: Sequence[str]) -> int:
    """The length of the longest common subsequence, by dynamic programming."""
    best = [0] * (len(second) + 1)
    for word in first:
        above = 0
        for place, other in enumerate(second, start=1):
            above, best[place] = best[place], above + 1 if word == other else max(best[place], best[place - 1])
    return best[-1]
