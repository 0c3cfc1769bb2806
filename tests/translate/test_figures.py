"""BLEU, chrF, the translation memory and near-duplicates, against values worked out by hand."""

import gzip
import math
from pathlib import Path

import numpy as np
import pytest

from model_store.errors import DataError
from model_store.evaluate_translation import temperature
from model_store.translation.bleu import bleu, bleu_counts, bleu_tokens
from model_store.translation.chrf import chrf, chrf_counts
from model_store.translation.intervals import difference_95, total
from model_store.translation.memory import Memory
from model_store.translation.pairs import Pair, near_duplicates, read_pairs


def test_bleu_by_hand() -> None:
    """1 gram: 4 of 5, 2: 3 of 4, 3: 2 of 3, 4: 1 of 2; as long as the reference."""
    counts = bleu_counts(["a b c d x"], ["a b c d e"], "en")
    assert counts[0].tolist() == [4, 3, 2, 1, 5, 4, 3, 2, 5, 5]
    assert total(bleu, counts) == pytest.approx(100 * (4 / 5 * 3 / 4 * 2 / 3 * 1 / 2) ** 0.25)


def test_bleu_is_of_the_corpus_and_shortness_costs() -> None:
    """Right n-grams 6, 4, 2, 1 of 6, 4, 2, 1... of two sentences; 6 tokens for 8."""
    counts = bleu_counts(["a b c d", "x y"], ["a b c d", "x y z w"], "en")
    assert total(bleu, counts) == pytest.approx(100 * math.exp(1 - 8 / 6))


def test_bleu_smooths_what_is_missing() -> None:
    """No trigram or 4-gram is right: half and a quarter of one count instead."""
    counts = bleu_counts(["a b x c d"], ["a b y c d"], "en")
    shares = [4 / 5, 2 / 4, 0.5 / 3, 0.25 / 2]
    assert total(bleu, counts) == pytest.approx(100 * math.prod(shares) ** 0.25)
    assert total(bleu, bleu_counts(["q"], ["a b c d"], "en")) == 0
    assert total(bleu, bleu_counts([""], ["a"], "en")) == 0


def test_tokens_are_those_of_13a_and_characters() -> None:
    told = "It's|3.5|(|or|1,000|)|,|isn't|it|?"
    assert "|".join(bleu_tokens("It's 3.5 (or 1,000), isn't it?", "en")) == told
    assert bleu_tokens("我有3.5元，OK？", "zh") == ["我", "有", "3.5", "元", "，", "OK", "？"]


def test_chrf_by_hand() -> None:
    """abcd against abce: n-grams in common 3, 2, 1, 0 of 4, 3, 2, 1 on both sides: F is the mean share."""
    expected = 100 * (3 / 4 + 2 / 3 + 1 / 2 + 0) / 4
    assert total(chrf, chrf_counts(["ab cd"], ["abce"])) == pytest.approx(expected)


def test_chrf_weighs_recall_four_times() -> None:
    """ab against abab... precision 1 and 1, recall 1/2 and 1/3 for n of 1 and 2."""
    precision, recall = 1.0, (2 / 4 + 1 / 3) / 2
    expected = 100 * 5 * precision * recall / (4 * precision + recall)
    assert total(chrf, chrf_counts(["ab"], ["abab"])) == pytest.approx(expected)
    assert total(chrf, chrf_counts([""], ["abab"])) == 0


def test_the_same_is_100_and_its_difference_from_itself_0() -> None:
    texts = ["the cat sat on the mat", "a dog ran away from me"]
    for figure, counts in ((bleu, bleu_counts(texts, texts, "en")), (chrf, chrf_counts(texts, texts))):
        assert total(figure, counts) == pytest.approx(100)
        assert difference_95(figure, counts, counts) == (0, 0)


def test_a_better_corpus_is_above_with_all_its_interval() -> None:
    wanted = [f"number {n} is a good one for us" for n in range(40)]
    worse = [text.replace("good", "bad") for text in wanted]
    low, high = difference_95(chrf, chrf_counts(wanted, wanted), chrf_counts(worse, wanted))
    assert 0 < low <= high


def test_the_memory_gives_the_translation_of_the_nearest() -> None:
    memory = Memory(["I like tea.", "I like coffee.", "Where is it?"], ["茶", "咖啡", "哪里"], "en")
    assert [memory.translation(text) for text in ("You like coffee", "Where was it?", "I LIKE TEA")] == [
        "咖啡",
        "哪里",
        "茶",
    ]
    assert memory.likeness("i like tea").max() == pytest.approx(1)
    assert memory.translation("???") == "茶"


def test_near_duplicates_are_found_on_either_side() -> None:
    known = [Pair("train", "I bought a red car yesterday.", "我昨天买了一辆红色的车。")]
    asked = [
        Pair("dev", "I bought a red car, yesterday!", "今天天气很好。"),
        Pair("dev", "The weather is fine.", "我昨天買了一輛紅色的車"),
        Pair("dev", "The weather is fine.", "今天天气很好。"),
    ]
    assert near_duplicates(asked, known) == [True, True, False]


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "tatoeba_en_zh.tsv.gz"
    for content, told in (
        (b"no gzip", "is damaged"),
        (gzip.compress(b"a\tb\n"), "does not begin"),
        (gzip.compress(b"split\ten\tzh\ntrain\tHi.\t\n"), "line 2"),
        (gzip.compress("split\ten\tzh\nextra\tHi.\t嗨\n".encode()), "line 2"),
    ):
        path.write_bytes(content)
        with pytest.raises(DataError, match=told):
            read_pairs(tmp_path)
    path.write_bytes(gzip.compress("split\ten\tzh\ndev\tHi.\t嗨。\n".encode()))
    assert read_pairs(tmp_path) == [Pair("dev", "Hi.", "嗨。")]


def test_the_temperature_makes_the_means_equal() -> None:
    sureness, own = np.array([-0.1, -1.0, -2.0]), np.array([0.9, 0.3, 0.2])
    assert np.exp(sureness / temperature(sureness, own)).mean() == pytest.approx(own.mean(), abs=1e-3)
