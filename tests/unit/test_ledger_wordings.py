"""What people ask of the ledger in their own words is read as the plan that they mean, or as none."""

from datetime import date
from typing import Any

import pytest

from retrieval.ledger.parsing import parse
from retrieval.ledger.parties import parties_from
from retrieval.ledger.plan import DateRange, Plan

pytestmark = pytest.mark.unit

TODAY = date(2024, 11, 15)  # a Friday
KNOWN = parties_from(
    [
        ("Acme Industrial Ltd", "seller"),
        ("Acme Industrial Ltd", "party"),
        ("Borealis Office Supply GmbH", "seller"),
        ("Harbourline Foods Corporation", "buyer"),
        ("上海宏远科技有限公司", "seller"),
        ("深圳市华星电子有限公司", "seller"),
        ("深圳市华星电子有限公司", "party"),
    ]
)


def read(question: str) -> Plan | None:
    return parse(question, KNOWN, TODAY)


def brief(question: str) -> dict[str, Any] | None:
    plan = read(question)
    if plan is None:
        return None
    keep = {"operation", "measure", "field", "group", "by_count", "ascending"}
    return plan.model_dump(mode="json", include=keep, exclude_defaults=True)


def days(question: str) -> tuple[str, str] | None:
    plan = read(question)
    return _ends(plan.dates) if plan is not None and plan.dates is not None else None


def _ends(dates: DateRange) -> tuple[str, str]:
    return str(dates.first or ""), str(dates.last or "")


@pytest.mark.parametrize(
    "question",
    [
        "Total of the invoices in 2023, please.",
        "I'd like to know the total of the invoices in 2023",
        "Hello, could you tell me the total of all invoices in 2023? Thanks!",
        "Sum up the invoices for the whole year 2023",
        "请问2023年的发票一共多少钱？谢谢",
        "麻烦帮我查一下2023年发票的合计金额",
        "想知道 2023 年 所有 发票 的 总额",
    ],
)
def test_courtesies_and_spaces_change_nothing(question: str) -> None:
    assert brief(question) == {"operation": "sum"}
    assert days(question) == ("2023-01-01", "2023-12-31")


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("in Q3 last year", "2023-07-01", "2023-09-30"),
        ("in last year's third quarter", "2023-07-01", "2023-09-30"),
        ("in the first half of this year", "2024-01-01", "2024-06-30"),
        ("in the first three months of 2024", "2024-01-01", "2024-03-31"),
        ("in the last quarter of 2023", "2023-10-01", "2023-12-31"),
        ("between Jan and March 2024", "2024-01-01", "2024-03-31"),
        ("between 15 February and 20 April 2024", "2024-02-15", "2024-04-20"),
        ("from 1 to 15 March 2024", "2024-03-01", "2024-03-15"),
        ("in 03/2024", "2024-03-01", "2024-03-31"),
        ("in January and February 2024", "2024-01-01", "2024-02-29"),
        ("since 1 July", "2024-07-01", ""),
        ("since December", "2023-12-01", ""),
        ("on or after 1 May 2024", "2024-05-01", ""),
        ("no later than 1 May 2024", "", "2024-05-01"),
        ("on or before 1 May 2024", "", "2024-05-01"),
        ("up to the end of March 2024", "", "2024-03-31"),
        ("last week", "2024-11-04", "2024-11-10"),
        ("in the past year", "2023-11-15", "2024-11-15"),
        ("over the trailing twelve months", "2023-11-15", "2024-11-15"),
        ("year to date", "2024-01-01", "2024-11-15"),
    ],
)
def test_a_period_may_be_said_in_many_ways(period: str, first: str, last: str) -> None:
    assert days(f"How many invoices did we receive {period}?") == (first, last)


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("去年下半年", "2023-07-01", "2023-12-31"),
        ("去年四季度", "2023-10-01", "2023-12-31"),
        ("2024年前三个季度", "2024-01-01", "2024-09-30"),
        ("2024年1月1日至6月30日期间", "2024-01-01", "2024-06-30"),
        ("近三个月", "2024-08-15", "2024-11-15"),
        ("近半年", "2024-05-15", "2024-11-15"),
        ("最近一年内", "2023-11-15", "2024-11-15"),
        ("截至三月底，", "", "2024-03-31"),
        ("截至2024年3月底", "", "2024-03-31"),
        ("自7月1日以来", "2024-07-01", ""),
        ("今年年初至今", "2024-01-01", ""),
        ("上周", "2024-11-04", "2024-11-10"),
        ("上季度", "2024-07-01", "2024-09-30"),
    ],
)
def test_a_chinese_period_may_be_said_in_many_ways(period: str, first: str, last: str) -> None:
    assert days(f"{period}收到了多少张发票？") == (first, last)


