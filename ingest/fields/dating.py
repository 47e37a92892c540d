"""The date of issue, where no label names it: behind the number, or the first date that is nobody else's."""

import re
from collections.abc import Iterable, Iterator, Sequence

from ingest.fields.candidates import Candidate, raw_of
from ingest.fields.folding import folded
from ingest.fields.model import FieldKind
from ingest.fields.printed import amounts_in, dates_in
from ingest.fields.sheet import Segment
from ingest.fields.view import View

ISSUED, NUMBER = "issue_date", "number"
_BESIDE_NUMBER, _WITH_TIME, _ALONE, _LATER = 0.85, 0.62, 0.45, 0.3
_TIME = re.compile(r"\d{1,2}:\d{2}")
_LONG = 60
# A word with a colon that we have no label for: "Version: 2.1 of 24.03.2020", "Valid:".
_UNKNOWN_LABEL = re.compile(r"[^\W\d_]{3,}\.?\s?[:：](?!\d)")
_MOST = 200  # rows that are looked through


def unlabelled_dates(view: View, found: Iterable[Candidate]) -> Iterator[Candidate]:
    """Dates that no label names, each with how likely it is that of issue."""
    numbers = {one.segment.row: one for one in found if one.name == NUMBER and one.score > 0.5}
    first = min(view.heads, default=_MOST)
    for row in view.sheet.rows[:_MOST]:
        if row[0].row > first and _has_amount(view, row):
            continue  # a line's own date
        for segment in row:
            dates = dates_in(segment.text, view.habits)
            if not dates:
                continue
            score = _score(view, segment, numbers.get(segment.row))
            if score:
                raw = raw_of(FieldKind.DATE, segment.text, dates[0], view.habits)
                yield Candidate(ISSUED, FieldKind.DATE, raw, dates[0], segment, score)


def _has_amount(view: View, row: Sequence[Segment]) -> bool:
    return any(amount.is_money for segment in row for amount in amounts_in(segment.text, view.habits))


def _score(view: View, segment: Segment, number: Candidate | None) -> float:
    if number and (number.segment.place, 0) <= (segment.place, 0) and not _labelled(view, segment, beside=number):
        return _BESIDE_NUMBER
    if _labelled(view, segment) or len(segment.text) > _LONG:
        return 0.0
    score = _WITH_TIME if _TIME.search(segment.text) else _ALONE
    return score if segment.page == 1 else min(score, _LATER)


def _labelled(view: View, segment: Segment, beside: Candidate | None = None) -> bool:
    """Whether a label stands before a date, in its segment or left of it; that of the number beside it is none."""
    row = view.sheet.rows[segment.row]
    left = [one for one in row if one.place < segment.place][-1:]
    labels = [
        *view.labels_of(segment),
        *(label for one in left if _is_open(view, one) for label in view.labels_of(one)),
    ]
    if beside is not None:
        labels = [label for label in labels if label.means(NUMBER) is None]
    unknown = beside is None and any(_UNKNOWN_LABEL.search(one.text) for one in (segment, *left))
    return unknown or any(label.means("item_quantity") is None for label in labels)


def _is_open(view: View, segment: Segment) -> bool:
    """Whether a segment's last label still waits for its value."""
    labels = view.labels_of(segment)
    return bool(labels) and not folded(segment.text[labels[-1].end :])
