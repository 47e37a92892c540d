"""Values of a text, so that equal things compare equal, however they are written."""

import itertools
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.values import Value, ValueKind, find_values
from ingest.values.names import Wording, find_names
from ingest.values.numbers import decimal_mark, readings_of, spell
from ingest.values.numerals import han_number

pytestmark = pytest.mark.unit

EQUAL = [
    ("1,234.50", "1234,50", "1.234,50", "1'234.50", "1\u2009234.50", "１，２３４．５０"),
    ("2024年3月5日", "5 March 2024", "05.03.2024", "2024-03-05", "March 5, 2024", "5th day of March, 2024", "2024/3/5"),
    ("二〇二四年三月五日", "2024年03月05日", "the fifth day of March, 2024", "5-Mar-2024"),
    ("人民币壹仟元整", "¥1,000.00", "1000", "RMB 1,000.00", "CNY1000", "一千元", "人民币（大写）：壹仟元整"),
    ("thirty (30) days", "30 days", "三十日", "30 (thirty) days", "thirty days", "30-day", "30天"),
    ("5%", "5 percent", "百分之五", "５％", "five per cent"),
    ("0.5%", "千分之五", "5‰"),
    ("$1.5 million", "USD 1,500,000", "150万美元", "one million five hundred thousand US dollars"),
    ("壹仟贰佰叁拾肆元伍角陆分", "1,234.56元"),
    ("INV-2024-0117", "inv 2024-0117".replace(" ", "-"), "INV/2024/0117"),
]
UNEQUAL = [
    ("30 days", "30 months"),
    ("30 days", "30 business days"),
    ("$1,000", "€1,000"),
    ("5%", "5 days"),
    ("1,234.50", "1,234.05"),
    ("5 March 2024", "3 May 2024"),
    ("INV-2024-0117", "INV-2024-0118"),
    ("人民币壹仟元整", "人民币壹万元整"),
]


def the(text: str) -> Value:
    values = [value for value in find_values(text) if value.kind is not ValueKind.NAME]
    assert len(values) == 1, values
    return values[0]


@pytest.mark.parametrize(
    ("one", "other"), [pair for group in EQUAL for pair in itertools.combinations(group, 2)], ids=repr
)
def test_one_value_written_two_ways_compares_equal(one: str, other: str) -> None:
    assert the(one).agrees(the(other)) and the(other).agrees(the(one))


@pytest.mark.parametrize(("one", "other"), UNEQUAL)
def test_different_values_do_not(one: str, other: str) -> None:
    assert not the(one).agrees(the(other))


def test_an_ambiguous_number_keeps_both_readings_until_the_decimal_mark_is_known() -> None:
    assert the("1.234").readings == {"1234", "1.234"}
    assert find_values("1.234", decimal=",")[0].readings == {"1234"}
    assert find_values("1.234", decimal=".")[0].readings == {"1.234"}


def test_a_page_shows_its_decimal_mark() -> None:
    assert decimal_mark("Total 1.234,50 of 2.000") == ","
    assert decimal_mark("Total 1,234.50 of 2,000") == "."
    assert decimal_mark("1,234.50 and 1.234,50") == decimal_mark("30 days under clause 8.1") == ""


def test_an_ambiguous_date_keeps_both_readings() -> None:
    assert the("05/04/2024").readings == {"2024-04-05", "2024-05-04"}
    assert the("25/04/2024").readings == {"2024-04-25"}


def test_dates_without_day_or_year_say_so() -> None:
    assert the("March 2024").readings == {"2024-03"}
    assert the("3月5日").readings == the("5 March").readings == {"--03-05"}


def test_a_currency_belongs_to_the_number_it_stands_at() -> None:
    found = [(value.text, sorted(value.units)) for value in find_values("2 ¥160.00 ¥320.00, 5 EUR")]
    assert found == [("2", []), ("¥160.00", ["CNY", "JPY"]), ("¥320.00", ["CNY", "JPY"]), ("5 EUR", ["EUR"])]


def test_what_is_no_date_is_none() -> None:
    assert all(value.kind is not ValueKind.DATE for value in find_values("2024-13-45, 31.02.2024, may 5 people, 8.1.2"))


def test_one_is_a_number_only_where_it_counts() -> None:
    assert not find_values("no one and everyone, 统一安排, 十分重要, 千万不要")
    assert the("one (1) year").units == {"year"}


def test_values_know_their_place() -> None:
    text = "Die Miete: 1.234,50 € ab 05.03.2024, Nr. RE-2024-17 （三十日）"
    for value in find_values(text):
        assert text[value.start : value.end] == value.text


def names(text: str) -> set[str]:
    return {" ".join(name.words) for name in find_names(text) if not name.opens}


