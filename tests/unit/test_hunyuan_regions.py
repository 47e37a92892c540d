"""Layout answers: the page's regions, in both formats."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.hunyuan.regions import Region, parse_layout

pytestmark = pytest.mark.unit

QUAD = "(50,20),(950,20),(950,90),(50,90)"
BOX = (0.05, 0.02, 0.95, 0.09)
JSON = json.dumps(
    [
        {"layout_type": "section_title", "bbox": QUAD, "text": "采购合同"},
        {"layout_type": "figure", "bbox": "(100,200),(300,200),(300,400),(100,400)"},
        {"layout_type": "page_footer", "bbox": "(1,950),(999,950),(999,990),(1,990)", "text": "第 1 页"},
    ],
    ensure_ascii=False,
)
REGIONS = [
    Region("section-header", BOX, "采购合同"),
    Region("picture", (0.1, 0.2, 0.3, 0.4), ""),
    Region("page-footer", (0.001, 0.95, 0.999, 0.99), "第 1 页"),
]
TAGGED = (
    f"采购合同<hy-meta><layout>section_title</layout><quad>{QUAD}</quad></hy-meta>"
    "\nBody <em>with</em>\n\n<table><tr><td>a</td></tr></table>"
    "<hy-meta><layout>paragraph_span</layout><poly>[[50,20],[950,20],[950,90],[50,90]]</poly></hy-meta>"
)
PIECES = ["<hy-meta>", "</hy-meta>", "<layout>", "</layout>", "<quad>", "</quad>", "text", "(1,2)", ",", "[", "]", "<"]
PIECES += ['{"layout_type": "table", ', '"bbox": "(1,2),(3,4)"', "}", '"text": "a"', "{", "```json\n", QUAD, "title"]
ANSWERS = st.lists(st.sampled_from(PIECES), max_size=25).map("".join) | st.text(max_size=200)


@pytest.mark.parametrize("raw", [JSON, f"```json\n{JSON}\n```", f"```\n{JSON}", f"{JSON}\nDone."])
def test_regions_of_a_json_list(raw: str) -> None:
    assert parse_layout(raw) == REGIONS


def test_a_list_that_is_cut_off_gives_its_complete_regions() -> None:
    second = JSON.rindex(', {"layout_type"')
    for length in range(second, len(JSON) - 2):
        assert parse_layout(JSON[:length]) == REGIONS[:2]


def test_regions_of_the_older_format() -> None:
    assert parse_layout(TAGGED) == [
        Region("section-header", BOX, "采购合同"),
        Region("text", BOX, "Body <em>with</em>\n\n<table><tr><td>a</td></tr></table>"),
    ]


def test_the_older_format_cut_off_keeps_its_first_region_and_never_a_half_box() -> None:
    for length in range(len("采购合同<hy-meta>"), len(TAGGED)):
        regions = parse_layout(TAGGED[:length])
        assert all(region.text.startswith(("采购合同", "Body")) for region in regions)
        if length > TAGGED.index("\nBody"):
            assert regions[0] == Region("section-header", BOX, "采购合同")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("title", "title"),
        ("Para-Title", "section-header"),
        ("paragraph span", "text"),
        ("table", "table"),
        ("table_title", "caption"),
        ("Figure Title", "caption"),
        ("chart", "picture"),
        ("equation", "formula"),
        ("header", "page-header"),
        ("footer", "page-footer"),
        ("footnote", "footnote"),
        ("table of contents", "text"),
        ("something new", "text"),
    ],
)
def test_classes_become_kinds_of_blocks(name: str, kind: str) -> None:
    assert parse_layout(json.dumps([{"layout_type": name, "bbox": QUAD}])) == [Region(kind, BOX, "")]


@pytest.mark.parametrize("bbox", [None, "", "none", [1, 2], 7])
def test_a_region_without_a_readable_box_keeps_its_text(bbox: object) -> None:
    raw = json.dumps([{"layout_type": "table", "bbox": bbox, "text": " a\r\nb "}])
    assert parse_layout(raw) == [Region("table", None, "a\nb")]


def test_what_has_no_class_is_no_region() -> None:
    assert parse_layout('[{"bbox": "(1,2),(3,4)"}, {"layout_type": 7}, 5, "x"]') == []


def test_what_is_said_again_counts_once() -> None:
    assert parse_layout("[" + '{"layout_type": "table", "bbox": "(1,2),(3,4)"},' * 400) == [
        Region("table", (0.001, 0.002, 0.003, 0.004), "")
    ]


@pytest.mark.parametrize("raw", ["", "# A page", "[]", "<hy-meta>", "</hy-meta>", "{"])
def test_other_answers_have_no_regions(raw: str) -> None:
    assert parse_layout(raw) == []


@settings(deadline=None)
@given(ANSWERS)
def test_any_answer_gives_regions_within_the_page(raw: str) -> None:
    for region in parse_layout(raw):
        x0, y0, x1, y1 = region.box or (0.0, 0.0, 1.0, 1.0)
        assert 0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1
        assert region.kind and region.text == region.text.strip()
