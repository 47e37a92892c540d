"""Invoices that are in the library twice, as a scan and as a file, or sent again: who pays, pays once.

Two documents are taken for one invoice when the seller is the same, and either the number is, or the sum is and the
days of issue are near each other. The same seller: one tax number, or one name without its legal form.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, Connection, Select, func, select

from ingest.fields.finding import Check, Fault, Finding
from ingest.fields.model import WHOLE, FieldKind, FieldValue
from ingest.fields.normal import scaled
from ingest.registry import READY
from ingest.schema import documents, extractions, fields

# A receipt may be the picture of an invoice; an order of the same number is none.
_BILLS = ("invoice", "receipt", "vat-invoice")
_SEPARATORS = " -/._#:"
_LEGAL_FORMS = frozenset(
    "inc incorporated corp corporation co company llc llp lp ltd limited plc gmbh mbh ag kg ohg gbr ug ek sa sas sarl "
    "srl spa bv nv ab as aps oy pty sdn bhd pte".split()
)
_HAN_FORMS = re.compile(r"(?:股份)?有限(?:责任)?公司$")
_BATCH = 500  # documents in one statement
_NAMES = ("number", "code", "issue_date", "seller", "seller_tax_id", "total", "currency")


@dataclass(frozen=True, slots=True)
class Twin:
    """Another document that seems to be the same invoice.

    Attributes:
        finding: of the document that was asked about.
    """

    finding: Finding

    def seen_from(self, doc_id: str, name: str) -> Finding:
        """The finding of the other document, where the one that was asked about has an id and a name."""
        return replace(self.finding, fault=Fault(self.finding.fault.code, {"name": name}), other=doc_id)


def find_duplicates(
    connection: Connection, doc_id: str, schema: str, values: Sequence[FieldValue], days: int
) -> Iterator[Twin]:
    """Visible documents that seem to be the same invoice as one, by name.

    Args:
        connection: to read from.
        doc_id: the document.
        schema: its kind.
        values: its fields.
        days: between the two dates of issue, at most, where the numbers are not the same.
    """
    own = {value.name: value.value for value in values if value.item == WHOLE and value.name in _NAMES}
    if not own.keys() & {"seller", "seller_tax_id"}:
        return
    alike = _alike(connection, own) - {doc_id}
    kinds = _BILLS if schema in _BILLS else (schema,)
    for other, name, theirs in sorted(_candidates(connection, sorted(alike), kinds), key=lambda one: (one[1], one[0])):
        if _same_seller(own, theirs) and (why := _reason(own, theirs, days)):
            doubtful = ("number",) if why == _NUMBER else ("total", "issue_date")
            yield Twin(Finding(Check.DUPLICATE, doubtful, Fault(why, {"name": name}), other))


_NUMBER, _SUM = "duplicate-number", "duplicate-sum"


def _reason(own: dict[str, str], theirs: dict[str, str], days: int) -> str:
    """What two documents of one seller have in common, as a fault's code; empty where that is not enough."""
    if own.get("code") and theirs.get("code") and own["code"] != theirs["code"]:
        return ""
    if "number" in own and squashed(own["number"]) == squashed(theirs.get("number", "")) != "":
        return _NUMBER
    totals = [scaled(FieldKind.AMOUNT, one.get("total", "")) for one in (own, theirs)]
    currencies = {one["currency"] for one in (own, theirs) if "currency" in one}
    if totals[0] is None or totals[0] != totals[1] or len(currencies) > 1:
        return ""
    return _SUM if _near(own.get("issue_date", ""), theirs.get("issue_date", ""), days) else ""


def _near(first: str, second: str, days: int) -> bool:
    try:
        return abs((date.fromisoformat(first) - date.fromisoformat(second)).days) <= days
    except ValueError:  # no whole date
        return False


def _same_seller(own: dict[str, str], theirs: dict[str, str]) -> bool:
    ids = [squashed(one.get("seller_tax_id", "")) for one in (own, theirs)]
    if all(ids):
        return ids[0] == ids[1]
    names = [bare_name(one.get("seller", "")) for one in (own, theirs)]
    return names[0] == names[1] != ""


def squashed(number: str) -> str:
    """Letters and digits alone, as capitals."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", number)).upper()


def bare_name(name: str) -> str:
    """A company's name without case, accents, punctuation and legal form; all of it where nothing else is left."""
    folded = unicodedata.normalize("NFKD", _HAN_FORMS.sub("", name.strip())).casefold()
    plain = "".join(character for character in folded if not unicodedata.combining(character))
    words = re.findall(r"\w+", re.sub(r"(?<=\b\w)\.(?=\w\b)|(?<=\b\w)\.(?!\w)", "", plain))
    kept = list(words)
    while kept and kept[-1] in _LEGAL_FORMS:
        kept.pop()
    return "".join(kept or words)


def _alike(connection: Connection, own: dict[str, str]) -> set[str]:
    """Documents with the same number or total, whoever wrote them."""
    found: set[str] = set()
    if number := own.get("number", ""):
        found |= set(connection.scalars(_with_number(number)))
    if (amount := scaled(FieldKind.AMOUNT, own.get("total", ""))) is not None:
        query = select(fields.c.doc_id).where(fields.c.name == "total", fields.c.item == WHOLE)
        found |= set(connection.scalars(query.where(fields.c.scaled == amount)))
    return found


def _with_number(number: str) -> Select[tuple[str]]:
    """Documents with a number that differs in separators and case alone, or not at all."""
    column: ColumnElement[str] = fields.c.value
    for separator in _SEPARATORS:
        column = func.replace(column, separator, "")
        number = number.replace(separator, "")
    same = func.lower(column) == func.lower(number)
    return select(fields.c.doc_id).where(fields.c.name == "number", fields.c.item == WHOLE, same)


def _candidates(
    connection: Connection, doc_ids: Sequence[str], kinds: Sequence[str]
) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Id, name and values of those documents that are visible and of one of some kinds."""
    columns = (documents.c.doc_id, documents.c.name.label("document"), fields.c.name, fields.c.value)
    for start in range(0, len(doc_ids), _BATCH):
        query = (
            select(*columns)
            .join_from(documents, extractions)
            .join(fields, fields.c.doc_id == documents.c.doc_id)
            .where(documents.c.doc_id.in_(doc_ids[start : start + _BATCH]), documents.c.status == READY)
            .where(extractions.c.schema.in_(kinds), fields.c.item == WHOLE, fields.c.name.in_(_NAMES))
        )
        found: dict[tuple[str, str], dict[str, str]] = {}
        for row in connection.execute(query):
            found.setdefault((row.doc_id, row.document), {})[row.name] = row.value
        yield from ((doc_id, name, values) for (doc_id, name), values in found.items())
