"""What a question asks of the ledger, as a typed object: what is to be computed, over which documents."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

MOST_ROWS = 1000  # that a plan may ask for
_MOST_AMOUNT = 10**13  # ten-thousandths of it fit into 64 bits


class Operation(StrEnum):
    """What is to be computed."""

    SUM = "sum"
    COUNT = "count"
    AVERAGE = "average"
    MIN = "min"
    MAX = "max"
    LIST = "list"
    TOP = "top"  # the largest or smallest records, or groups of them
    COMPARE = "compare"  # the measure of two or more parties or periods, side by side
    MISSING = "missing"  # records without a field
    EXPIRING = "expiring"  # contracts that end within a range of days
    LATE = "late"  # invoices whose due date has passed
    DUPLICATE = "duplicate"
    VALUE = "value"  # one field of one document


class RecordKind(StrEnum):
    """Documents of which kind."""

    INVOICES = "invoices"
    RECEIPTS = "receipts"
    BILLS = "bills"  # invoices and receipts
    CONTRACTS = "contracts"


class Role(StrEnum):
    """On which side of a bill a party stands."""

    SELLER = "seller"
    BUYER = "buyer"
    EITHER = "either"


class Grouping(StrEnum):
    """By what results are set apart."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    SELLER = "seller"
    BUYER = "buyer"
    PARTY = "party"  # of contracts; one with two parties counts for each
    CURRENCY = "currency"


class Measure(StrEnum):
    """Amounts that can be computed with, by their fields' names."""

    TOTAL = "total"
    NET = "net"
    TAX = "tax"
    PAYABLE = "payable"
    TOTAL_VALUE = "total_value"


class DateField(StrEnum):
    """Dates that records can be chosen by, by their fields' names."""

    ISSUE_DATE = "issue_date"
    DUE_DATE = "due_date"
    AGREEMENT_DATE = "agreement_date"
    EFFECTIVE_DATE = "effective_date"
    EXPIRATION_DATE = "expiration_date"
    SIGNATURE_DATE = "signature_date"


class RecordField(StrEnum):
    """Fields that may be missing or asked for."""

    NUMBER = "number"
    ISSUE_DATE = "issue_date"
    DUE_DATE = "due_date"
    SELLER = "seller"
    BUYER = "buyer"
    SELLER_TAX_ID = "seller_tax_id"
    BUYER_TAX_ID = "buyer_tax_id"
    CURRENCY = "currency"
    NET = "net"
    TAX = "tax"
    TOTAL = "total"
    PAYABLE = "payable"
    TITLE = "title"
    PARTY = "party"
    AGREEMENT_DATE = "agreement_date"
    EFFECTIVE_DATE = "effective_date"
    EXPIRATION_DATE = "expiration_date"
    RENEWAL = "renewal"
    NOTICE_PERIOD = "notice_period"
    GOVERNING_LAW = "governing_law"
    TOTAL_VALUE = "total_value"
    SIGNATURE_DATE = "signature_date"


CONTRACT_FIELDS = frozenset(
    "title party agreement_date effective_date expiration_date renewal notice_period governing_law total_value "
    "currency signature_date".split()
)
BILL_FIELDS = frozenset(
    "number issue_date due_date seller buyer seller_tax_id buyer_tax_id currency net tax total payable".split()
)
_AMOUNTS = frozenset((Operation.SUM, Operation.AVERAGE, Operation.MIN, Operation.MAX, Operation.TOP, Operation.COMPARE))
_IN_TIME = frozenset((Grouping.MONTH, Grouping.QUARTER, Grouping.YEAR))


