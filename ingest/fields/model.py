"""What is known of a document's fields: typed values, each with its place and its source."""

from dataclasses import dataclass
from enum import StrEnum

from ingest.fields.finding import Finding
from ingest.types import Box

SCALE = 10_000  # numbers are kept as integers, too, in ten-thousandths
WHOLE = -1  # the item of a value that belongs to the whole document, not to one of its lines
# Fields of what stands between the lines of an invoice and its sums.
ALLOWANCES, CHARGES, PREPAID, ROUNDING = "allowances", "charges", "prepaid", "rounding"
ADJUSTMENTS = (ALLOWANCES, CHARGES, PREPAID, ROUNDING)


class FieldKind(StrEnum):
    """How a value is normalised.

    ``text`` and ``name``: its words, white space as single blanks. ``id``: its characters, without blanks at the ends.
    ``date``: ISO 8601, ``2024-03-05``. ``amount``, ``number`` and ``percent``: a decimal with a point and without
    separators of thousands, ``-1234.50``; of a percentage the figure before the sign. ``currency``: ISO 4217.
    ``duration``: ISO 8601, ``P30D``.
    """

    TEXT = "text"
    NAME = "name"
    ID = "id"
    DATE = "date"
    AMOUNT = "amount"
    NUMBER = "number"
    PERCENT = "percent"
    CURRENCY = "currency"
    DURATION = "duration"


class Extractor(StrEnum):
    """Where a value comes from, the most trusted first."""

    HAND = "hand"
    XML = "xml"
    HUNYUAN = "hunyuan"
    LLM = "llm"
    RULES = "rules"


@dataclass(frozen=True, slots=True)
class FieldValue:
    """One value of a document.

    Attributes:
        name: of the field, as its schema has it: ``total``, ``issue_date``.
        kind: how it is normalised.
        raw: as the page, or the XML, has it.
        value: normalised, by its kind.
        page_number: where it stands, 1-based; 0 where no page shows it (the XML alone, or a hand).
        boxes: its lines' boxes on that page.
        confidence: 0..1.
        extractor: where it comes from.
        item: which of the document's lines (of an invoice: positions) it belongs to, from 0; `WHOLE` for all of it.
    """

    name: str
    kind: FieldKind
    raw: str
    value: str
    page_number: int = 0
    boxes: tuple[Box, ...] = ()
    confidence: float = 1.0
    extractor: Extractor = Extractor.RULES
    item: int = WHOLE


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that was read of a document's fields.

    Attributes:
        schema: the kind of document, by its schema's name: ``invoice``, ``receipt``, ``contract``, ``vat-invoice``;
            empty where it is none that a schema describes.
        values: each field once at most for each item.
        notes: what a person should know, for example that an embedded XML could not be read.
        findings: what was found wrong on the way: that an embedded XML contradicts the page.
    """

    schema: str = ""
    values: tuple[FieldValue, ...] = ()
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
