"""Document answers become the Markdown that Pagecite keeps."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.hunyuan.cleaning import clean_document, says_nothing
from ingest.hunyuan.repetition import endless

pytestmark = pytest.mark.unit

PAGE = "# SUPPLY AGREEMENT\n\nThe Supplier delivers forty pallets a month.\n\n第一条 乙方应当按期交货。"
META = "<hy-meta><layout>title</layout><quad>(50,20),(950,20),(950,90),(50,90)</quad></hy-meta>"

# Pieces of answers, put together at random: what belongs together and what doesn't.
PIECES = st.sampled_from(
    [
        "```",
        "```markdown",
        "```python",
        "(147,90),(925,415)",
        "Figure 1",
        "图",
        "|",
        "<td>",
        "</td>",
        "$$",
        "\\[",
        "\n",
        "\n\n\n",
        " ",
        "<table>",
        "<caption>",
        "</caption>",
        "<tr>",
        "<hy-meta>",
        "<layout>",
        "</hy-meta>",
        "<hy-",
        META,
        "text",
        "- ",
        "![]",
        "\r\n",
        "\x00",
        "(2,4),(3,3)",
        "</table>",
    ]
)
ANSWERS = st.lists(PIECES, max_size=25).map("".join)


def test_a_clean_page_stays_as_it_is() -> None:
    assert clean_document(PAGE) == PAGE


@pytest.mark.parametrize("fence", ["```", "```markdown", "```md", "```html", "~~~"])
def test_the_fence_around_a_page_goes_closed_or_not(fence: str) -> None:
    assert clean_document(f"{fence}\n{PAGE}\n{fence[:3]}\n") == PAGE
    assert clean_document(f"{fence}\n{PAGE}") == PAGE


def test_fenced_code_within_a_page_stays() -> None:
    code = f"{PAGE}\n\n```python\nprint(1)\n```\n\nThe end."
    assert clean_document(code) == code
    assert clean_document(f"```markdown\n{code}\n```") == code
    assert clean_document(f"```markdown\n{code}") == code


def test_code_that_begins_a_page_stays() -> None:
    code = "```\nINVOICE 17\n```\n\nThe end."
    assert clean_document(code) == code


def test_a_table_in_a_fence_of_its_own_is_a_table() -> None:
    table = "<table><tr><td>a</td></tr></table>"
    assert clean_document(f"Prices\n\n```html\n{table}\n```\n\nEnd") == f"Prices\n\n{table}\n\nEnd"


def test_mermaid_stays_in_its_fence() -> None:
    chart = "```mermaid\ngraph TD\nA --> B\n```"
    assert clean_document(chart) == chart


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("(147,90),(925,415)", ""),
        ("(147,90),(925,90),(925,415),(147,415)", ""),
        ("- (147,90),(925,415)", ""),
        ("![](147,90),(925,415)", ""),
        ("数据来源于高德地图(39,337),(512,900)", "数据来源于高德地图"),
        ("Figure 2: Sales(39,337),(512,900)", "Figure 2: Sales"),
        ("Figure 2: Sales (39,337),(512,900)", "Figure 2: Sales"),
        ("图2 销售额 (39,337),(512,900)", "图2 销售额"),
        ("<tr><td>Seal(39,337),(512,900)</td></tr>", "<tr><td>Seal</td></tr>"),
        ("<tr><td>(39,337),(512,900)</td><td>b</td></tr>", "<tr><td></td><td>b</td></tr>"),
        ("| (39,337),(512,900) | b |", "|  | b |"),
    ],
)
def test_the_boxes_of_figures_go(line: str, kept: str) -> None:
    assert clean_document(f"above\n\n{line}\n\nbelow") == ("above\n\n" + kept + "\n\nbelow").replace("\n\n\n\n", "\n\n")


@pytest.mark.parametrize(
    "line",
    [
        "The points A(2,4),(3,3) lie close together",
        "They lie at (2,4),(3,3)",
        "Draw a line through (100,200),(300,400)",
        "Loss(1,234),(5,678)",
        "see clause 3(1),(2)",
        "$(147,90),(925,415)$",
        "(147,90),(925,415) are the corners",
        "Offices(39,337)",
        "f(39,337),(512,9000)",
    ],
)
def test_what_may_be_something_else_stays(line: str) -> None:
    assert clean_document(f"above\n\n{line}\n\nbelow") == f"above\n\n{line}\n\nbelow"


def test_points_of_formulas_and_code_stay() -> None:
    page = "$$\nA(147,90),(925,415)\n$$\n\n\\[\nB(147,90),(925,415)\n\\]\n\n```text\n(147,90),(925,415)\n```\n\nend"
    assert clean_document(page) == page
    assert clean_document(f"{page}\n\n(147,90),(925,415)") == page


def test_layout_metadata_goes_and_parts_what_it_stands_between() -> None:
    assert clean_document(f"Annual Report{META}Body text{META}") == "Annual Report\n\nBody text"


def test_layout_metadata_that_is_cut_off_goes_and_takes_no_text_along() -> None:
    for length in range(3, len(META)):
        assert clean_document(f"Annual Report{META[:length]}") == "Annual Report", META[:length]
    assert clean_document("Annual </hy-meta>Report") == "Annual Report"
    assert clean_document("A<hy-meta><layout>title</layout>The text goes on") == "A\n\nThe text goes on"


@pytest.mark.parametrize("end", ["</caption>", ""])
def test_a_caption_stands_above_its_table(end: str) -> None:
    raw = f"Before<table border=1><caption>表1 <b>价格</b>{end}<tr><td>a</td></tr></table>"
    assert clean_document(raw) == "Before\n\n表1 价格\n\n<table border=1><tr><td>a</td></tr></table>"


def test_an_endless_tail_is_cut() -> None:
    cleaned = clean_document(PAGE + "\n\n" + "The Buyer shall pay within thirty days. " * 400)
    assert cleaned == PAGE + "\n\nThe Buyer shall pay within thirty days."


def test_a_tail_that_is_endless_but_for_its_coordinates_is_cut() -> None:
    lines = [f"The Buyer shall pay within thirty days({x},10),({x + 300},400)" for x in range(100)]
    assert clean_document("\n".join(lines)) == "The Buyer shall pay within thirty days"


def test_line_ends_blank_lines_and_control_characters_are_put_in_order() -> None:
    assert clean_document("a\r\nb\rc\n\n \n\t\n\nd\x00\x07\x9b\ufeff\u2028e  \n\n") == "a\nb\nc\n\nd\ne"


def test_half_characters_go() -> None:
    assert clean_document("total \ud83d 5") == "total  5"


@pytest.mark.parametrize(
    "raw",
    [
        "",
        " \n",
        "```",
        "```markdown\n```",
        "(147,90),(925,415)",
        "```\n(147,90),(925,415)\n```",
        "[147, 90, 925, 415]",
        "<table><tr><td>&nbsp;</td></tr></table>",
        "![](a.png)",
        META,
        "---",
        "(1,2),(3,4),(5,6),(7,8)\n(1,2),(3,4)",
    ],
)
def test_boxes_and_fences_say_nothing(raw: str) -> None:
    assert says_nothing(raw)


@pytest.mark.parametrize("raw", [PAGE, "图(147,90),(925,415)", "7", "```\n合同\n```", "<td>x</td>", "$x$"])
def test_any_word_says_something(raw: str) -> None:
    assert not says_nothing(raw)


@settings(deadline=None)
@given(ANSWERS | st.text(max_size=300))
def test_a_cleaned_answer_is_clean(raw: str) -> None:
    cleaned = clean_document(raw)
    assert clean_document(cleaned) == cleaned
    assert "\n\n\n" not in cleaned and cleaned == cleaned.strip()
    assert "\r" not in cleaned and "<hy-meta>" not in cleaned and not endless(cleaned)
    cleaned.encode()


@settings(deadline=None)
@given(st.lists(st.text("abc甲乙。 ", min_size=1, max_size=20), max_size=8))
def test_no_word_of_a_plain_page_is_lost(paragraphs: list[str]) -> None:
    cleaned = clean_document("\n\n".join(paragraphs))
    assert cleaned.split() == " ".join(paragraphs).split()


@settings(deadline=None)
@given(ANSWERS)
def test_what_says_nothing_has_no_words_once_cleaned(raw: str) -> None:
    if says_nothing(raw):
        assert says_nothing(clean_document(raw))
