"""Checks of a document's values: what does not fit is said, what may be right is left alone."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import FieldError
from ingest.fields.checks import check
from ingest.fields.duplicates import bare_name, squashed
from ingest.fields.finding import Check, Fault, Finding
from ingest.fields.inwords import amount_in_words
from ingest.fields.model import WHOLE, FieldKind, FieldValue
from ingest.fields.money import is_known, smallest_unit
from ingest.fields.normal import decimal_of, is_normal, scaled
from ingest.fields.taxids import fault_of
from ingest.fields.typed import normalise_typed
from ingest.fields.wording import CHINESE, finding_data, worded
from ingest.scripts import has_han

pytestmark = pytest.mark.unit

_KINDS = {
    "currency": FieldKind.CURRENCY,
    "seller_tax_id": FieldKind.ID,
    "total_words": FieldKind.TEXT,
    **dict.fromkeys(("issue_date", "due_date", "effective_date", "expiration_date"), FieldKind.DATE),
}


def value(name: str, text: str, item: int = WHOLE, raw: str = "") -> FieldValue:
    return FieldValue(name, _KINDS.get(name, FieldKind.AMOUNT), raw or text, text, item=item)


def invoice(*lines: str, **values: str) -> list[FieldValue]:
    items = [value("item_amount", amount, number) for number, amount in enumerate(lines)]
    return [*(value(name, text) for name, text in values.items()), *items]


def failed(values: list[FieldValue]) -> list[tuple[str, tuple[str, ...]]]:
    return [(str(finding.check), finding.fields) for finding in check(values)]


# Sums


CENTS = st.integers(-10_000_000, 10_000_000).map(lambda cents: Decimal(cents) / 100)


@given(st.lists(CENTS, min_size=1, max_size=8), CENTS)
def test_an_invoice_that_adds_up_fails_no_check(lines: list[Decimal], tax: Decimal) -> None:
    net = sum(lines)
    values = invoice(*map(str, lines), net=str(net), tax=str(tax), total=str(net + tax), currency="EUR")
    assert check(values) == ()


@given(CENTS, CENTS, st.integers(3, 100_000))
def test_a_total_that_is_off_by_more_than_rounding_is_found(net: Decimal, tax: Decimal, off: int) -> None:
    total = net + tax + Decimal(off) / 100
    assert failed(invoice(net=str(net), tax=str(tax), total=str(total))) == [("net-plus-tax", ("net", "tax", "total"))]


@pytest.mark.parametrize(
    ("currency", "total", "fits"),
    [
        ("EUR", "119.02", True),
        ("EUR", "119.03", False),
        ("JPY", "121", True),
        ("JPY", "122", False),
        ("KWD", "119.003", False),
    ],
)
def test_each_rounded_part_may_be_off_by_the_currencys_smallest_unit(currency: str, total: str, fits: bool) -> None:
    assert (failed(invoice(net="100", tax="19", total=total, currency=currency)) == []) is fits


def test_lines_may_be_with_or_without_tax() -> None:
    sums = {"net": "100.00", "tax": "19.00", "total": "119.00"}
    assert failed(invoice("60.00", "40.00", **sums)) == []
    assert failed(invoice("71.40", "47.60", **sums)) == []
    assert failed(invoice("60.00", "40.00", tax="19.00", total="119.00")) == []
    assert failed(invoice("60.00", "59.00", total="119.00")) == []


def test_lines_that_do_not_add_up_put_sums_in_doubt_only_where_nothing_else_confirms_them() -> None:
    assert failed(invoice("60.00", "30.00", net="100.00")) == [("lines-sum", ("item_amount", "net"))]
    sums = {"net": "100.00", "tax": "19.00", "total": "119.00"}
    assert failed(invoice("60.00", "30.00", **sums)) == [("lines-sum", ("item_amount",))]
    assert "The 2 lines add up to 90.00, but the net is 100.00." in {
        worded(one.fault) for one in check(invoice("60.00", "30.00", **sums))
    }


POSITIVE = st.integers(1, 1_000_000).map(lambda cents: Decimal(cents) / 100)


@given(st.lists(POSITIVE, min_size=1, max_size=5), POSITIVE, POSITIVE, POSITIVE, POSITIVE, st.booleans(), st.booleans())
def test_an_invoice_with_discounts_charges_prepaid_amounts_and_rounding_that_adds_up_fails_no_check(
    lines: list[Decimal],
    allowances: Decimal,
    charges: Decimal,
    tax: Decimal,
    prepaid: Decimal,
    printed_less: bool,
    in_red: bool,
) -> None:
    rounding, sign = Decimal("0.02"), -1 if in_red else 1
    net = sum(lines) - allowances + charges
    if net + tax <= 0:
        return
    total = net + tax
    payable = total - prepaid + rounding
    sums = {"net": sign * net, "tax": sign * tax, "total": sign * (payable if printed_less else total)}
    between = {"allowances": allowances, "charges": charges, "prepaid": sign * prepaid, "rounding": sign * rounding}
    texts = {name: str(amount) for name, amount in {**sums, **between, "payable": sign * payable}.items()}
    assert check(invoice(*(str(sign * line) for line in lines), **texts)) == ()


def test_a_discount_may_stand_before_or_behind_the_net_and_among_the_lines() -> None:
    between = {"allowances": "10.00", "charges": "5.00"}
    assert failed(invoice("100.00", net="95.00", tax="19.00", total="114.00", **between)) == []
    assert failed(invoice("100.00", net="100.00", tax="19.00", total="114.00", **between)) == [], "behind the net"
    assert failed(invoice("100.00", "-10.00", net="95.00", tax="19.00", total="114.00", **between)) == []
    assert failed(invoice("119.00", net="95.80", tax="18.20", total="114.00", **between)) == [], "lines with tax"


def test_lines_that_do_not_add_up_are_found_beside_a_discount_and_the_message_counts_it() -> None:
    [finding] = check(invoice("100.00", net="80.00", tax="15.20", total="95.20", allowances="10.00"))
    assert finding.check == Check.LINES_SUM
    assert "The 1 lines add up to 100.00, with discounts and charges to 90.00" in worded(finding.fault)


def test_a_total_rounded_to_the_smallest_coin_is_no_error_and_another_amount_payable_hides_none() -> None:
    assert failed(invoice(net="100.00", tax="8.12", total="108.10", payable="108.12")) == []
    assert failed(invoice(net="100.00", tax="8.12", total="110.12", payable="108.12")) != []


def test_an_unknown_tax_may_part_lines_and_total() -> None:
    assert failed(invoice("60.00", "40.00", total="121.00")) == []
    assert failed(invoice("-60.00", "-40.00", total="-121.00")) == []
    assert failed(invoice("60.00", "40.00", total="150.00")) == [("lines-sum", ("item_amount", "total"))]
    assert failed(invoice("60.00", "40.00", total="99.00")) == [("lines-sum", ("item_amount", "total"))]


def test_nothing_is_said_of_lines_of_which_one_has_no_amount() -> None:
    unread = FieldValue("item_description", FieldKind.TEXT, "Straps", "Straps", item=1)
    assert failed([*invoice("60.00", net="100.00"), unread]) == []


def test_a_total_that_stands_in_words_as_well_is_not_in_doubt() -> None:
    values = invoice(net="100.00", tax="18.00", total="119.00", total_words="壹佰壹拾玖圆整")
    assert failed(values) == [("net-plus-tax", ("net", "tax"))]


# Words


@pytest.mark.parametrize(
    ("words", "amount"),
    [
        ("壹仟贰佰叁拾肆圆伍角整", "1234.5"),
        ("⊗壹万零伍拾元整", "10050"),
        ("人民币（大写）：壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分", "1234567.89"),
        ("壹佰元零伍分", "100.05"),
        ("负壹佰元整", "-100"),
        ("One thousand two hundred thirty-four dollars and 50/100", "1234.5"),
        ("ONE HUNDRED AND 00/100", "100"),
        ("twelve dollars and fifty cents", "12.5"),
        ("Einhundert Euro", None),
        ("", None),
    ],
)
def test_amounts_in_words(words: str, amount: str | None) -> None:
    assert amount_in_words(words) == (None if amount is None else Decimal(amount))


_DIGITS, _UNITS = "零壹贰叁肆伍陆柒捌玖", ("", "拾", "佰", "仟")


def in_han(number: int) -> str:
    """A number below 100,000,000 as invoices write it."""
    high, low = divmod(number, 10_000)
    if high:
        rest = f"{'零' if 0 < low < 1000 else ''}{in_han(low)}" if low else ""
        return f"{in_han(high)}万{rest}"
    text, gap = "", False
    for power in (3, 2, 1, 0):
        digit = low // 10**power % 10
        if digit:
            text += ("零" if gap and text else "") + _DIGITS[digit] + _UNITS[power]
        gap = not digit
    return text


@given(st.integers(1, 99_999_999), st.integers(0, 9), st.integers(0, 9))
def test_whatever_amount_a_chinese_invoice_writes_in_words_is_read(yuan: int, jiao: int, fen: int) -> None:
    tail = (f"{_DIGITS[jiao]}角" if jiao else "零" if fen else "") + (f"{_DIGITS[fen]}分" if fen else "")
    words = f"{in_han(yuan)}圆{tail or '整'}"
    assert amount_in_words(words) == yuan + Decimal(jiao) / 10 + Decimal(fen) / 100, words


def test_words_that_are_not_the_digits_are_found() -> None:
    assert failed(invoice(total="1234.50", total_words="壹仟贰佰叁拾肆圆伍角整")) == []
    assert failed(invoice(total="1243.50", total_words="壹仟贰佰叁拾肆圆伍角整")) == [
        ("words-amount", ("total_words", "total"))
    ]
    assert failed(invoice(total="1243.50", total_words="Tausend und mehr")) == []


# Tax numbers. They are made up, from the rules' own examples, or public bodies'.


@pytest.mark.parametrize(
    "number",
    ["DE 136 695 976", "FR40303265045", "ATU13585627", "EL094259216", "IE6433435F", "NL004495445B01", "GB 980 7806 84",
     "CHE-107.787.577 MWST", "91110000600037341L", "27AAPFU0939F1ZV"],
)  # fmt: skip
def test_right_tax_numbers_pass_and_a_digit_more_or_less_fails(number: str) -> None:
    assert fault_of(number) is None
    digits = [index for index, character in enumerate(number) if character.isdigit()]
    index = digits[len(digits) // 2]
    wrong = number[:index] + str((int(number[index]) + 1) % 10) + number[index + 1 :]
    fault = fault_of(wrong)
    assert fault is not None and fault.code in ("tax-id-digit", "tax-id-form"), wrong
    assert wrong in worded(fault) and wrong in worded(fault, CHINESE)


@pytest.mark.parametrize(
    "number", ["12/345/67890", "HRB 123456", "SIRET 303 265 045 00012", "12-3456789", "", "110101199003070011x"]
)
def test_what_has_no_check_digits_or_is_no_tax_number_is_not_judged(number: str) -> None:
    assert fault_of(number) is None


@given(st.text(max_size=30))
def test_no_tax_number_makes_a_check_fail_by_itself(number: str) -> None:
    fault = fault_of(number)
    assert fault is None or worded(fault)


# Dates and currencies


def test_dates_in_the_wrong_order_are_found() -> None:
    assert failed(invoice(issue_date="2024-03-05", due_date="2024-03-05")) == []
    assert failed(invoice(issue_date="2024-03-05", due_date="2024-03")) == [], "it may be a later day of that month"
    assert failed(invoice(issue_date="2024-03-05", due_date="2024-03-04")) == [("dates", ("issue_date", "due_date"))]
    found = failed(invoice(effective_date="2024-03-05", expiration_date="2023-03-05"))
    assert found == [("dates", ("effective_date", "expiration_date"))]


def test_a_currency_must_exist_and_amounts_must_be_in_it() -> None:
    assert failed(invoice(currency="EUX")) == [("currency", ("currency",))]
    dollars = value("total", "12.00", raw="$12.00")
    assert failed([value("currency", "CAD"), dollars]) == []
    assert failed([value("currency", "EUR"), dollars]) == [("currency", ("currency", "total"))]
    assert is_known("CNY") and not is_known("RMB")
    assert (smallest_unit("JPY"), smallest_unit("KWD"), smallest_unit("")) == (1, Decimal("0.001"), Decimal("0.01"))


# Words

FAULTY = (
    invoice("60.00", "30.00", net="100.00", tax="18.00", total="119.00"),
    invoice("60.00", total="119.00", allowances="5.00"),
    invoice(total="1243.50", total_words="壹仟贰佰叁拾肆圆伍角整"),
    invoice(seller_tax_id="DE136695977", issue_date="2024-03-05", due_date="2024-03-04", currency="EUX"),
    invoice(effective_date="2024-03-05", expiration_date="2023-03-05"),
    [value("currency", "EUR"), value("total", "12.00", raw="$12.00")],
)


@pytest.mark.parametrize("values", FAULTY)
def test_every_finding_is_said_in_english_and_chinese_with_its_values(values: list[FieldValue]) -> None:
    found = check(values)
    assert found
    for one in found:
        english, chinese = worded(one.fault), worded(one.fault, CHINESE)
        assert has_han(chinese) and chinese.endswith("。") and not re.search("[{}]", english + chinese)
        assert english == worded(one.fault, "fr") == finding_data(one)["message"] and english.endswith(".")


def test_the_sums_are_said_in_chinese() -> None:
    [sums] = check(invoice(net="100.00", tax="18.00", total="119.00"))
    assert worded(sums.fault, CHINESE) == "不含税金额 100.00 与税额 18.00 合计为 118.00，但总金额为 119.00。"


@given(st.text(max_size=20), st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=3))
def test_what_is_stored_of_a_finding_comes_back(code: str, values: dict[str, str]) -> None:
    fault = Fault(code, values)
    assert Fault.from_stored(fault.stored()) == fault
    assert isinstance(worded(fault), str) and isinstance(worded(fault, CHINESE), str)


@given(st.text(max_size=30) | st.integers().map(str) | st.sampled_from(['["a"]', '["a", 1]', "{}", '"ab"', "[1, {}]"]))
def test_a_sentence_that_an_older_version_stored_is_said_as_it_is(text: str) -> None:
    assert worded(Fault.from_stored(text)) == worded(Fault.from_stored(text), CHINESE) == text


NAMES = "total net tax currency issue_date due_date seller_tax_id total_words item_amount".split()
TEXTS = st.text(max_size=12)
ANY = st.builds(
    FieldValue, st.sampled_from(NAMES), st.sampled_from(list(FieldKind)), TEXTS, TEXTS, item=st.integers(-1, 2)
)


@given(st.lists(ANY))
def test_no_values_whatever_make_the_checks_themselves_fail(values: list[FieldValue]) -> None:
    assert all(isinstance(finding, Finding) and finding.check in set(Check) for finding in check(values))


# What people type


@given(st.decimals(-(10**12), 10**12, places=2))
def test_an_amount_is_read_in_every_spelling_that_means_one_thing(amount: Decimal) -> None:
    expected = f"{amount:.2f}" if amount else "0.00"
    grouped = f"{amount:,.2f}"
    german = grouped.translate(str.maketrans(",.", ".,"))
    for typed in (str(amount), grouped, german, f" {amount} "):
        assert normalise_typed(FieldKind.AMOUNT, typed) == expected.replace("-0.00", "0.00")


@pytest.mark.parametrize(
    ("kind", "typed", "form"),
    [
        (FieldKind.DATE, "5 March 2024", "2024-03-05"),
        (FieldKind.DATE, "2024年3月5日", "2024-03-05"),
        (FieldKind.DATE, "2024-03", "2024-03"),
        (FieldKind.PERCENT, "19 %", "19"),
        (FieldKind.NUMBER, "3.50", "3.5"),
        (FieldKind.CURRENCY, "eur", "EUR"),
        (FieldKind.CURRENCY, "€", "EUR"),
        (FieldKind.DURATION, "30 days", "P30D"),
        (FieldKind.DURATION, "p1y6m", "P1Y6M"),
        (FieldKind.NAME, "  Fernhill   Ltd ", "Fernhill Ltd"),
    ],
)
def test_what_people_type_gets_the_form_of_its_kind(kind: FieldKind, typed: str, form: str) -> None:
    assert normalise_typed(kind, typed) == form and is_normal(kind, form)


@given(st.sampled_from(list(FieldKind)), st.text(max_size=40))
def test_what_is_typed_either_gets_a_normal_form_or_is_refused_in_words(kind: FieldKind, typed: str) -> None:
    try:
        form = normalise_typed(kind, typed)
    except FieldError as error:
        assert len(str(error)) > 20
    else:
        assert is_normal(kind, form)
        assert normalise_typed(kind, form) == form, "and stays the same"


def test_numbers_are_scaled_exactly_or_not_at_all() -> None:
    assert scaled(FieldKind.AMOUNT, "0.1") == 1000
    assert scaled(FieldKind.AMOUNT, "-1234567890.12345") == -12345678901235  # half up, away from zero
    assert scaled(FieldKind.AMOUNT, "9" * 20) is None
    assert scaled(FieldKind.ID, "12") is None
    assert decimal_of("1,2") is None


# Who is who


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Fernhill Ltd", "FERNHILL LIMITED"),
        ("Fernhill S.A.", "Fernhill SA"),
        ("Bäckerei Müller GmbH & Co. KG", "Backerei Muller"),
        ("杭州云栖科技有限公司", "杭州云栖科技股份有限公司"),
        ("ACME, Inc.", "Acme Inc"),
    ],
)
def test_a_company_is_the_same_however_its_legal_form_is_written(one: str, other: str) -> None:
    assert bare_name(one) == bare_name(other) != ""


def test_different_companies_stay_different_and_a_name_that_is_a_legal_form_is_kept() -> None:
    assert bare_name("Fernhill Ltd") != bare_name("Fernhills Ltd")
    assert bare_name("AG") == "ag"
    assert squashed("inv-2024/001") == squashed("INV 2024 001") == "INV2024001"
