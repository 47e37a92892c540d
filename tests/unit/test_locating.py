"""A quote is found on its page: letter by letter, or as OCR may have misread it, never as something else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.locating import MIN_FUZZY, Locator
from retrieval.metrics import folded, quote_on_page
from tests.passages import passage

pytestmark = pytest.mark.unit

_, PAGE = passage(
    "The Supplier shall not be liable for indirect damages arising",
    "from late delivery. The Buyer may return goods within thirty (30)",
    "days of receipt. Governing law: laws of the State of New York.",
    "甲方应在收到发票后三十日内支付全部合同价款，逾期不付的按日",
    "支付违约金。",
)
FINDER = Locator(PAGE)


def found(quote: str) -> str | None:
    unit = FINDER.find(quote)
    return unit.text if unit else None


@pytest.mark.parametrize(
    "quote",
    [
        "may return goods within thirty (30) days",
        "MAY RETURN GOODS  within thirty (30)\ndays",
        "arising from late delivery.",
        "三十日内支付全部合同价款，逾期不付的按日支付违约金",
        "三十日内支付 全部合同价款",
    ],
)
def test_words_over_lines_are_found_letter_by_letter(quote: str) -> None:
    words = found(quote)
    assert words is not None and quote_on_page(words, " ".join(line.text for line in PAGE.lines))


def test_the_words_found_are_the_pages_own_with_their_place() -> None:
    unit = FINDER.find("GOODS within thirty (30) days")
    assert unit is not None and unit.text == "goods within thirty (30) days"
    assert [(span.line, PAGE.lines[span.line].text[span.start : span.end]) for span in unit.spans] == [
        (1, "goods within thirty (30)"),
        (2, "days"),
    ]


@pytest.mark.parametrize(
    "quote",
    [
        "The Suppller shall not be liable for indirect darnages arising from late delivery",
        "The Supplier shall not be 1iable for indirect damages",
        "laws ofthe State of New York",
        "甲方应在收到发栗后三十日内支付全部合同价款",
    ],
)
def test_misread_letters_are_tolerated(quote: str) -> None:
    assert found(quote)


@pytest.mark.parametrize(
    "quote",
    [
        "The Supplier shall be liable for indirect damages arising",
        "The Buyer must return goods within thirty (30) days",
        "The Buyer may return goods within forty (40) days of receipt",
        "The Seller may return goods within thirty (30) days of receipt",
        "laws of the State of New Jersey",
        "甲方应在收到发票后二十日内支付全部合同价款",
        "甲方不应在收到发票后三十日内支付全部合同价款",
        "The Buyer may not return goods within thirty (30) days",
    ],
)
def test_another_number_negation_or_word_is_not_the_same(quote: str) -> None:
    assert found(quote) is None


def test_short_quotes_must_stand_letter_by_letter() -> None:
    assert found("New York") and found("New Yark") is None and found("") is None


TEXT = "".join(line.text for line in PAGE.lines)


@given(st.integers(0, len(TEXT) - 1), st.integers(1, 120))
def test_whatever_stands_on_a_page_is_found_there(start: int, length: int) -> None:
    quote = TEXT[start : start + length]
    if quote.strip():
        words = found(quote)
        assert words is not None and folded(quote) in folded(words)


@given(st.text(min_size=MIN_FUZZY, max_size=60))
def test_what_is_found_is_always_on_the_page(quote: str) -> None:
    words = found(quote)
    assert words is None or quote_on_page(words, " ".join(line.text for line in PAGE.lines))
