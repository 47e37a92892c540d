"""Answers to the layout prompts: the page's regions with their classes.

A JSON list of ``{"layout_type", "bbox": "(x,y),(x,y),(x,y),(x,y)", "text"?}``, or the older
``text<hy-meta><layout>class</layout><quad>(x,y),…</quad></hy-meta>``, where ``poly`` may stand for ``quad`` and the
points may be a list (the model's ``train_verl/reward/task_scorers/layout.py``).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ingest.hunyuan.answers import clean_characters, json_elements, without_fence
from ingest.hunyuan.coordinates import box_of
from ingest.types import Box

_META = "<hy-meta>"
_LAYOUT = re.compile(r"\s*<layout>([^<>]{0,60})</layout>")
_POINTS = re.compile(r"\s*<(?:quad|poly)>([\d\s,()\[\].-]{0,400})(?:</(?:quad|poly)>)?")
_KINDS = {
    "title": "title",
    "document_title": "title",
    "doc_title": "title",
    "section_title": "section-header",
    "para_title": "section-header",
    "paratitle": "section-header",
    "heading": "section-header",
    "list": "list-item",
    "list_item": "list-item",
    "table": "table",
    "table_title": "caption",
    "tabletitle": "caption",
    "table_caption": "caption",
    "figure_title": "caption",
    "figuretitle": "caption",
    "figure_caption": "caption",
    "chart_title": "caption",
    "charttitle": "caption",
    "caption": "caption",
    "figure": "picture",
    "chart": "picture",
    "image": "picture",
    "picture": "picture",
    "seal": "picture",
    "formula": "formula",
    "equation": "formula",
    "header": "page-header",
    "page_header": "page-header",
    "footer": "page-footer",
    "page_footer": "page-footer",
    "page_number": "page-footer",
    "footnote": "footnote",
    "page_footnote": "footnote",
    "table_footnote": "footnote",
}


@dataclass(frozen=True, slots=True)
class Region:
    """A region of the page.

    Attributes:
        kind: the class in the words of `ingest.types.Block.kind`; ``text`` for those that have no word of their own.
        box: in fractions of the page; None where the answer gives none that can be read.
        text: Markdown of the region, empty where the answer gives places alone.
    """

    kind: str
    box: Box | None
    text: str


def parse_layout(raw: str) -> list[Region]:
    """Regions of a layout answer, in reading order; any text of neither format gives none.

    An answer that was cut off gives its complete regions, and what was said before is left out: the same class and
    text at the same place.
    """
    found = _from_tags(raw) if _META in raw else _from_json(without_fence(raw))
    return list(dict.fromkeys(found))


def _from_json(text: str) -> Iterator[Region]:
    for element in json_elements(text):
        if isinstance(element, str) or not isinstance(element.get("layout_type"), str):
            continue
        yield Region(_kind(element["layout_type"]), _box(element), _text(element.get("text")))


def _box(element: dict[str, Any]) -> Box | None:
    return box_of(element.get("bbox", element.get("box")))


def _text(value: Any) -> str:
    return clean_characters(value).strip() if isinstance(value, str) else ""


def _from_tags(raw: str) -> Iterator[Region]:
    """Each piece of metadata describes the text before it, which may hold tags of its own."""
    text, *pieces = raw.split(_META)
    for piece in pieces:
        layout = _LAYOUT.match(piece)
        points = _POINTS.match(piece, layout.end() if layout else 0)
        if layout:
            yield Region(_kind(layout[1]), box_of(points[1]) if points else None, _text(text))
        end = points.end() if points else layout.end() if layout else 0
        text = piece[end:].lstrip().removeprefix("</hy-meta>")


def _kind(name: str) -> str:
    return _KINDS.get(name.strip().lower().replace(" ", "_").replace("-", "_"), "text")
