"""The Markdown of a document answer as Pagecite keeps it: without what only the model's training asks for."""

import re
from collections.abc import Iterator
from html import unescape

from ingest.hunyuan.answers import clean_characters, fence_language
from ingest.hunyuan.coordinates import SCALE
from ingest.hunyuan.markdown import is_caption
from ingest.hunyuan.repetition import cut_repetition

# Removing one thing can bring another to light: a fence within a fence, equal lines once their coordinates are gone.
_ROUNDS = 8
# Metadata of the older weights, cut off anywhere; each part is matched by what may stand in it alone.
_META = re.compile(
    r"<hy-meta>\s{0,9}(?:<layout>[\w \t-]{0,60}(?:</layout>)?)?\s{0,9}"
    r"(?:<(?:quad|poly)>[\d\s,()\[\].-]{0,400}(?:</(?:quad|poly)>)?)?\s{0,9}(?:</?[a-z-]{0,8}\Z|</hy-meta>|\Z)?"
)
_CUT_META = re.compile(r"<hy(?:-[meta]{0,4})?\Z")
_CAPTION = re.compile(
    r"(<table\b[^<>]*>\s*)<caption\b[^<>]*>(.*?)(?:</caption\s*>|(?=</?t[rhdab])|\Z)", re.DOTALL | re.IGNORECASE
)
_TAG = re.compile(r"<[^<>]*>")
_POINT = r"\(\d{1,4},\d{1,4}\)"
_POINTS = re.compile(rf"{_POINT}(?:,?{_POINT})*")
_ONE_POINT = re.compile(r"(\d+),(\d+)")
_BEHIND = re.compile(r"\s*(?:\Z|</?(?:t[dhr]|table|caption)\b|<br|\|)", re.IGNORECASE)
# A figure or a seal is larger than this, in the model's thousandths; points of a formula are not.
_SMALLEST = 10
_LONGEST_HEAD = 400  # characters before a box that are looked at
_LEFT_OVER = re.compile(r"[ \t]{0,9}(?:[-*+]|!\[\](?:\([ \t]*\))?)?[ \t]{0,9}")
_MATHS = re.compile(r"\$\$|\\[\[\]]")
_BLANK_LINES = re.compile(r"\n{3,}")
_WHOLE = ("", "html", "latex", "tex", "text", "txt", "plaintext", "plain")
_MARKDOWN = ("markdown", "md")
# What is no word: markup, and a box in one of its forms.
_PICTURE = re.compile(r"!\[[^\]\n]{0,500}\]\([^()\n]{0,2000}\)")
_BOX = re.compile(r"\(\s?-?\d{1,5}\s?,\s?-?\d{1,5}\s?\)|\[\s?\d{1,5}(?:\s?,\s?\d{1,5}){3}\s?\]")


def clean_document(raw: str) -> str:
    """The Markdown of a document answer, tidied.

    The code fence around it goes, closed or not; fenced code within it stays. So do the coordinates of figures, on
    lines of their own, behind a caption or in table cells (not in formulas and code), and layout metadata. An endless
    tail is cut, a table's caption becomes a paragraph above it, and there is one blank line at most in a row.
    """
    text = raw
    for _ in range(_ROUNDS):
        before = text
        text = _without_meta(cut_repetition(clean_characters(text)))
        text = _CAPTION.sub(_caption_above, text)
        text = "\n".join(_without_coordinates(_without_fences(text.split("\n"))))
        text = _BLANK_LINES.sub("\n\n", text).strip()
        if text == before:
            break
    return text


def says_nothing(raw: str) -> bool:
    """Whether an answer holds no word at all: it is empty, or there are only boxes, tags, pictures and fences."""
    text = _without_meta(clean_characters(raw))
    lines = (line for line in text.split("\n") if fence_language(line) is None)
    rest = _TAG.sub(" ", _BOX.sub(" ", _PICTURE.sub(" ", "\n".join(lines))))
    return not any(character.isalnum() for character in unescape(rest))


def _without_meta(text: str) -> str:
    return _CUT_META.sub("", _META.sub("\n\n", text).replace("</hy-meta>", "")) if "hy" in text else text


def _caption_above(found: re.Match[str]) -> str:
    caption = " ".join(_TAG.sub(" ", found[2]).split())
    return f"\n\n{caption}\n\n{found[1].rstrip()}" if caption else found[1]


def _without_fences(lines: list[str]) -> list[str]:
    """Lines without the fences around the whole text and around what is said to be Markdown."""
    while lines and not lines[0].strip():
        del lines[0]
    while lines and not lines[-1].strip():
        del lines[-1]
    dropped: set[int] = set()
    for start, end in _fences(lines):
        language = fence_language(lines[start])
        whole = start == 0 and end >= len(lines) - 1 and language in _WHOLE
        table = language == "html" and lines[start + 1 : start + 2] and "<table" in lines[start + 1].lower()
        if whole or table or language in _MARKDOWN:
            dropped |= {start, end}
    return [line for index, line in enumerate(lines) if index not in dropped]


def _fences(lines: list[str]) -> Iterator[tuple[int, int]]:
    """Where fences open and close; one that is not closed ends behind the last line.

    Unlike in Markdown, fences stand within fences: the model wraps a page, code and all, in one of its own.
    """
    opened: list[int] = []
    for index, line in enumerate(lines):
        language = fence_language(line)
        if language == "" and opened:
            yield opened.pop(), index
        elif language is not None:
            opened.append(index)
    yield from ((start, len(lines)) for start in opened)


def _without_coordinates(lines: list[str]) -> Iterator[str]:
    """Lines without boxes of figures; a line that held nothing else goes. Formulas and code keep theirs."""
    code = maths = False
    for line in map(str.rstrip, lines):
        fence = fence_language(line) is not None
        code = not code if fence else code
        for mark in _MATHS.findall(line) if not code else ():
            maths = not maths if mark == "$$" else mark == r"\["
        kept = line if code or fence or maths else _POINTS.sub(_kept_points, line).rstrip()
        if kept == line or not _LEFT_OVER.fullmatch(kept):
            yield kept


def _kept_points(found: re.Match[str]) -> str:
    """Nothing for the box of a figure: at the end of its line or cell, glued to its text or alone; else the points."""
    line, start = found.string, found.start()
    points = [(int(x), int(y)) for x, y in _ONE_POINT.findall(found[0])]
    if len(points) % 2 or max(map(max, points)) > SCALE or not _BEHIND.match(line, found.end()):
        return found[0]
    # Of four points round a box, the third is the opposite corner.
    (left, top), (right, bottom) = points[0], points[2 if len(points) == 4 else 1]
    if min(right - left, bottom - top) < _SMALLEST:
        return found[0]
    head = line[max(0, start - _LONGEST_HEAD) : start]
    alone = not head.strip(" \t-*+") or head.rstrip().endswith((">", "|"))
    glued = not head[-1:].isspace()
    return "" if alone or glued or is_caption(head.strip()) else found[0]
