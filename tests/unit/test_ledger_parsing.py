"""Questions read as plans without a language model: all of a question is understood, or nothing."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.ledger.parsing import parse
from retrieval.ledger.parties import key_of, parties_from
from retrieval.ledger.plan import PartyFilter, Plan, Role
from retrieval.ledger.values import parse_value
from retrieval.naming import names_in

pytestmark = pytest.mark.unit

DATA = Path(__file__).parents[2] / "data"
TODAY = date(2025, 1, 15)
KNOWN = parties_from(
    [
        ("Acme Tools GmbH", "seller"),
        ("Borealis Ltd", "seller"),
        ("Borealis Ltd", "buyer"),
        ("Pemberton Labs Ltd", "buyer"),
        ("云岭包装有限公司", "seller"),
        ("Corvus Holding AG", "party"),
    ]
)


def read(question: str) -> dict[str, Any] | None:
    plan = parse(question, KNOWN, TODAY)
    if plan is None:
        return None
    found = plan.model_dump(mode="json", exclude_defaults=True, exclude={"today"})
    return {name: value for name, value in found.items() if (name, value) != ("limit", 1)}


def days(first: str, last: str, field: str = "issue_date") -> dict[str, str]:
    return {"first": first, "last": last, "field": field}


ACME = {"names": ["Acme Tools GmbH"], "role": "seller"}
YUNLING = {"names": ["云岭包装有限公司"], "role": "seller"}
Y2024 = days("2024-01-01", "2024-12-31")


@pytest.mark.parametrize(
    ("question", "plan"),
    [
        (
            "How much did we pay ACME in 2024, by month?",
            {"operation": "sum", "kind": "bills", "parties": ACME, "dates": Y2024, "group": "month"},
        ),
        (
            "2024年向云岭包装共支付多少？按月",
            {"operation": "sum", "kind": "bills", "parties": YUNLING, "dates": Y2024, "group": "month"},
        ),
        (
            "how many invoices are over 1,000 euros",
            {"operation": "count", "currencies": ["EUR"], "amounts": {"above": "1000"}},
        ),
        ("有多少张发票金额超过一万元", {"operation": "count", "currencies": ["CNY"], "amounts": {"above": "10000"}}),
        ("average invoice total by seller", {"operation": "average", "group": "seller"}),
        ("largest five invoices", {"operation": "top", "limit": 5}),
        ("金额最大的五张发票", {"operation": "top", "limit": 5}),
        (
            "which contracts have no governing law",
            {"operation": "missing", "kind": "contracts", "field": "governing_law"},
        ),
        ("哪些合同没有约定适用法律", {"operation": "missing", "kind": "contracts", "field": "governing_law"}),
        (
            "contracts that end in the next 90 days",
            {
                "operation": "expiring",
                "kind": "contracts",
                "dates": days("2025-01-15", "2025-04-15", "expiration_date"),
            },
        ),
        (
            "未来90天内到期的合同",
            {
                "operation": "expiring",
                "kind": "contracts",
                "dates": days("2025-01-15", "2025-04-15", "expiration_date"),
            },
        ),
        ("which invoices are overdue", {"operation": "late", "dates": {"last": "2025-01-14", "field": "due_date"}}),
        (
            "Which invoices have a total above 5,000 USD?",
            {"operation": "list", "currencies": ["USD"], "amounts": {"above": "5000"}},
        ),
        ("duplicate invoices", {"operation": "duplicate"}),
        (
            "invoices to Pemberton Labs",
            {"operation": "list", "parties": {"names": ["Pemberton Labs Ltd"], "role": "buyer"}},
        ),
        (
            "how many contracts do we have with Corvus?",
            {"operation": "count", "kind": "contracts", "parties": {"names": ["Corvus Holding AG"]}},
        ),
        (
            "how much tax did we pay in Q1 2024?",
            {"operation": "sum", "kind": "bills", "measure": "tax", "dates": days("2024-01-01", "2024-03-31")},
        ),
        (
            "去年3月向云岭包装支付了多少",
            {"operation": "sum", "kind": "bills", "parties": YUNLING, "dates": days("2024-03-01", "2024-03-31")},
        ),
        ("Which supplier did we pay the most?", {"operation": "top", "kind": "bills", "group": "seller"}),
        (
            "total of all invoices before March 2024",
            {"operation": "sum", "dates": {"last": "2024-02-29", "field": "issue_date"}},
        ),
    ],
)
def test_common_forms_are_understood(question: str, plan: dict[str, Any]) -> None:
    assert read(question) == plan


@pytest.mark.parametrize(
    "question",
    [
        "How many days of notice must Acme give?",
        "Which contracts mention assignment?",
        "When does the lease with Corvus end?",
        "What is the total of the Acme invoice?",
        "How much did Zorgon bill us in 2024?",
        "How many invoices are not overdue?",
        "total of all invoices excluding Acme",
        "How many invoices from Acme were not paid?",
        "invoices from Acme to Pemberton Labs",
        "除了云岭包装以外的发票总额",
        "云岭包装的合同总价是多少？",
        "2024年没有付款的发票有哪些",
        "How much did we pay Acme in March?",
        "与云岭包装的合同总额是多少？",
        "发票总额是多少？",
        "What is the total VAT?",
        "invoices over",
        "",
        "?",
    ],
)
def test_what_is_not_understood_to_the_last_word_is_no_plan(question: str) -> None:
    assert read(question) is None


def test_a_party_that_only_buys_or_only_sells_needs_no_preposition() -> None:
    sides = {
        name: plan["parties"]["role"]
        for name in ("Acme", "Pemberton")
        if (plan := read(f"How many {name} invoices are there?"))
    }
    assert sides == {"Acme": "seller", "Pemberton": "buyer"}


def test_a_party_on_both_sides_is_looked_for_on_both() -> None:
    assert read("How many Borealis invoices are there?") == {
        "operation": "count",
        "parties": {"names": ["Borealis Ltd"]},
    }


def test_a_name_in_small_letters_is_known_where_nothing_else_explains_it() -> None:
    plan = read("how many invoices from acme tools")
    assert plan is not None
    assert plan["parties"] == ACME


def test_a_party_with_a_name_of_common_words_is_named_by_all_of_it() -> None:
    known = parties_from([("Total Energie SE", "seller"), ("March Ltd", "seller")])
    plain = parse("Total of all invoices in March 2024", known, TODAY)
    named = parse("Total of all invoices from Total Energie in March 2024", known, TODAY)
    assert plain is not None
    assert plain.parties is None
    assert named is not None
    assert named.parties == PartyFilter(names=("Total Energie SE",), role=Role.SELLER)


@pytest.mark.parametrize("name", ["ACME TOOLS", "Acme Tools, GmbH", "acme tools gmbh", "The Acme Tools Ltd."])
def test_one_party_has_one_key_however_it_is_spelled(name: str) -> None:
    assert key_of(name) == "acme tools"


def test_one_field_of_one_invoice_is_a_plan_of_its_own() -> None:
    plan = parse_value("What is the due date of invoice INV-2024/17?", TODAY)
    assert plan is not None
    assert (plan.document, str(plan.field)) == ("INV-2024/17", "due_date")


WORDS = (
    "how much many did we pay total of all invoices contracts from to Acme Borealis 云岭包装 in 2024 "
    "March by month 按月 每 "
    "seller over under 1,000 euros 万元 超过 average largest five top 3 compare and next 90 days "
    "未来 天内 到期 哪些 发票 合同 "
    "没有 适用法律 最大的 张 多少 overdue duplicate missing no due date between last year 去年 Q1 $ € ( ) , ? 。"
).split()


@given(st.one_of(st.text(max_size=320), st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)))
def test_any_text_is_a_plan_or_none(text: str) -> None:
    plan = parse(text, KNOWN, TODAY)
    assert plan is None or Plan.model_validate_json(plan.model_dump_json()) == plan
    parse_value(text, TODAY)


@pytest.mark.parametrize("file", ["sample_questions.json", "refusal_questions.json"])
def test_questions_about_one_document_stay_with_its_passages(file: str) -> None:
    asked = json.loads((DATA / file).read_text(encoding="utf-8"))
    questions = [one["question"] for one in asked]
    # As if every name of every question stood in the ledger.
    known = parties_from([(name, "seller") for question in questions for name in names_in(question)])
    assert questions
    assert [question for question in questions if parse(question, known, TODAY)] == []
