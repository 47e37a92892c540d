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
# labelled contracts' figures in view, as was the second, of the words that state a known kind of clause
# (docs/measurements.md).
_MIN_CONFIDENCE = 0.55
_MIN_STATED = 0.45
# Where no document says most of the question's words, nor others for them, the passage must be nearer.
_MOSTLY_UNSAID = 0.5
_MIN_UNSAID = 0.65
_WEIGHT_WORDS = 0.5
# For a question in a language that the embedding model does not know, words alone decide.
_MIN_WORDS_ALONE = 0.3


def choose(quotes: Sequence[Quote]) -> list[Quote]:
    """The quotes that answer, best first; none where the documents do not answer.

    Where a known kind of clause is asked for, only words that state one can answer.

    Args:
        quotes: best first.
    """
    if not answers(quotes):
        return []
    stating = [quote for quote in quotes if quote.states] or quotes
    best = stating[0]
    chosen: list[Quote] = []
    for quote in stating:
        if quote.score < _NEARLY * best.score or len(chosen) == _MOST:
            break
        if not any(_same_place(quote, other) for other in chosen) and (quote.fits or not best.fits):
            chosen.append(quote)
    return chosen


def answers(quotes: Sequence[Quote]) -> bool:
    """Whether what was found is near enough to the question to answer it: its nearest passage, its best shared words.

    The passage counts and not the quote alone, for a clause says under its heading, or in the sentence before, what it
    is about; and so do the words of any quote, for the clause is there though another sentence may be quoted. Where a
    known kind of clause is asked for, nearness is not enough: a sentence must state one (`retrieval.clauses`), and be
    near itself.
    """
    if not quotes:
        return False
    if quotes[0].similarity == 0.0:
        return quotes[0].coverage >= _MIN_WORDS_ALONE
    if quotes[0].states is not None:
        return any(quote.similarity + _WEIGHT_WORDS * quote.coverage >= _MIN_STATED for quote in quotes if quote.states)
    nearest = max(quote.evidence.similarity for quote in quotes)
    needed = _MIN_UNSAID if quotes[0].unsaid > _MOSTLY_UNSAID else _MIN_CONFIDENCE
    return nearest + _WEIGHT_WORDS * max(quote.coverage for quote in quotes) >= needed


def are_unstated(quotes: Sequence[Quote]) -> bool:
    """Whether a known kind of clause is asked for, and none of what was found states one."""
    return bool(quotes) and quotes[0].states is not None and not answers(quotes)


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
