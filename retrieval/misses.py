"""Why questions miss: the first step that went wrong, so that one knows where to look."""

from collections.abc import Iterable
from enum import StrEnum

from retrieval.measuring import Result
from retrieval.metrics import page_hit

_SEEN = 5  # results within which a page counts as found


class Cause(StrEnum):
    """The first step that went wrong."""

    DOCUMENT = "the document is not among the first results"
    PAGE = "the document is found, but another page of it"
    LATE = "the page is found, but behind the first results"
    REFUSED = "the page is found, the answer refused"
    OTHER_PAGE = "the page is found, another one is cited"
    ANSWERED = "answered, though no document answers it"


def cause_of(result: Result) -> Cause | None:
    """Why a question missed; None where its page was found among the first five results and cited, or rightly refused.

    A question whose pages are unknown is judged only by whether it was refused.
    """
    given = result.given
    if not result.asked.answerable:
        return Cause.ANSWERED if given and given.answered else None
    if result.asked.pages and not page_hit(result.found, result.right, _SEEN):
        if page_hit(result.found, result.right, len(result.found)):
            return Cause.LATE
        return Cause.PAGE if any(place[0] == result.doc_id for place in result.found[:_SEEN]) else Cause.DOCUMENT
    if given and not given.answered:
        return Cause.REFUSED
    if given and result.asked.pages and not any(cited.place in result.right for cited in given.cited):
        return Cause.OTHER_PAGE
    return None


def by_cause(results: Iterable[Result]) -> dict[Cause, list[Result]]:
    """The questions that missed, by cause."""
    found: dict[Cause, list[Result]] = {cause: [] for cause in Cause}
    for result in results:
        if cause := cause_of(result):
            found[cause].append(result)
    return {cause: missed for cause, missed in found.items() if missed}
