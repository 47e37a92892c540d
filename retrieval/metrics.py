"""Figures of retrieval and of answers."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from retrieval.questions import Asked
from retrieval.types import Answer

DEPTHS = (1, 3, 5, 10)

# Ranked results of a question: pairs of document id and page number, best first.
Ranker = Callable[[str], Sequence[tuple[str, int]]]


@dataclass(frozen=True, slots=True)
class PageHits:
    """Share of questions for which one of the first k results is a right page of the right document.

    Attributes:
        questions: how many were asked.
        at: pairs of k and share, 0..1.
        document: share whose first result is of the right document, 0..1.
    """

    questions: int
    at: tuple[tuple[int, float], ...]
    document: float


def page_hits(asked: Sequence[Asked], ids: dict[str, str], rank: Ranker) -> PageHits:
    """Ask every question and count hits.

    Results are chunks, so two of the first k may be of one page; they are counted as they come.

    Args:
        asked: questions with an answer.
        ids: document id of each question's file.
        rank: the retriever.
    """
    hits = dict.fromkeys(DEPTHS, 0)
    documents = 0
    for one in asked:
        results = rank(one.question)[: max(DEPTHS)]
        right = [doc_id == ids[one.file] and page in one.pages for doc_id, page in results]
        documents += bool(results) and results[0][0] == ids[one.file]
        for depth in DEPTHS:
            hits[depth] += any(right[:depth])
    total = max(len(asked), 1)
    return PageHits(len(asked), tuple((depth, count / total) for depth, count in hits.items()), documents / total)


@dataclass(frozen=True, slots=True)
class AnswerFigures:
    """How often quoted answers hold.

    Attributes:
        answerable: questions with an answer.
        contains: share of them whose quotes contain the expected words, 0..1.
        refused: share of them that were refused though they have an answer, 0..1.
        unanswerable: questions without one.
        refused_rightly: share of those that were refused, 0..1.
    """

    answerable: int
    contains: float
    refused: float
    unanswerable: int
    refused_rightly: float


def answer_figures(asked: Sequence[Asked], ask: Callable[[str], Answer]) -> AnswerFigures:
    """Ask every question and compare the quotes with the expected words."""
    pairs = [(one, ask(one.question)) for one in asked]
    with_answer = [(one, answer) for one, answer in pairs if one.pages]
    without = [answer for one, answer in pairs if not one.pages]
    good = sum(any(folded(one.answer) in folded(c.quote) for c in answer.citations) for one, answer in with_answer)
    return AnswerFigures(
        answerable=len(with_answer),
        contains=good / max(len(with_answer), 1),
        refused=sum(not answer.answered for _, answer in with_answer) / max(len(with_answer), 1),
        unanswerable=len(without),
        refused_rightly=sum(not answer.answered for answer in without) / max(len(without), 1),
    )


def folded(text: str) -> str:
    """A text for comparison: NFKC, no case, no white space."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
