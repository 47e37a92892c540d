"""The model's words and the page's lines come together: each word once, each line where it stands, nothing lost."""

import random
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.alignment.estimates import ESTIMATED_CONFIDENCE
from ingest.alignment.folding import fold
from ingest.alignment.page import Written, align
from ingest.scripts import join
from ingest.types import Block, BoxOrigin, TextLine

pytestmark = pytest.mark.unit

CLAUSE = "The Supplier delivers forty pallets a month to the Buyer under this agreement and invoices them monthly."


def at(text: str, x0: float, y0: float, x1: float, **fields: object) -> TextLine:
    return TextLine(text, (x0, y0, x1, y0 + 0.02), **{"confidence": 0.9, **fields})  # type: ignore[arg-type]


def column(*texts: str, top: float = 0.2, left: float = 0.1, right: float = 0.9, **fields: object) -> list[TextLine]:
    return [at(text, left, top + 0.03 * index, right, **fields) for index, text in enumerate(texts)]


def text(words: str, kind: str = "text") -> Written:
    return Written(kind, words, words)


def table(*rows: Sequence[str]) -> Written:
    return Written("table", "\n".join("|".join(row) for row in rows), "\n".join(" ".join(row) for row in rows))


def grid(*rows: Sequence[str], top: float = 0.3) -> list[TextLine]:
    return [
        at(cell, 0.1 + 0.2 * x, top + 0.03 * y, 0.2 + 0.2 * x)
        for y, row in enumerate(rows)
        for x, cell in enumerate(row)
    ]


def texts(blocks: Sequence[Block], lines: Sequence[TextLine]) -> list[list[str]]:
    return [[line.text for line in lines[block.line_start : block.line_end]] for block in blocks]


def squeezed(words: str) -> str:
    return "".join(words.split())


def estimated(lines: Sequence[TextLine]) -> list[TextLine]:
    return [line for line in lines if line.origin == BoxOrigin.ESTIMATED]


def test_lines_get_the_models_words_and_keep_their_boxes() -> None:
    lines = column(
        "The Supp1ier delivers fortv pallets a month to", "the Buyer under thls agreement and", "invoiccs them."
    )
    blocks, found = align([text(CLAUSE.replace("monthly.", "")[:-1] + ".")], lines)
    assert texts(blocks, found) == [
        ["The Supplier delivers forty pallets a month to", "the Buyer under this agreement and", "invoices them."]
    ]
    assert [line.box for line in found] == [line.box for line in lines]
    assert blocks[0].box == pytest.approx((0.1, 0.2, 0.9, 0.28))


def test_the_text_layers_words_stay_as_they_are() -> None:
    lines = column("The Supplier delivers 40 pallets a month", "to the Buyer.", origin=BoxOrigin.LAYER)
    _, found = align([text("The Supplier delivers 48 pallets a month to the Buyer.")], lines)
    assert found == tuple(lines)


def test_a_word_divided_at_the_lines_end_stands_whole_on_one_line() -> None:
    lines = column("The Supplier delivers them under this agree-", "ment, and invoices the Buyer monthly.")
    blocks, found = align(
        [text("The Supplier delivers them under this agreement, and invoices the Buyer monthly.")], lines
    )
    assert texts(blocks, found) == [
        ["The Supplier delivers them under this agreement,", "and invoices the Buyer monthly."]
    ]


def test_lines_that_cross_two_blocks_are_cut_between_them() -> None:
    lines = [at("8.1 Term. This agreement runs for two years", 0.1, 0.2, 0.9), at("from its date.", 0.1, 0.23, 0.4)]
    for origin in (BoxOrigin.SPOTTING, BoxOrigin.LAYER):
        given_lines = [TextLine(line.text, line.box, 1.0, (), origin) for line in lines]
        blocks, found = align(
            [text("8.1 Term.", "section-header"), text("This agreement runs for two years from its date.")], given_lines
        )
        assert texts(blocks, found) == [["8.1 Term."], ["This agreement runs for two years", "from its date."]]
        assert found[0].box[2] == pytest.approx(found[1].box[0], abs=0.02)
        assert 0.2 < found[0].box[2] < 0.4


