"""Titles: what a document calls itself, else its file's name."""

import pytest

from ingest.titles import find_subject
from ingest.types import Block, PageText, TextLine, TextSource

pytestmark = pytest.mark.unit

BOX = (0.1, 0.1, 0.9, 0.2)


def make_page(*blocks: tuple[str, str]) -> PageText:
    made = tuple(Block(kind, markdown, BOX, index, index + 1) for index, (kind, markdown) in enumerate(blocks))
    lines = tuple(TextLine(markdown, BOX) for _, markdown in blocks)
    return PageText("d" * 64, 1, made, lines, "fake 1.0", TextSource.OCR)


@pytest.mark.parametrize(
    ("blocks", "title"),
    [
        ([("text", "Exhibit 10.3"), ("title", "# SUPPLY AGREEMENT"), ("text", "between A and B")], "SUPPLY AGREEMENT"),
        ([("section-header", "## 采购合同"), ("text", "甲方：华岳")], "采购合同"),
        ([("text", "Oakhurst Ltd"), ("section-header", "## INVOICE")], "INVOICE"),
        ([("page-header", "CONFIDENTIAL"), ("title", "# Lease Agreement")], "Lease Agreement"),
    ],
)
def test_the_title_is_the_line_that_names_a_kind_of_document(blocks: list[tuple[str, str]], title: str) -> None:
    assert find_subject([make_page(*blocks)], "scan_0042.pdf").title == title


def test_a_sentence_that_mentions_an_agreement_is_no_title() -> None:
    page = make_page(("text", "The parties signed the agreement on 3 May and paid the invoice."))
    assert find_subject([page], "scan_0042.pdf").title == "scan_0042"


def test_a_document_without_text_is_called_after_its_file() -> None:
    assert find_subject([make_page()], "扫描件_20240315.pdf").title == "扫描件_20240315"


def test_the_introduction_names_the_parties_and_has_a_limit() -> None:
    page = make_page(("title", "# LEASE"), ("text", "between Calder Ridge LLC and Foxglove Ltd"), ("text", "x " * 900))
    subject = find_subject([page], "lease.pdf")
    assert "Calder Ridge LLC" in subject.intro and len(subject.intro) <= 1000


def test_a_bare_invoice_title_carries_its_number_and_not_the_street() -> None:
    page = make_page(("title", "INVOICE"), ("text", "418 Larkspur Avenue"), ("text", "Invoice number INV-2024-0117"))
    assert find_subject([page], "scan.pdf").title == "INVOICE INV-2024-0117"


def test_an_invoice_is_known_by_a_number_that_stands_far_down() -> None:
    page = make_page(("title", "INVOICE"), ("text", "x " * 600), ("text", "Order TW-3391"))
    assert "TW-3391" in find_subject([page], "scan.pdf").intro


def test_the_document_itself_gives_the_title_not_a_section_of_its_terms() -> None:
    first = make_page(("text", "EQUIPMENT LEASE"), ("text", "between Calder Ridge LLC and Foxglove Ltd."))
    second = make_page(("section-header", "## GENERAL TERMS"))
    assert find_subject([first, second], "scan.pdf").title == "EQUIPMENT LEASE"
