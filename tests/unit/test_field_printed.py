"""Values in the one spelling that each kind has, however a page writes them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.fields.habits import Habits, habits_of
from ingest.fields.model import FieldKind
from ingest.fields.normal import parse_decimal, spelled
from ingest.fields.printed import amounts_in, dates_in, identifier, normalise_printed

pytestmark = pytest.mark.unit

POINT, COMMA = Habits(".", True, "GBP"), Habits(",", True, "EUR")
AMOUNTS = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("99999999.99"), places=2)
DAYS = st.dates(min_value=date(1971, 1, 1), max_value=date(2068, 12, 31))


@given(AMOUNTS)
def test_an_amount_is_read_back_with_any_separators(amount: Decimal) -> None:
    english = f"{amount:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))
    french = german.replace(".", "\u202f")
    wanted = f"{amount:.2f}"
    assert normalise_printed(FieldKind.AMOUNT, f"£{english}", POINT) == wanted
    assert normalise_printed(FieldKind.AMOUNT, f"{german} €", COMMA) == wanted
    assert normalise_printed(FieldKind.AMOUNT, f"{french} EUR", COMMA) == wanted


@given(AMOUNTS, st.sampled_from(["-{}", "({})", "{}-", "-£{}", "£-{}", "- {}"]))
def test_a_minus_is_seen_wherever_it_stands(amount: Decimal, form: str) -> None:
    assert normalise_printed(FieldKind.AMOUNT, form.format(f"{amount:,.2f}"), POINT) == f"-{amount:.2f}"


@given(DAYS, st.sampled_from(["-", "/", "."]))
def test_a_date_in_digits_is_read_as_the_documents_others_are(day: date, mark: str) -> None:
    assert dates_in(f"{day:%d}{mark}{day:%m}{mark}{day:%Y}", POINT) == (day.isoformat(),)
    if mark != ".":  # with points the day always comes first
        american = Habits(".", day_first=False)
        assert dates_in(f"{day:%m}{mark}{day:%d}{mark}{day:%Y}", american) == (day.isoformat(),)


@given(DAYS)
def test_a_date_with_a_named_month_needs_no_habits_and_no_spaces(day: date) -> None:
    for text in (
        f"{day:%d %B %Y}",
        f"{day:%B} {day.day}, {day:%Y}",
        f"{day:%d%b%Y}".upper(),
        f"{day.year}年{day.month}月{day.day}日",
    ):
        assert dates_in(text, POINT) == (day.isoformat(),), text


@given(st.text(max_size=200), st.sampled_from(list(FieldKind)))
def test_no_text_breaks_a_normaliser_and_what_it_gives_is_stable(text: str, kind: FieldKind) -> None:
    value = normalise_printed(kind, text, POINT)
    if value is not None and kind in (FieldKind.AMOUNT, FieldKind.DATE, FieldKind.ID, FieldKind.NAME):
        assert normalise_printed(kind, value, POINT) == value


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_xml_numbers(text: str) -> None:
    number = parse_decimal(text)
    assert number is None or spelled(FieldKind.AMOUNT, number)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("TOTAL (RM): 9.00", ["9.00"]),
        ("RM9 .00", ["9.00"]),
        ("Tax (15%): $0.50", ["0.50"]),
        ("Rs 1939 x 1 Night", ["1939", "1"]),
        ("14/06/2023 10:22", []),
        ("Model A6100", []),
        ("version 2.1.3", []),
    ],
)
def test_shares_dates_times_and_models_are_no_amounts(text: str, found: list[str]) -> None:
    assert [str(one.value) for one in amounts_in(text, POINT)] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("25/12/20188:13:39 PM", "2018-12-25"),
        ("09MAY 2018 12:00", "2018-05-09"),
        ("August 3 , 2014", "2014-08-03"),
        ("21-11-16", "2016-11-21"),
        ("March 2024", None),
        ("31/02/2024", None),
    ],
)
def test_dates_that_ocr_tore_or_glued_are_read_and_days_that_are_none_are_not(text: str, found: str | None) -> None:
    assert normalise_printed(FieldKind.DATE, text, POINT) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("No. 4711", "4711"),
        ("# RE-2024/081 of 3 May", "RE-2024/081"),
        ("n°562044387 du 2 juillet", "562044387"),
        ("GB 123 4567 89", "GB123456789"),
        ("DE123456789", "DE123456789"),
        ("9314110911/00/M/00/N vom", "9314110911/00/M/00/N"),
        ("of the total", None),
    ],
)
def test_an_identifier_is_told_from_the_words_around_it(text: str, found: str | None) -> None:
    assert identifier(text) == found


@pytest.mark.parametrize(
    ("text", "found"), [("thirty (30) days", "P30D"), ("2 weeks", "P2W"), ("三个月", "P3M"), ("soon", None)]
)
def test_times_are_spelled_as_iso_8601(text: str, found: str | None) -> None:
    assert normalise_printed(FieldKind.DURATION, text) == found


def test_habits_come_from_all_numbers_and_dates_of_a_document() -> None:
    assert habits_of(["1.234,50 €", "12,00", "Nr. 8.15"]) == Habits(",", True, "EUR")
    assert habits_of(["$1,234.50", "04/05/2024"]) == Habits(".", False, "USD")
    # One date that can only be read one way settles the others, whatever the currency.
    assert habits_of(["$5.00", "04/05/2024", "25/05/2024"]).day_first


@pytest.mark.parametrize(
    ("texts", "amount", "wanted"),
    [
        (("Netto 125.000 EUR", "Gesamt 45.000 EUR"), "45.000 EUR", "45000.00"),
        (("Subtotal ¥78,400", "Weight 12.500 kg"), "¥78,400", "78400.00"),
        (("Total KWD 12.500",), "KWD 12.500", "12.500"),
        (("Netto 125.000 EUR", "Porto 4.50 EUR"), "4.50 EUR", "4.50"),
        (("Weight 12.500 kg",), "12.500", "12.500"),
    ],
)
def test_amounts_have_three_decimals_in_a_few_currencies_only(texts: tuple[str, ...], amount: str, wanted: str) -> None:
    assert normalise_printed(FieldKind.AMOUNT, amount, habits_of(texts)) == wanted