def test_columns_read_across_come_out_in_reading_order() -> None:
    left = "The first party sells grain to the second party in the spring of each year at the listed price."
    right = "Payment falls due on delivery; late sums bear interest at nine percent until they are settled in full."
    halves = [(words[:34], words[34:67], words[67:]) for words in (left, right)]
    rows = [
        at(part.strip(), x, 0.2 + 0.03 * row, x + 0.35)
        for row, parts in enumerate(zip(*halves, strict=True))
        for part, x in zip(parts, (0.1, 0.55), strict=True)
    ]
    blocks, found = align([text(left), text(right)], rows)
    assert [join(words) for words in texts(blocks, found)] == [left, right]
    assert not estimated(found)
    assert {line.box[0] for line in found[:3]} == {0.1} and {line.box[0] for line in found[3:]} == {0.55}


def test_the_same_clause_twice_stays_in_the_order_of_the_page() -> None:
    clause = "The parties agree on this in writing."
    before, between = "First schedule, on grain.", "Second schedule, on wool."
    lines = column(before, clause, between, clause)
    blocks, found = align([text(before), text(clause), text(between), text(clause)], [lines[3], *lines[:3]])
    assert texts(blocks, found) == [[before], [clause], [between], [clause]]
    assert [line.box for line in found] == [line.box for line in lines]


def test_equal_cells_go_to_their_own_rows() -> None:
    rows = [("Item", "Qty", "Net", "Tax"), ("Coffee beans", "2", "0.00", "0.00"), ("Grinder", "2", "0.00", "0.00")]
    lines = grid(*rows)
    random.Random(3).shuffle(lines)
    blocks, found = align([table(*rows)], lines)
    assert texts(blocks, found) == [[cell for row in rows for cell in row]]
    assert list(found) == grid(*rows)


def test_a_cell_that_was_misread_gets_the_models_figure() -> None:
    rows = [("Coffee beans", "2", "1,250.00"), ("Grinder, large", "1", "930.00")]
    lines = grid(("Coffee beans", "2", "1,25O.00"), ("Grinder, 1arge", "1", "930.00"))
    blocks, found = align([table(*rows)], lines)
    assert texts(blocks, found) == [[cell for row in rows for cell in row]]


def test_more_equal_cells_than_a_handful_stay_in_their_rows() -> None:
    rows = [
        (f"Mar {day}", f"Work package {'abcdefghijklmnopqrst'[day]} done", "Data Engineer", "8") for day in range(20)
    ]
    lines = grid(*rows, top=0.2)
    blocks, found = align([table(*rows)], lines[::-1])
    assert list(found) == lines
    assert len(blocks) == 1


def test_words_on_no_line_get_an_estimated_place_between_their_neighbours() -> None:
    first, missing, last = "The lease runs for two years.", "Rent is due on the first day of each month.", "No pets."
    lines = [at(first, 0.1, 0.2, 0.6), at(last, 0.1, 0.3, 0.4)]
    blocks, found = align([text(first), text(missing), text(last)], lines)
    assert texts(blocks, found) == [[first], [missing], [last]]
    (line,) = estimated(found)
    assert line.confidence == ESTIMATED_CONFIDENCE < 0.7
    assert (line.box[0], line.box[2]) == (0.1, 0.6)
    assert 0.22 <= line.box[1] < line.box[3] <= 0.3


def test_a_cell_that_nobody_saw_is_estimated_within_its_row() -> None:
    rows = [("Coffee beans", "12", "1,250.00"), ("Grinder", "1", "930.00")]
    lines = [line for line in grid(*rows) if line.text != "12"]
    blocks, found = align([table(*rows)], lines)
    assert texts(blocks, found) == [[cell for row in rows for cell in row]]
    (line,) = estimated(found)
    assert line.text == "12"
    assert 0.2 <= line.box[0] < line.box[2] <= 0.5


def test_a_page_without_lines_is_estimated_from_top_to_bottom() -> None:
    blocks, found = align([text("Heading", "title"), text(CLAUSE * 3)], ())
    assert squeezed("".join(line.text for line in found)) == squeezed("Heading" + CLAUSE * 3)
    assert len(found) > 3 and estimated(found) == list(found)
    assert all(upper.box[3] <= lower.box[1] + 1e-9 for upper, lower in pairwise(found))
    assert blocks[0].box[3] <= blocks[1].box[1] + 1e-9


def test_a_page_without_markdown_keeps_its_lines() -> None:
    lines = column("Received with thanks", "4 May 2024")
    blocks, found = align((), lines)
    assert found == tuple(lines)
    assert {block.kind for block in blocks} == {"text"}
    assert align((), ()) == ((), ())


def test_headers_and_footers_that_the_model_left_out_come_back_as_such() -> None:
    body = column(CLAUSE[:50].strip(), CLAUSE[50:].strip())
    header, footer = at("Contract 2024-031", 0.1, 0.03, 0.3), at("Page 3 of 7", 0.45, 0.95, 0.55)
    stamp = at("RECEIVED 4 MAY", 0.6, 0.4, 0.8)
    blocks, found = align([text(CLAUSE)], [footer, stamp, *body, header])
    assert [block.kind for block in blocks] == ["page-header", "text", "text", "page-footer"]
    assert (found[0], found[-2], found[-1]) == (header, stamp, footer)


def test_a_line_overlooked_by_the_model_stands_where_it_stood() -> None:
    lines = column("The lease runs for two years.", "Subletting is forbidden.", "Rent falls due each month.")
    blocks, found = align([text(lines[0].text), text(lines[2].text)], lines)
    assert texts(blocks, found) == [[line.text] for line in lines]


def test_a_running_title_does_not_take_the_titles_place() -> None:
    lines = [
        at("SUPPLY AGREEMENT", 0.1, 0.02, 0.3),
        at("SUPPLY AGREEMENT", 0.3, 0.15, 0.7),
        *column("The Supplier delivers forty pallets", "a month to the Buyer."),
    ]
    body = "The Supplier delivers forty pallets a month to the Buyer."
    blocks, found = align([text("SUPPLY AGREEMENT", "title"), text(body)], lines)
    assert [(block.kind, block.box[1]) for block in blocks][:2] == [("page-header", 0.02), ("title", 0.15)]
    assert found[1].box == lines[1].box


def test_a_worse_double_of_a_line_is_dropped() -> None:
    exact = at("Total due 1,250.00 EUR", 0.1, 0.2, 0.5, origin=BoxOrigin.LAYER)
    double = TextLine("Tota1 due 1.250,00 EUR", (0.101, 0.201, 0.499, 0.222), 0.8)
    assert align([text("Total due 1,250.00 EUR")], [double, exact])[1] == (exact,)


def test_stains_are_dropped_and_doubtful_words_kept() -> None:
    doubtful = at("Jhn", 0.6, 0.5, 0.8, confidence=0.2)
    lines = [*column("The lease runs for two years."), at("~ '", 0.1, 0.6, 0.2, confidence=0.3), doubtful]
    assert [line.text for line in align([text("The lease runs for two years.")], lines)[1]] == [lines[0].text, "Jhn"]


def test_unreadable_lines_take_the_text_that_stands_between_their_neighbours() -> None:
    before, foreign, after = "Delivery to the warehouse:", "Склад находится в городе", "All sums are in euro."
    lines = column(before, "CknaA HaxoAMTcr B ropoAe", after)
    blocks, found = align([text(before), text(foreign), text(after)], lines)
    assert texts(blocks, found) == [[before], [foreign], [after]]
    assert [line.box for line in found] == [line.box for line in lines]