class Part(BaseModel):
    """A part of a plan: what has no field here is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Span(Part):
    """Days from the first to the last, both included; None: open at that end."""

    first: date | None = None
    last: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first and self.last and self.first > self.last:
            raise ValueError(f"{self.first} is after {self.last}")
        return self

    @property
    def label(self) -> str:
        """The span in digits, as short as it can be written: 2024, 2024-03, 2024-03-05…2024-04-01."""
        if self.first is None or self.last is None:
            return f"{self.first or ''}…{self.last or ''}"
        first, last = self.first, self.last
        if first == last:
            return str(first)
        if (first.month, first.day, last.month, last.day, first.year) == (1, 1, 12, 31, last.year):
            return f"{first.year:04d}"
        month_end = (last.month == 12 and last.day == 31) or (last.replace(day=28).month, last.day) == (
            last.month,
            _days(last),
        )
        if first.day == 1 and month_end and (first.year, first.month) == (last.year, last.month):
            return f"{first.year:04d}-{first.month:02d}"
        return f"{first}…{last}"


def _days(day: date) -> int:
    import calendar

    return calendar.monthrange(day.year, day.month)[1]


class DateRange(Span):
    """Records whose date lies in a span."""

    field: DateField


Amount = Annotated[Decimal, Field(ge=-_MOST_AMOUNT, le=_MOST_AMOUNT, allow_inf_nan=False, decimal_places=4)]


class AmountRange(Part):
    """Records whose measure lies in bounds, in their own currency; None: no bound."""

    above: Amount | None = None
    at_least: Amount | None = None
    below: Amount | None = None
    at_most: Amount | None = None


class PartyFilter(Part):
    """Records of any of some parties, by names as the ledger has them; legal forms do not matter."""

    names: Annotated[tuple[str, ...], Field(min_length=1, max_length=20)]
    role: Role = Role.EITHER


class Plan(Part):
    """What is to be computed, over which records.

    Attributes:
        operation: what is to be computed.
        kind: over which documents.
        measure: the amount; by default the total of bills, the total value of contracts.
        field: of `MISSING` and `VALUE`: which.
        parties: whose records; None: anyone's.
        dates: of which days; None: any.
        periods: of `COMPARE`: the spans to set side by side; empty: the parties are.
        currencies: ISO 4217 codes, any of them; empty: any. Amounts of two currencies are never added up.
        amounts: bounds of the measure.
        document: an invoice's number or a file's name; empty: any.
        group: by what results are set apart; None: by currency alone.
        limit: of `TOP`: how many.
        ascending: of `TOP`: the smallest, not the largest.
        by_count: of `TOP` with a group: the groups with the most records, not with the largest sums.
        today: the day that the question was asked.
    """

    operation: Operation
    kind: RecordKind = RecordKind.INVOICES
    measure: Measure | None = None
    field: RecordField | None = None
    parties: PartyFilter | None = None
    dates: DateRange | None = None
    periods: Annotated[tuple[Span, ...], Field(max_length=12)] = ()
    currencies: tuple[Annotated[str, Field(pattern="^[A-Z]{3}$")], ...] = ()
    amounts: AmountRange | None = None
    document: Annotated[str, Field(max_length=200)] = ""
    group: Grouping | None = None
    limit: Annotated[int, Field(ge=1, le=MOST_ROWS)] = 10
    ascending: bool = False
    by_count: bool = False
    today: Annotated[date, Field(ge=date(1900, 1, 1))]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for problem in self._problems():
            raise ValueError(problem)
        return self

    def _problems(self) -> list[str]:
        known = CONTRACT_FIELDS if self.is_of_contracts else BILL_FIELDS
        named = [self.measure, self.field, self.dates and self.dates.field]
        found = [f"{self.kind} have no field {name}" for name in named if name and str(name) not in known]
        if self.operation in (Operation.MISSING, Operation.VALUE) and self.field is None:
            found.append(f"{self.operation} needs a field")
        if self.operation is Operation.VALUE and not self.document:
            found.append("value needs a document")
        if self.operation is Operation.LATE and self.is_of_contracts:
            found.append("contracts are never late; ask which expire")
        if self.operation is Operation.EXPIRING and (self.dates is None or not self.is_of_contracts):
            found.append("expiring is for contracts within a range of days")
        compared = self.periods or (self.parties.names if self.parties else ())
        if self.operation is Operation.COMPARE and len(compared) < 2:
            found.append("compare needs two parties or two periods")
        if self.is_of_contracts and (self.group in (Grouping.SELLER, Grouping.BUYER)):
            found.append("contracts are grouped by party")
        if not self.is_of_contracts and self.group is Grouping.PARTY:
            found.append("bills are grouped by seller or by buyer")
        return found

    @property
    def is_of_contracts(self) -> bool:
        """Whether it is about contracts, not bills."""
        return self.kind is RecordKind.CONTRACTS

    @property
    def computes(self) -> bool:
        """Whether it computes with amounts."""
        return self.operation in _AMOUNTS and not self.by_count

    @property
    def measured(self) -> Measure:
        """The amount it is about."""
        return self.measure or (Measure.TOTAL_VALUE if self.is_of_contracts else Measure.TOTAL)

    @property
    def in_time(self) -> bool:
        """Whether its groups are spans of time."""
        return self.group in _IN_TIME

    @property
    def date_field(self) -> DateField:
        """The date that records are chosen and grouped by."""
        if self.dates is not None:
            return self.dates.field
        return DateField.AGREEMENT_DATE if self.is_of_contracts else DateField.ISSUE_DATE