def test_names_are_compared_without_case_width_and_company_form() -> None:
    for written in ("ACME HOLDINGS LIMITED", "Acme Holdings, Inc.", "Ａcme Ｈoldings GmbH", "acme holdings'"):
        assert Wording([f"by {written} and others"]).has(find_names("rented to Acme Holdings Ltd.")[0]), written
    assert not Wording(["by Acme Global Holdings"]).has(find_names("rented to Acme Holdings Ltd.")[0])


def test_capitalised_runs_quoted_terms_and_chinese_organisations_are_names() -> None:
    assert names("rent goes to Bank of Valletta and Bolt GmbH for the “net floor area” at VAT") == {
        "bank of valletta",
        "bolt",
        "net floor area",
        "vat",
    }
    assert names("由Acme向《采购合同》的卖方支付") == {"acme", "采 购 合 同"}


def test_a_chinese_organisation_is_the_same_with_and_without_its_form() -> None:
    claim = find_names("甲方为青岛海澄科技有限公司")[0]
    assert Wording(["青岛海澄科技股份有限公司（以下简称甲方）"]).has(claim)
    assert not Wording(["北京海澄科技有限公司"]).has(claim)
    assert not find_names("该公司应向银行付款")


def test_a_sentences_first_word_is_a_name_where_nothing_shows_that_it_is_none() -> None:
    wording = Wording(["the rent is due monthly"])
    zephyr, rent, payment = (find_names(f"{word} is due.")[0] for word in ("Zephyr", "Rent", "Payment"))
    assert zephyr.opens and not wording.is_ordinary("zephyr")
    assert rent.opens and wording.is_ordinary("rent") and wording.is_ordinary(payment.words[0])


def test_german_nouns_are_no_names() -> None:
    assert names("Die Laufzeit beträgt drei Jahre und ist mit der Acme Holding GmbH vereinbart.") == {"acme holding"}


amounts = st.decimals(0, 10**12, places=2, allow_nan=False, allow_infinity=False)


@given(amounts)
def test_an_amount_is_read_back_from_english_and_german_print(amount: Decimal) -> None:
    english = f"{amount:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))
    wide = english.translate({ord(c): chr(ord(c) + 0xFEE0) for c in "0123456789,."})
    for written in (english, german, wide, english.replace(",", "'"), english.replace(",", "\u2009")):
        assert spell(amount) in the(f"EUR {written}").readings


@given(st.dates(date(1900, 1, 1), date(2069, 12, 31)))
def test_a_date_is_read_back_from_every_print(day: date) -> None:
    prints = (
        f"{day:%Y-%m-%d}",
        f"{day:%d.%m.%Y}",
        f"{day:%d/%m/%Y}",
        f"{day:%m/%d/%Y}",
        f"{day.day} {day:%B} {day.year}",
        f"{day:%b} {day.day}, {day.year}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year} 年 {day.month:02} 月 {day.day:02} 日",
    )
    for written in prints:
        assert day.isoformat() in the(written).readings, written


_DIGITS, _UNITS = "零壹贰叁肆伍陆柒捌玖", ("", "拾", "佰", "仟")


def in_capitals(number: int) -> str:
    """A number in financial characters, as cheques have it."""
    if number >= 10**8:
        return in_capitals(number // 10**8) + "亿" + _rest(number % 10**8, 10**7)
    if number >= 10**4:
        return in_capitals(number // 10**4) + "万" + _rest(number % 10**4, 10**3)
    text = ""
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit:
            text += _DIGITS[digit] + _UNITS[power]
        elif text and number % 10**power and not text.endswith("零"):
            text += "零"
    return text


def _rest(number: int, first: int) -> str:
    return ("零" if 0 < number < first else "") + in_capitals(number)


@given(st.integers(1, 10**12 - 1))
def test_a_number_in_chinese_capitals_is_read_back(number: int) -> None:
    written = in_capitals(number)
    assert han_number(written) == number
    assert the(f"人民币{written}元整").readings == {str(number)}


@given(st.text(alphabet="0123456789.,' 年月日元%$€-/三十AaBb()", max_size=30))
def test_any_text_gives_values_in_their_places_that_do_not_overlap(text: str) -> None:
    values = find_values(text)
    assert all(text[value.start : value.end] == value.text and value.readings for value in values)
    assert all(a.end <= b.start for a, b in itertools.pairwise(values))


@given(st.from_regex(r"[0-9]{1,4}([.,'][0-9]{1,4}){0,4}", fullmatch=True))
def test_no_number_has_more_than_two_readings(digits: str) -> None:
    found = readings_of(digits)
    assert len(found) <= 2 and all(readings_of(spell(amount)) >= {amount} for amount in found)
