"""Search in 100,000 passages: `OPENBLAS_NUM_THREADS=1 python -m tests.perf.search` writes results/search.json and .md.

The passages are made by chance: vectors of length 1, and words as often as Zipf's law has them. So they say nothing of
what is found, only of how long it takes. Times are of one thread; medians of QUERIES queries, which take turns.
"""

import json
import resource
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from lectern.search.documents import Document
from lectern.search.fusion import DEPTH, fused
from lectern.search.index import Index
from lectern.search.merging import merged
from lectern.search.packing import pack, unpack
from lectern.search.reading import WIDTH
from lectern.search.segment import Passage, Read, Segment, segment

RESULTS = Path(__file__).with_name("results")
PASSAGES, PER_DOCUMENT, WORDS, AT_A_TIME = 100_000, 10, 70, 5_000
VOCABULARY, QUERY_WORDS, QUERIES = 30_000, 5, 50
SHARES = np.cumsum(1 / np.arange(1, VOCABULARY + 1))


def main() -> None:
    """Measure and write."""
    chance = np.random.default_rng(0)
    parts = [segment(list(_reads(start, chance))) for start in range(0, PASSAGES, AT_A_TIME)]
    whole, merging = _timed(lambda: merged([(part, np.ones(len(part.documents), bool)) for part in parts]))
    facts = _of_files(whole) | {"merging_seconds": round(merging, 1)} | _of_queries(Index((whole,)), chance)
    facts |= {"passages": PASSAGES, "queries": QUERIES, "words_of_a_passage": WORDS, "words_of_a_query": QUERY_WORDS}
    (RESULTS / "search.json").write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
    (RESULTS / "search.md").write_text(_page(facts), "utf-8")
    print(_page(facts))


def _reads(start: int, chance: np.random.Generator) -> Iterator[Read]:
    for number in range(start, start + AT_A_TIME, PER_DOCUMENT):
        vectors = chance.normal(size=(PER_DOCUMENT, WIDTH)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        parts = [" ".join(_words(chance, WORDS)) for _ in vectors]
        ends = np.cumsum([len(part) + 1 for part in parts])
        places = zip([0, *ends[:-1]], ends, vectors, strict=True)
        yield Read(Document(id=f"d{number}", text=" ".join(parts)), [Passage(*place) for place in places])


def _words(chance: np.random.Generator, count: int) -> list[str]:
    return [f"w{rank}" for rank in np.searchsorted(SHARES, chance.random(count) * SHARES[-1])]


def _of_files(whole: Segment) -> dict[str, float]:
    data = pack(whole)
    read, seconds = _timed(lambda: Index((unpack(data),)))
    _, first = _timed(lambda: read.by_words(["w7"], DEPTH))
    megabytes = {"file_megabytes": len(data), "memory_megabytes": read.nbytes}
    sizes = {name: round(size / 1e6) for name, size in megabytes.items()}
    return {**sizes, "reading_seconds": round(seconds, 2), "first_query_seconds": round(first, 2)}


def _of_queries(index: Index, chance: np.random.Generator) -> dict[str, float]:
    spent: dict[str, list[float]] = {"meaning": [], "words": [], "both": []}
    for _ in range(QUERIES):
        vector, terms = chance.normal(size=WIDTH).astype(np.float32), _words(chance, QUERY_WORDS)
        by_meaning, meaning = _timed(partial(index.by_meaning, vector, DEPTH))
        by_words, words = _timed(partial(index.by_words, terms, DEPTH))
        _, both = _timed(partial(fused, by_meaning, by_words))
        for kind, seconds in (("meaning", meaning), ("words", words), ("both", meaning + words + both)):
            spent[kind].append(seconds)
    times = {f"{kind}_ms": round(median(values) * 1000, 1) for kind, values in spent.items()}
    return {**times, "peak_megabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)}


def _timed(act: Callable[[], Any]) -> tuple[Any, float]:
    started = time.thread_time()
    result = act()
    return result, time.thread_time() - started


def _page(facts: dict[str, float]) -> str:
    return f"""# Search in {facts["passages"]:,} passages

`OPENBLAS_NUM_THREADS=1 python -m tests.perf.search`, processor time, medians of {facts["queries"]} queries of
{facts["words_of_a_query"]} words. Vectors and words are made by chance; a passage has
{facts["words_of_a_passage"]} words.

| | |
|---|---|
| ranking by meaning (one product with int8 rows) | {facts["meaning_ms"]} ms |
| ranking by words (BM25) | {facts["words_ms"]} ms |
| both, and their fusion | {facts["both_ms"]} ms |
| the collection's file | {facts["file_megabytes"]} MB |
| in memory | {facts["memory_megabytes"]} MB |
| reading it from its bytes | {facts["reading_seconds"]} s |
| what the first query prepares | {facts["first_query_seconds"]} s |
| merging 20 segments into it | {facts["merging_seconds"]} s |
"""


if __name__ == "__main__":
    main()
