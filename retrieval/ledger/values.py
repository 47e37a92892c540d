"""Questions for one field of one document that is named by its number: "What is the total of invoice INV-17?"."""

import re
from datetime import date

from retrieval.dates import folded
from retrieval.ledger.plan import Operation, Plan, RecordKind
from retrieval.ledger.subjects import field_of, field_pattern

_NUMBER = r"(?P<number>(?=[\w./-]*\d)\w[\w./-]{2,40})"
_SURE = frozenset(("hand", "xml"))


def parse_value(question: str, today: date) -> Plan | None:
    """Read such a question; None where it is none."""
    names = field_pattern(contracts=False)
    forms = (
        rf"(?:what|who|when)\s+(?:is|was|are)\s+the\s+(?P<field>{names})\s+(?:of|on"
        rf"|for)\s+(?:the\s+)?invoice\s+(?:no\.?\s*|number\s+|#\s*)?{_NUMBER}\s*\??",
        rf"发票(?:号码?)?\s*{_NUMBER}\s*的(?P<field>{names})是?(?:多少|什么|谁|哪天|几号)?[?？]?",
    )
    for form in forms:
        match = re.fullmatch(form, folded(question), re.IGNORECASE)
        name = field_of(match["field"], contracts=False) if match else None
        if match and name:
            document = match["number"].rstrip("?.")
            return Plan(operation=Operation.VALUE, kind=RecordKind.INVOICES, field=name, document=document, today=today)
    return None


def is_sure(extractor: str) -> bool:
    """Whether a value is surer than what stands on a page: set by hand, or from the document's own XML."""
    return extractor in _SURE
