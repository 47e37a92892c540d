"""What an answer from the ledger is made of: rows with their proof, results, and what was left out."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ingest.fields.finding import Fault
from ingest.types import Box
from retrieval.ledger.plan import Plan, RecordKind


@dataclass(frozen=True, slots=True)
class Proof:
    """A value and where it stands.

    Attributes:
        field: its name.
        value: normalised; of an amount a decimal.
        raw: as the page has it.
        scaled: of an amount, in ten-thousandths; else None.
        page_number: 1-based; 0 where no page shows it.
        boxes: its lines' boxes on the page, in fractions.
        extractor: where it comes from.
        doubt: why it cannot be relied on; None where no check failed.
    """

    field: str
    value: str
    raw: str
    scaled: int | None = None
    page_number: int = 0
    boxes: tuple[Box, ...] = ()
    extractor: str = ""
    doubt: Fault | None = None


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A document that counted.

    Attributes:
        doc_id: the document.
        source: its file name.
        title: found from its content; empty where none was.
        cells: a text for each of the answer's columns, empty where it has no such value.
        proofs: the values behind the cells, by the columns; None where there is none.
        currency: of its measure; empty where that does not matter.
        groups: labels of the groups that it belongs to.
    """

    doc_id: str
    source: str
    title: str
    cells: tuple[str, ...]
    proofs: tuple[Proof | None, ...]
    currency: str = ""
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LedgerTotal:
    """A result: a number and the rows it was computed from.

    Attributes:
        label: of its group: 2024-03, a name; empty: of all rows.
        currency: of the amount; empty where only records are counted.
        amount: exact; an average to the hundredth; None where only records are counted.
        count: records that it was computed from.
        rows: their places among the answer's rows.
    """

    label: str
    currency: str
    amount: Decimal | None
    count: int
    rows: tuple[int, ...]


class Reason(StrEnum):
    """Why a document was left out."""

    FAILED = "failed"  # it could not be read
    UNREAD = "unread"  # pages of it could not be read, or need review, and what is looked for may stand there
    UNSEARCHED = "unsearched"  # its fields were never looked for
    MISSING = "missing"  # a value that is needed was not found
    DOUBTED = "doubted"  # a value that is needed failed a check
    DUPLICATE = "duplicate"  # it is a copy of one that was used


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A document that may belong to the answer and could not be used.

    Attributes:
        doc_id: the document.
        source: its file name.
        reason: why.
        field: the value's name, of `MISSING` and `DOUBTED`.
        other: of a duplicate, the id of the document that was used.
        detail: in words, as the library has it; may be empty.
        fault: of `DOUBTED`, what the check found.
    """

    doc_id: str
    source: str
    reason: Reason
    field: str = ""
    other: str = ""
    detail: str = ""
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """What an answer was computed from.

    Attributes:
        kind: of the documents.
        used: how many counted.
        left_out: each that may belong to the answer and was not used.
        outside: how many of the kind surely do not belong to the answer.
    """

    kind: RecordKind
    used: int
    left_out: tuple[LeftOut, ...] = ()
    outside: int = 0

    @property
    def total(self) -> int:
        """All documents that belong, or may belong, to the answer."""
        return self.used + len(self.left_out)

    @property
    def is_empty(self) -> bool:
        """Whether documents of the kind were looked at, and none of them belongs to the answer."""
        return not self.used and self.outside > 0


class Chart(StrEnum):
    """How results are best looked at."""

    LINE = "line"  # over time
    BAR = "bar"


@dataclass(frozen=True, slots=True)
class LedgerAnswer:
    """An answer that was computed from the ledger.

    Attributes:
        plan: what was computed.
        columns: names of the rows' fields.
        rows: the documents that counted.
        totals: results, those of groups first, then those of all rows, one for each currency.
        coverage: what was used and what was left out.
        chart: how to show the results; None: a table is best.
        statement: the coverage in a sentence, in the question's language.
    """

    plan: Plan
    columns: tuple[str, ...]
    rows: tuple[LedgerRow, ...]
    totals: tuple[LedgerTotal, ...]
    coverage: Coverage
    chart: Chart | None = None
    statement: str = ""
