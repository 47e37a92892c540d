"""Sentences: every word of a text is in exactly one, in order, so that each can be cited."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from retrieval.sentences import split

pytestmark = pytest.mark.unit

LEGAL = st.lists(
    st.sampled_from(
        [
            "The Buyer pays.",
            "Acme Inc. shall",
            "8.1.",
            " ",
            "\n",
            "“Term”",
            "means;",
            "甲方付款。",
            "（一）",
            "No. 5",
            "!",
            "?”",
            "1,250.00",
        ]
    ),
    max_size=30,
).map(" ".join)


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split(text)]


def squeezed(text: str) -> str:
    return "".join(text.split())


@given(st.one_of(st.text(max_size=200), LEGAL))
@example("；" * 20)
@example('He said "stop." Then he left.')
def test_sentences_cover_all_but_white_space_in_order(text: str) -> None:
    places = list(split(text))
    assert squeezed("".join(text[start:end] for start, end in places)) == squeezed(text)
    assert all(before[1] <= after[0] for before, after in pairwise(places))


@given(st.one_of(st.text(max_size=200), LEGAL))
def test_no_sentence_is_empty_or_begins_or_ends_with_white_space(text: str) -> None:
    assert all(sentence and sentence == sentence.strip() for sentence in sentences(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Buyer pays. The Seller ships.", ["The Buyer pays.", "The Seller ships."]),
        (
            "Northwind Data Services, Inc. is a party. It pays.",
            ["Northwind Data Services, Inc. is a party.", "It pays."],
        ),
        (
            "Dated Sept. 8, 2005. It ends in Dec. Then it is renewed.",
            ["Dated Sept. 8, 2005.", "It ends in Dec.", "Then it is renewed."],
        ),
        ("8.1. Either party may terminate.", ["8.1. Either party may terminate."]),
        ("甲方应付款。乙方应交货。", ["甲方应付款。", "乙方应交货。"]),
        ("他说“可以。”乙方同意。", ["他说“可以。”", "乙方同意。"]),
        ("Interest of 1.5% a month.", ["Interest of 1.5% a month."]),
    ],
)
def test_contracts_are_cut_where_a_reader_would(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected
