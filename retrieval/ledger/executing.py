"""Plans computed over the ledger: rows, results and coverage, exact, one result for each currency."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import Connection

from ingest.fields.model import SCALE
from retrieval.ledger.coverage import has, sort_out
from retrieval.ledger.ledger import Extract, Record, extract
from retrieval.ledger.model import Chart, Coverage, LedgerAnswer, LedgerRow, LedgerTotal, Proof
from retrieval.ledger.needs import shown
from retrieval.ledger.parties import key_of
from retrieval.ledger.plan import DateField, DateRange, Grouping, Operation, Plan, Role, Span

_CENT = Decimal("0.01")
_FEW = 2  # groups that make a chart


def execute(connection: Connection, plan: Plan, only: Collection[str] | None = None) -> LedgerAnswer:
    """Compute a plan.

    Args:
        connection: in one read-only transaction.
        plan: what is asked.
        only: ids of the documents that may answer; None: all.
    """
    plan = _spelled_out(plan)
    found = extract(connection, plan, only)
    usable, left = sort_out(plan, found)
    chosen = _chosen(plan, usable, found)
    label = _labels(plan, usable)
    columns = shown(plan)
    rows = tuple(_row(plan, record, columns, label(record)) for record in _sorted(plan, chosen, label))
    totals = _totals(plan, rows)
    rows, totals = _cut(plan, rows, totals)
    groups = {total.label for total in totals if total.label}
    chart = None if len(groups) < _FEW else Chart.LINE if plan.in_time else Chart.BAR
    coverage = Coverage(plan.kind, len(usable), tuple(left), found.outside)
    return LedgerAnswer(plan, columns, rows, totals, coverage, chart)


def _spelled_out(plan: Plan) -> Plan:
    """What an operation means by itself, as filters."""
    if plan.operation is Operation.LATE and plan.dates is None:
        late = DateRange(field=DateField.DUE_DATE, last=plan.today - timedelta(days=1))
        return plan.model_copy(update={"dates": late})
    return plan


def _chosen(plan: Plan, usable: Sequence[Record], found: Extract) -> list[Record]:
    """Of the records that could be used those that are asked for."""
    if plan.operation is Operation.MISSING:
        return [record for record in usable if not has(record, str(plan.field))]
    if plan.operation is Operation.DUPLICATE:
        here = {record.doc_id for record in usable}
        several = [group & here for group in found.duplicates if len(group & here) > 1]
        return [record for record in usable if any(record.doc_id in group for group in several)]
    if plan.document:
        return [record for record in usable if _is_named(record, plan.document)]
    return list(usable)


def _is_named(record: Record, name: str) -> bool:
    number = record.values.get("number")
    wanted = name.casefold()
    return wanted in (record.source.casefold(), number.value.casefold() if number else "")


Labels = Callable[[Record], tuple[str, ...]]


def _labels(plan: Plan, usable: Iterable[Record]) -> Labels:
    """Gives the groups that a record belongs to."""
    if plan.operation is Operation.COMPARE and plan.periods:
        return lambda record: _periods(plan, record.values[plan.date_field].value)
    spelled = _spelling(usable)
    if plan.operation is Operation.COMPARE and plan.parties:
        wanted = {key_of(name): name for name in plan.parties.names}
        return lambda record: tuple(wanted[key] for key in _keys(plan, record) if key in wanted)
    group = plan.group
    if group is None:
        return lambda record: ()
    if group is Grouping.PARTY:
        return lambda record: tuple(dict.fromkeys(spelled[key_of(proof.value)] for proof in record.parties))
    if group in (Grouping.SELLER, Grouping.BUYER):
        return lambda record: (spelled[key_of(record.values[group].value)],)
    if group is Grouping.CURRENCY:
        return lambda record: (record.values["currency"].value,)
    return lambda record: (_in_time(group, record.values[plan.date_field].value),)


def _spelling(records: Iterable[Record]) -> Mapping[str, str]:
    """For each party the spelling that is used most; of several the first in the order of characters."""
    counts: dict[str, Counter[str]] = {}
    for record in records:
        names = [record.values[side] for side in ("seller", "buyer") if side in record.values]
        for proof in (*names, *record.parties):
            counts.setdefault(key_of(proof.value), Counter())[proof.value] += 1
    return {key: min(counter, key=lambda name: (-counter[name], name)) for key, counter in counts.items()}


def _keys(plan: Plan, record: Record) -> tuple[str, ...]:
    """The parties of a record on the side that a plan asks about."""
    if plan.is_of_contracts:
        return tuple(dict.fromkeys(key_of(proof.value) for proof in record.parties))
    role = plan.parties.role if plan.parties else Role.EITHER
    sides = ("seller", "buyer") if role is Role.EITHER else (str(role),)
    return tuple(dict.fromkeys(key_of(record.values[side].value) for side in sides if side in record.values))


def _periods(plan: Plan, day: str) -> tuple[str, ...]:
    return tuple(span.label for span in plan.periods if _within(span, day))


def _within(span: Span, day: str) -> bool:
    return (span.first or date.min).isoformat() <= day <= (span.last or date.max).isoformat()


def _in_time(group: Grouping, day: str) -> str:
    if group is Grouping.YEAR:
        return day[:4]
    if group is Grouping.QUARTER and day[5:7].isdecimal():
        return f"{day[:4]}-Q{(int(day[5:7]) + 2) // 3}"
    return day[:7]


def _sorted(plan: Plan, chosen: Iterable[Record], label: Labels) -> list[Record]:
    records = list(chosen)
    if plan.operation is Operation.COMPARE:
        records = [record for record in records if label(record)]
    if plan.operation in (Operation.TOP, Operation.MIN, Operation.MAX) and plan.computes:
        down = plan.operation is Operation.MAX or (plan.operation is Operation.TOP and not plan.ascending)
        return sorted(records, key=lambda one: (-1 if down else 1) * (one.values[plan.measured].scaled or 0))
    name = str(plan.date_field)
    return sorted(records, key=lambda one: (one.values[name].value if name in one.values else "9999", one.source))


def _row(plan: Plan, record: Record, columns: Sequence[str], groups: tuple[str, ...]) -> LedgerRow:
    proofs = tuple(_proof(record, name) for name in columns)
    cells = tuple(_cell(record, name, proof) for name, proof in zip(columns, proofs, strict=True))
    currency = record.values.get("currency")
    code = currency.value if plan.computes and currency else ""
    return LedgerRow(record.doc_id, record.source, record.title, cells, proofs, code, groups)


def _proof(record: Record, name: str) -> Proof | None:
    if name == "party":
        return record.parties[0] if record.parties else None
    return record.values.get(name)


def _cell(record: Record, name: str, proof: Proof | None) -> str:
    if name == "party":
        return " / ".join(one.value for one in record.parties)
    return proof.value if proof else ""


def _totals(plan: Plan, rows: Sequence[LedgerRow]) -> tuple[LedgerTotal, ...]:
    """Results of groups, in order, then those of all rows; one for each currency."""
    places: dict[tuple[str, str], list[int]] = {}
    for place, row in enumerate(rows):
        for name in dict.fromkeys((*row.groups, "")):
            places.setdefault((name, row.currency), []).append(place)
    totals = [_total(plan, rows, name, currency, tuple(there)) for (name, currency), there in places.items()]
    if not rows and not plan.computes:
        totals.append(LedgerTotal("", "", None, 0, ()))
    return tuple(sorted(totals, key=lambda one: _rank(plan, one)))


def _rank(plan: Plan, total: LedgerTotal) -> tuple[bool, str, object, str]:
    ordered: object = total.label
    by_figure = plan.group is not None and (not plan.in_time or plan.operation is Operation.TOP)
    if by_figure or (plan.operation is Operation.COMPARE and plan.parties):
        figure = total.amount if total.amount is not None else Decimal(total.count)
        ordered = figure if plan.ascending else -figure
    elif total.label:
        return (False, "", ordered, total.currency)  # in the order of time, then of currency
    return (not total.label, total.currency, ordered, total.label)


def _total(plan: Plan, rows: Sequence[LedgerRow], label: str, currency: str, places: tuple[int, ...]) -> LedgerTotal:
    if not plan.computes:
        return LedgerTotal(label, currency, None, len(places), places)
    amounts = {place: _measure(plan, rows[place]) for place in places}
    if plan.operation is Operation.AVERAGE:
        mean = Decimal(sum(amounts.values())) / (SCALE * len(places))
        return LedgerTotal(label, currency, mean.quantize(_CENT, ROUND_HALF_UP), len(places), places)
    if plan.operation in (Operation.MIN, Operation.MAX):
        best = (min if plan.operation is Operation.MIN else max)(amounts.values())
        places = tuple(place for place in places if amounts[place] == best)
        return LedgerTotal(label, currency, _decimal(best), len(places), places)
    return LedgerTotal(label, currency, _decimal(sum(amounts.values())), len(places), places)


def _measure(plan: Plan, row: LedgerRow) -> int:
    measured = next(proof for proof in row.proofs if proof is not None and proof.field == plan.measured)
    return measured.scaled or 0


def _decimal(scaled: int) -> Decimal:
    """In units; with as many places as an amount has, two at least."""
    amount = Decimal(scaled) / SCALE
    return amount.quantize(_CENT) if amount == amount.quantize(_CENT) else amount


def _cut(
    plan: Plan, rows: tuple[LedgerRow, ...], totals: tuple[LedgerTotal, ...]
) -> tuple[tuple[LedgerRow, ...], tuple[LedgerTotal, ...]]:
    """Of `TOP` the first rows, or the first groups, of each currency; all results of the others."""
    if plan.operation in (Operation.MIN, Operation.MAX) and plan.group is None:
        kept = sorted({place for total in totals for place in total.rows})
        return _kept(rows, totals, kept)
    if plan.operation is not Operation.TOP:
        return rows, totals
    seen: Counter[str] = Counter()
    first: list[LedgerTotal] = []
    if plan.group is not None:
        for total in totals:
            if total.label and seen[total.currency] < plan.limit:
                seen[total.currency] += 1
                first.append(total)
        return rows, tuple(first)
    kept = []
    for place, row in enumerate(rows):
        if seen[row.currency] < plan.limit:
            seen[row.currency] += 1
            kept.append(place)
    rows, _ = _kept(rows, (), kept)
    return rows, _totals(plan, rows)


def _kept(
    rows: Sequence[LedgerRow], totals: Iterable[LedgerTotal], kept: Sequence[int]
) -> tuple[tuple[LedgerRow, ...], tuple[LedgerTotal, ...]]:
    new = {place: number for number, place in enumerate(kept)}
    moved = (replace(total, rows=tuple(new[place] for place in total.rows)) for total in totals)
    return tuple(rows[place] for place in kept), tuple(moved)
