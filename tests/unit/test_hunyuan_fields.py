"""Answers to the prompt for named fields."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import PageError
from ingest.hunyuan.fields import parse_fields

pytestmark = pytest.mark.unit

ANSWER = '{"Invoice number": "INV-2024-0117", "Total": 4250.5, "买方": " 华岳公司 ", "Items": [{"name": "Pallet"}]}'
FIELDS = {"Invoice number": "INV-2024-0117", "Total": 4250.5, "买方": "华岳公司", "Items": [{"name": "Pallet"}]}
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text("ab 甲'\"{}\\"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab甲", min_size=1), inner, max_size=3),
    max_leaves=8,
)


def stripped(value: object) -> object:
    match value:
        case str():
            return value.strip()
        case list():
            return [stripped(inner) for inner in value]
        case dict():
            return {key: stripped(inner) for key, inner in value.items()}
    return value


@pytest.mark.parametrize(
    "raw",
    [
        ANSWER,
        f"```json\n{ANSWER}\n```",
        f"```\n{ANSWER}",
        f"The fields are:\n{ANSWER}\nThat is all.",
        f"{{see below}} {ANSWER} {{}}",
        f"[{ANSWER}]",
        str(FIELDS),
        f"以下是结果：{FIELDS}",
    ],
)
def test_fields_are_found_wherever_they_stand(raw: str) -> None:
    assert parse_fields(raw) == FIELDS


def test_the_fields_asked_for_come_back_and_no_others() -> None:
    assert parse_fields(ANSWER, ["Total", "买方", "Date"]) == {"Total": 4250.5, "买方": "华岳公司", "Date": None}


def test_the_case_and_spaces_of_a_name_do_not_matter() -> None:
    assert parse_fields('{"invoice  Number ": "7", "合同 编号": 8}', ["Invoice number", "合同编号"]) == {
        "Invoice number": "7",
        "合同编号": 8,
    }


def test_a_list_of_objects_is_put_together() -> None:
    assert parse_fields('[{"a": 1}, {"b": 2}, {"a": 3}]') == {"a": 3, "b": 2}


def test_of_a_name_that_stands_twice_the_last_value_counts() -> None:
    assert parse_fields('{"a": 1, "a": 2}') == {"a": 2}


def test_what_is_no_number_is_none() -> None:
    assert parse_fields('{"a": NaN, "b": -Infinity, "c": 1e999, "d": [Infinity]}') == {
        "a": None,
        "b": None,
        "c": None,
        "d": [None],
    }


def test_strings_lose_control_characters_and_keep_their_lines() -> None:
    assert parse_fields('{"a": "x\ny\\u0000\\ud83d", "b": "\\r\\n z "}') == {"a": "x\ny", "b": "z"}


def test_braces_and_quotation_marks_within_a_value_end_nothing() -> None:
    assert parse_fields('so: {"a": "x } \\" {", "b": {"c": {}}} and {"d": 1}') == {"a": 'x } " {', "b": {"c": {}}}


def test_single_quotes_may_hold_backslashes_and_apostrophes() -> None:
    assert parse_fields(r"""{'path': 'C:\data\x', 'buyer': "O'Hara", 'paid': True, 'due': None}""") == {
        "path": r"C:\data\x",
        "buyer": "O'Hara",
        "paid": True,
        "due": None,
    }


def test_a_python_literal_runs_nothing() -> None:
    with pytest.raises(PageError):
        parse_fields("{'a': __import__('os').getcwd()}")


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "The total is 5.",
        "[]",
        "[1, 2]",
        "7",
        "null",
        '{"a": 1',
        '{"a": {"b": 1}, "c',
        "{'a': 1",
        "{1, 2}",
        "{" * 9000,
        "[" * 9000,
        '{"a":' * 5000,
        "{'a':" * 3000,
        "```json\n```",
        "{'a': 1" + "+1" * 8000 + "}",
    ],
)
def test_an_answer_without_fields_is_an_error_for_people(raw: str) -> None:
    with pytest.raises(PageError, match="did not answer with a list of fields") as caught:
        parse_fields(raw, ["Total"])
    assert (
        " ".join(raw.split())[:40] in str(caught.value).replace('\\"', '"').replace("\\'", "'")
        and len(str(caught.value)) < 400
    )


def test_values_too_deep_to_be_meant_are_left_out() -> None:
    value = parse_fields('{"a": ' + "[" * 200 + "1" + "]" * 200 + "}")["a"]
    assert value and str(value).count("[") < 30


@settings(deadline=None)
@given(
    st.text(max_size=200)
    | st.lists(st.sampled_from([*"{}[]\"',:1a\\ \n", '"a": ', "null", "```json\n"]), max_size=30).map("".join)
)
def test_any_answer_gives_fields_or_a_page_error(raw: str) -> None:
    try:
        fields = parse_fields(raw)
    except PageError:
        return
    json.dumps(fields, allow_nan=False, ensure_ascii=False).encode()


@settings(deadline=None)
@given(
    st.dictionaries(st.text("abc甲乙", min_size=1), VALUES, max_size=5),
    st.sampled_from(["{}", "```json\n{}\n```", "So: {} ."]),
)
def test_fields_come_back_as_they_were_written(fields: dict[str, object], frame: str) -> None:
    assert parse_fields(frame.replace("{}", json.dumps(fields, ensure_ascii=False))) == stripped(fields)
