"""Metrics of one question: bounds, order, and examples worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.metrics import (
    DEPTHS,
    Place,
    cited_precision,
    cited_recall,
    document_hit,
    page_hit,
    percentile,
    quote_on_page,
    reciprocal_rank,
)

pytestmark = pytest.mark.unit

A1, A2, B1, B2 = ("a", 1), ("a", 2), ("b", 1), ("b", 2)
PLACES = st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 4)), max_size=12)


def test_a_worked_example() -> None:
    found, right = [B1, A1, A1, A2], {A2, B2}
    assert [page_hit(found, right, depth) for depth in DEPTHS] == [False, False, True, True]
    assert reciprocal_rank(found, right) == 1 / 4
    assert document_hit(found, "b") and not document_hit(found, "a")
    assert cited_precision([A2, A1, A2], right) == 2 / 3
    assert cited_recall([A2, A1, A2], right) == 1 / 2


def test_the_same_page_number_of_another_document_is_no_hit() -> None:
    assert not page_hit([B2], {A2}, 1) and reciprocal_rank([B2], {A2}) == 0


def test_without_citations_there_is_no_precision_and_no_recall() -> None:
    assert cited_precision([], {A1}) is None
    assert cited_recall([], {A1}) == 0
    assert cited_recall([A1], set()) is None


def test_nothing_found_hits_nothing() -> None:
    assert not page_hit([], {A1}, 10) and reciprocal_rank([], {A1}) == 0 and not document_hit([], "a")


@given(PLACES, st.sets(st.tuples(st.sampled_from("ab"), st.integers(1, 4)), min_size=1))
def test_looking_deeper_never_loses_a_hit_and_the_rank_agrees(found: list[Place], right: set[Place]) -> None:
    hits = [page_hit(found, right, depth) for depth in range(1, 13)]
    assert hits == sorted(hits)
    rank = reciprocal_rank(found, right)
    assert 0 <= rank <= 1
    assert (rank > 0) == any(hits)
    if rank:
        assert hits.index(True) + 1 == round(1 / rank)


@given(PLACES, st.sets(st.tuples(st.sampled_from("ab"), st.integers(1, 4)), min_size=1))
def test_precision_and_recall_stay_within_bounds_and_grow_with_a_right_citation(
    cited: list[Place], right: set[Place]
) -> None:
    further = next(iter(right))
    precision, more = cited_precision(cited, right) or 0.0, cited_precision([*cited, further], right)
    recall, wider = cited_recall(cited, right), cited_recall([*cited, further], right)
    assert more is not None and recall is not None and wider is not None
    assert 0 <= precision <= more <= 1 and 0 <= recall <= wider <= 1


def test_a_quote_may_differ_from_its_page_in_line_breaks_width_and_case_alone() -> None:
    page = "The rent is\n900 euros，payable  monthly."
    assert quote_on_page("Rent is 900 euros,payable monthly", page)
    assert not quote_on_page("Rent is 800 euros", page)


@given(st.lists(st.floats(0, 100), min_size=1), st.floats(0, 1))
def test_a_percentile_is_one_of_the_values_and_enough_lie_below(values: list[float], share: float) -> None:
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-6
    assert percentile(values, 0) == min(values) and percentile(values, 1) == max(values)


def test_the_median_of_four_is_the_second() -> None:
    assert percentile([4, 1, 3, 2], 0.5) == 2
    assert percentile(list(range(1, 21)), 0.95) == 19