def test_a_word_that_stands_far_from_its_neighbours_text_is_still_found() -> None:
    rows = [(f"Article {number} of the {name} sale", "10") for number, name in enumerate(("grain", "wool", "iron"))]
    last = at("买方", 0.7, 0.5, 0.8)
    written = [text("买方"), *(text(first) for first, _ in rows)]
    blocks, found = align(written, [*column(*(first for first, _ in rows), right=0.9), last])
    assert found[0] == last and not estimated(found)
    assert len(blocks) == 4


def test_a_page_number_is_no_figure_of_the_text() -> None:
    lines = [*column("The lease runs for two years and ends with the month of May"), at("3", 0.5, 0.95, 0.52)]
    blocks, found = align([text("3"), text(lines[0].text)], lines)
    assert [block.kind for block in blocks] == ["text", "text", "page-footer"]
    assert found[0].origin == BoxOrigin.ESTIMATED and found[2] == lines[1]


def test_a_page_of_the_same_few_characters_is_read_too() -> None:
    words = "0.00 " * 2000
    lines = [at(words[start : start + 74].strip(), 0.1, 0.005 * start / 60, 0.9) for start in range(0, 10000, 75)]
    blocks, found = align([text(words)], lines)
    own = next(block for block in blocks if block.markdown == words)
    same = squeezed("".join(texts([own], found)[0])) == squeezed(words)
    assert same  # compared outside the assertion, which would look for the difference for a minute


def test_a_badly_read_line_is_known_by_its_neighbours() -> None:
    before, middle, after = "Signed for the Buyer by:", "Johanna Oberhuber", "All sums are in euro."
    missing = "Whatever the line detector has overlooked on this page, and that may be a whole sentence, is missing."
    lines = column(before, "J0honno 0berhvlor", after)
    blocks, found = align([text(before), text(middle), text(missing), text(after)], lines)
    assert texts(blocks, found)[1] == [middle]
    assert found[1].box == lines[1].box


def test_an_overlooked_line_of_a_paragraph_stands_between_the_others() -> None:
    lines = column("The Supplier delivers forty pallets", "to the Buyer under this", "agreement and invoices them.")
    words = " ".join(line.text for line in lines)
    (block,), found = align([text(words)], [lines[0], lines[2]])
    assert [line.text for line in found] == [line.text for line in lines]
    assert found[1].origin == BoxOrigin.ESTIMATED
    assert found[0].box[3] <= found[1].box[1] < found[1].box[3] <= found[2].box[1]
    assert block.line_end == 3


def test_a_cell_that_the_model_left_out_stays_in_its_row() -> None:
    rows = [("Item", "Qty", "Net"), ("Coffee beans", "12", "1,250.00"), ("Grinder", "1", "930.00")]
    written = table(rows[0], ("Coffee beans", "1,250.00"), rows[2])
    blocks, found = align([written], grid(*rows))
    assert texts(blocks, found) == [[cell for row in rows for cell in row]]


def test_words_below_the_last_line_of_a_full_page_still_have_a_box_on_it() -> None:
    _, found = align([text("The last line."), text(CLAUSE)], [TextLine("The last line.", (0.1, 0.98, 0.9, 1.0))])
    assert all(line.box[1] < line.box[3] <= 1.0 for line in found) and len(found) == 3


def test_rows_that_are_alike_are_not_exchanged() -> None:
    rows = [
        ("Mar 14", "Interface, design", "Senior Engineer", "8"),
        ("Mar 15", "Interface, build", "Senior Engineer", "8"),
        ("Mar 15", "Weekly status call", "Project Manager", "2"),
        ("Mar 18", "Interface, build", "Data Engineer", "8"),
        ("Mar 19", "Interface, tests", "Data Engineer", "8"),
        ("Mar 20", "Weekly status call", "Project Manager", "2"),
    ]
    lines = grid(*rows)
    assert list(align([table(*rows)], lines[::-1])[1]) == lines


