"""What is read from the library for one plan: records, their checks, their parties. One state of it, read only."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Row

from ingest.fields.finding import Check, Fault
from ingest.records import REVIEW_MARK
from retrieval.ledger import views
from retrieval.ledger.duplicates import groups_of
from retrieval.ledger.model import Proof
from retrieval.ledger.needs import loaded
from retrieval.ledger.parties import Party, parties_from, spellings_of
from retrieval.ledger.plan import Plan


@dataclass(frozen=True, slots=True)
class Record:
    """A document of the plan's kind that belongs, or may belong, to it.

    Attributes:
        doc_id: the document.
        source: its file name.
        title: found from its content; empty where none was.
        added_at: when it was added.
        partly: whether some page of it could not be read.
        values: by field, those that were found.
        parties: of a contract.
        doubts: what checks found wrong, by the field that they concern.
    """

    doc_id: str
    source: str
    title: str
    added_at: str
    partly: bool
    values: Mapping[str, Proof]
    parties: tuple[Proof, ...] = ()
    doubts: Mapping[str, Fault] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A document whose kind nobody knows.

    Attributes:
        doc_id: the document.
        source: its file name.
        title: found from its content; empty where it could not be read.
        intro: the beginning of its text.
        failed: whether it could not be read.
        searched: whether its fields were looked for.
        reason: in words, as the library has it.
    """

    doc_id: str
    source: str
    title: str
    intro: str
    failed: bool
    searched: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Extract:
    """What is there for a plan.

    Attributes:
        records: by name.
        unsettled: documents that may be of the kind.
        duplicates: groups of documents that may be copies of each other.
        copies: of those, the ones with the same number. Two bills of one sum within days may be two purchases.
        parties: of the whole ledger.
        outside: how many documents of the kind surely do not belong to the plan.
    """

    records: tuple[Record, ...]
    unsettled: tuple[Unsettled, ...]
    duplicates: tuple[frozenset[str], ...]
    copies: tuple[frozenset[str], ...]
    parties: tuple[Party, ...]
    outside: int = 0


def parties_in(connection: Connection) -> tuple[Party, ...]:
    """All parties of the ledger."""
    return parties_from((value, name) for value, name in connection.execute(views.names_query()))


def extract(connection: Connection, plan: Plan, only: Collection[str] | None = None) -> Extract:
    """Read what a plan needs.

    Args:
        connection: in one transaction, so that all is of one state.
        plan: what is asked.
        only: ids of the documents that may answer; None: all.
    """
    known = parties_in(connection)
    spellings = spellings_of(plan.parties.names, known) if plan.parties else ()
    doubts, alike, same = _checks(connection)
    parties = _parties(connection) if plan.is_of_contracts else {}
    needed = loaded(plan)
    rows = connection.execute(views.records(plan, needed, spellings))
    found = (_record(row, needed, doubts.get(row.doc_id, {}), parties.get(row.doc_id, ())) for row in rows)
    records = tuple(one for one in found if only is None or one.doc_id in only)
    all_of_kind = connection.scalars(views.of_kind(plan.kind))
    unsettled = map(_unsettled, connection.execute(views.unsettled()))
    return Extract(
        records,
        tuple(one for one in unsettled if only is None or one.doc_id in only),
        tuple(groups_of(alike)),
        tuple(groups_of(same)),
        known,
        sum(only is None or doc_id in only for doc_id in all_of_kind) - len(records),
    )


def _record(row: Row[Any], needed: Collection[str], doubts: Mapping[str, Fault], parties: tuple[Proof, ...]) -> Record:
    proofs = {name: proof for name in needed if (proof := views.proof_of(row, name))}
    values = {name: replace(proof, doubt=doubts.get(name)) for name, proof in proofs.items()}
    partly = bool(row.reason) and not all(REVIEW_MARK in part for part in row.reason.split("; "))
    return Record(row.doc_id, row.name, row.title, row.added_at, partly, values, parties, doubts)


def _unsettled(row: Row[Any]) -> Unsettled:
    searched = row.schema is not None
    return Unsettled(row.doc_id, row.name, row.title, row.intro, row.status == views.FAILED, searched, row.reason)


def _parties(connection: Connection) -> dict[str, tuple[Proof, ...]]:
    found: dict[str, tuple[Proof, ...]] = {}
    for row in connection.execute(views.party_values()):
        if proof := views.proof_of(row, "party"):
            found[row.doc_id] = (*found.get(row.doc_id, ()), proof)
    return found


Pairs = list[tuple[str, str]]


def _checks(connection: Connection) -> tuple[dict[str, dict[str, Fault]], Pairs, Pairs]:
    """What checks found wrong by document and field; pairs that may be copies; of those, pairs of one number."""
    doubts: dict[str, dict[str, Fault]] = {}
    alike: Pairs = []
    same: Pairs = []
    for doc_id, check, names, message, other in connection.execute(views.failed_checks()):
        doubted = json.loads(names)
        if check != Check.DUPLICATE:
            for name in doubted:
                doubts.setdefault(doc_id, {}).setdefault(name, Fault.from_stored(message))
        elif other:
            alike.append((doc_id, other))
            if "number" in doubted:
                same.append((doc_id, other))
    return doubts, alike, same
