"""The ledger as read-only selects: a record for each document of a kind, with those of its values that are needed."""

import json
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Row, Select, and_, exists, or_, select
from sqlalchemy.sql.selectable import NamedFromClause

from ingest.fields.finding import Check
from ingest.fields.model import SCALE, WHOLE
from ingest.fields.records import boxes_from
from ingest.schema import documents, extractions, fields, findings
from retrieval.ledger.model import Proof
from retrieval.ledger.plan import AmountRange, DateRange, PartyFilter, Plan, RecordKind, Role

READY, FAILED = "ready", "failed"
SCHEMAS = {
    RecordKind.INVOICES: ("invoice", "vat-invoice"),
    RecordKind.RECEIPTS: ("receipt",),
    RecordKind.BILLS: ("invoice", "vat-invoice", "receipt"),
    RecordKind.CONTRACTS: ("contract",),
}
_PARTS = ("value", "raw", "scaled", "page_number", "boxes", "extractor")


def records(plan: Plan, needed: Collection[str], spellings: Collection[str]) -> Select[Any]:
    """Documents that belong, or may belong, to a plan, with their values.

    A document is left away only where a value that no check doubts says that it does not belong.

    Args:
        plan: whose kind and filters.
        needed: names of the values, each of which becomes columns (`proof_of` reads them).
        spellings: of the plan's parties, as the ledger has them.
    """
    source: FromClause = documents.join(extractions, extractions.c.doc_id == documents.c.doc_id)
    columns: list[ColumnElement[Any]] = [
        documents.c[name] for name in ("doc_id", "name", "title", "reason", "added_at")
    ]
    values: dict[str, NamedFromClause] = {}
    for name in needed:
        one = values[name] = fields.alias(name)
        at = and_(one.c.doc_id == documents.c.doc_id, one.c.name == name, one.c.item == WHOLE)
        source = source.outerjoin(one, at)
        columns += [one.c[part].label(f"{name}__{part}") for part in _PARTS]
    wanted = [
        documents.c.status == READY,
        extractions.c.schema.in_(SCHEMAS[plan.kind]),
        *_filters(plan, values, spellings),
    ]
    return select(*columns).select_from(source).where(*wanted).order_by(documents.c.name, documents.c.doc_id)


def of_kind(kind: RecordKind) -> Select[Any]:
    """Ids of all visible documents of a kind, whatever they state."""
    source = documents.join(extractions, extractions.c.doc_id == documents.c.doc_id)
    wanted = (documents.c.status == READY, extractions.c.schema.in_(SCHEMAS[kind]))
    return select(documents.c.doc_id).select_from(source).where(*wanted)


def _filters(
    plan: Plan, values: Mapping[str, NamedFromClause], spellings: Collection[str]
) -> list[ColumnElement[bool]]:
    found = []
    if plan.dates is not None:
        found.append(_open(values, str(plan.dates.field), _in_dates(values[plan.dates.field].c.value, plan.dates)))
    if plan.amounts is not None:
        found.append(_open(values, str(plan.measured), _in_bounds(values[plan.measured].c.scaled, plan.amounts)))
    if plan.currencies:
        found.append(_open(values, "currency", values["currency"].c.value.in_(plan.currencies)))
    if plan.parties is not None:
        found.append(_of_parties(plan.parties, values, spellings, contracts=plan.is_of_contracts))
    return found


