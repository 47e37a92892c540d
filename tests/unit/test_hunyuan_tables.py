"""HTML tables of the model: safe, whole, and simple where they can be."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ingest.hunyuan.tables import rows_of_table, texts_of_table, tidy_tables

pytestmark = pytest.mark.unit

SIMPLE = "<table><tr><th>Item</th><th>Price</th></tr><tr><td>Pallet</td><td>4.00</td></tr></table>"
PIPES = "| Item | Price |\n| --- | --- |\n| Pallet | 4.00 |"
MERGED = '<table><tr><td rowspan="2">甲方</td><td colspan=2>名称</td></tr><tr><td>华岳</td><td>公司</td></tr></table>'
TIDY_MERGED = (
    '<table>\n<tr><td rowspan="2">甲方</td><td colspan="2">名称</td></tr>\n'
    "<tr><td>华岳</td><td>公司</td></tr>\n</table>"
)
TAGS = ["<table>", "</table>", "<tr>", "</tr>", "<td>", "</td>", "<th>", "</th>", '<td rowspan="2">', "<td colspan=3>"]
PARTS = [
    *TAGS,
    "<thead>",
    "<tbody>",
    "<caption>",
    "</caption>",
    "<br>",
    "<td",
    "</",
    "<",
    "|",
    "\\",
    "&amp;",
    "&",
    "\n",
]
SOUPS = st.lists(
    st.sampled_from([*PARTS, "\n", "\n\n", "words", "# 第一条", "```\n", "<script>", '"', "--"]), max_size=30
)


def test_a_simple_table_becomes_a_markdown_table() -> None:
    assert tidy_tables(SIMPLE) == PIPES
    rendered = MarkdownIt("commonmark").enable("table").render(tidy_tables(SIMPLE))
    assert "<th>Item</th>" in rendered and "<td>4.00</td>" in rendered


def test_the_first_row_is_the_header_where_none_is_marked() -> None:
    assert tidy_tables(SIMPLE.replace("th>", "td>")) == PIPES


def test_text_around_tables_stays_and_stands_apart() -> None:
    assert tidy_tables(f"Prices:{SIMPLE}  as agreed\n") == f"Prices:\n\n{PIPES}\n\n  as agreed\n"
    assert tidy_tables(f"a\n\n{SIMPLE}\n\nb") == f"a\n\n{PIPES}\n\nb"


def test_tables_side_by_side_stay_two() -> None:
    assert tidy_tables(SIMPLE + SIMPLE) == f"{PIPES}\n\n{PIPES}"


@pytest.mark.parametrize("text", ["", "no table < 5", "| a | b |\n|---|---|\n", "cut <ta", "a <b>bold</b> word"])
def test_text_without_a_table_is_not_touched(text: str) -> None:
    assert tidy_tables(text) == text


def test_a_table_in_fenced_code_is_code() -> None:
    code = f"```html\n{SIMPLE}\n```"
    assert tidy_tables(f"{code}\n\n{SIMPLE}") == f"{code}\n\n{PIPES}"


def test_pipes_line_breaks_and_entities_in_cells_are_text() -> None:
    table = "<table><tr><td>a|b</td><td>one<br>two\nthree</td><td>R&amp;D 1 &lt; 2, &lt;b&gt;</td></tr></table>"
    tidy = tidy_tables(table)
    assert tidy.splitlines()[0] == "| a\\|b | one two three | R&D 1 < 2, &lt;b> |"
    assert rows_of_table(tidy) == rows_of_table(table) == [["a|b", "one two three", "R&D 1 < 2, <b>"]]


def test_merged_cells_stay_html_with_a_row_a_line() -> None:
    assert tidy_tables(MERGED) == TIDY_MERGED
    assert tidy_tables(f"a{MERGED}b") == f"a\n\n{TIDY_MERGED}\n\nb"


def test_a_span_of_one_merges_nothing() -> None:
    assert tidy_tables('<table><tr><td colspan="1" rowspan=1>a</td></tr></table>') == "| a |\n| --- |"


def test_a_cell_cannot_reach_below_its_table() -> None:
    assert tidy_tables("<table><tr><td rowspan=9>a</td><td>b</td></tr></table>") == "| a | b |\n| --- | --- |"


def test_scripts_styles_attributes_and_handlers_go() -> None:
    table = (
        '<TABLE style="x" onload="evil()"><TR onclick="evil()"><TD COLSPAN="2" style=\'y\'>Total<script>evil()</script>'
        "<style>td{}</style><img src=x onerror=evil()></TD></TR>"
        "<tr><td>a<a href='javascript:evil()'>b</a></td></tr></TABLE>"
    )
    assert tidy_tables(table) == '<table>\n<tr><td colspan="2">Total</td></tr>\n<tr><td>ab</td></tr>\n</table>'


def test_text_in_merged_tables_is_escaped() -> None:
    table = "<table><tr><td colspan=2>&lt;script&gt; 1 < 2 &amp;lt;</td></tr></table>"
    assert '<td colspan="2">&lt;script&gt; 1 &lt; 2 &amp;lt;</td>' in tidy_tables(table)


def test_a_span_that_is_no_number_counts_as_none() -> None:
    assert tidy_tables('<table><tr><td colspan="all" rowspan="-2">a</td></tr></table>') == "| a |\n| --- |"


def test_what_looks_like_a_tag_but_is_none_is_text() -> None:
    table = "<table><tr><td>a<b$c, <Name>, <5%</td></tr></table>"
    assert rows_of_table(tidy_tables(table)) == [["a<b$c, <Name>, <5%"]]


def test_a_caption_becomes_a_paragraph_above() -> None:
    assert tidy_tables(SIMPLE.replace("<table>", "<table><caption>Table 1 <i>Prices</i></caption>")) == (
        f"Table 1 Prices\n\n{PIPES}"
    )


def test_text_between_the_rows_is_kept() -> None:
    tidy = tidy_tables("<table>Annex A<tr><td>a</td></tr>in EUR<tr>Total</tr></table>")
    assert tidy == "Annex A\n\nin EUR\n\n| a |\n| --- |\n| Total |"


def test_a_table_within_a_cell_becomes_the_cells_text() -> None:
    table = "<table><tr><td>a<table><tr><td>b</td><td>c</td></tr></table>d</td><td>e</td></tr></table> after"
    assert tidy_tables(table) == "| a b c d | e |\n| --- | --- |\n\n after"


def test_a_table_cut_off_anywhere_keeps_its_words() -> None:
    for length in range(len("<table>"), len(SIMPLE)):
        tidy = tidy_tables(SIMPLE[:length])
        words = re.sub(r"<[^<>]*>?", " ", SIMPLE[:length]).split()
        assert re.findall(r"[\w.]+", tidy) == words, SIMPLE[:length]
        assert "<" not in tidy


def test_missing_closing_tags_are_repaired() -> None:
    assert rows_of_table(tidy_tables("<table><tr><td>a<td>b<tr><td>c<td>d")) == [["a", "b"], ["c", "d"]]


def test_text_behind_a_table_that_was_not_closed_is_no_part_of_it() -> None:
    rows = "<table><tr><td>a</td></tr>"
    assert tidy_tables(f"{rows}\nText.\n\nMore.") == "| a |\n| --- |\n\nText.\n\nMore."
    assert tidy_tables("<table><tr><td>a\n\n# 第二条\n\nMore.") == "| a |\n| --- |\n\n# 第二条\n\nMore."


def test_a_table_behind_one_that_was_not_closed_is_its_own() -> None:
    assert tidy_tables(f"<table><tr><td>a\n\nText\n\n{SIMPLE}") == f"| a |\n| --- |\n\nText\n\n{PIPES}"
    assert tidy_tables(f"<table><tr><td>a</td></tr>{SIMPLE}") == f"| a |\n| --- |\n\n{PIPES}"


def test_rows_without_a_table_become_one() -> None:
    assert tidy_tables("Text\n\n<tr><td>a</td></tr>\n<tr><td>b</td></tr>") == "Text\n\n| a |\n| --- |\n| b |"


def test_rows_of_unequal_length_are_filled() -> None:
    table = "<table><tr><td>a</td></tr><tr><td>b</td><td>c</td></tr></table>"
    assert tidy_tables(table) == "| a |  |\n| --- | --- |\n| b | c |"


def test_an_empty_table_leaves_nothing_but_an_empty_form_stays() -> None:
    assert tidy_tables("<table></table>") == ""
    assert tidy_tables("<table><tr><td></td><td></td></tr></table>") == "|  |  |\n| --- | --- |"


def test_a_cell_that_spans_places_repeats_its_text() -> None:
    assert rows_of_table(MERGED) == [["甲方", "名称", "名称"], ["甲方", "华岳", "公司"]]
    assert texts_of_table(MERGED) == ["甲方 名称", "华岳 公司"]


def test_a_row_that_is_wholly_covered_still_counts() -> None:
    table = "<table><tr><td rowspan=2>a</td></tr><tr></tr><tr><td>b</td></tr></table>"
    assert rows_of_table(table) == rows_of_table(tidy_tables(table)) == [["a"], ["a"], ["b"]]


@pytest.mark.parametrize(
    "table", [PIPES, "Item | Price\n:--|--:\nPallet | 4.00", "|Item|Price|\n|---|---|\n|Pallet|4.00|"]
)
def test_the_rows_of_a_markdown_table(table: str) -> None:
    assert rows_of_table(table) == [["Item", "Price"], ["Pallet", "4.00"]]


def test_a_text_that_is_no_table_has_no_rows() -> None:
    assert rows_of_table("No table here.") == [] == rows_of_table("")


def test_spans_cannot_make_a_table_grow_without_bounds() -> None:
    cells = "<td rowspan=9999 colspan=9999>word</td>" * 1000
    rows = rows_of_table(f"<table><tr>{cells}</tr>" + "<tr><td>x</td></tr>" * 5000)
    assert sum(map(len, rows)) < 100_000 and rows[0][:2] == ["word", "word"] and rows[-1] == ["x"]


@settings(deadline=None)
@given(SOUPS.map("".join) | st.text(max_size=200))
def test_tidy_tables_are_tidy_and_lose_no_words(soup: str) -> None:
    tidy = tidy_tables(soup)
    assert tidy_tables(tidy) == tidy
    if "script" not in soup:
        assert tidy.count("words") == soup.count("words")
    assert isinstance(rows_of_table(soup), list) and isinstance(texts_of_table(soup), list)


@settings(deadline=None)
@given(st.lists(st.lists(st.text("ab|\\<>&;*_$ 甲"), min_size=1, max_size=4), min_size=1, max_size=4))
def test_cells_come_back_as_they_were(rows: list[list[str]]) -> None:
    def cell(text: str) -> str:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    source = "".join("<tr>" + "".join(f"<td>{cell(text)}</td>" for text in row) + "</tr>" for row in rows)
    width = max(map(len, rows))
    wanted = [[" ".join(text.split()) for text in row] + [""] * (width - len(row)) for row in rows]
    assert rows_of_table(tidy_tables(f"<table>{source}</table>")) == wanted
    merged = f'<table>{source}<tr><td colspan="2">z</td></tr></table>'
    assert [row[:width] for row in rows_of_table(tidy_tables(merged))[:-1]] == wanted
