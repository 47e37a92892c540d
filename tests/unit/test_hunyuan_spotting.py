"""Spotting answers: text with boxes, in both formats and with every fault."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.hunyuan.coordinates import box_of
from ingest.hunyuan.spotting import CONFIDENCE, parse_spotting
from ingest.types import BoxOrigin

pytestmark = pytest.mark.unit

JSON = '[{"box": [100, 50, 900, 90], "text": "采购合同"}, {"bbox": [10, 100, 400, 130], "text": "Party A (Buyer)"}]'
PIECES = st.sampled_from(
    [
        "text",
        "(1,2)",
        ",",
        "(3,4)",
        "(1000,0),(20,2000)",
        "甲方",
        "(",
        ")",
        "\n",
        '{"box": [1, 2, 3, 4], ',
        '"text": "a"',
        "}",
        '{"bbox": "(1,2),(3,4)", ',
        '"text": "',
        '"',
        "[",
        "]",
        "```json\n",
        "{",
        "NaN",
        "1e999",
        "\\",
        "<ref>",
        "(-5,7)",
        "[[1,2],",
    ]
)
ANSWERS = st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=200)


def found(raw: str) -> list[tuple[str, tuple[float, ...]]]:
    return [(line.text, tuple(round(edge * 1000) for edge in line.box)) for line in parse_spotting(raw)]


def test_lines_know_where_their_boxes_come_from() -> None:
    (line,) = parse_spotting("采购合同(100,50),(900,90)")
    assert (line.text, line.box, line.confidence) == ("采购合同", (0.1, 0.05, 0.9, 0.09), CONFIDENCE)
    assert line.origin is BoxOrigin.SPOTTING


def test_lines_stand_back_to_back() -> None:
    raw = "SUPPLY AGREEMENT(1,2),(300,40)甲方：华岳(5,60),(300,90)\nTotal: 1,234.00(5,100),(70,120)"
    assert found(raw) == [
        ("SUPPLY AGREEMENT", (1, 2, 300, 40)),
        ("甲方：华岳", (5, 60, 300, 90)),
        ("Total: 1,234.00", (5, 100, 70, 120)),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "ATLANTA (AP) Second",
        "金额(小写)",
        "f(x), g(y)",
        "see (3,4)",
        "clauses (1),(2)",
        "loss (1,234)",
        "a (b",
        ")",
        "(3,4) and (5,6)",
        "2,3",
    ],
)
def test_text_with_parentheses_keeps_them(text: str) -> None:
    # A bracket alone is no text.
    wanted = [(text, (10, 20, 30, 40))] if text != ")" else []
    assert found(f"{text}(10,20),(30,40)") == wanted
    assert found(f"first(1,2),(3,4){text}(10,20),(30,40)last(5,6),(7,8)") == [
        ("first", (1, 2, 3, 4)),
        *wanted,
        ("last", (5, 6, 7, 8)),
    ]


def test_a_pair_of_numbers_before_the_box_belongs_to_the_text() -> None:
    assert found("values (3,4),(10,20),(30,40)") == [("values (3,4)", (10, 20, 30, 40))]


def test_text_with_line_breaks_becomes_one_line() -> None:
    assert found("Party A\n  Buyer\t\x07(10,20),(30,40)") == [("Party A Buyer", (10, 20, 30, 40))]


def test_four_corners_give_the_box_around_them() -> None:
    assert found("tilted(10,22),(30,20),(32,40),(12,42)") == [("tilted", (10, 20, 32, 42))]


def test_a_line_that_is_cut_off_is_left_out() -> None:
    for length in range(len("(10,20),(30,40)")):
        assert found("first(1,2),(3,4)second" + "(10,20),(30,40)"[:length]) == [("first", (1, 2, 3, 4))]


def test_a_box_without_text_is_no_line() -> None:
    assert found("(147,90),(925,415)") == []
    assert found("first(1,2),(3,4)(147,90),(925,415)last(5,6),(7,8)") == [
        ("first", (1, 2, 3, 4)),
        ("last", (5, 6, 7, 8)),
    ]


def test_the_older_tags_are_no_text() -> None:
    raw = "<ref>采购合同</ref><quad>(10,20),(30,40)</quad><ref>b</ref><quad>(1,2),(3,4)</quad>"
    assert found(raw) == [("采购合同", (10, 20, 30, 40)), ("b", (1, 2, 3, 4))]


@pytest.mark.parametrize(
    "raw", [JSON, f"```json\n{JSON}\n```", f"```\n{JSON}", f"Here it is: {JSON}\nThat is all {{}}."]
)
def test_json_lines(raw: str) -> None:
    assert found(raw) == [("采购合同", (100, 50, 900, 90)), ("Party A (Buyer)", (10, 100, 400, 130))]


def test_json_that_is_cut_off_gives_its_complete_lines() -> None:
    first = JSON.index("}") + 1
    for length in range(first, len(JSON) - 2):
        assert [text for text, _ in found(JSON[:length])] == ["采购合同"], JSON[:length]
    for length in range(first):
        assert found(JSON[:length]) == []


@pytest.mark.parametrize(
    "box",
    [
        ["10", "20", "30", "40"],
        [[10, 20], [30, 20], [30, 40], [10, 40]],
        "(10,20),(30,40)",
        "(10,20),(30,20),(30,40),(10,40)",
        [10, 20, 30, 20, 30, 40, 10, 40],
        [30, 40, 10, 20],
        [10.4, 19.6, 30, 40],
        "[10, 20, 30, 40]",
    ],
)
def test_boxes_of_any_form(box: object) -> None:
    assert found(json.dumps([{"text": "a", "box": box}])) == [("a", (10, 20, 30, 40))]


@pytest.mark.parametrize("box", [[], [1, 2, 3], None, "none", {"x": 1}, [None] * 4, [True] * 4, [[[[[1, 2, 3, 4]]]]]])
def test_a_line_without_a_box_is_left_out(box: object) -> None:
    assert found(json.dumps([{"text": "a", "box": box}, {"text": "b", "box": [1, 2, 3, 4]}])) == [("b", (1, 2, 3, 4))]


def test_places_outside_the_page_move_to_its_edge() -> None:
    assert found("a(-5,20),(3000,40)b(1200,1200),(1300,1300)") == [
        ("a", (0, 20, 1000, 40)),
        ("b", (999, 999, 1000, 1000)),
    ]


def test_a_box_without_an_extent_gets_one() -> None:
    assert found("a(10,20),(10,20)b(0,0),(1000,0)c(1000,5),(1000,9)") == [
        ("a", (10, 20, 11, 21)),
        ("b", (0, 0, 1000, 1)),
        ("c", (999, 5, 1000, 9)),
    ]


def test_quotation_marks_that_are_not_escaped_cost_no_line() -> None:
    raw = (
        r'[{"box":[1,2,3,4],"text":"the "Buyer""},{"text":"\alpha "x", y","box":[5,6,7,8]},'
        r'{"box":[1,1,9,9],"text":"b"}]'
    )
    assert found(raw) == [('the "Buyer"', (1, 2, 3, 4)), ('\\alpha "x", y', (5, 6, 7, 8)), ("b", (1, 1, 9, 9))]


def test_what_is_said_again_and_again_counts_once() -> None:
    assert found("a(1,2),(3,4)" * 500 + "a(5,6),(7,8)") == [("a", (1, 2, 3, 4)), ("a", (5, 6, 7, 8))]
    assert len(found("[" + '{"box":[1,2,3,4],"text":"a"},' * 500)) == 1


@pytest.mark.parametrize(
    "raw", ["", "No text was found.", "[]", "{}", "没有文字", "```json\n[]\n```", "[[1,2,3,4]]", "[" * 5000]
)
def test_an_answer_without_lines_gives_none(raw: str) -> None:
    assert found(raw) == []


@settings(deadline=None)
@given(ANSWERS)
def test_any_answer_gives_lines_within_the_page(raw: str) -> None:
    lines = parse_spotting(raw)
    for line in lines:
        x0, y0, x1, y1 = line.box
        assert 0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1
        assert line.text == " ".join(line.text.split()) != ""
        line.text.encode()
    assert len(set(lines)) == len(lines)


CORNERS = st.tuples(*[st.integers(0, 499)] * 2, *[st.integers(500, 1000)] * 2)
TEXTS = (
    st.text("ab甲 (),.:-1", min_size=1, max_size=12)
    .map(str.strip)
    .filter(lambda text: text.strip(" ,()") and text[-1] not in "(,-")
)


@settings(deadline=None)
@given(st.lists(st.tuples(st.text('ab甲"\\{}()[],: 1', min_size=1).map(str.strip).filter(bool), CORNERS), unique=True))
def test_json_lines_come_back_as_they_were_written(entries: list[tuple[str, tuple[int, ...]]]) -> None:
    raw = json.dumps([{"box": box, "text": text} for text, box in entries], ensure_ascii=False)
    if '{"' not in "".join(text for text, _ in entries):
        assert found(raw) == [
            (" ".join(text.split()), box) for text, box in dict.fromkeys((" ".join(t.split()), b) for t, b in entries)
        ]


@settings(deadline=None)
@given(st.lists(st.tuples(TEXTS, CORNERS), unique=True, max_size=6))
def test_pair_lines_come_back_as_they_were_written(entries: list[tuple[str, tuple[int, ...]]]) -> None:
    raw = "".join(f"{text}({x0},{y0}),({x1},{y1})" for text, (x0, y0, x1, y1) in entries)
    wanted = dict.fromkeys((" ".join(text.split()), box) for text, box in entries)
    assert found(raw) == list(wanted)


@settings(deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner)))
def test_any_value_is_a_box_within_the_page_or_none(value: object) -> None:
    box = box_of(value)
    if box:
        assert 0 <= box[0] < box[2] <= 1 and 0 <= box[1] < box[3] <= 1