def _open(values: Mapping[str, NamedFromClause], name: str, holds: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether something holds of a value, or may hold: it has not been found, or a check doubts it."""
    return or_(values[name].c.value.is_(None), _is_doubted(name), holds)


def _is_doubted(name: str) -> ColumnElement[bool]:
    about = findings.c.fields.contains(json.dumps(name), autoescape=True)
    return exists().where(findings.c.doc_id == documents.c.doc_id, findings.c.check != Check.DUPLICATE, about)


def _in_dates(value: ColumnElement[str], dates: DateRange) -> ColumnElement[bool]:
    # ISO dates are in the order of their characters.
    first = value >= dates.first.isoformat() if dates.first else value.is_not(None)
    return and_(first, value <= dates.last.isoformat() if dates.last else value.is_not(None))


def _in_bounds(scaled: ColumnElement[int], bounds: AmountRange) -> ColumnElement[bool]:
    found: list[ColumnElement[bool]] = [scaled.is_not(None)]
    found += [scaled > _scaled(bounds.above)] if bounds.above is not None else []
    found += [scaled >= _scaled(bounds.at_least)] if bounds.at_least is not None else []
    found += [scaled < _scaled(bounds.below)] if bounds.below is not None else []
    found += [scaled <= _scaled(bounds.at_most)] if bounds.at_most is not None else []
    return and_(*found)


def _scaled(amount: Decimal) -> int:
    return int(amount * SCALE)


def _of_parties(
    parties: PartyFilter, values: Mapping[str, NamedFromClause], spellings: Collection[str], *, contracts: bool
) -> ColumnElement[bool]:
    if contracts:
        named = exists().where(fields.c.doc_id == documents.c.doc_id, fields.c.name == "party")
        return or_(~named, named.where(fields.c.value.in_(spellings)), _is_doubted("party"))
    if parties.role is not Role.EITHER:
        return _open(values, str(parties.role), values[parties.role].c.value.in_(spellings))
    seller, buyer = values["seller"].c.value, values["buyer"].c.value
    doubted = or_(_is_doubted("seller"), _is_doubted("buyer"))
    return or_(seller.in_(spellings), buyer.in_(spellings), and_(seller.is_(None), buyer.is_(None)), doubted)


def proof_of(row: Row[Any], name: str) -> Proof | None:
    """The value of a record's field; None where it has none."""
    value, raw, scaled, page_number, boxes, extractor = (getattr(row, f"{name}__{part}") for part in _PARTS)
    if value is None or value == "":
        return None
    return Proof(name, value, raw, scaled, page_number, boxes_from(boxes), extractor)


def party_values() -> Select[Any]:
    """Parties of contracts, each with its proof's columns."""
    columns = [fields.c[name].label(f"party__{name}") for name in _PARTS]
    query = select(fields.c.doc_id, *columns).where(fields.c.name == "party")
    return query.order_by(fields.c.doc_id, fields.c.item)


def names_query() -> Select[Any]:
    """Names of all parties of visible documents, each with the field it stands in."""
    visible = documents.c.doc_id == fields.c.doc_id
    named = fields.c.name.in_(("seller", "buyer", "party"))
    return (
        select(fields.c.value, fields.c.name)
        .join(documents, visible)
        .where(documents.c.status == READY, named, fields.c.value != "")
        .distinct()
        .order_by(fields.c.value, fields.c.name)
    )


def failed_checks() -> Select[Any]:
    """Failed checks of visible documents."""
    columns = (findings.c.doc_id, findings.c.check, findings.c.fields, findings.c.message, findings.c.other)
    source = findings.join(documents, documents.c.doc_id == findings.c.doc_id)
    return select(*columns).select_from(source).where(documents.c.status == READY).order_by(findings.c.row)


def unsettled() -> Select[Any]:
    """Documents whose kind nobody knows: that failed, or were read in part, or whose fields were never looked for."""
    d = documents.c
    source = documents.outerjoin(extractions, extractions.c.doc_id == d.doc_id)
    unknown = or_(
        d.status == FAILED,
        and_(d.status == READY, extractions.c.schema.is_(None)),
        and_(d.status == READY, extractions.c.schema == "", d.reason != ""),
    )
    columns = (d.doc_id, d.name, d.title, d.intro, d.status, d.reason, extractions.c.schema.label("schema"))
    return select(*columns).select_from(source).where(unknown).order_by(d.name, d.doc_id)


def has_records(connection: Connection) -> bool:
    """Whether the library has any document whose fields were found."""
    known = exists().where(extractions.c.doc_id == documents.c.doc_id, extractions.c.schema != "")
    return connection.scalar(select(documents.c.doc_id).where(documents.c.status == READY, known).limit(1)) is not None
