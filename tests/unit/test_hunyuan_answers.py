"""What all answers have in common: characters, fences, JSON elements."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.hunyuan.answers import clean_characters, fence_language, json_elements, one_line, without_fence

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("raw", "answer"),
    [
        ("```json\n[1]\n```", "[1]"),
        ("\n```\n[1]\n``` \n", "[1]"),
        ("```json\n[1]", "[1]"),
        ("[1]\n", "[1]"),
        ("```", ""),
        ("```json [1]```", "```json [1]```"),
    ],
)
def test_the_fence_around_an_answer_goes_even_without_its_end(raw: str, answer: str) -> None:
    assert without_fence(raw) == answer


@pytest.mark.parametrize(
    ("line", "language"), [("```", ""), ("~~~~", ""), ("  ```Markdown ", "markdown"), ("``", None), ("``` a b", None)]
)
def test_a_fence_names_its_language(line: str, language: str | None) -> None:
    assert fence_language(line) == language


def test_elements_are_decoded_one_by_one_and_a_broken_one_comes_as_it_is() -> None:
    raw = 'Here: [{"a": 1}, {"a": "x"y"}, {"a": "two\nlines"}, {"a": '
    assert list(json_elements(raw)) == [{"a": 1}, '{"a": "x"y"}, ', {"a": "two\nlines"}, '{"a": ']


@settings(deadline=None)
@given(st.text())
def test_clean_text_can_be_stored_and_has_one_kind_of_line_end(text: str) -> None:
    cleaned = clean_characters(text)
    cleaned.encode()
    assert cleaned.splitlines() == cleaned.removesuffix("\n").split("\n") if cleaned else True
    assert "\n" not in one_line(text) and one_line(one_line(text)) == one_line(text)
