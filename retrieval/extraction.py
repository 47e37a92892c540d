"""Quote mode: an answer made of the page's own words alone. What is not on the page cannot be said."""

from collections.abc import Sequence

from retrieval.continuing import whole
from retrieval.plain import without_links
from retrieval.quotes import Quote, cite
from retrieval.types import Citation

_MOST = 3
# A further quote is shown where its score is at least this share of the best one's.
_NEARLY = 0.9
# Below this, nothing that was found has enough to do with the question to be called an answer. The first was set on
# questions about the drawn documents (data/refusal_questions.json, data/sample_questions.json), with half of the
# labelled contracts' figures in view, as were the two others (docs/measurements.md). Where a known kind of clause is
# asked for, less will do if what was found states one, and more is needed if only the rest of the document does.
_MIN_CONFIDENCE = 0.55
_MIN_STATED = 0.35
_MIN_STATED_ELSEWHERE = 0.65
_WEIGHT_WORDS = 0.5
# For a question in a language that the embedding model does not know, words alone decide.
_MIN_WORDS_ALONE = 0.3


def choose(quotes: Sequence[Quote], *, elsewhere: bool = False) -> list[Quote]:
    """The quotes that answer, best first; none where the documents do not answer.

    Args:
        quotes: best first.
        elsewhere: whether the document that is asked has a clause of the kind that is asked for, wherever.
    """
    if not answers(quotes, elsewhere=elsewhere):
        return []
    best = quotes[0]
    chosen: list[Quote] = []
    for quote in quotes:
        if quote.score < _NEARLY * best.score or len(chosen) == _MOST:
            break
        if not any(_same_place(quote, other) for other in chosen) and (quote.fits or not best.fits):
            chosen.append(quote)
    return chosen


def answers(quotes: Sequence[Quote], *, elsewhere: bool = False) -> bool:
    """Whether what was found is near enough to the question to answer it: its nearest passage, its best shared words.

    The passage counts and not the quote alone, for a clause says under its heading, or in the sentence before, what it
    is about; and so do the words of any quote, for the clause is there though another sentence may be quoted. Where a
    known kind of clause is asked for, nearness is not enough: what was found must state one (`retrieval.clauses`), or
    be very near in a document that has one.
    """
    if not quotes:
        return False
    needed = _needed(quotes, elsewhere)
    if needed is None:
        return False
    if quotes[0].similarity == 0.0:
        return quotes[0].coverage >= _MIN_WORDS_ALONE
    nearest = max(quote.evidence.similarity for quote in quotes)
    return nearest + _WEIGHT_WORDS * max(quote.coverage for quote in quotes) >= needed


def _needed(quotes: Sequence[Quote], elsewhere: bool) -> float | None:
    """How much confidence an answer needs; None where none will do."""
    if quotes[0].states is None:
        return _MIN_CONFIDENCE
    if any(quote.states for quote in quotes):
        return _MIN_STATED
    return _MIN_STATED_ELSEWHERE if elsewhere else None


def compose(quotes: Sequence[Quote]) -> tuple[str, tuple[Citation, ...]]:
    """An answer's text and citations: one quote a line."""
    citations = tuple(cite(quote, number) for number, quote in enumerate(quotes, start=1))
    pieces = (f"{without_links(whole(quote))} [{number}]" for number, quote in enumerate(quotes, start=1))
    return "\n\n".join(pieces), citations


def _same_place(one: Quote, other: Quote) -> bool:
    """Whether two quotes stand, in part, on the same lines of the same page."""
    if (one.page.doc_id, one.page.page_number) != (other.page.doc_id, other.page.page_number):
        return False
    lines = {(span.line, span.start) for span in one.unit.spans}
    return any((span.line, span.start) in lines for span in other.unit.spans)
