"""Quotes that a page break cuts in two: the words on the page before or after belong to them."""

from collections.abc import Sequence
from dataclasses import replace

from ingest.library import Library
from ingest.scripts import is_cjk, join
from ingest.types import PageText
from retrieval.quotes import Quote
from retrieval.types import CitedPart
from retrieval.units import Unit, boxes_of, units_of

_ENDS = (".", "!", "?", ";", ":", "。", "！", "？", "；", "：")
_CLOSERS = "\"”’')]）」』"
_MIN_LETTERS = 6  # less is a page's number
_OPENERS = "第（(一二三四五六七八九十"  # what a Chinese clause of its own may begin with


def continued(library: Library, quotes: Sequence[Quote]) -> list[Quote]:
    """Quotes with what a page break cut off from them, where it did."""
    return [replace(quote, continued=_other_parts(library, quote)) for quote in quotes]


def whole(quote: Quote) -> str:
    """All words of a quote, in the order of its pages."""
    parts = [(quote.page.page_number, quote.unit.text), *((part.page_number, part.quote) for part in quote.continued)]
    return join([text for _, text in sorted(parts)])


def _other_parts(library: Library, quote: Quote) -> tuple[CitedPart, ...]:
    own = _running(quote.page)
    parts = []
    number = quote.page.page_number
    if own and quote.unit == own[-1] and not _ended(quote.unit.text):
        after = _page(library, quote.page.doc_id, number + 1)
        if after and (units := _running(after)) and _goes_on(quote.unit.text, units[0].text):
            parts.append(_part(library, after, units[0]))
    if own and quote.unit == own[0]:
        before = _page(library, quote.page.doc_id, number - 1) if number > 1 else None
        units = _running(before) if before else []
        if before and units and not _ended(units[-1].text) and _goes_on(units[-1].text, quote.unit.text):
            parts.insert(0, _part(library, before, units[-1]))
    return tuple(parts)


def _page(library: Library, doc_id: str, number: int) -> PageText | None:
    return next((record.text for record in library.pages(doc_id, [number])), None)


def _running(page: PageText) -> list[Unit]:
    """The page's units in reading order; none at an end where a table row stands."""
    units = [unit for unit in units_of(page) if sum(c.isalpha() for c in unit.text) >= _MIN_LETTERS]
    # In reading order, for values under their labels come after the block that has them.
    units.sort(key=lambda unit: (unit.spans[0].line, unit.spans[0].start))
    if not units or units[0].is_row or units[-1].is_row:
        return [unit for unit in units if not unit.is_row] if units and not units[0].is_row else []
    return units


def _ended(text: str) -> bool:
    return text.rstrip().rstrip(_CLOSERS).endswith(_ENDS)


def _goes_on(before: str, after: str) -> bool:
    """Whether a text reads on from another: in lower case, or in Chinese from an unfinished sentence."""
    first = after.lstrip("(“\"'")[:1]
    if is_cjk(before.rstrip()[-1:] or " ") or before.rstrip().endswith(("，", "、")):
        return is_cjk(first) and first not in _OPENERS
    return first.islower()


def _part(library: Library, page: PageText, unit: Unit) -> CitedPart:
    path = library.image_path(page.doc_id, page.page_number)
    return CitedPart(page.page_number, unit.text, boxes_of(page, unit), path)