def test_folded_text_knows_where_its_letters_come_from() -> None:
    folded = fold("Ｔｏ ﬁx agree-\nment: É①")
    assert folded.key == "tofixagreemente1"
    assert folded.at == (0, 1, 3, 3, 4, 6, 7, 8, 9, 10, 13, 14, 15, 16, 19, 20)


def test_full_width_ligatures_and_missing_spaces_make_no_difference() -> None:
    lines = column("ＴＯＴＡＬ　１２５０ＥＵＲ", "thefinaloffice", "合同编号：HY—2024")
    written = [text("合同编号:HY-2024"), text("the ﬁnal oﬃce"), text("TOTAL 1250 EUR")]
    blocks, found = align(written, lines)
    assert texts(blocks, found) == [["合同编号:HY-2024"], ["the ﬁnal oﬃce"], ["TOTAL 1250 EUR"]]
    assert [line.box for line in found] == [line.box for line in lines[::-1]]


def test_chinese_lines_are_cut_between_characters() -> None:
    clause = "甲方应当在收到货物之日起三十日内支付全部货款，逾期支付的，应当按日支付违约金。"
    lines = column("甲方应当在收到货物之曰起三十", "日内支付全部货款，逾期支付的，", "应当按日支付违约金。")
    blocks, found = align([text(clause)], lines)
    assert texts(blocks, found) == [
        ["甲方应当在收到货物之日起三十", "日内支付全部货款，逾期支付的，", "应当按日支付违约金。"]
    ]


def test_places_of_words_move_along_with_the_new_reading() -> None:
    words = ((0, 3, 0.10, 0.20), (4, 12, 0.22, 0.40), (13, 21, 0.42, 0.60))
    _, (line,) = align([text("The Supplier delivers.")], [at("The Supp1ier delivers", 0.1, 0.2, 0.6, words=words)])
    assert [(line.text[a:b], x0, x1) for a, b, x0, x1 in line.words] == [
        ("The", 0.10, 0.20),
        ("Supplier", 0.22, 0.40),
        ("delivers.", 0.42, 0.60),
    ]


def test_a_word_that_was_run_together_is_divided_by_its_letters() -> None:
    line = at("SUPPLYAGREEMENT", 0.1, 0.2, 0.7, words=((0, 15, 0.1, 0.7),))
    _, (found,) = align([text("SUPPLY AGREEMENT")], [line])
    assert [found.text[a:b] for a, b, _, _ in found.words] == ["SUPPLY", "AGREEMENT"]
    assert found.words[0][2:] == pytest.approx((0.1, 0.34))
    assert found.words[1][2:] == pytest.approx((0.34, 0.7))


def test_a_picture_keeps_its_place_in_the_order() -> None:
    lines = [at("Above the picture stands this.", 0.1, 0.2, 0.6), at("And below it that.", 0.1, 0.6, 0.5)]
    picture = Written("picture", "![](picture)", "")
    blocks, found = align([text(lines[0].text), picture, text(lines[1].text)], lines)
    assert [block.kind for block in blocks] == ["text", "picture", "text"]
    assert blocks[1].line_start == blocks[1].line_end == 1
    assert blocks[1].box[1] == pytest.approx(0.22) and blocks[1].box[3] == pytest.approx(0.6)
    assert found == tuple(lines)


VOCABULARY = (
    "grain wool the of a rent 12 0.00 EUR, Supplier agreement; (net) — 合同 甲方应当，支付 全部货款。 ﬁnal Größe - •"
).split()
PARAGRAPHS = st.lists(
    st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=30).map(" ".join), min_size=1, max_size=5
)


