"""Putting rankings together."""

from collections.abc import Hashable, Mapping, Sequence

# An id and its score, higher is better.
Scored = tuple[str, float]

# What a further passage of a page counts beside the one before it: after Carbonell and Goldstein, "The Use of MMR,
# Diversity-Based Reranking", SIGIR 1998, with the page in place of a similarity of texts.
_AGAIN = 0.7


def blend(rankings: Sequence[Sequence[Scored]], weights: Sequence[float]) -> list[Scored]:
    """The weighted mean of scores, each ranking's as shares of its best one, keyed by id.

    Equal texts in two documents stay two results. Unlike fusion by rank it keeps by how much one result is better
    than the next (Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", TOIS 2023).

    Args:
        rankings: pairs of id and score, higher is better; scores of 0 and less count nothing.
        weights: one a ranking.

    Returns:
        Pairs of id and score, 0..1, best first; ties keep the order of first appearance.
    """
    scores: dict[str, float] = {}
    total = sum(weights)
    for ranking, weight in zip(rankings, weights, strict=True):
        best = max((score for _, score in ranking), default=0.0)
        for key, score in ranking:
            scores[key] = scores.get(key, 0.0) + (weight / total * max(score, 0.0) / best if best > 0 else 0.0)
    return sorted(scores.items(), key=lambda pair: -pair[1])


def spread(ranked: Sequence[Scored], group: Mapping[str, Hashable]) -> list[Scored]:
    """Let results of one group step back behind those of others: its second counts 0.7, its third 0.49 and so on.

    Five passages of one page would otherwise be all that a reader sees first, where the second best page answers.

    Args:
        ranked: pairs of id and score, best first, none below 0.
        group: of each id, for example its page; ids that have none are left out.
    """
    seen: dict[Hashable, int] = {}
    found = []
    for key, score in ranked:
        if key in group:
            before = seen.get(group[key], 0)
            seen[group[key]] = before + 1
            found.append((key, score * _AGAIN**before))
    return sorted(found, key=lambda pair: -pair[1])
