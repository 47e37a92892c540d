"""Chunks: no line of a page is lost, no chunk crosses a page, and each says what it belongs to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.chunks import cut, weight
from ingest.types import Block, Chunk, PageText, TextLine, TextSource

pytestmark = pytest.mark.unit

BOX = (0.1, 0.1, 0.9, 0.2)


def make_page(number: int, blocks: list[tuple[str, list[str]]], doc_id: str = "d" * 64) -> PageText:
    """A page of blocks, given as kind and lines; a table's lines are its Markdown rows."""
    made: list[Block] = []
    lines: list[TextLine] = []
    for kind, texts in blocks:
        start = len(lines)
        own = [text for text in texts if not set(text) <= set("|- ")] if kind == "table" else texts
        lines += [TextLine(text.replace("|", " ").strip(), BOX) for text in own]
        mark = "## " if kind == "section-header" else ""
        markdown = "\n".join(texts) if kind == "table" else mark + " ".join(texts)
        made.append(Block(kind, markdown, BOX, start, len(lines)))
    return PageText(doc_id, number, tuple(made), tuple(lines), "fake 1.0", TextSource.OCR)


def table(rows: int) -> tuple[str, list[str]]:
    return "table", [
        "| Item | Price |",
        "| --- | --- |",
        *(f"| Copper pipe of {row} mm, bright | {row}.50 |" for row in range(rows)),
    ]


LINE = st.text(st.sampled_from("abc de. Fg,1;条款。甲"), min_size=1, max_size=90).filter(str.strip)
BLOCK = st.one_of(
    st.tuples(st.sampled_from(["text", "list-item", "page-footer"]), st.lists(LINE, min_size=1, max_size=12)),
    st.tuples(st.sampled_from(["section-header", "title"]), st.lists(LINE, min_size=1, max_size=1)),
    st.integers(1, 40).map(table),
)
PAGES = st.lists(st.lists(BLOCK, max_size=5), min_size=1, max_size=3).map(
    lambda pages: [make_page(number, blocks) for number, blocks in enumerate(pages, start=1)]
)
SIZE = st.integers(200, 1200)


@given(PAGES, SIZE)
def test_every_line_of_every_page_is_in_a_chunk_of_that_page(pages: list[PageText], size: int) -> None:
    chunks = cut(pages, title="T", size=size)
    for page in pages:
        covered = {
            line for c in chunks if c.page_number == page.page_number for line in range(c.line_start, c.line_end)
        }
        assert covered == set(range(len(page.lines)))


@given(PAGES, SIZE)
def test_no_chunk_is_empty_and_none_is_much_longer_than_asked(pages: list[PageText], size: int) -> None:
    for chunk in cut(pages, title="T", size=size):
        assert chunk.text.strip() and chunk.line_end > chunk.line_start
        assert weight(chunk.text) <= 2 * size + 3 * 90  # a table may be twice as long; a line is never cut


@given(PAGES, SIZE)
def test_ids_are_unique_and_the_same_each_time(pages: list[PageText], size: int) -> None:
    first, again = cut(pages, title="T", size=size), cut(pages, title="T", size=size)
    assert first == again
    assert len({chunk.chunk_id for chunk in first}) == len(first)
    assert [chunk.position for chunk in first] == list(range(len(first)))


def cut_one(blocks: list[tuple[str, list[str]]], size: int = 300) -> list[Chunk]:
    return cut([make_page(1, blocks)], title="Supply Agreement", size=size)


def test_each_part_of_a_long_table_begins_with_its_header_row() -> None:
    chunks = cut_one([table(60)])
    assert len(chunks) > 3
    assert all(chunk.text.startswith("| Item | Price |\n| --- | --- |\n| Copper") for chunk in chunks)
    rows = [row for chunk in chunks for row in chunk.text.splitlines()[2:]]
    assert rows == table(60)[1][2:]


def test_the_lines_of_a_tables_part_are_those_of_its_rows() -> None:
    page = make_page(1, [table(60)])
    for chunk in cut([page], title="T", size=300):
        lines = " ".join(line.text for line in page.lines[chunk.line_start : chunk.line_end])
        for row in chunk.text.splitlines()[2:]:
            assert row.split("|")[1].strip() in lines


def test_a_section_goes_on_over_the_page_break_but_its_chunks_do_not() -> None:
    pages = [
        make_page(1, [("section-header", ["7. Payment"]), ("text", ["The Buyer pays within thirty days of receipt."])]),
        make_page(2, [("text", ["Late payment bears interest at four per cent a year."])]),
    ]
    chunks = cut(pages, title="T", size=900)
    assert [(chunk.page_number, chunk.heading) for chunk in chunks] == [(1, "7. Payment"), (2, "7. Payment")]
    assert "Late payment" not in chunks[0].text


def test_a_heading_is_in_the_chunk_of_the_text_it_announces() -> None:
    body = ["The Supplier warrants that the goods are free of defects for two years after delivery."] * 3
    chunks = cut_one([("text", body), ("section-header", ["9. Warranty"]), ("text", body)])
    announced = next(chunk for chunk in chunks if "9. Warranty" in chunk.text)
    assert "warrants" in announced.text and announced.heading == "9. Warranty"


@pytest.mark.parametrize("clause", ["8.1 Notice. Either party may give notice.", "第七条 违约责任。乙方应支付违约金。"])
def test_a_clause_number_opens_a_section_where_the_layout_saw_no_heading(clause: str) -> None:
    [chunk] = cut_one([("text", [clause])])
    assert chunk.heading and clause.startswith(chunk.heading)


def test_the_same_clause_in_two_contracts_makes_two_chunks() -> None:
    clause = [("text", ["This Agreement is governed by the laws of Oregon."])]
    first = cut([make_page(1, clause, "a" * 64)], title="T", size=900)
    second = cut([make_page(1, clause, "b" * 64)], title="T", size=900)
    assert first[0].text == second[0].text and first[0].chunk_id != second[0].chunk_id


def test_chinese_text_is_cut_at_a_third_of_the_length() -> None:
    lines = ["甲方应当在收到发票之日起三十日内向乙方支付全部价款。"] * 20
    assert max(len(chunk.text) for chunk in cut_one([("text", lines)], size=300)) <= 140
