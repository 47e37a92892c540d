"""Citation numbers as language models write them, in any kind of bracket, and in text that is still arriving."""

import re
from collections.abc import Iterator
from typing import Literal

_WINDOW = 200  # characters of a mark, and of a link behind it; what is longer is text
_SPACE = "[ \t\u3000\u00a0]*"
# [7] 【7】 [7†L3] [7, 9] [1-3] (source 7) [^7] [doc 7, page 2] 〔来源：7〕
_WORD = (
    r"(?:sources?|evidence|refs?|references?|citations?|cite[ds]?|doc(?:ument)?s?|passages?|chunks?|quotes?|"
    r"notes?|footnotes?|来源|资料|证据|文献|引用|引文|出处|参考|段落|注)"
)
_WORDED = rf"{_WORD}\.?{_SPACE}[:：-]?{_SPACE}(?:no\.?{_SPACE}|第)?[#^]?"
_LEAD = rf"(?:{_WORDED}|S(?=\d)|[#^]+|第)?"
_LIST = rf"\d{{1,3}}\^?(?:{_SPACE}(?:[,，、;；&和–-]|and|to|至){_SPACE}{_LEAD}\d{{1,3}}\^?)*"
# What a model adds to a number: a page, the beginning of the words.
_ADDED = rf"{_SPACE}(?:[†‡:：,，;；|§*]|\b(?:pp?|pages?)\b|第)"
_TAIL = rf"(?:{_ADDED}[^\[\]【】［］〔〕⟦⟧\n]*)?"
_INSIDE = rf"{_SPACE}{_LEAD}{_SPACE}{_LIST}{_TAIL}{_SPACE}"
_SQUARE = "|".join(
    rf"{left}{_INSIDE}{right}"
    for left, right in ((r"\\?\[", r"\\?\]"), (r"\[\[", r"\]\]"), ("［", "］"), ("【", "】"), ("〔", "〕"), ("⟦", "⟧"))
)
# Round brackets are a mark only with a word, or behind the end of a sentence: thirty (30) days is none.
_ROUND = (
    rf"[(（]{_SPACE}{_WORDED}{_LIST}(?:{_ADDED}[^()（）\[\]\n]*)?{_SPACE}[)）]"
    rf"|(?:(?<=[.!?。！？\]】])|(?<=[.!?。！？\]】]\s))[(（]{_SPACE}{_LIST}{_SPACE}[)）]"
)
_CURLY = rf"\{{{_SPACE}{_LEAD}{_LIST}{_SPACE}\}}|<{_SPACE}{_LEAD}{_LIST}{_SPACE}/?>"
_RAISED = (
    rf"<sup>{_SPACE}\[?{_LIST}\]?{_SPACE}</sup>|(?<![\d)])\^(?:\{{\d{{1,3}}\}}|\d{{1,3}}(?!\d))"
    r"|(?:(?<=[.,;:!?。，；！？)\]”\"⁰¹²³⁴-⁹])|(?<=[.!?。！？]\s)|(?<=[a-zA-Z]{3})|(?<=[\u3400-\u9fff]))[⁰¹²³⁴-⁹]"
)
_LINK = re.compile(r"\([^()\s]*\)")
_MARK = re.compile(rf"{_SQUARE}|{_ROUND}|{_CURLY}|{_RAISED}", re.IGNORECASE)
_MARK_AND_LINK = re.compile(rf"(?:{_MARK.pattern})(?:{_LINK.pattern})?", re.IGNORECASE)
# Characters with which a mark may begin.
BEGINS = "[［【〔⟦(（{<^\\⁰¹²³⁴⁵⁶⁷⁸⁹"
_CLOSER = dict(zip("[［【〔⟦(（{<\\", ("]", "］", "】", "〕", "⟧", ")）", ")）", "}", ">", "]"), strict=True))
_BROKEN_OFF = re.compile(rf"[\[［【〔⟦(（{{<]{_SPACE}{_LEAD}{_SPACE}(?:\d{{1,3}}[\s,，、;；–-]*)*$", re.IGNORECASE)
_RANGE = re.compile(r"(\d{1,3})\s*(?:-|–|to|至)\s*(\d{1,3})")
_NUMBER_LEFT = re.compile(r"[\[［【〔⟦]\s*(\d[\d\s.,-]*)[\]］】〕⟧]")
_RAISED_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_MOST = 30  # numbers of one range


def mark_end(text: str, start: int) -> int | Literal[False] | None:
    """Where a mark ends that begins at a place of a text, to which more may come.

    The answer is the same whether the text has arrived whole or in pieces.

    Returns:
        The offset behind the mark; False where none begins there; None while what follows may still decide.
    """
    found = _MARK.match(text, start, start + _WINDOW)
    if found is None:
        return False if _is_over(text, start) else None
    end = found.end()
    if end >= len(text):
        return None
    if text[end] != "(" or text[end - 1] not in "]］】〕⟧":
        return end
    link = _LINK.match(text, end, end + _WINDOW)
    if link:
        return link.end() if link.end() < len(text) else None
    rest = text[end : end + _WINDOW]
    return end if len(rest) == _WINDOW or re.search(r"[\s)]", rest) else None


def _is_over(text: str, start: int) -> bool:
    """Whether no mark can begin at a place any more, whatever follows."""
    rest = text[start : start + _WINDOW]
    if len(rest) == _WINDOW or "\n" in rest:
        return True
    if rest[0] in _CLOSER and not rest.startswith(("[[", "<sup"[: len(rest)], "<SUP"[: len(rest)])):
        if rest[0] == "\\" and len(rest) > 1 and rest[1] != "[":
            return True
        return any(closer in rest for closer in _CLOSER[rest[0]])
    return rest[0] not in _CLOSER and len(rest) > 5


def numbers_in(text: str) -> tuple[int, ...]:
    """The numbers of evidence that the marks of a text name, each once, in order; no pages or lines behind them."""
    found: list[int] = []
    for match in _MARK.finditer(text):
        found += _numbers(match.group().translate(_RAISED_DIGITS))
    return tuple(dict.fromkeys(found))


def _numbers(mark: str) -> Iterator[int]:
    # In "[7, 9: page 3]" the list ends where something else begins.
    listed = re.search(_LIST, mark, re.IGNORECASE)
    for part in re.split(r"[,，、;；&和]|\band\b", listed.group() if listed else ""):
        ends = _RANGE.search(part)
        if ends:
            yield from range(int(ends[1]), min(int(ends[2]), int(ends[1]) + _MOST) + 1)
        else:
            yield from (int(number) for number in re.findall(r"\d+", part))


def without(text: str) -> str:
    """A text without marks, also without one that breaks off at its end, each a space instead."""
    bare = _BROKEN_OFF.sub("", _MARK_AND_LINK.sub(" ", text).rstrip())
    # Numbers left in square brackets are no citations, and must not look like them.
    return _NUMBER_LEFT.sub(r"\1", bare)
