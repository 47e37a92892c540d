"""Reading an LLM's answer as it streams: one claim after the other, each with the evidence it cites.

The model writes sentences that end with the numbers of their evidence: ``Rent is 900 euros. [2]``. A claim is given
out when it is certain where it ends, however the text was cut on its way, so nothing unchecked is ever shown.
"""

import re
from dataclasses import dataclass
from typing import Literal

from retrieval import marks, sentences

_CANDIDATE = re.compile(rf"[\n{re.escape(marks.BEGINS)}]")
_CLOSING = ".。,，;；!！?？"
_COMMAS = ",，、;；"
# The number of an item of a list says nothing: "1. Rent is due monthly."
_ITEM = re.compile(r"^\s*(?:\d{1,2}[.)、]|[(（]\d{1,2}[)）])\s+")
_FEW = 3  # words; a sentence of fewer, as "Yes.", belongs to the next one


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement of an answer.

    Attributes:
        text: without its marks.
        evidence: the numbers that it cites, each once, in order.
        separator: what stands before it: a space, a line break, or nothing.
    """

    text: str
    evidence: tuple[int, ...]
    separator: str = ""


class ClaimParser:
    """Cuts a stream of text into claims; how the stream was cut makes no difference."""

    def __init__(self) -> None:
        self._text = ""

    def feed(self, text: str) -> list[Claim]:
        """Take more text; give back the claims that are now certain."""
        self._text += text
        claims: list[Claim] = []
        while (end := _end_of_first(self._text)) is not None:
            claims += _claims(self._text[:end])
            self._text = self._text[end:]
        return claims

    def finish(self) -> list[Claim]:
        """Give back what is left once the stream has ended."""
        # A line break with something behind it makes every end certain.
        claims = self.feed("\n.")
        self._text = ""
        return claims


def _end_of_first(text: str) -> int | None:
    """Where the first claim ends; None while what may follow could still belong to it.

    A claim ends behind its marks, or with its line where it has none.
    """
    first = len(text) - len(text.lstrip())
    for found in _CANDIDATE.finditer(text, first):
        place = found.start()
        if found.group() == "\n":
            following = _next(text, place)
            if following == len(text):
                return None
            end = marks.mark_end(text, following) if text[following] in marks.BEGINS else False
            if end is False:
                return found.end()
        else:
            end = marks.mark_end(text, place)
            if end:
                return _end_of_marks(text, end)
        if end is None:
            return None
    return None


def _end_of_marks(text: str, end: int) -> int | None:
    """Where the last of several marks ends, with a closing sign behind it."""
    while True:
        further = _further(text, end)
        if further is None:
            return None
        if further is False:
            return end + 1 if text[end] in _CLOSING else end
        end = further


def _further(text: str, end: int) -> int | Literal[False] | None:
    """Where a mark ends that follows another, also behind a comma; as `marks.mark_end`."""
    following = _next(text, end)
    if following < len(text) and text[following] in _COMMAS:
        following = _next(text, following + 1)
    if following == len(text):
        return None
    return marks.mark_end(text, following) if text[following] in marks.BEGINS else False


def _next(text: str, start: int) -> int:
    """The first place from a start on that is no white space."""
    return start + len(text[start:]) - len(text[start:].lstrip())


def _claims(piece: str) -> list[Claim]:
    """The sentences of a piece of text that say anything, each with the marks of the whole."""
    text = re.sub(r"\s+", " ", _ITEM.sub("", marks.without(piece))).strip()
    text = re.sub(rf"\s+([{re.escape(_CLOSING)}])", r"\1", text)
    # Commas that stood between marks.
    text = re.sub(rf"[{_COMMAS}]+([.。!！?？]?)$", r"\1", text)
    numbers = marks.numbers_in(piece)
    space = piece[: len(piece) - len(piece.lstrip())]
    separator = "\n" if "\n" in space else space[:1]
    found: list[Claim] = []
    for start, end in _sentences(text):
        if re.search(r"\w", text[start:end]):
            found.append(Claim(text[start:end], numbers, separator))
            separator = " " if text[end : end + 1] == " " else ""
    return found


def _sentences(text: str) -> list[tuple[int, int]]:
    """Places of sentences; very short ones go with the next."""
    found: list[tuple[int, int]] = []
    for start, end in sentences.split(text):
        if found and len(re.findall(r"\w+", text[slice(*found[-1])])) < _FEW and not _is_long(text[slice(*found[-1])]):
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def _is_long(text: str) -> bool:
    # A Chinese sentence is one word to the pattern above.
    return sum(not character.isascii() for character in text) > 2 * _FEW
