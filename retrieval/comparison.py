"""A run beside an earlier one of the same questions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from retrieval.figures import LESS_IS_BETTER, METRICS, values_of
from retrieval.measuring import Result
from retrieval.significance import sign_test

# Values of one run: by question, then by metric.
Values = Mapping[tuple[str, ...], Mapping[str, float]]
_EQUAL = 1e-9


@dataclass(frozen=True, slots=True)
class Difference:
    """A metric in two runs, over the questions that both measured by it.

    Attributes:
        metric: its name.
        pairs: questions of both runs.
        before: mean of the earlier run.
        after: mean of this one.
        better: questions that got better.
        worse: questions that got worse.
        p: probability of so uneven a split by chance alone (`retrieval.significance.sign_test`).
    """

    metric: str
    pairs: int
    before: float
    after: float
    better: int
    worse: int
    p: float


def run_values(results: Sequence[Result]) -> Values:
    """The values of a run."""
    return {result.asked.key: values_of(result) for result in results}


def compare(before: Values, after: Values) -> list[Difference]:
    """The differences of two runs, metric by metric; metrics that no question of both has are left out."""
    shared = [(before[key], after[key]) for key in after if key in before]
    found = []
    for metric in METRICS:
        name = metric.name
        pairs = [(old[name], new[name]) for old, new in shared if name in old and name in new]
        if pairs:
            found.append(_difference(name, pairs))
    return found


def _difference(name: str, pairs: Sequence[tuple[float, float]]) -> Difference:
    up = sum(new > old + _EQUAL for old, new in pairs)
    down = sum(new < old - _EQUAL for old, new in pairs)
    better, worse = (down, up) if name in LESS_IS_BETTER else (up, down)
    before, after = (sum(pair[side] for pair in pairs) / len(pairs) for side in (0, 1))
    return Difference(name, len(pairs), before, after, better, worse, sign_test(better, worse))