@pytest.mark.parametrize(
    "question", ["How much did we pay Acme in March?", "三月份付给宏远多少钱", "FY2024 spend with Acme"]
)
def test_a_period_that_may_be_several_is_not_guessed(question: str) -> None:
    assert read(question) is None


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("Which of our contracts run out before the end of the year?", "2024-11-15", "2024-12-31"),
        ("contracts ending within six months", "2024-11-15", "2025-05-15"),
        ("Which agreements come to an end by 31 March 2025?", "2024-11-15", "2025-03-31"),
        ("Which contracts end next month?", "2024-12-01", "2024-12-31"),
        ("How many of our contracts already expired?", "", "2024-11-14"),
        ("半年内到期的合同有哪些？", "2024-11-15", "2025-05-15"),
        ("年底前到期的合同有几份", "2024-11-15", "2024-12-31"),
        ("已经过期的合同", "", "2024-11-14"),
    ],
)
def test_contracts_that_will_end_have_not_ended(question: str, first: str, last: str) -> None:
    assert days(question) == (first, last)


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("invoices due next week", "2024-11-18", "2024-11-24"),
        ("I need the invoices from Acme that became due in October 2024.", "2024-10-01", "2024-10-31"),
        ("which bills do we have to pay by 30 November 2024?", "", "2024-11-30"),
        ("本季度到期应付的发票", "2024-10-01", "2024-12-31"),
    ],
)
def test_invoices_are_chosen_by_when_they_are_due(question: str, first: str, last: str) -> None:
    plan = read(question)
    assert plan is not None and plan.dates is not None
    assert str(plan.dates.field) == "due_date"
    assert _ends(plan.dates) == (first, last)


@pytest.mark.parametrize(
    ("question", "plan"),
    [
        ("what we spent with Acme in 2023", {"operation": "sum"}),
        ("Monthly spend on Borealis, 2024", {"operation": "sum", "group": "month"}),
        ("Sum up everything we were charged in EUR during April 2024", {"operation": "sum"}),
        ("Spend by vendor and currency year to date", {"operation": "sum", "group": "seller"}),
        ("Need the 2023 Acme figures month by month", {"operation": "sum", "group": "month"}),
        ("Net amount billed to Harbourline Foods in 2024", {"operation": "sum", "measure": "net"}),
        ("What is the gross amount invoiced to Harbourline in 2024?", {"operation": "sum", "measure": "total"}),
        ("2024年各季度的税额分别是多少", {"operation": "sum", "measure": "tax", "group": "quarter"}),
        ("不含增值税的话，2024年宏远科技一共开了多少钱", {"operation": "sum", "measure": "net"}),
        ("请统计一下每个客户的开票总额", {"operation": "sum", "group": "buyer"}),
        ("invoice count by vendor, last month", {"operation": "count", "group": "seller"}),
        ("Where does our money go? Rank vendors for 2024.", {"operation": "top", "group": "seller"}),
        ("top 5 suppliers by spend in 2023", {"operation": "top", "group": "seller"}),
        ("哪家供应商的开票金额最高？", {"operation": "top", "group": "seller"}),
        (
            "Which supplier sent us the most invoices in 2024?",
            {"operation": "top", "group": "seller", "by_count": True},
        ),
        ("contracts that don't specify a notice period", {"operation": "missing", "field": "notice_period"}),
        ("发票上没写到期日的有几张", {"operation": "missing", "field": "due_date"}),
        ("What's overdue from Borealis?", {"operation": "late"}),
    ],
)
def test_what_is_asked_is_understood_in_many_wordings(question: str, plan: dict[str, Any]) -> None:
    assert brief(question) == plan


