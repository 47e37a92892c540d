"""Pages that questions point at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.pointing import pointed_at

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("What is the date on page 14?", {14}),
        ("What is the fax number on page fourteen?", {14}),
        ("Who signed on page(1)?", {1}),
        ("What do pages 3 and 5 say about rent?", {3, 5}),
        ("What do pages 3-5 say about rent?", {3, 4, 5}),
        ("Which court stands on the cover page?", {1}),
        ("Is there a signature on the last page?", {-1}),
        ("What is on the second-to-last page?", {-2}),
        ("Which logo does slide 4 show?", {4}),
        ("第3页写了什么？", {3}),
        ("第十二页的金额是多少？", {12}),
        ("第二十页的金额是多少？", {20}),
        ("最后一页是谁签的字？", {-1}),
        ("封面上的日期是哪天？", {1}),
    ],
)
def test_pages_are_read_from_words_and_numbers(question: str, numbers: set[int]) -> None:
    assert pointed_at(question).numbers == numbers


@pytest.mark.parametrize(
    "question",
    ["How many pages are there?", "On which page is the rent?", "What happens on the first day?", "第五条写了什么？"],
)
def test_a_question_that_names_no_page_points_nowhere(question: str) -> None:
    assert pointed_at(question).numbers == frozenset()


def test_the_last_page_is_the_last_of_each_document() -> None:
    last = pointed_at("What is on the last page?")
    assert last.from_end and last.meets(7, 7) and not last.meets(7, 9) and not last.meets(7)


@pytest.mark.parametrize("line", ["5", "- 5 -", "Page 5", "Page 5 of 12", "5/12", "第5页", "第 5 页 共 12 页"])
def test_a_page_is_known_by_its_printed_number(line: str) -> None:
    text = f"The rent is due monthly.\n{line}"
    assert pointed_at("What does page 5 say?").is_printed_in(text)
    assert not pointed_at("What does page 12 say?").is_printed_in(text)


@pytest.mark.parametrize("line", ["5 days", "5.2 Rent", "| 5 | 12 |", "2015", "5,000"])
def test_other_lines_with_the_number_are_not_taken_for_it(line: str) -> None:
    assert not pointed_at("What does page 5 say?").is_printed_in(line)


@given(st.text())
def test_any_text_is_read_without_an_error(question: str) -> None:
    assert 0 not in pointed_at(question).numbers


@given(st.integers(1, 9999))
def test_each_number_points_at_its_own_page_alone(number: int) -> None:
    pointer = pointed_at(f"What stands on page {number}?")
    assert pointer.meets(number) and not pointer.meets(number + 1)
