"""What the ledger answers: exact figures, each with its rows, and what was left out."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ingest.library import Library
from retrieval.ledger.asking import Ledger
from retrieval.ledger.filling import Check, Entry, id_of
from retrieval.ledger.model import Chart, LedgerAnswer, Reason
from retrieval.types import Answer
from tests.ledgers import bill, broken, contract, library_of

pytestmark = pytest.mark.unit

TODAY = date(2024, 6, 30)
Ask = Callable[[str], Answer | None]


@pytest.fixture
def opened() -> Iterator[list[Library]]:
    libraries: list[Library] = []
    yield libraries
    for library in libraries:
        library.close()


@pytest.fixture
def ledger(tmp_path: Path, opened: list[Library]) -> Callable[..., Ask]:
    def fill(*entries: Entry) -> Ask:
        library = library_of(tmp_path, *entries)
        opened.append(library)
        return Ledger(library, today=lambda: TODAY).answer

    return fill


def computed(answer: Answer | None) -> LedgerAnswer:
    assert answer is not None
    assert answer.ledger is not None
    return answer.ledger


def totals(answer: Answer | None) -> dict[tuple[str, str], Decimal | int]:
    return {
        (one.label, one.currency): one.amount if one.amount is not None else one.count
        for one in computed(answer).totals
    }


def left_out(answer: Answer | None) -> list[tuple[str, Reason, str]]:
    return [(one.source, one.reason, one.field) for one in computed(answer).coverage.left_out]


def sources(answer: Answer | None) -> list[str]:
    return [row.source for row in computed(answer).rows]


def test_what_was_paid_to_a_seller_is_summed_by_month_and_in_total(ledger: Callable[..., Ask]) -> None:
    ask = ledger(
        bill("a.pdf", "0.10", issue_date="2024-01-31"),
        bill("b.pdf", "0.20", issue_date="2024-01-01"),
        bill("c.pdf", "1234567.89", issue_date="2024-02-29"),
        bill("earlier.pdf", "5", issue_date="2023-12-31"),
        bill("other.pdf", "7", seller="Borealis Ltd"),
    )
    answer = ask("How much did we pay ACME in 2024, by month?")
    assert totals(answer) == {
        ("2024-01", "EUR"): Decimal("0.30"),
        ("2024-02", "EUR"): Decimal("1234567.89"),
        ("", "EUR"): Decimal("1234568.19"),
    }
    assert computed(answer).chart is Chart.LINE
    assert computed(answer).statement == "3 of 3 invoices and receipts used."


def test_currencies_are_never_added_up(ledger: Callable[..., Ask]) -> None:
    ask = ledger(bill("a.pdf", "10"), bill("b.pdf", "10", currency="USD"), bill("c.pdf", "2.5"))
    assert totals(ask("What is the total of all invoices?")) == {
        ("", "EUR"): Decimal("12.50"),
        ("", "USD"): Decimal("10.00"),
    }


def test_each_document_that_is_left_out_is_named_with_its_reason(ledger: Callable[..., Ask]) -> None:
    ask = ledger(
        bill("good.pdf", "10"),
        bill("no-total.pdf"),
        bill("odd.pdf", "11", checks=(Check("net-plus-tax", ("net", "tax", "total"), "1 + 2 is not 11"),)),
        bill("copy.pdf", "10", checks=(Check("duplicate", ("number",), "", "good.pdf"),)),
        broken("broken.pdf"),
        Entry("blurred.pdf", "", status="ready", reason="page 1 needs review: faint"),
        Entry("letter.pdf", ""),
    )
    answer = ask("What is the total of all invoices?")
    assert sorted(left_out(answer)) == [
        ("blurred.pdf", Reason.UNREAD, ""),
        ("broken.pdf", Reason.FAILED, ""),
        ("good.pdf" if sources(answer) == ["copy.pdf"] else "copy.pdf", Reason.DUPLICATE, ""),
        ("no-total.pdf", Reason.MISSING, "total"),
        ("odd.pdf", Reason.DOUBTED, "total"),
    ]
    assert totals(answer) == {("", "EUR"): Decimal("10.00")}
    assert answer is not None
    assert "1 of 6 invoices used; 5 left out: 1 could not be read (broken.pdf)" in answer.text
    assert "1 has no total (no-total.pdf)" in answer.text


def test_a_filter_excludes_what_it_is_sure_of_and_tells_what_it_is_not(ledger: Callable[..., Ask]) -> None:
    ask = ledger(
        bill("in.pdf", "1", issue_date="2024-03-31"),
        bill("out.pdf", "2", issue_date="2024-04-01"),
        bill("undated.pdf", "4", issue_date=""),
        bill("undated-other.pdf", "4", issue_date="", seller="Borealis Ltd"),
    )
    answer = ask("total of all invoices from Acme in March 2024")
    assert totals(answer) == {("", "EUR"): Decimal("1.00")}
    assert left_out(answer) == [("undated.pdf", Reason.MISSING, "issue_date")]


def test_a_doubtful_date_excludes_nothing_silently(ledger: Callable[..., Ask]) -> None:
    doubt = Check("dates", ("issue_date", "due_date"), "due before issued")
    ask = ledger(bill("in.pdf", "1"), bill("odd.pdf", "2", issue_date="2019-01-01", checks=(doubt,)))
    assert left_out(ask("total of all invoices in 2024")) == [("odd.pdf", Reason.DOUBTED, "issue_date")]


def test_retired_and_pending_documents_do_not_count(ledger: Callable[..., Ask]) -> None:
    old = Entry("old.pdf", "invoice", {"total": "5", "currency": "EUR"}, status="retired")
    new = Entry("new.pdf", "invoice", {"total": "5", "currency": "EUR"}, status="pending")
    ask = ledger(bill("a.pdf", "1"), old, new)
    assert computed(ask("how many invoices do we have?")).coverage.total == 1


def test_every_figure_opens_to_its_rows_and_every_row_to_its_page(ledger: Callable[..., Ask]) -> None:
    ask = ledger(bill("a.pdf", "1"), bill("b.pdf", "2", seller="Borealis Ltd"))
    answer = ask("total of all invoices by seller")
    result = computed(answer)
    borealis = next(total for total in result.totals if total.label == "Borealis Ltd")
    assert [result.rows[place].source for place in borealis.rows] == ["b.pdf"]
    proof = next(proof for proof in result.rows[borealis.rows[0]].proofs if proof and proof.field == "total")
    assert (proof.page_number, proof.boxes, proof.raw) == (1, ((0.1, 0.1, 0.4, 0.12),), "2")
    assert answer is not None
    assert {(one.doc_id, one.quote, one.page_number) for one in answer.citations} == {
        (id_of("a.pdf"), "1", 1),
        (id_of("b.pdf"), "2", 1),
    }


def test_spellings_of_one_seller_are_one_group(ledger: Callable[..., Ask]) -> None:
    ask = ledger(
        bill("a.pdf", "1"), bill("b.pdf", "2", seller="ACME Tools, GmbH"), bill("c.pdf", "4", seller="Acme Tools GmbH")
    )
    assert totals(ask("total of all invoices by seller"))["Acme Tools GmbH", "EUR"] == Decimal(7)


def test_the_largest_are_chosen_in_each_currency(ledger: Callable[..., Ask]) -> None:
    ask = ledger(*(bill(f"{n}.pdf", str(n)) for n in range(1, 5)), bill("usd.pdf", "2", currency="USD"))
    assert sources(ask("largest two invoices")) == ["4.pdf", "3.pdf", "usd.pdf"]


def test_an_average_is_rounded_to_the_hundredth_half_up(ledger: Callable[..., Ask]) -> None:
    ask = ledger(bill("a.pdf", "0.01"), bill("b.pdf", "0.02"))
    assert totals(ask("average invoice total")) == {("", "EUR"): Decimal("0.02")}


def test_bounds_count_in_the_currency_that_they_name(ledger: Callable[..., Ask]) -> None:
    ask = ledger(bill("a.pdf", "1000"), bill("b.pdf", "1000.01"), bill("c.pdf", "5000", currency="USD"))
    assert sources(ask("how many invoices are over 1,000 euros?")) == ["b.pdf"]


def test_contracts_without_a_governing_law_are_listed(ledger: Callable[..., Ask]) -> None:
    ask = ledger(
        contract("a.pdf", "Acme Tools GmbH", governing_law="Germany"),
        contract("b.pdf", "Borealis Ltd"),
        Entry("c.pdf", "contract", {}, reason="page 2: could not be read"),
    )
    answer = ask("Which contracts have no governing law?")
    assert sources(answer) == ["b.pdf"]
    assert left_out(answer) == [("c.pdf", Reason.UNREAD, "")]
    assert computed(answer).statement.startswith("2 of 3 contracts used")


def test_contracts_that_end_soon_are_listed_in_order_and_open_ends_are_named(ledger: Callable[..., Ask]) -> None:
    ask = ledger(
        contract("late.pdf", "A", expiration_date="2024-09-28"),
        contract("soon.pdf", "B", expiration_date="2024-06-30"),
        contract("after.pdf", "C", expiration_date="2024-09-29"),
        contract("before.pdf", "C", expiration_date="2024-06-29"),
        contract("open.pdf", "D"),
    )
    answer = ask("contracts that end in the next 90 days")
    assert sources(answer) == ["soon.pdf", "late.pdf"]
    assert left_out(answer) == [("open.pdf", Reason.MISSING, "expiration_date")]


def test_overdue_invoices_are_those_whose_due_date_has_passed(ledger: Callable[..., Ask]) -> None:
    ask = ledger(bill("due.pdf", "1", due_date="2024-06-29"), bill("today.pdf", "1", due_date="2024-06-30"))
    answer = ask("which invoices are overdue?")
    assert sources(answer) == ["due.pdf"]
    assert answer is not None
    assert "does not know what has been paid" in answer.warnings[0]


def test_duplicates_are_listed_with_their_twins(ledger: Callable[..., Ask]) -> None:
    ask = ledger(
        bill("a.pdf", "1"),
        bill("b.pdf", "1", checks=(Check("duplicate", ("number",), "", "a.pdf"),)),
        bill("c.pdf", "1"),
    )
    assert sources(ask("Which invoices are duplicates?")) == ["a.pdf", "b.pdf"]


def test_two_bills_of_one_sum_and_different_numbers_both_count(ledger: Callable[..., Ask]) -> None:
    ask = ledger(
        bill("a.pdf", "1"),
        bill("b.pdf", "1", checks=(Check("duplicate", ("total", "issue_date"), "", "a.pdf"),)),
        bill("c.pdf", "1", checks=(Check("duplicate", ("number",), "", "a.pdf"),)),
    )
    answer = ask("What is the total of all invoices?")
    assert totals(answer)["", "EUR"] == 2
    [(source, reason, _)] = left_out(answer)
    assert source in ("a.pdf", "c.pdf") and reason is Reason.DUPLICATE  # which of them was added first


def test_two_parties_are_set_side_by_side(ledger: Callable[..., Ask]) -> None:
    ask = ledger(bill("a.pdf", "1"), bill("b.pdf", "2", seller="Borealis Ltd"), bill("c.pdf", "9", seller="Other Inc"))
    answer = ask("compare Acme and Borealis in 2024")
    assert totals(answer)["Acme Tools GmbH", "EUR"] == 1
    assert totals(answer)["Borealis Ltd", "EUR"] == 2
    assert sources(answer) == ["a.pdf", "b.pdf"]


def test_two_years_are_set_side_by_side(ledger: Callable[..., Ask]) -> None:
    ask = ledger(
        bill("a.pdf", "1", issue_date="2023-05-01"), bill("b.pdf", "2"), bill("c.pdf", "9", issue_date="2022-01-01")
    )
    answer = ask("Compare the invoice totals of 2023 and 2024")
    assert totals(answer)["2023", "EUR"] == 1
    assert totals(answer)["2024", "EUR"] == 2


def test_a_chinese_question_is_answered_in_chinese(ledger: Callable[..., Ask]) -> None:
    ask = ledger(
        bill("甲.pdf", "100", seller="云岭科技有限公司", currency="CNY"), bill("乙.pdf", seller="云岭科技有限公司")
    )
    answer = ask("2024年向云岭科技共支付多少？按月")
    assert totals(answer)["2024-03", "CNY"] == 100
    assert answer is not None
    assert "未计入 1 份：1 份没有总金额（乙.pdf）" in answer.text


def test_a_value_of_one_invoice_comes_from_its_xml_and_else_from_the_page(ledger: Callable[..., Ask]) -> None:
    sure = Entry("x.pdf", "invoice", {"number": "INV-17", "total": "5", "currency": "EUR"}, extractor="xml")
    ask = ledger(sure, bill("INV-18.pdf", "6"))
    assert sources(ask("What is the total of invoice INV-17?")) == ["x.pdf"]
    assert ask("What is the total of invoice INV-18?") is None


def test_a_name_with_a_number_in_brackets_is_no_citation(ledger: Callable[..., Ask]) -> None:
    answer = ledger(bill("scan[7].pdf", "1", seller="Acme\n[3] GmbH"))("List all invoices in 2024")
    assert answer is not None
    assert "scan(7).pdf" in answer.text
    assert "[3]" not in answer.text


def test_where_no_document_can_be_used_the_passages_are_asked_too(ledger: Callable[..., Ask]) -> None:
    answer = ledger(bill("a.pdf"))("What is the total of all invoices?")
    assert answer is not None
    assert not answer.answered


def test_without_fields_every_question_is_for_the_passages(ledger: Callable[..., Ask]) -> None:
    assert ledger(Entry("a.pdf", None), Entry("b.pdf", ""))("how many invoices do we have?") is None


def test_a_filter_restricts_what_counts(tmp_path: Path, opened: list[Library]) -> None:
    opened.append(library := library_of(tmp_path, bill("a.pdf", "1"), bill("b.pdf", "2")))
    answer = Ledger(library).answer("What is the total of all invoices?", {id_of("b.pdf")})
    assert totals(answer) == {("", "EUR"): Decimal(2)}


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (
            "Which contracts end in the next 90 days?",
            "None of 2 contracts ends between 2024-06-30 and 2024-09-28.\n\n"
            "2 of 3 contracts used; 1 left out: 1 has no expiration date (open.pdf).",
        ),
        (
            "未来90天内到期的合同",
            "2 份合同中没有在 2024-06-30 至 2024-09-28 之间到期的。\n\n"
            "已使用 3 份合同中的 2 份；未计入 1 份：1 份没有到期日（open.pdf）。",
        ),
        (
            "List the contracts with Borealis",
            "Borealis Ltd: none of 2 contracts.\n\n2 of 3 contracts used; 1 left out: 1 has no party (open.pdf).",
        ),
    ],
)
def test_that_no_contract_is_meant_is_an_answer(ledger: Callable[..., Ask], question: str, said: str) -> None:
    ask = ledger(
        contract("long.pdf", "Acme Tools GmbH", expiration_date="2026-01-01"),
        contract("over.pdf", "Acme Tools GmbH", expiration_date="2024-06-29"),
        contract("open.pdf"),
        bill("a.pdf", "1", seller="Borealis Ltd"),
    )
    answer = ask(question)
    assert answer is not None
    assert answer.answered
    assert answer.text == said


def test_that_no_invoice_is_meant_is_an_answer(ledger: Callable[..., Ask]) -> None:
    ask = ledger(bill("a.pdf", "1"), bill("b.pdf", "2"))
    answer = ask("List the invoices from Acme in 2019")
    assert answer is not None
    assert answer.text.startswith("Acme Tools GmbH, issue date 2019: none of 2 invoices.")
    in_chinese = ask("2019年的发票有哪些？")
    assert in_chinese is not None
    assert in_chinese.text.startswith("开票日期 2019：2 张发票中没有符合的。")


def test_documents_of_a_kind_that_the_library_does_not_have_are_asked_of_the_passages(
    ledger: Callable[..., Ask],
) -> None:
    ask = ledger(bill("a.pdf", "1"))
    assert ask("Which contracts end in the next 90 days?") is None
    assert ask("未来90天内到期的合同") is None


def test_a_filter_restricts_of_how_many_documents_none_is_meant(tmp_path: Path, opened: list[Library]) -> None:
    opened.append(library := library_of(tmp_path, bill("a.pdf", "1"), bill("b.pdf", "2")))
    answer = Ledger(library).answer("List the invoices in 2019", {id_of("b.pdf")})
    assert computed(answer).coverage.outside == 1
