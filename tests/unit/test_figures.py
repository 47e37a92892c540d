"""A run's figures: what counts, what does not, and examples worked out by hand."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.figures import LESS_IS_BETTER, METRICS, NAMES, by_group, figures, values_of
from retrieval.questions import Asked
from retrieval.significance import wilson
from tests.asked import LEASE, NOBODY, cited, result

pytestmark = pytest.mark.unit

RIGHT, WRONG = ("lease", 2), ("lease", 7)


def test_one_question_by_every_metric() -> None:
    one = result(found=[WRONG, RIGHT], citations=[cited(RIGHT), cited(WRONG, valid=False)])
    assert values_of(one) == {
        "page-hit@1": 0,
        "page-hit@3": 1,
        "page-hit@5": 1,
        "page-hit@10": 1,
        "mrr": 0.5,
        "document@1": 1,
        "answer-values": 1,
        "answer-words": 1,
        "answer-f1": pytest.approx(2 * 2 / (2 + 4)),
        "citation-precision": 0.5,
        "citation-recall": 1,
        "quote-validity": 0.5,
        "false-refusal": 0,
    }


def test_a_refusal_says_nothing_even_where_it_repeats_the_expected_words() -> None:
    values = values_of(result(text="Nothing mentions 900 euros.", answered=False))
    assert values["false-refusal"] == 1 and "citation-precision" not in values
    assert values["answer-values"] == values["answer-words"] == values["answer-f1"] == values["citation-recall"] == 0


def test_a_question_without_an_answer_counts_for_refusals_and_quotes_alone() -> None:
    assert values_of(result(NOBODY, answered=False)) == {"refusal": 1}
    assert values_of(result(NOBODY, citations=[cited(WRONG)])) == {"refusal": 0, "quote-validity": 1}


def test_pages_of_a_question_that_must_be_refused_are_not_expected() -> None:
    trap = replace(NOBODY, pages=(2,))
    assert values_of(result(trap, citations=[cited(RIGHT)])).keys() == {"refusal", "quote-validity"}


def test_a_question_without_known_pages_is_measured_by_its_answer() -> None:
    values = values_of(result(replace(LEASE, pages=()), citations=[cited(RIGHT)]))
    assert "page-hit@5" not in values and "citation-precision" not in values
    assert values["document@1"] == values["answer-words"] == 1


def test_a_search_alone_has_no_figures_of_answers() -> None:
    assert values_of(replace(result(), given=None)).keys() == {
        "page-hit@1",
        "page-hit@3",
        "page-hit@5",
        "page-hit@10",
        "mrr",
        "document@1",
    }


def test_figures_are_means_over_the_questions_they_bear_on() -> None:
    results = [
        result(seconds=1.0, citations=[cited(RIGHT)]),
        result(found=[WRONG], seconds=3.0, citations=[cited(RIGHT), cited(WRONG)]),
        result(NOBODY, answered=False, seconds=2.0),
    ]
    found = figures(results)
    assert (found["page-hit@1"].value, found["page-hit@1"].questions) == (0.5, 2)
    assert (found["page-hit@1"].low, found["page-hit@1"].high) == wilson(1, 2)
    assert (found["citation-precision"].value, found["citation-precision"].questions) == (0.75, 2)
    assert (found["refusal"].value, found["refusal"].questions) == (1.0, 1)
    assert (found["latency-p50"].value, found["latency-p95"].value) == (2.0, 3.0)
    assert found["latency-p50"].low is None


def test_no_questions_give_no_figures() -> None:
    assert figures([]) == {}


def test_groups_are_counted_by_themselves_and_those_without_are_left_out() -> None:
    alone = result(Asked("Rent?", "lease.pdf", (2,)))
    results = [result(NOBODY), result(), alone, result(replace(LEASE, question="And for a flat?"))]
    assert {name: len(members) for name, members in by_group(results).items()} == {"money": 2, "pets": 1}


@given(
    st.lists(
        st.builds(
            result,
            st.sampled_from([LEASE, NOBODY, Asked("Rent?", "lease.pdf", (2, 7))]),
            st.lists(st.sampled_from([RIGHT, WRONG, ("other", 2)]), max_size=10),
            st.text(max_size=20),
            citations=st.lists(st.builds(cited, st.sampled_from([RIGHT, WRONG]), valid=st.booleans()), max_size=3),
            answered=st.booleans(),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_every_figure_lies_within_its_interval_and_hits_grow_with_depth(results: list) -> None:  # type: ignore[type-arg]
    found = figures(results)
    for name, figure in found.items():
        if figure.low is not None and figure.high is not None:
            assert 0 <= figure.low <= figure.value + 1e-9 and figure.value - 1e-9 <= figure.high <= 1 + 1e-9, name
        assert 1 <= figure.questions <= len(results)
    hits = [found[name].value for name in found if name.startswith("page-hit")]
    assert hits == sorted(hits)
    if "mrr" in found:
        assert found["page-hit@1"].value <= found["mrr"].value + 1e-9 <= found["page-hit@10"].value + 2e-9


def test_names_are_unique_and_less_is_better_of_refusing_what_is_answered_and_of_time() -> None:
    assert len(set(NAMES)) == len(NAMES) == len(METRICS) + 2
    assert LESS_IS_BETTER == {"false-refusal", "latency-p50", "latency-p95"}
