"""The commonest texts of a stream in bounded memory: the Space-Saving summary.

Metwally, Agrawal, El Abbadi: Efficient computation of frequent and top-k elements in data streams (2005); merged as in
Cafaro, Pulimeno, Tempesta: A parallel space saving algorithm (2016). While no more than `MOST_GROUPS` different texts
were seen, every count is exact and merging equals adding. After that a count may be too high by at most its `error`,
which is at most 1 / MOST_GROUPS of all; so whatever is more than twice that has at least two answers for certain.
"""

import hashlib
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from lectern.normalise import normalise
from lectern.text import clean

MOST_GROUPS = 48
MOST_SHOWN = 200
"""Characters of an answer that a group keeps to show."""
MOST_READ = 2_000
"""Characters of an answer that decide on its group."""

_ARTICLES = frozenset({"a", "an", "the"})


@dataclass
class Group:
    """Answers that say the same words: how many at most, by how many that may be too high, and one of them."""

    count: int
    error: int
    text: str


@dataclass
class Groups:
    """Groups by a fingerprint of their words."""

    limit: int = MOST_GROUPS
    groups: dict[str, Group] = field(default_factory=dict)
    is_exact: bool = True
    """Whether no text had to make room for another, so that every count is exact."""

    def add(self, answer: str) -> None:
        """Count one answer."""
        key = fingerprint(answer)
        if key in self.groups:
            self.groups[key].count += 1
            return
        least = self._evict() if len(self.groups) == self.limit else 0
        self.groups[key] = Group(least + 1, least, shown(answer))

    def merge(self, other: "Groups") -> None:
        """Count what another summary has counted, which came after this one."""
        mine, theirs = self._least(), other._least()
        merged = {key: Group(g.count + theirs, g.error + theirs, g.text) for key, g in self.groups.items()}
        for key, group in other.groups.items():
            if key in merged:
                merged[key].count += group.count - theirs
                merged[key].error += group.error - theirs
            else:
                merged[key] = Group(group.count + mine, group.error + mine, group.text)
        self.is_exact &= other.is_exact and len(merged) <= self.limit
        kept = sorted(merged.items(), key=lambda entry: (-entry[1].count, entry[0]))[: self.limit]
        self.groups = dict(kept)

    def commonest(self, number: int, least: int = 2) -> list[Group]:
        """At most `number` groups with at least `least` answers for certain, the largest first."""
        certain = [group for group in self.groups.values() if group.count - group.error >= least]
        return sorted(certain, key=lambda group: (-group.count, group.text))[:number]

    def to_document(self) -> dict[str, Any]:
        """Whether it is exact, and `{fingerprint: [count, error, text]}`, ordered by fingerprint."""
        groups = {key: [g.count, g.error, g.text] for key, g in sorted(self.groups.items())}
        return {"exact": self.is_exact, "groups": groups}

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> "Groups":
        """The inverse of `to_document`."""
        groups = {key: Group(*entry) for key, entry in document["groups"].items()}
        return cls(groups=groups, is_exact=document["exact"])

    def _least(self) -> int:
        """The most that a text which is not here may have been seen."""
        return 0 if self.is_exact else min(group.count for group in self.groups.values())

    def _evict(self) -> int:
        self.is_exact = False
        key = min(self.groups, key=lambda key: (self.groups[key].count, key))
        return self.groups.pop(key).count


def fingerprint(answer: str) -> str:
    """16 hex digits, the same for answers that differ in case, punctuation, spaces and articles alone."""
    text = unicodedata.normalize("NFKC", normalise(clean(answer[:MOST_READ])).text).casefold()
    words = "".join(c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in text).split()
    told = " ".join(word for word in words if word not in _ARTICLES) or text.strip()
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def shown(answer: str) -> str:
    """An answer as a group shows it: one line, cut with an ellipsis."""
    text = " ".join(clean(answer[:MOST_READ]).encode("utf-8", "replace").decode("utf-8").split())
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + "…"
