"""Amendments find their contract by title, parties and date, and nothing else finds it."""

from datetime import date

import pytest

from retrieval.amendments import read_amendment
from retrieval.conflicts import says_otherwise
from retrieval.dates import folded
from retrieval.dating import dates_said, document_date
from retrieval.families import Family, Member, Version, find_families
from retrieval.kinship import number_of
from retrieval.parties import mentions, parties_of

pytestmark = pytest.mark.unit

BASE = "SUPPLY AGREEMENT. This Agreement is made as of January 10, 2022 between {one} and {other}."
AMENDMENT = "AMENDMENT NO. {n}. This Amendment to the {title} dated {day} is made on {own} between {one} and {other}."
NAMES = {"one": "Tallow Mills Ltd", "other": "Orchard Foods Inc"}


def member(doc_id: str, text: str) -> Member:
    plain = folded(text)
    title = plain.partition(".")[0] if not plain.startswith("AMENDMENT") else "AMENDMENT NO. 1"
    amendment = read_amendment(title, plain)
    dated = document_date(plain, amendment.skip if amendment else ())
    return Member(doc_id, title, plain, parties_of(plain), dated, dates_said(plain), amendment)


def amendment(doc_id: str = "a", **values: object) -> Member:
    given = {"n": 1, "title": "Supply Agreement", "day": "January 10, 2022", "own": "March 1, 2023", **NAMES, **values}
    return member(doc_id, AMENDMENT.format(**given))


def base(doc_id: str = "base", text: str = BASE, **values: str) -> Member:
    return member(doc_id, text.format(**{**NAMES, **values}))


def linked(*members: Member) -> list[tuple[str, ...]]:
    return [family.doc_ids for family in find_families(members)]


def test_an_amendment_belongs_to_the_contract_of_its_title_parties_and_date() -> None:
    assert linked(amendment(), base()) == [("base", "a")]


def test_a_contract_of_the_same_title_between_others_is_not_taken() -> None:
    assert linked(amendment(), base(one="Crane Malt Ltd")) == []
    assert linked(amendment(), base("stranger", one="Crane Malt Ltd"), base()) == [("base", "a")]


def test_a_contract_of_another_date_is_not_taken() -> None:
    assert linked(amendment(day="February 2, 2021"), base()) == []


def test_a_contract_of_another_title_is_not_taken_without_its_date() -> None:
    text = "This Amendment No. 1 to the Lease Agreement is made on March 1, 2023 between {one} and {other}."
    assert linked(member("a", "AMENDMENT NO. 1. " + text.format(**NAMES)), base()) == []


def test_a_contract_that_is_younger_than_the_amendment_is_not_taken() -> None:
    text = "AMENDMENT NO. 1. This Amendment to the Supply Agreement is made on March 1, 2020 between {one} and {other}."
    assert linked(member("a", text.format(**NAMES)), base()) == []


def test_where_two_contracts_fit_as_well_neither_is_taken() -> None:
    assert linked(amendment(), base("one"), base("two")) == []


def test_several_amendments_stand_in_the_order_of_their_dates() -> None:
    second = amendment("second", own="June 1, 2024")
    assert linked(second, base(), amendment("first")) == [("base", "first", "second")]


def test_a_restated_contract_is_a_version_of_the_old_one_and_has_amendments_of_its_own() -> None:
    restated = member(
        "restated",
        "AMENDED AND RESTATED SUPPLY AGREEMENT. This Agreement amends the Supply Agreement dated January 10, 2022 and "
        "is made on May 5, 2023 between Tallow Mills Ltd and Orchard Foods Inc.",
    )
    later = amendment("later", title="Amended and Restated Supply Agreement", day="May 5, 2023", own="June 1, 2024")
    assert linked(base(), restated, later) == [("base", "restated", "later")]


@pytest.mark.parametrize(
    ("title", "text", "base_title", "base_date", "number"),
    [
        (
            "补充协议（二）",
            "补充协议（二）。双方于2023年5月8日签订了《采购合同》,现达成补充协议。签订日期:2024年3月1日",
            "采购合同",
            date(2023, 5, 8),
            2,
        ),
        ("采购合同补充协议", "采购合同补充协议。签订日期:2024年3月1日 甲方:松江机械有限公司", "采购合同", None, None),
        (
            "FIRST AMENDMENT TO LEASE",
            "FIRST AMENDMENT TO LEASE. This First Amendment to Lease is dated May 1, 2023. The parties entered into a "
            "Lease dated June 2, 2020.",
            "LEASE",
            date(2020, 6, 2),
            1,
        ),
    ],
)
def test_what_an_amendment_says_about_its_contract(
    title: str, text: str, base_title: str, base_date: date | None, number: int | None
) -> None:
    found = read_amendment(title, text)
    assert found is not None
    assert (found.base_title, found.number) == (base_title, number)
    assert found.base_dates == (frozenset({base_date}) if base_date else frozenset())


def test_a_contract_that_speaks_of_amendments_is_none() -> None:
    assert read_amendment("SUPPLY AGREEMENT", "SUPPLY AGREEMENT. No amendment is valid unless in writing.") is None


def test_versions_count_from_their_day_on_and_those_without_a_day_always() -> None:
    versions = (Version("base", date(2022, 1, 1), 0), Version("a", None, 1), Version("b", date(2024, 1, 1), 2))
    family = Family(versions)
    assert [one.doc_id for one in family.in_force(date(2023, 12, 31))] == ["a", "base"]
    assert [one.doc_id for one in family.in_force(date(2024, 1, 1))] == ["b", "a", "base"]


def test_parties_are_found_whatever_their_legal_form() -> None:
    text = 'between Tallow Mills, Ltd. ("Mills") and Jane Orchard, of 9 Hill Road. 甲方：松江机械有限公司 乙方：李明华'
    found = parties_of(text)
    assert {"tallow mills", "jane orchard"} <= set(found)
    assert mentions("TALLOW MILLS LIMITED, London", "tallow mills") and not mentions("Tallow Malt", "tallow mills")


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("Pay within thirty (30) days.", "Section 2 is replaced: pay within sixty (60) days.", True),
        ("4.2 Pay within thirty (30) days.", "Section 4.2: pay within thirty (30) days.", False),
        ("Governed by the laws of Oregon.", "Section 9 now reads: governed by the laws of Nevada.", True),
        ("付款期限为30日。", "第二条变更为：付款期限为60日。", True),
        ("Total due: $1,250.00", "Total due: $1250", False),
        ("Term: three years", "Term: five years", True),
    ],
)
def test_numbers_and_names_tell_whether_two_texts_say_otherwise(one: str, other: str, differ: bool) -> None:
    assert says_otherwise(one, other) is differ


def test_an_invoices_number_is_the_labelled_one() -> None:
    assert number_of("INVOICE. Juniper Paper. Order 99-1. Invoice number: JP-4471 Date") == "JP-4471"
    assert number_of("增值税发票。发票号码：24117586 税号 91320000") == "24117586"
    assert number_of("INVOICE. Juniper Paper, 12 Mill Lane") == ""
