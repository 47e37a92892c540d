"""Cutting running text into sentences, as contracts write them."""

import re
from collections.abc import Iterator

# Words after which a point does not end a sentence.
_ABBREVIATIONS = frozenset(
    "inc ltd co corp llc no nos mr mrs ms dr st art sec para cl vs e.g i.e etc u.s u.k jr sr dept fig p pp approx est "
    "gmbh ag nr bzw ca z.b d.h abs s.a b.v n.v messrs ave blvd rd ste attn tel ext vol exh bros assn intl natl hon "
    "u.s.a secs arts paras".split()
)
# Words after which a point does not end a sentence where a number comes next: "Sept. 8, 2005".
_BEFORE_NUMBERS = frozenset("jan feb mar apr jun jul aug sep sept oct nov dec ch ex sched".split())
_END = re.compile(r"[.!?](?=[\"”’')\]]*\s)|[。！？；](?![”’」』）)])|[。！？；][”’」』）)]+|;(?=\s)")
_NUMBER = re.compile(r"\s+\d")
_CLOSERS = "\"”’')]"
_MIN_CHARS = 25  # a shorter piece at a semicolon stays with its neighbour


def split(text: str) -> Iterator[tuple[int, int]]:
    """Places of a text's sentences, as pairs of start and end offset; together they cover all but white space."""
    start = 0
    for match in _END.finditer(text):
        end = match.end()
        while end < len(text) and text[end] in _CLOSERS:
            end += 1
        if _ends_sentence(text, match, start):
            yield from _trimmed(text, start, end)
            start = end
    yield from _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    if piece.strip():
        yield start + len(piece) - len(piece.lstrip()), end - (len(piece) - len(piece.rstrip()))


def _ends_sentence(text: str, match: re.Match[str], start: int) -> bool:
    mark = match.group()[0]
    if mark in ";；":
        return match.end() - start >= (_MIN_CHARS if mark == ";" else 8)
    if mark != ".":
        return True
    words = text[start : match.start()].rsplit(None, 1)
    last = words[-1].casefold().lstrip("(\"“'") if words else ""
    if last in _ABBREVIATIONS or (len(last) == 1 and last.isalpha()):
        return False
    if last in _BEFORE_NUMBERS and _NUMBER.match(text, match.end()):
        return False
    # "8.1." and "Section 5." number what follows.
    return not re.fullmatch(r"[\d.]+|[ivxlc]+", last) or not text[start : match.start()].strip().startswith(last)