@pytest.mark.parametrize(
    ("question", "periods"),
    [
        ("How does spending in H1 2024 compare with H1 2023?", ["2024-01-01…2024-06-30", "2023-01-01…2023-06-30"]),
        ("Compare Q1 and Q2 2024 spend", ["2024-01-01…2024-03-31", "2024-04-01…2024-06-30"]),
        ("Did Borealis charge us more this year than last year?", ["2024", "2023"]),
        ("今年和去年的采购支出各是多少，比较一下", ["2024", "2023"]),
    ],
)
def test_periods_are_compared(question: str, periods: list[str]) -> None:
    plan = read(question)
    assert plan is not None
    assert [span.label for span in plan.periods] == periods


@pytest.mark.parametrize(
    "question", ["Acme vs. Borealis: who billed us more in 2024?", "宏远科技和华星电子哪家收费更多？"]
)
def test_parties_are_compared(question: str) -> None:
    plan = read(question)
    assert plan is not None and plan.parties is not None
    assert plan.operation == "compare"
    assert len(plan.parties.names) == 2


@pytest.mark.parametrize(
    ("question", "bounds"),
    [
        ("invoices over 5k from Borealis", {"above": "5000"}),
        ("invoices of 10k or more in 2024", {"at_least": "10000"}),
        ("List all invoices >= 2,500 EUR", {"at_least": "2500"}),
        ("invoices of more than 5k but less than 10k", {"above": "5000", "below": "10000"}),
        ("金额超过一万元且不超过五万元的发票", {"above": "10000", "at_most": "50000"}),
        ("一万到五万之间的发票有多少张", {"at_least": "10000", "at_most": "50000"}),
        ("最近30天开具的发票里金额在一万以上的", {"at_least": "10000"}),
    ],
)
def test_bounds_of_amounts_are_said_in_many_ways(question: str, bounds: dict[str, str]) -> None:
    plan = read(question)
    assert plan is not None and plan.amounts is not None
    assert plan.amounts.model_dump(mode="json", exclude_none=True) == bounds


@pytest.mark.parametrize(
    "question",
    [
        "average monthly spending with Acme",
        "What is our average spend per supplier?",
        "每月平均支出多少",
        "Did we get more invoices from Acme or Borealis in 2024?",
        "by month and supplier spend in 2024",
        "Do we spend more than 50,000 with Acme per year?",
        "more than two invoices from Acme in 2024",
        "我们收了多少钱",
        "2024年向华星电子收了多少钱",
    ],
)
def test_a_figure_that_no_plan_says_is_not_replaced_by_another(question: str) -> None:
    assert read(question) is None


@pytest.mark.parametrize(
    "question",
    [
        "Can we terminate the contract with Acme before the end of 2024?",
        "Who pays the costs of arbitration under the Acme agreement?",
        "What notice period does the contract with Acme provide for?",
        "How much did Acme charge for freight in 2024?",
        "contracts governed by German law",
        "Which contracts end automatically in 2025?",
        "total of all unpaid invoices",
        "total spend except Acme in 2024",
        "What share of spend went to Acme in 2024?",
        "Second largest invoice in 2024",
        "fiscal year 2024 spend with Acme",
        "华星电子的合同能提前解除吗？",
        "收到发票后30天内付款",
        "付款条件里的账期是多少天？",
        "除宏远科技外2024年支出多少",
        "2024年未付款的发票有哪些",
    ],
)
def test_a_part_that_would_change_the_answer_is_not_ignored(question: str) -> None:
    assert read(question) is None
