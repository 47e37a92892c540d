"""Putting rankings together."""

from collections.abc import Sequence

# Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual rank learning
# methods", SIGIR 2009.
_K = 60


def fuse(rankings: Sequence[Sequence[str]], weights: Sequence[float]) -> list[tuple[str, float]]:
    """Reciprocal rank fusion, keyed by id: equal texts in two documents stay two results.

    Args:
        rankings: lists of ids, best first.
        weights: one a ranking.

    Returns:
        Pairs of id and score, best first; ties keep the order of first appearance.
    """
    scores: dict[str, float] = {}
    for ranking, weight in zip(rankings, weights, strict=True):
        for rank, key in enumerate(ranking, start=1):
            scores[key] = scores.get(key, 0.0) + weight / (_K + rank)
    return sorted(scores.items(), key=lambda pair: -pair[1])
