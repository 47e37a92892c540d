"""Contracts: who they are between, and when they end."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.fields.preamble import find_parties
from ingest.fields.terms import after, find_end

pytestmark = pytest.mark.unit

DAYS = st.dates(min_value=date(1950, 1, 1), max_value=date(2090, 12, 31))


def names(text: str) -> list[str]:
    return [one.value for one in find_parties(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "by and between Dorran Mills, Inc., a Vermont corporation, and Halewood\nFoods LLC (“Buyer”).",
            ["Dorran Mills, Inc.", "Halewood Foods LLC"],
        ),
        (
            'made between:\n(1) Ardle Biotech plc, a company registered in Wales; and\n(2) Vesp GmbH ("Vesp").',
            ["Ardle Biotech plc", "Vesp GmbH"],
        ),
        (
            'SERVICES AGREEMENT\nDorran Mills, Inc. ("Mills") and Halewood Foods LLC ("Foods") agree as follows.',
            ["Dorran Mills, Inc.", "Halewood Foods LLC"],
        ),
        ("甲方（出租方）：苏州甲乙有限公司\n乙方：杭州丙丁有限公司\n", ["苏州甲乙有限公司", "杭州丙丁有限公司"]),
        ("甲方：______\n乙方：杭州丙丁有限公司\n", ["杭州丙丁有限公司"]),
        ("zwischen der Muster Werke GmbH, Berlin, und der Beispiel AG, Bonn.", ["Muster Werke GmbH", "Beispiel AG"]),
        ("The roses between the house and the wall are red.", []),
    ],
)
def test_parties_are_those_of_the_preamble(text: str, found: list[str]) -> None:
    assert names(text) == found


def test_a_place_in_the_text_is_that_of_the_name() -> None:
    text = "by and between Dorran Mills, Inc., a Vermont corporation, and Halewood Foods LLC (“Buyer”)."
    first, second = find_parties(text)
    assert text[first.start : first.end] == "Dorran Mills, Inc."
    assert text[second.start : second.end] == "Halewood Foods LLC"


def test_a_preamble_full_of_openers_is_given_up_soon() -> None:
    # It ends: what follows an opener is searched for the first few alone.
    assert names("between A" + " between Abc and" * 400) is not None


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("The initial term of this Agreement is two (2) years.", "2026-03-05"),
        ("This Agreement shall remain in full force for a period of eighteen months.", "2025-09-05"),
        ("本合同有效期为三年。", "2027-03-05"),
        ("The duty of secrecy survives for a period of five years after termination.", None),
        ("Invoices are due within 30 days.", None),
    ],
)
def test_an_end_is_computed_from_the_beginning_and_the_term(text: str, end: str | None) -> None:
    found = next(iter(find_end(text, "2024-03-05")), None)
    assert (found.value if found else None) == end


@given(DAYS, st.integers(1, 60))
def test_a_months_last_day_stays_within_its_month(day: date, months: int) -> None:
    found = date.fromisoformat(after(day.isoformat(), f"P{months}M"))
    assert (found.year - day.year) * 12 + found.month - day.month == months
    assert found.day == day.day or (found.day < day.day and (found.replace(day=28).month == found.month))


@given(DAYS, st.integers(1, 90))
def test_years_are_twelve_months_and_weeks_seven_days(day: date, count: int) -> None:
    assert after(day.isoformat(), f"P{count}Y") == after(day.isoformat(), f"P{12 * count}M")
    assert after(day.isoformat(), f"P{count}W") == after(day.isoformat(), f"P{7 * count}D")


@pytest.mark.parametrize("period", ["PT4H", "P9999Y", "P99999999D", "", "two years"])
def test_times_that_are_none_or_beyond_reason_give_no_end(period: str) -> None:
    assert after("2024-03-05", period) == ""
