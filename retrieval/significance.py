"""How far a figure may be from the truth, and whether two runs differ by more than chance."""

import math
from collections.abc import Sequence

import numpy as np

_Z = 1.959963984540054  # of the normal distribution: 95 % lie within
_RESAMPLES = 2000
_SEED = 20240504  # any number; always the same, so that equal runs print equal figures


def wilson(successes: int, total: int) -> tuple[float, float]:
    """95 % interval of a share, for example of questions that hit their page.

    Wilson's score interval (E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference",
    JASA 22, 1927), which stays within 0..1 and holds for few questions too (Brown, Cai and DasGupta, "Interval
    Estimation for a Binomial Proportion", Statistical Science 16, 2001).

    Args:
        successes: 0..total.
        total: how many were asked; of none, nothing is known: 0..1.
    """
    if not total:
        return 0.0, 1.0
    share = successes / total
    spread = _Z**2 / total
    middle = share + spread / 2
    half = _Z * math.sqrt(share * (1 - share) / total + spread / (4 * total))
    low, high = (middle - half) / (1 + spread), (middle + half) / (1 + spread)
    return min(max(0.0, low), share), max(min(1.0, high), share)


def bootstrap(values: Sequence[float]) -> tuple[float, float]:
    """95 % interval of a mean whose parts are no plain yes and no, for example of reciprocal ranks.

    Percentiles of the means of 2,000 samples drawn from the values with replacement (Efron and Tibshirani, "An
    Introduction to the Bootstrap", 1993, chapter 13). Of no value nothing is known: 0..1.
    """
    if not values:
        return 0.0, 1.0
    given = np.asarray(values, dtype=np.float64)
    chance = np.random.default_rng(_SEED)
    means = [given[chance.integers(0, len(given), len(given))].mean() for _ in range(_RESAMPLES)]
    low, high = np.percentile(means, [2.5, 97.5])
    # Means of resamples are rounded otherwise than the mean itself.
    middle = float(given.mean())
    return min(float(low), middle), max(float(high), middle)


def sign_test(better: int, worse: int) -> float:
    """Probability that chance alone splits the questions that changed this unevenly or more so, 0..1.

    The exact two-sided sign test (Dixon and Mood, "The Statistical Sign Test", JASA 41, 1946): of n questions that
    changed, each got better or worse with probability 1/2; equal ones say nothing. For answers that are right or wrong
    it is the exact form of McNemar's test.
    """
    total = better + worse
    ways = tail = 1
    for chosen in range(min(better, worse)):
        ways = ways * (total - chosen) // (chosen + 1)
        tail += ways
    return min(1.0, 2 * tail / (1 << total))
