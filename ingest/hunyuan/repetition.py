"""Answers in which the model is stuck: the same piece of text over and over until the tokens run out.

What repeats decides how often it must: documents do hold rows of dots, empty table rows and columns of ``0.00``, and
sheets on which ten people sign, but not ten equal sentences in a row.
"""

import re

from ingest.scripts import is_cjk

# Only this many characters from the end are looked at, so that a stream can be checked again and again.
WINDOW = 16_000
_LONGEST_UNIT = WINDOW // 10
# Markup carries no words: tags, HTML entities and LaTeX commands such as \quad or \cdots.
_MARKUP = re.compile(r"<[^<>]{0,200}>|&\w{1,10};|\\[A-Za-z]{1,20}")
# A Chinese character says about as much as three Latin letters.
_CJK_WEIGHT = 3
_PHRASE = 24  # letters; a unit with more is a sentence or a filled row


def endless(text: str) -> bool:
    """Whether the end of a text is one unit repeated so often that the model must be stuck.

    A sentence (more than 24 letters) must stand there ten times, a short phrase 30 times and over 300 characters,
    and a unit without letters, such as dots, an empty table row or a number, 60 times and over 3,000 characters.
    The last repeat may be incomplete. Units of more than 1,600 characters are not found.
    """
    return _period(text) > 0


def cut_repetition(text: str) -> str:
    """Cut an `endless` tail down to one occurrence of its unit; any other text stays as it is."""
    while period := _period(text):
        start = len(text) - period
        while start >= period and text[start - period : start] == text[start : start + period]:
            start -= period
        while start and text[start - 1] == text[start - 1 + period]:
            start -= 1
        text = text[: start + period]
    return text


def _period(text: str) -> int:
    """Length of the unit that an endless tail repeats; 0 where there is none."""
    tail = text[-WINDOW:]
    for period in range(1, min(_LONGEST_UNIT, len(tail) // 10) + 1):
        if not _repeats(tail, period, 10 * period):
            continue
        unit = tail[-period:]
        # Two empty rows are no longer a unit than one: only the shortest unit of a run counts.
        if (unit + unit).find(unit, 1) == period and _repeats(tail, period, _needed(unit)):
            return period
    return 0


def _repeats(tail: str, period: int, length: int) -> bool:
    """Whether the last `length` characters repeat with a period."""
    return (
        length <= len(tail)
        and tail[-1] == tail[-1 - period]
        and tail[len(tail) - length + period :] == tail[len(tail) - length : len(tail) - period]
    )


def _needed(unit: str) -> int:
    """How many characters of repeats of a unit are too many."""
    letters = _letters(unit)
    if letters > _PHRASE:
        return 10 * len(unit)
    if letters > 0:
        return min(WINDOW, max(30 * len(unit), 300))
    return min(WINDOW, max(60 * len(unit), 3000))


def _letters(unit: str) -> int:
    """Letters of a unit outside markup; the unit may begin in the middle of a tag, so it is counted among others."""
    several, more = (_MARKUP.sub("", unit * times) for times in (3, 4))
    return _weight(more) - _weight(several)


def _weight(text: str) -> int:
    return sum(_CJK_WEIGHT if is_cjk(character) else 1 for character in text if character.isalpha())
