"""Sentences, rows and labelled values are quotable, with boxes that cover their words."""

import pytest

from ingest.types import Block, PageText, TextLine, TextSource
from retrieval.units import boxes_of, units_of

pytestmark = pytest.mark.unit


def page(*lines: TextLine, kind: str = "text") -> PageText:
    block = Block(kind, " ".join(line.text for line in lines), (0, 0, 1, 1), 0, len(lines))
    return PageText("doc", 1, (block,), lines, "test", TextSource.LAYER)


def line(text: str, x0: float, y0: float, x1: float) -> TextLine:
    return TextLine(text, (x0, y0, x1, y0 + 0.02))


def test_a_sentence_over_two_lines_has_a_box_on_each() -> None:
    text = page(
        line("Rent is due monthly. The deposit is", 0.1, 0.10, 0.8),
        line("two months' rent. It is held.", 0.1, 0.13, 0.7),
    )
    deposit = next(unit for unit in units_of(text) if unit.text.startswith("The deposit"))
    assert deposit.text == "The deposit is two months' rent."
    first, second = boxes_of(text, deposit)
    assert first[0] == pytest.approx(0.1 + 0.7 * 21 / 35) and first[2] == pytest.approx(0.8)
    assert second[0] == pytest.approx(0.1) and second[2] == pytest.approx(0.1 + 0.6 * 17 / 29)


def test_word_places_make_the_box_exact() -> None:
    words = ((0, 4, 0.10, 0.20), (5, 7, 0.22, 0.25), (8, 12, 0.27, 0.36), (13, 16, 0.50, 0.60))
    text = page(TextLine("Rent is due. Yes", (0.1, 0.1, 0.6, 0.12), 1.0, words))
    rent, yes = units_of(text)
    assert (rent.text, boxes_of(text, rent)) == ("Rent is due.", ((0.10, 0.1, 0.36, 0.12),))
    assert (yes.text, boxes_of(text, yes)) == ("Yes", ((0.50, 0.1, 0.60, 0.12),))


def test_label_and_value_on_one_row_are_quoted_together() -> None:
    text = page(line("Total due:", 0.1, 0.1, 0.25), line("1,234.00", 0.8, 0.1, 0.9))
    assert [unit.text for unit in units_of(text)] == ["Total due: 1,234.00"]


def test_value_under_its_label_is_quoted_with_it() -> None:
    text = page(line("Due date:", 0.1, 0.10, 0.2), line("4 May 2024", 0.1, 0.13, 0.22))
    assert "Due date: 4 May 2024" in [unit.text for unit in units_of(text)]


def test_each_row_of_a_table_is_one_quote() -> None:
    text = page(
        line("Coffee beans", 0.1, 0.1, 0.3),
        line("12", 0.5, 0.1, 0.55),
        line("Grinder", 0.1, 0.13, 0.2),
        line("1", 0.5, 0.13, 0.52),
        kind="table",
    )
    assert [unit.text for unit in units_of(text)] == ["Coffee beans 12", "Grinder 1"]


def test_headings_and_page_numbers_are_no_answers() -> None:
    assert units_of(page(line("8. Termination", 0.1, 0.1, 0.3), kind="section-header")) == []
    assert units_of(page(line("Page 3 of 7", 0.1, 0.9, 0.3), kind="page-footer")) == []
