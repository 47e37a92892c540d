"""When a contract ends, where it gives its beginning and how long it runs: "for a term of two years"."""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date

from ingest.fields.preamble import Passage
from ingest.fields.printed import durations_in

_SURE = 0.5
_REACH = 90  # characters behind the words in which the time stands
# What runs for a time: the agreement or its term, not a guarantee or a payment.
_RUNS = re.compile(
    r"\b(?:(?:initial\s+)?terms?\s+of\s+(?:this|the)\s+(?:\w+\s+){0,2}?(?:agreement|contract|lease)"
    r"|initial\s+(?:term|period)|(?:this|the)\s+(?:\w+\s+){0,2}?(?:agreement|contract|lease)\s+(?:shall|will)\s+"
    r"(?:\w+\s+){0,4}?(?:remain|continue|be)\s+(?:\w+\s+){0,4}?(?:effect|force|effective|for)|for\s+an?\s+(?:initial\s+)?(?:term|period)\s+of"
    r"|term\s+shall\s+be|laufzeit\s+(?:von|beträgt)|für\s+die\s+dauer\s+von|pour\s+une\s+durée\s+de)\b"
    r"|(?:合同|协议|服务|租赁)?(?:有效期|期限)(?:为|是|：|:)",
    re.IGNORECASE,
)
_CONTRACT = re.compile(r"\b(?:agreement|contract|lease|term|vertrag|contrat)\b|合同|协议|租赁|服务", re.IGNORECASE)
# "three years after termination" is no term.
_LATER = re.compile(r"\b(?:after|following|thereafter|nach)\b|之?后|终止", re.IGNORECASE)
_PERIOD = re.compile(r"P(\d+)([WMYD])")
_LONGEST = 100  # years


def find_end(text: str, beginning: str) -> Iterator[Passage]:
    """The day on which a contract that begins on a day has run for its term; none where it gives no term.

    Args:
        text: the contract.
        beginning: ISO 8601.
    """
    for match in _RUNS.finditer(text):
        around = text[max(match.start() - _REACH, 0) : match.end()]
        stretch = re.split(r"[.;。；](?!\d)", text[match.end() : match.end() + _REACH])[0]
        times = durations_in(stretch)
        if _LATER.search(stretch):
            continue
        end = after(beginning, times[0]) if times and _CONTRACT.search(around) else ""
        if end:
            stop = match.end() + len(stretch)
            yield Passage(" ".join(text[match.start() : stop].split()), end, match.start(), stop, _SURE)
            return


def after(beginning: str, period: str) -> str:
    """The day a time after another, as ISO 8601; the month's last where it has no such day; empty for none."""
    start, found = date.fromisoformat(beginning), _PERIOD.fullmatch(period)
    if found is None:
        return ""
    count, unit = int(found[1]), found[2]
    if unit in "WD":
        days = count * (7 if unit == "W" else 1)
        return date.fromordinal(start.toordinal() + days).isoformat() if days <= 366 * _LONGEST else ""
    months = start.month - 1 + count * (12 if unit == "Y" else 1)
    year = start.year + months // 12
    if count > 12 * _LONGEST or year > date.max.year:
        return ""
    month = months % 12 + 1
    return date(year, month, min(start.day, monthrange(year, month)[1])).isoformat()
