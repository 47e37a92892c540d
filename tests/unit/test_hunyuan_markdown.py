"""The model's Markdown in blocks, and their words as a reader sees them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.hunyuan.formulas import readable
from ingest.hunyuan.markdown import MarkdownBlock, is_caption, plain_text, split_blocks

pytestmark = pytest.mark.unit

HTML = '<table>\n<tr><td rowspan="2">A &lt;b&gt;</td><td>B</td></tr>\n<tr><td>C</td></tr>\n</table>'
LINES = st.sampled_from(
    [
        "",
        "",
        "text",
        "# Title",
        "## 第一条",
        "- item",
        "  - inner",
        "1. one",
        "   more",
        "    far",
        "> quote",
        "---",
        "$$",
        "\\[",
        "\\]",
        "x = 1",
        "| a | b |",
        "|---|---|",
        "<table>",
        "<tr><td>a</td></tr>",
        "</table>",
        "```",
        "![](a)",
        "Table 1: x",
        "[^1]: note",
        "[1]: http://x",
        "===",
        "\t- tab",
        "* * *",
        "+ b",
        "\x0b",
        "<!--",
        "<script>",
        "</td>",
        "\u2028",
        "2)",
    ]
)
PAGES = st.lists(LINES, max_size=25).map("\n".join)


def kinds(markdown: str) -> list[tuple[str, str]]:
    return [(block.kind, block.markdown) for block in split_blocks(markdown)]


def words(markdown: str) -> str:
    return "\n".join(plain_text(block) for block in split_blocks(markdown))


def test_a_contract_page_in_blocks() -> None:
    page = (
        "# SUPPLY AGREEMENT\n\nbetween A\nand B\n\n## 1. Definitions\n1. one\n   goes on\n2. two\n\n"
        f"表1 价格\n\n{HTML}\n\n![seal](a.png)\n\nFigure 1: Sales\n\n# Annex\n\n[^1]: see above"
    )
    assert kinds(page) == [
        ("title", "# SUPPLY AGREEMENT"),
        ("text", "between A\nand B"),
        ("section-header", "## 1. Definitions"),
        ("list-item", "1. one\n   goes on"),
        ("list-item", "2. two"),
        ("caption", "表1 价格"),
        ("table", HTML),
        ("picture", "![seal](a.png)"),
        ("caption", "Figure 1: Sales"),
        ("section-header", "# Annex"),
        ("footnote", "[^1]: see above"),
    ]


def test_a_heading_of_the_second_level_is_no_title() -> None:
    assert [kind for kind, _ in kinds("## First\n\n# Title\n\n# Other")] == [
        "section-header",
        "title",
        "section-header",
    ]


def test_the_items_of_inner_lists_are_items() -> None:
    assert kinds("- a\n  - b\n  - c\n\n  after\n- d") == [
        ("list-item", "- a"),
        ("list-item", "  - b"),
        ("list-item", "  - c"),
        ("text", "  after"),
        ("list-item", "- d"),
    ]


def test_a_table_in_a_list_item_is_a_table() -> None:
    assert kinds("1. Prices\n\n   | a | b |\n   |---|---|\n   | 1 | 2 |\n\n   end") == [
        ("list-item", "1. Prices"),
        ("table", "   | a | b |\n   |---|---|\n   | 1 | 2 |"),
        ("text", "   end"),
    ]


@pytest.mark.parametrize(
    "formula",
    [
        "$$\na\n= b\n+ c\n$$",
        "$$ E = mc^2 $$",
        "\\[\nx\n\\]",
        "\\[ x \\] (1)",
        "$$\n\\begin{array}{l}\n\na \\\\\n- b\n\\end{array}\n$$",
    ],
)
def test_a_display_formula_is_one_block(formula: str) -> None:
    assert kinds(f"text\n{formula}\nmore") == [("text", "text"), ("formula", formula), ("text", "more")]


def test_a_formula_that_is_cut_off_ends_with_its_paragraph() -> None:
    assert kinds("$$\na\n= b\n\nThe end.") == [("formula", "$$\na\n= b"), ("text", "The end.")]


def test_a_formula_with_words_behind_it_is_text() -> None:
    assert kinds("$$x$$ is what the Buyer pays") == [("text", "$$x$$ is what the Buyer pays")]


def test_what_follows_a_table_at_once_is_no_part_of_it() -> None:
    assert kinds(f"{HTML}\n# Next") == [("table", HTML), ("title", "# Next")]
    assert kinds("| a |\n|---|\n| b |\nNext") == [("table", "| a |\n|---|\n| b |"), ("text", "Next")]


@pytest.mark.parametrize(
    "text", ["Text\n---", "Text\n===", "    far from the margin", "[1]: http://example.com", "> quote\n> # two"]
)
def test_what_only_looks_like_markup_is_text(text: str) -> None:
    assert all(kind == "text" for kind, _ in kinds(text))


def test_code_is_text() -> None:
    assert kinds("```python\nx = 1\n\n# no heading\n```") == [("text", "```python\nx = 1\n\n# no heading\n```")]


@pytest.mark.parametrize(
    "text",
    [
        "Figure 1",
        "Fig. 2.1: Plan",
        "Table 3 Prices",
        "TABLE 4.",
        "图1 总平面图",
        "表 2-1：价格",
        "**Table 1**",
        "附表1　单价",
    ],
)
def test_captions_begin_with_the_name_of_what_they_stand_at(text: str) -> None:
    assert is_caption(text) and kinds(text) == [("caption", text)]


@pytest.mark.parametrize(
    "text",
    [
        "Table 3 shows the prices.",
        "表1所示，价格为五元",
        "Tables and chairs",
        "Figures",
        "表示同意",
        "The Table 1",
        "Figure 1: " + "x" * 400,
    ],
)
def test_a_sentence_about_a_table_is_no_caption(text: str) -> None:
    assert not is_caption(text) and kinds(text) == [("text", text)]


@pytest.mark.parametrize("text", ["![](x)", "![图1]", "(147,90),(925,415)", '<img src="a.png"/>'])
def test_pictures(text: str) -> None:
    assert kinds(text) == [("picture", text)]


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("# **SUPPLY** AGREEMENT", "SUPPLY AGREEMENT"),
        ("1. one *and* a\n   half", "1. one and a\nhalf"),
        ("- bullet", "bullet"),
        ("  - inner", "inner"),
        (r"R\&D \* 5 \_ R&amp;D &lt;b&gt;", "R&D * 5 _ R&D <b>"),
        ("m<sup>2</sup> <Company Name><br>next", "m2 <Company Name>\nnext"),
        ("a [link](http://x) and `code`", "a link and code"),
        ("![甲方公章](a.png)", "甲方公章"),
        ("> quote\n> two", "quote\ntwo"),
        ("| a | **b** |\n|---|---|\n| 1 \\| 2 |  |", "a b\n1 | 2"),
        (HTML, "A <b> B\nC"),
        ("```\nx *y*\n```", "x *y*"),
        ("[^1]: see[^2] above", "1 see2 above"),
        ("$$\n\\frac{a}{b} \\times 5\\% \\text{ per year}\n$$", "a b ×5% per year"),
        (r"at 20$^{\circ}$C, \(x_1\) and $y$", "at 20°C, x1 and y"),
        ("$100 and $200, R_1 and $20.", "$100 and $200, R_1 and $20."),
        ("$5 for each R_1 or 6$ more", "$5 for each R_1 or 6$ more"),
        ("between $5/$6 and US$7_a", "between $5/$6 and US$7_a"),
        ("| $10\\%$ | $5 |\n|---|---|", "10% $5"),
        ("甲方**签字**：____", "甲方签字：____"),
        ("---", ""),
    ],
)
def test_the_words_as_a_reader_sees_them(markdown: str, text: str) -> None:
    assert words(markdown) == text


def test_a_block_too_long_to_be_parsed_still_gives_its_words() -> None:
    text = plain_text(MarkdownBlock("text", "# " + "**word** <b>x</b> &amp; " * 2000))
    assert text.startswith("word x & word") and "*" not in text


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\sum_{i=1}^{n} x_i \leq 5", "∑i=1n xi ≤5"),
        (r"\$ 5 \& 6", "$ 5 & 6"),
        (r"\begin{aligned} a &= b \\ c \end{aligned}", "a = b c"),
        ("", ""),
    ],
)
def test_a_formula_reads_as_printed(latex: str, text: str) -> None:
    assert readable(latex) == text


def lines_of(markdown: str) -> list[str]:
    return [line.strip() for line in markdown.replace("\0", "\ufffd").replace("\r", "\n").split("\n") if line.strip()]


@settings(deadline=None)
@given(PAGES | st.text(max_size=300))
def test_every_line_belongs_to_one_block_in_order(page: str) -> None:
    blocks = split_blocks(page)
    assert [line for block in blocks for line in lines_of(block.markdown)] == lines_of(page)
    assert all(block.markdown.strip() for block in blocks)
    assert [block.kind for block in blocks].count("title") <= 1


@settings(deadline=None)
@given(PAGES | st.text(max_size=300))
def test_any_block_can_be_read(page: str) -> None:
    for block in split_blocks(page):
        text = plain_text(block)
        assert "\n\n" not in text and text == text.strip()


@settings(deadline=None)
@given(st.lists(st.text("abc甲乙", min_size=1, max_size=5), min_size=1, max_size=9))
def test_plain_words_come_back_unchanged(found: list[str]) -> None:
    assert words(" ".join(found)) == " ".join(found)