def page_of(paragraphs: list[str], seed: int, noise: float, lost: float) -> list[TextLine]:
    """Paragraphs as lines of one or two columns, some letters misread, some lines lost, some twice, in any order."""
    chance = random.Random(seed)
    columns = chance.choice((1, 2))
    lines = []
    tops = [0.02] * columns
    for number, paragraph in enumerate(paragraphs):
        place = number * columns // len(paragraphs)
        width = chance.randint(8, 50)
        for start in range(0, len(paragraph), width):
            read = "".join(
                chance.choice("abc01金") if chance.random() < noise else c for c in paragraph[start : start + width]
            )
            if read.strip() and chance.random() >= lost:
                lines += [at(read.strip(), place / 2 + 0.05, tops[place], place / 2 + 0.45)] * chance.choice(
                    (1, 1, 1, 2)
                )
            tops[place] = min(tops[place] + 0.03, 0.97)
    chance.shuffle(lines)
    return lines


@settings(max_examples=150, deadline=None)
@given(PARAGRAPHS, st.integers(0, 10**6), st.sampled_from((0.0, 0.1, 0.5)), st.sampled_from((0.0, 0.3, 1.0)))
@example(["0.00 0.00 0.00"], 1, 0.0, 0.0)
def test_each_word_of_a_block_stands_once_and_in_order(
    paragraphs: list[str], seed: int, noise: float, lost: float
) -> None:
    written = [Written("text", f"{number}: {words}", words) for number, words in enumerate(paragraphs)]
    blocks, found = align(written, page_of(paragraphs, seed, noise, lost))
    kept = {block.markdown: words for block, words in zip(blocks, texts(blocks, found), strict=True)}
    assert [squeezed(join(kept[block.markdown])) for block in written] == [squeezed(words) for words in paragraphs]
    order = [block.markdown for block in blocks]
    assert [markdown for markdown in order if markdown in {block.markdown for block in written}] == [
        block.markdown for block in written
    ]
    assert all(line.text.strip() for line in found)


@settings(max_examples=100, deadline=None)
@given(PARAGRAPHS, st.integers(0, 10**6), st.sampled_from((0.0, 0.3, 1.0)), st.sampled_from(("text", "table")))
def test_boxes_lie_on_the_page_and_blocks_share_out_the_lines(
    paragraphs: list[str], seed: int, lost: float, kind: str
) -> None:
    blocks, found = align([text(words, kind) for words in paragraphs], page_of(paragraphs, seed, 0.2, lost))
    boxes = [line.box for line in found] + [block.box for block in blocks]
    assert all(0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1 for x0, y0, x1, y1 in boxes)
    ends = [(block.line_start, block.line_end) for block in blocks]
    assert [start for start, _ in ends] == [0, *(end for _, end in ends)][:-1] and ends[-1][1] == len(found)
    for line in found:
        places = [(start, end) for start, end, _, _ in line.words]
        assert all(0 <= start < end <= len(line.text) for start, end in places) and places == sorted(places)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=40, unique=True), st.integers(0, 10**6))
def test_lines_read_without_fault_stay_exactly_where_they_are(numbers: list[int], seed: int) -> None:
    lines = [
        at(f"Item {number:010d} of {number * 7919:014d}", 0.1, 0.02 + 0.022 * i, 0.8)
        for i, number in enumerate(numbers)
    ]
    shuffled = random.Random(seed).sample(lines, len(lines))
    _, found = align([text(" ".join(line.text for line in lines))], shuffled)
    assert list(found) == lines


@settings(max_examples=60, deadline=None)
@given(PARAGRAPHS, st.integers(0, 10**6))
def test_no_line_is_lost_that_the_text_does_not_have(paragraphs: list[str], seed: int) -> None:
    lines = [line for line in page_of(paragraphs, seed, 0.0, 0.0) if line.box[3] < 0.9]
    extra = [at(f"Żółwżę{seed % 97} кљдш", 0.3, 0.93, 0.6), at("ΩΨΔ σπλ", 0.7, 0.96, 0.9)]
    found = align([text(words) for words in paragraphs], [*lines, *extra])[1]
    assert {line.text for line in extra} <= {line.text for line in found}
