"""Which records a plan can use, and which it must leave out, each with its reason."""

from collections.abc import Iterable, Sequence

from retrieval.kinds import DocumentType, type_of
from retrieval.ledger.duplicates import copies
from retrieval.ledger.ledger import Extract, Record, Unsettled
from retrieval.ledger.model import LeftOut, Reason
from retrieval.ledger.needs import required
from retrieval.ledger.parties import key_of
from retrieval.ledger.plan import Operation, Plan, RecordKind, Role

_TYPES = {
    RecordKind.INVOICES: {DocumentType.INVOICE},
    RecordKind.RECEIPTS: {DocumentType.RECEIPT},
    RecordKind.BILLS: {DocumentType.INVOICE, DocumentType.RECEIPT},
    RecordKind.CONTRACTS: {DocumentType.CONTRACT},
}


def sort_out(plan: Plan, found: Extract) -> tuple[list[Record], list[LeftOut]]:
    """The records that count, and the documents that are left out.

    Copies of one document count once, but where a plan looks for copies.
    """
    usable: list[Record] = []
    left: list[LeftOut] = []
    for record in found.records:
        reason = _reason(plan, record)
        if reason is None:
            usable.append(record)
        else:
            left.append(reason)
    if plan.operation is not Operation.DUPLICATE:
        usable, again = _once(usable, found.copies)
        left += again
    left += _unsettled(plan, found.unsettled)
    return usable, left


def _reason(plan: Plan, record: Record) -> LeftOut | None:
    """Why a record cannot be used; None where it can."""
    missing = _party_reason(plan, record)
    if missing is not None:
        return missing
    for name in required(plan):
        proof = record.values.get(name)
        if proof is None:
            return LeftOut(record.doc_id, record.source, Reason.MISSING, name)
        if proof.doubt is not None:
            return LeftOut(record.doc_id, record.source, Reason.DOUBTED, name, fault=proof.doubt)
    if plan.operation is Operation.MISSING and record.partly and not has(record, str(plan.field)):
        return LeftOut(record.doc_id, record.source, Reason.UNREAD)
    return None


def _party_reason(plan: Plan, record: Record) -> LeftOut | None:
    """Parties that may stand in more than one field."""
    if plan.parties is None or (plan.parties.role is not Role.EITHER and not plan.is_of_contracts):
        return None
    names = ("party",) if plan.is_of_contracts else ("seller", "buyer")
    for name in names:
        if name in record.doubts:
            return LeftOut(record.doc_id, record.source, Reason.DOUBTED, name, fault=record.doubts[name])
    if plan.is_of_contracts:
        return None if record.parties else LeftOut(record.doc_id, record.source, Reason.MISSING, "party")
    keys = {key_of(name) for name in plan.parties.names}
    own = [record.values[name].value for name in names if name in record.values]
    if any(key_of(value) in keys for value in own):
        return None
    return LeftOut(record.doc_id, record.source, Reason.MISSING, "seller")


def has(record: Record, name: str) -> bool:
    """Whether a record has a value of a field."""
    return bool(record.parties) if name == "party" else name in record.values


def _once(usable: Sequence[Record], groups: Iterable[frozenset[str]]) -> tuple[list[Record], list[LeftOut]]:
    again = copies({record.doc_id: record.added_at for record in usable}, groups)
    names = {record.doc_id: record.source for record in usable}
    left = [
        LeftOut(doc_id, names[doc_id], Reason.DUPLICATE, other=first, detail=names[first])
        for doc_id, first in again.items()
    ]
    return [record for record in usable if record.doc_id not in again], sorted(left, key=lambda one: one.source)


def _unsettled(plan: Plan, documents: Iterable[Unsettled]) -> list[LeftOut]:
    """Documents that may be of the kind that is asked about, but nobody knows."""
    if plan.operation is Operation.VALUE:
        return []
    found = []
    for one in documents:
        kind = type_of(one.title, one.intro, one.source)
        if kind is not DocumentType.OTHER and kind not in _TYPES[plan.kind]:
            continue
        if not one.failed and not one.searched:
            reason = Reason.UNSEARCHED
        else:
            reason = Reason.FAILED if one.failed else Reason.UNREAD
        found.append(LeftOut(one.doc_id, one.source, reason, detail=one.reason))
    return found
