"""The chain answers from the ledger what spans many documents, and all else from passages, as without a ledger."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingest.library import Library
from retrieval import build_ledger
from retrieval.chain import PageChain
from retrieval.filters import Filter
from retrieval.ledger.filling import fill, id_of
from retrieval.search import Searcher
from retrieval.types import Answer, Question
from tests.fakes import FakeEmbeddings
from tests.ledgers import bill
from tests.libraries import add, write_file

pytestmark = pytest.mark.integration

CLAUSE = "The Supplier delivers forty pallets a month to the Buyer."


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path / "library") as opened:
        add(opened, write_file(tmp_path, "supply.pdf"), [["SUPPLY AGREEMENT", CLAUSE]])
        yield opened


@pytest.fixture
def chain(library: Library) -> PageChain:
    return PageChain(Searcher(library, FakeEmbeddings(), multilingual=True))


def ask(chain: PageChain, question: Any) -> Answer:
    return chain.invoke(question)


def test_a_question_over_many_invoices_is_computed(library: Library, chain: PageChain) -> None:
    fill(library, [bill("a.pdf", "10.10"), bill("b.pdf", "20.20")])
    answer = ask(chain, "What is the total of all invoices?")
    assert answer.answered
    assert answer.ledger is not None
    assert [total.amount for total in answer.ledger.totals] == [Decimal("30.30")]
    assert answer.text.startswith("Total: EUR 30.30 (2 invoices) [1][2].")
    assert [citation.doc_id for citation in answer.citations] == [id_of("a.pdf"), id_of("b.pdf")]


def test_the_text_is_streamed_before_the_answer(library: Library, chain: PageChain) -> None:
    fill(library, [bill("a.pdf", "10")])
    *pieces, answer = chain.stream("How many invoices do we have?")
    assert "".join(pieces) == answer.text


def test_a_question_about_a_clause_is_answered_as_without_a_ledger(library: Library, chain: PageChain) -> None:
    question = "How many pallets does the Supplier deliver a month?"
    before = ask(chain, question)
    fill(library, [bill("a.pdf", "10", seller="Supplier Ltd")])
    assert ask(chain, question).citations == before.citations
    assert ask(chain, question).ledger is None


def test_a_filter_restricts_the_ledger_as_it_does_passages(library: Library, chain: PageChain) -> None:
    fill(library, [bill("a.pdf", "10"), bill("b.pdf", "20")])
    answer = ask(chain, Question("What is the total of all invoices?", filter=Filter(documents=("b.pdf",))))
    assert answer.ledger is not None
    assert [row.source for row in answer.ledger.rows] == ["b.pdf"]
    assert "b.pdf" in answer.scope


def test_where_nothing_can_be_computed_the_passages_answer_and_the_coverage_stands_beside(
    library: Library, chain: PageChain
) -> None:
    fill(library, [bill("a.pdf")])
    answer = ask(chain, "What is the total of all invoices?")
    assert answer.ledger is not None
    assert answer.ledger.statement in answer.warnings


def test_the_ledger_is_there_as_tables(library: Library) -> None:
    fill(library, [bill("a.pdf", "10.10"), bill("b.pdf", "20.20")])
    with build_ledger(library.folder) as ledger:
        assert list(ledger.documents["total"].dropna()) == [Decimal("10.1"), Decimal("20.2")]
        assert set(ledger.values["name"]) >= {"total", "seller"}
        assert ledger.items.empty
        assert ledger.findings.empty
        answer = ledger.ask("How many invoices do we have?")
        assert answer is not None
        assert answer.text.startswith("2 invoices")
