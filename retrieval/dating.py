"""The date of a document: the one that its beginning calls so."""

import re
from collections.abc import Sequence
from datetime import date

from retrieval.dates import days_in, folded

_BEFORE = 48  # characters before a date that say what it is
_BEHIND = 32  # and behind it
_EFFECTIVE = re.compile(
    r"\beffective\b(?: date)?[^.;]{0,24}$|\bwith effect (?:from|on)[^.;]{0,8}$|生效日期?[^，。；\d]{0,6}$|自\s*$",
    re.IGNORECASE,
)
_EFFECTIVE_BEHIND = re.compile(r"^[\s,]*[(（][^)）]{0,12}effective date|^\s*起?生效", re.IGNORECASE)
_DATED = re.compile(
    r"\b(?:dated|made|entered into|signed|executed|issued|invoice date|date of issue|issue date|date)\b[^.;\d]{0,24}$"
    r"|(?:签订|签署|签约|订立|开票|开具|填开)(?:日期|时间|于)?[^，。；\d]{0,6}$|日期[^，。；\d]{0,4}$|^\s*于?\s*$",
    re.IGNORECASE,
)
_SIGNED_BEHIND = re.compile(r"^\s*(?:签订|签署|订立|开具)")
# Dates of something else: when money is due, when goods come, when a term ends.
_OTHER = re.compile(
    r"\b(?:due|pay(?:able|ment)?|deliver\w*|ship\w*|expir\w*|until|ends?|ending|valid|terminat\w*|before|period|through)\b"
    r"[^.;]{0,24}$|(?:到期|付款|交货|截止|截至|届满|有效期|至)[^，。；\d]{0,6}$",
    re.IGNORECASE,
)


def document_date(text: str, skip: Sequence[tuple[int, int]] = ()) -> date | None:
    """The date that a document bears: the effective one before that of signing or issue, else the first that may be it.

    Args:
        text: its beginning, as `folded` makes it.
        skip: places of dates that belong to another document.
    """
    best: tuple[int, date] | None = None
    for found in days_in(text):
        if any(start <= found.start < end for start, end in skip):
            continue
        weight = _weight(text[max(0, found.start - _BEFORE) : found.start], text[found.end : found.end + _BEHIND])
        if weight and (best is None or weight > best[0]):
            best = (weight, found.period.first)
    return best[1] if best else None


def dates_said(text: str) -> frozenset[date]:
    """All single days that a text has."""
    return frozenset(found.period.first for found in days_in(folded(text)))


def _weight(before: str, behind: str) -> int:
    if _EFFECTIVE.search(before) or _EFFECTIVE_BEHIND.search(behind):
        return 4
    if _OTHER.search(before):
        return 0
    return 3 if _DATED.search(before) or _SIGNED_BEHIND.search(behind) else 1
