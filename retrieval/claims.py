"""Reading an LLM's answer as it streams: one claim after the other, each with the evidence it cites.

The model writes sentences that end with the numbers of their evidence: ``Rent is 900 euros. [2]``. A claim is given
out when it is certain where it ends, however the text was cut on its way, so nothing unchecked is ever shown.
"""

import re
from dataclasses import dataclass

_MARK = re.compile(r"[\[【]\s*\d{1,3}(?:\s*[,，、;]\s*\d{1,3})*\s*[\]】]")
_UNFINISHED_MARK = re.compile(r"[\[【][\d\s,，、;]*$")
_CANDIDATE = re.compile(r"[\n\[【]")
_CLOSING = ".。,，;；!！?？"


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
            claims += _claim(self._text[:end])
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
        if found.group() == "\n":
            following = text[found.end() :].lstrip()
            if not following:
                return None
            if following[0] not in "[【":
                return found.end()
        elif _MARK.match(text, found.start()):
            return _end_of_marks(text, found.start())
        elif _UNFINISHED_MARK.match(text, found.start()):
            return None
    return None


def _end_of_marks(text: str, start: int) -> int | None:
    end = start
    while True:
        following = end + len(text[end:]) - len(text[end:].lstrip())
        if following == len(text) or _UNFINISHED_MARK.match(text, following):
            return None
        mark = _MARK.match(text, following)
        if mark is None:
            return end + 1 if text[end] in _CLOSING else end
        end = mark.end()


def _claim(piece: str) -> list[Claim]:
    """The claim of a piece of text, if it says anything."""
    body = _MARK.sub(" ", piece)
    text = re.sub(r"\s+", " ", body).strip()
    text = re.sub(rf"\s+([{re.escape(_CLOSING)}])$", r"\1", text)
    if not re.search(r"\w", text):
        return []
    space = piece[: len(piece) - len(piece.lstrip())]
    numbers = (int(number) for mark in _MARK.findall(piece) for number in re.findall(r"\d+", mark))
    return [Claim(text, tuple(dict.fromkeys(numbers)), "\n" if "\n" in space else space[:1])]
