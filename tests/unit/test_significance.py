"""Intervals and tests against published values and against their own bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.significance import bootstrap, sign_test, wilson

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("successes", "total", "low", "high"),
    [
        # R: prop.test(x, n, correct=FALSE)$conf.int
        (81, 263, 0.2553, 0.3662),  # Newcombe, Statistics in Medicine 17 (1998), table I
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval_is_the_published_one(successes: int, total: int, low: float, high: float) -> None:
    assert wilson(successes, total) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(st.integers(0, 500).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_wilsons_interval_lies_around_the_share_within_bounds(counts: tuple[int, int]) -> None:
    low, high = wilson(*counts)
    share = counts[0] / counts[1] if counts[1] else 0.5
    assert 0 <= low <= share <= high <= 1
    missed = wilson(counts[1] - counts[0], counts[1])
    assert (1 - missed[1], 1 - missed[0]) == (pytest.approx(low), pytest.approx(high))


def test_more_questions_make_a_narrower_interval() -> None:
    widths = [high - low for low, high in (wilson(n // 2, n) for n in (0, 10, 100, 1000))]
    assert widths == sorted(widths, reverse=True)


@given(st.lists(st.floats(0, 1), max_size=30))
def test_the_bootstrap_stays_around_the_mean_and_is_the_same_each_time(values: list[float]) -> None:
    low, high = bootstrap(values)
    assert 0 <= low <= high <= 1 + 1e-12
    if values:
        assert low <= sum(values) / len(values) + 1e-12 and high >= sum(values) / len(values) - 1e-12
    assert bootstrap(values) == (low, high)


def test_the_bootstrap_agrees_with_wilson_where_both_apply() -> None:
    found, known = bootstrap([1.0] * 60 + [0.0] * 40), wilson(60, 100)
    assert found == (pytest.approx(known[0], abs=0.02), pytest.approx(known[1], abs=0.02))


@pytest.mark.parametrize(
    ("better", "worse", "p"),
    [
        (0, 0, 1.0),
        (1, 0, 1.0),
        (5, 0, 2 / 32),
        (6, 0, 2 / 64),
        (8, 1, 2 * (1 + 9) / 512),
        (3, 3, 1.0),
        (10, 3, 2 * (1 + 13 + 78 + 286) / 8192),
    ],
)
def test_the_sign_test_is_exact(better: int, worse: int, p: float) -> None:
    assert sign_test(better, worse) == pytest.approx(p)


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_the_sign_test_knows_no_sides_and_more_of_the_same_is_less_likely_chance(better: int, worse: int) -> None:
    p = sign_test(better, worse)
    assert 0 <= p <= 1 and p == sign_test(worse, better)
    if better >= worse:
        assert sign_test(better + 1, worse) <= p
