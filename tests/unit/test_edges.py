"""Words across the edge of a name that was taken out of a Chinese question."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.edges import edge_pairs

pytestmark = pytest.mark.unit


def test_a_word_that_a_name_took_the_beginning_of_is_told_by_the_pair_across_the_edge() -> None:
    assert edge_pairs("渝味坊的加盟费是多少？", "的费是多少？") == ["坊的", "的加", "盟费"]


def test_nothing_was_left_out_of_a_question_without_names() -> None:
    assert edge_pairs("押金什么时候退？", "押金什么时候退？") == []


def test_words_with_spaces_between_them_have_no_such_pairs() -> None:
    assert edge_pairs("When does the Northwind lease end?", "When does the end?") == []


@given(st.text("甲乙丙丁 ab", max_size=12), st.integers(0, 12), st.integers(0, 12))
def test_each_pair_stands_in_the_question(text: str, start: int, end: int) -> None:
    rest = text[: min(start, end)] + text[max(start, end) :]
    assert all(len(pair) == 2 and pair in text for pair in edge_pairs(text, rest))
