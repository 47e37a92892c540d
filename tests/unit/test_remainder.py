"""What is left of a question once its documents are known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.remainder import without_lead, without_names

pytestmark = pytest.mark.unit

LEASE = "In the Lease between Acme Ltd and the heirs of Bolt, how long is the notice period?"


def rest_of(text: str, *names: str) -> str:
    return without_names(text, [(text.index(name), text.index(name) + len(name)) for name in names])


def test_of_a_part_that_says_where_to_look_nothing_is_left() -> None:
    rest = rest_of(LEASE, "Lease", "Acme Ltd", "Bolt")
    assert rest == "how long is the notice period?"
    assert without_lead(LEASE, rest) == "how long is the notice period?"


def test_a_name_stays_where_the_question_asks_but_not_in_what_is_left_of_it() -> None:
    question = "How many figures are related to Acme?"
    rest = rest_of(question, "Acme")
    assert rest == "How many figures are related to ?"
    assert without_lead(question, rest) == question


def test_a_part_that_asks_stays_even_if_it_begins_like_one_that_does_not() -> None:
    question = "Under the Lease with Acme what is owed, and by what day?"
    rest = rest_of(question, "Lease", "Acme")
    assert "what is owed" in rest and "what is owed" in without_lead(question, rest)


def test_a_question_of_names_alone_is_kept() -> None:
    assert rest_of("Acme Ltd?", "Acme Ltd") == "Acme Ltd?"


@given(st.text())
def test_without_names_a_question_stays_as_it_is_or_loses_little_words_alone(text: str) -> None:
    rest = without_names(text, [])
    assert rest or not text
    assert without_lead(text, text) == text
