"""What all answers of the model have in common, whatever they hold: characters, code fences, JSON objects."""

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

# Control characters, half surrogates (no file or database takes them) and the byte order mark.
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")
_LINE_END = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_FENCE = re.compile(r" {0,3}(?:`{3,}|~{3,})[ \t]*([\w+-]*)[ \t]*")
_ELEMENT = re.compile(r'\{\s{0,20}"\w{1,40}"\s{0,20}:')


def clean_characters(text: str) -> str:
    """A text with line feeds as its only line ends and without control characters."""
    return _UNPRINTABLE.sub("", _LINE_END.sub("\n", text))


def one_line(text: str) -> str:
    """A text without line breaks and control characters, and with single spaces."""
    return " ".join(clean_characters(text).split())


def fence_language(line: str) -> str | None:
    """The language of a line that opens or closes fenced code, empty where it names none; None for another line."""
    found = _FENCE.fullmatch(line)
    return found[1].lower() if found else None


def without_fence(raw: str) -> str:
    """An answer without the code fence around it, which may lack its end."""
    lines = raw.strip().split("\n")
    if fence_language(lines[0]) is None:
        return raw.strip()
    if len(lines) > 1 and fence_language(lines[-1]) == "":
        lines.pop()
    return "\n".join(lines[1:]).strip()


def json_elements(text: str) -> Iterator[dict[str, Any] | str]:
    """The flat JSON objects of a list, in order: decoded, or as they were written where they are not valid.

    The list may be cut off, and other text may stand around it. Each object is decoded by itself, so the work stays
    proportional to the text, and one broken element costs no other.
    """
    decoder = json.JSONDecoder(strict=False)
    places = [found.start() for found in _ELEMENT.finditer(text)]
    for start, end in pairwise([*places, len(text)]):
        element = text[start:end]
        try:
            yield decoder.raw_decode(element)[0]
        except (ValueError, RecursionError):
            yield element
