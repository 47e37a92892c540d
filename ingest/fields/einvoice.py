"""What the XML of an e-invoice states, whichever syntax it is in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element

from ingest.fields.model import WHOLE
from ingest.fields.normal import parse_decimal


@dataclass(frozen=True, slots=True)
class Stated:
    """A value as an e-invoice has it.

    Attributes:
        name: of the field: ``total``.
        raw: as the XML has it.
        item: of which line, from 0; `WHOLE` for the whole invoice.
    """

    name: str
    raw: str
    item: int = WHOLE


def local(element: Element) -> str:
    """An element's name without its namespace: versions of a syntax differ in that."""
    return str(element.tag).rpartition("}")[2]


def find(element: Element | None, path: str) -> Iterator[Element]:
    """Elements below one, by local names: ``A/B|C`` is each B or C of each A."""
    if element is None:
        return
    step, _, rest = path.partition("/")
    names = step.split("|")
    for child in element:
        if local(child) in names:
            if rest:
                yield from find(child, rest)
            else:
                yield child


def text(element: Element | None, *paths: str) -> str:
    """The text at the first of several paths that has any; white space as single blanks."""
    for path in paths:
        for found in find(element, path):
            if words := " ".join("".join(found.itertext()).split()):
                return words
    return ""


def unless_zero(raw: str) -> str:
    """An amount; empty where it is zero, as many programs write for discounts and charges that there are none of."""
    return raw if parse_decimal(raw) else ""


def iso_date(raw: str) -> str:
    """A date of an e-invoice, 20240305, 2024-03-05 or with a time behind it, as ISO 8601; empty where it is none."""
    for form, length in (("%Y%m%d", 8), ("%Y-%m-%d", 10)):
        try:
            return f"{datetime.strptime(raw.strip()[:length], form).date():%Y-%m-%d}"
        except ValueError:
            continue
    return ""
