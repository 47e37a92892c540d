"""Figures of one question: pages found, pages cited, quotes. Pure functions; `retrieval.figures` puts them together."""

import math
from collections.abc import Callable, Collection, Sequence

from retrieval.matching import folded

DEPTHS = (1, 3, 5, 10)

# A page of a document: its id and the 1-based page number.
Place = tuple[str, int]

# Ranked results of a question, best first.
Ranker = Callable[[str], Sequence[Place]]


def page_hit(found: Sequence[Place], right: Collection[Place], depth: int) -> bool:
    """Whether one of the first results is a right page (success@k; Voorhees and Harman, "TREC", 2005, chapter 3).

    Results are chunks, so two of the first may be of one page; they are counted as they come.

    Args:
        found: results, best first.
        right: pages that hold the answer.
        depth: how many results are looked at.
    """
    return any(place in right for place in found[:depth])


def reciprocal_rank(found: Sequence[Place], right: Collection[Place]) -> float:
    """One through the rank of the first right page, 0..1; 0 where none is among the results.

    Its mean over questions is the MRR (Voorhees, "The TREC-8 Question Answering Track Report", 1999).
    """
    return next((1 / rank for rank, place in enumerate(found, start=1) if place in right), 0.0)


def document_hit(found: Sequence[Place], doc_id: str) -> bool:
    """Whether the first result is of the right document, on whatever page."""
    return bool(found) and found[0][0] == doc_id


def cited_precision(cited: Sequence[Place], right: Collection[Place]) -> float | None:
    """Share of an answer's citations that are on a right page, 0..1; None without citations.

    Precision and recall as everywhere in retrieval (van Rijsbergen, "Information Retrieval", 1979, chapter 7), with
    pages as what is retrieved.
    """
    return sum(place in right for place in cited) / len(cited) if cited else None


def cited_recall(cited: Sequence[Place], right: Collection[Place]) -> float | None:
    """Share of the right pages that an answer cites, 0..1; None without right pages.

    Where a fact stands on two pages, citing one of them gives 0.5: read it beside the precision.
    """
    return len(set(cited) & set(right)) / len(set(right)) if right else None


def quote_on_page(quote: str, page: str) -> bool:
    """Whether a quote stands on a page, letter by letter but for case, width and white space."""
    return folded(quote) in folded(page)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least a share of all values do not exceed (nearest rank).

    Args:
        values: at least one.
        share: 0..1; 0.5 gives the median, 0.95 what all but the slowest twentieth stay within.
    """
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
