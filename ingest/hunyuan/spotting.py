"""Answers to the spotting prompts: lines of text with their boxes.

Version 1.0 writes ``text(x1,y1),(x2,y2)`` back to back, version 1.5 also ``[{"box": [x0, y0, x1, y1], "text": "…"}]``
(the model's ``train_verl/reward/task_scorers/spotting.py``); whole numbers from 0 to 1000 on each axis.
"""

import re
from collections.abc import Iterator
from typing import Any

from ingest.hunyuan.answers import json_elements, one_line, without_fence
from ingest.hunyuan.coordinates import box_of
from ingest.types import Box, BoxOrigin, TextLine

# The model gives no figure of its own; it reads as well as a good recogniser that is sure of a line.
CONFIDENCE = 0.95
_PAIR = r"\(\s?-?\d{1,6}\s?,\s?-?\d{1,6}\s?\)"
_PAIRS = re.compile(rf"{_PAIR}(?:\s?,\s?{_PAIR})*")
_ONE_PAIR = re.compile(_PAIR)
# Older weights wrap the parts: <ref>text</ref><quad>(x1,y1),(x2,y2)</quad>.
_TAGS = re.compile(r"</?(?:ref|quad|box)>")
_LOOKS_LIKE_JSON = re.compile(r'\{\s{0,20}"\w{1,40}"\s{0,20}:')
_BROKEN_BOX = re.compile(r'"b?box"\s{0,3}:\s{0,3}"?([\[(][\d\s,.()\[\]-]{1,200}[\])])')
_BROKEN_TEXT = re.compile(r'"text"\s{0,3}:\s{0,3}"')


def parse_spotting(raw: str) -> tuple[TextLine, ...]:
    """Lines of a spotting answer, in its order.

    Boxes lie within the page and have an extent. An answer that was cut off gives its complete lines; entries without
    text or without a box are left out, and so is what was said before: the same text at the same place.

    Args:
        raw: the answer, in any of the known formats; any other text gives no lines.
    """
    text = without_fence(raw)
    found = list(_from_json(text)) if _LOOKS_LIKE_JSON.search(text[:200]) else []
    entries = dict.fromkeys(found or _from_pairs(text))
    return tuple(TextLine(line, box, CONFIDENCE, origin=BoxOrigin.SPOTTING) for line, box in entries)


def _from_pairs(text: str) -> Iterator[tuple[str, Box]]:
    """Anchored on the coordinates: what stands since the last ones is the text, whatever brackets it holds."""
    start = 0
    text = _TAGS.sub("", text)
    for run in _PAIRS.finditer(text):
        pairs = list(_ONE_PAIR.finditer(run[0]))
        if len(pairs) < 2:
            continue
        first = pairs[0] if _is_quadrilateral([pair[0] for pair in pairs]) else pairs[-2]
        coordinates = run[0][first.start() :]
        line = one_line(text[start : run.start() + first.start()]).removesuffix(",")
        start = run.end()
        box = box_of(coordinates)
        if box and line.strip(" ,()"):
            yield line, box


def _is_quadrilateral(pairs: list[str]) -> bool:
    """Whether four points go round a box, from the top left to the right; else the first two belong to the text."""
    if len(pairs) != 4:
        return False
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = (map(int, pair.strip("() ").split(",")) for pair in pairs)
    return x0 < x1 and x3 < x2 and y0 < y3 and y1 < y2


def _from_json(text: str) -> Iterator[tuple[str, Box]]:
    for element in json_elements(text):
        entry = _repaired(element) if isinstance(element, str) else element
        box = box_of(entry.get("box", entry.get("bbox")))
        content = entry.get("text")
        line = one_line(str(content)) if isinstance(content, str | int | float) else ""
        if box and line:
            yield line, box


def _repaired(element: str) -> dict[str, Any]:
    """What a complete element says whose text is no valid JSON, having quotation marks or backslashes as they are."""
    element = element.rstrip("` \n\t,]")
    box, text = _BROKEN_BOX.search(element), _BROKEN_TEXT.search(element)
    if not (box and text and element.endswith("}")):
        return {}
    end = box.start() if box.start() > text.end() else len(element) - 1
    content = element[text.end() : end].rstrip().removesuffix(",").rstrip()
    content = content.removesuffix('"').replace('\\"', '"').replace("\\\\", "\\")
    return {"box": box[1], "text": content}
