"""Comparing answers: values in whatever spelling, words in whatever order, letters but for their form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.matching import contains, token_f1, values_in, values_match, without_marks

pytestmark = pytest.mark.unit


def flat(text: str) -> set[str]:
    return set().union(*values_in(text))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("$42,726.40", {"42726.4"}),
        ("ninety (90) days", {"90"}),
        ("99.5 %", {"99.5"}),
        ("May 4, 2024", {"2024-05-04"}),
        ("4 May 2024", {"2024-05-04"}),
        ("the 6th day of April, 1999", {"1999-04-06"}),
        ("Sept. 9 2024", {"2024-09-09"}),
        ("2024-05-04", {"2024-05-04"}),
        ("2024 年 9 月 15 日", {"2024-09-15"}),
        ("２０２４年９月１５日", {"2024-09-15"}),
        ("31 February 2024", {"31", "2024"}),
        ("seven years", set()),
        ("", set()),
    ],
)
def test_amounts_and_dates_have_one_spelling(text: str, values: set[str]) -> None:
    assert flat(text) == values


@pytest.mark.parametrize(
    ("expected", "given", "match"),
    [
        ("$42,726.40", "The total is USD 42726.40. [1]", True),
        ("May 4, 2024", "Payable by 4 May 2024 [2]", True),
        ("May 4, 2024", "Payable by 5 May 2024", False),
        ("2024", "Payable by 5 May 2024", False),
        ("90 days", "The fee is $90.50", False),
        ("1", "It is so. [1]", False),
        ("seven years", "seven years", None),
        ("90 days", "", False),
    ],
)
def test_an_answer_needs_all_values_of_the_expected_one(expected: str, given: str, match: bool | None) -> None:
    assert values_match(expected, given) is match


def test_another_reader_of_values_takes_the_place_of_ours() -> None:
    def either(text: str) -> list[frozenset[str]]:
        return [frozenset({"2024-05-04", "2024-04-05"})] if text == "04/05/2024" else [frozenset({text})]

    assert values_match("04/05/2024", "2024-04-05", either)
    assert not values_match("04/05/2024", "2024-04-06", either)


@pytest.mark.parametrize(
    ("expected", "given", "f1"),
    [
        ("State of Oregon", "the State of Oregon", 1.0),
        ("State of Oregon", "Oregon", 0.5),  # precision 1, recall 1/3
        ("ninety days", "ninety", 2 / 3),
        ("days days", "days", 2 / 3),
        ("成都仲裁", "成都", 2 / 3),
        ("Oregon", "Ohio", 0.0),
        ("Oregon", "", 0.0),
        ("", "", 1.0),
        ("the", "an", 1.0),
    ],
)
def test_shared_words_are_counted_as_by_hand(expected: str, given: str, f1: float) -> None:
    assert token_f1(expected, given) == pytest.approx(f1)


@given(st.text(max_size=60), st.text(max_size=60))
def test_f1_is_a_share_the_same_both_ways_and_full_for_equal_texts(one: str, other: str) -> None:
    one, other = without_marks(one), without_marks(other)
    assert 0 <= token_f1(one, other) <= 1
    assert token_f1(one, other) == token_f1(other, one)
    assert token_f1(one, one) == 1


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_text_matches_itself_whatever_stands_around_it(one: str, other: str) -> None:
    assert contains(one, [other, f"{other} {one} {other}"])
    assert values_match(one, one) in (True, None)


def test_width_case_and_breaks_make_no_difference_to_contained_words() -> None:
    assert contains("RENT is ９００", ["nothing", "The rent\nis 900 a month"])
    assert not contains("900", ["nine hundred"])
