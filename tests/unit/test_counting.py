"""Numbers in a question's words: digits of any script, English and Chinese words, or none."""

import pytest

from retrieval.ledger.counting import count_of

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "number"),
    [("3", 3), ("３", 3), ("٣", 3), ("one", 1), ("a", 1), ("Twelve", 12), ("twenty", 20), ("两", 2), ("十二", 12)],
)
def test_a_number_is_read_in_digits_and_in_words(text: str, number: int) -> None:
    assert count_of(text) == number


@pytest.mark.parametrize("text", ["", "half", "twelve months", "发票"])
def test_other_words_are_no_number(text: str) -> None:
    assert count_of(text) is None
