from itertools import pairwise

import pytest

from functions.grading.rows import assemble, windows


def test_rows_are_question_reference_answer() -> None:
    row = assemble([1, 2], [3], [4, 5])
    assert row.input_ids == [101, 1, 2, 102, 3, 102, 4, 5, 102]
    assert row.token_type_ids == [0, 0, 0, 0, 0, 0, 1, 1, 1]


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 14, 15, 16, 20, 33, 100])
def test_windows_cover_every_token_and_overlap(count: int) -> None:
    tokens = list(range(count))
    found = windows(tokens, 10)
    assert all(len(window) <= 10 for window in found)
    assert sorted({token for window in found for token in window}) == tokens
    assert (len(found) == 1) == (count <= 10)
    for before, after in pairwise(found):
        assert before[-1] - after[0] >= 4
