"""Bars: what is short is said, with its name and by how much."""

import pytest

from ingest.errors import ConfigError
from retrieval.bars import Bar, parse_bar, shortfalls
from retrieval.figures import Figure

pytestmark = pytest.mark.unit

FOUND = {"page-hit@5": Figure(0.9, 20), "false-refusal": Figure(0.2, 20), "latency-p95": Figure(1.5, 20)}


def test_a_bar_is_read_from_the_command_line() -> None:
    assert parse_bar("page-hit@5=0.9") == Bar("page-hit@5", 0.9)
    assert parse_bar("latency-p95=2.5") == Bar("latency-p95", 2.5)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("page-hit=0.9", "page-hit@5"),
        ("page-hit@5", "number"),
        ("page-hit@5=high", "number"),
        ("page-hit@5=90", "between 0 and 1"),
        ("mrr=-1", "between 0 and 1"),
        ("mrr=nan", "between 0 and 1"),
        ("", "no figure"),
    ],
)
def test_a_bar_that_means_nothing_is_refused_with_a_remedy(text: str, named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        parse_bar(text)


def test_reached_bars_say_nothing_the_very_value_included() -> None:
    bars = [Bar("page-hit@5", 0.9), Bar("false-refusal", 0.2), Bar("latency-p95", 2)]
    assert shortfalls(FOUND, bars) == []


def test_a_figure_under_its_bar_is_named_with_what_is_missing() -> None:
    (text,) = shortfalls(FOUND, [Bar("page-hit@5", 0.95)])
    assert "page-hit@5 is 0.9000" in text and "0.0500 short" in text


def test_where_less_is_better_the_bar_is_a_most() -> None:
    (text,) = shortfalls(FOUND, [Bar("false-refusal", 0.12)])
    assert "at most 0.12" in text and "0.0800 short" in text


def test_a_bar_on_what_was_not_measured_is_not_reached() -> None:
    (text,) = shortfalls(FOUND, [Bar("refusal", 0.5)])
    assert "refusal was not measured" in text
