"""What type of document one is, from its title, its beginning or its file name."""

import re
from enum import StrEnum


class DocumentType(StrEnum):
    """Types that documents can be filtered by."""

    CONTRACT = "contract"
    INVOICE = "invoice"
    RECEIPT = "receipt"
    CREDIT_NOTE = "credit note"
    ORDER = "order"
    QUOTATION = "quotation"
    DELIVERY_NOTE = "delivery note"
    OTHER = "other"


# What stands earlier wins at the same place: a credit note is no invoice, a purchase order no contract.
_WORDS = {
    DocumentType.CREDIT_NOTE: r"\bcredit (?:note|memo)s?\b|\bgutschrift|\bavoirs?\b|红字发票|贷项",
    DocumentType.DELIVERY_NOTE: (
        r"\bdelivery (?:note|slip)s?\b|\bpacking (?:list|slip)s?\b|\blieferschein|送货单|发货单|出库单"
    ),
    DocumentType.INVOICE: r"\binvoices?\b|\brechnung(?:en)?\b|\bfactures?\b|\bfaktura\b|发票|請求書|(?<!对)账单",
    DocumentType.RECEIPT: r"\breceipts?\b|\bquittung(?:en)?\b|\bcash bill\b|收据|收款凭证|小票|领収書",
    DocumentType.ORDER: r"\b(?:purchase|work|sales|order) (?:orders?|forms?)\b|\bbestellung(?:en)?\b|订单|采购单",
    DocumentType.QUOTATION: r"\bquotations?\b|\bquotes?\b|\bangebote?\b|\bdevis\b|报价单|报价书|報價",
    DocumentType.CONTRACT: (
        r"\bagreements?\b|\bcontracts?\b|\bleases?\b|\bamendments?\b|\baddend(?:um|a)\b|\bdeeds?\b|\blicen[cs]es?\b"
        r"|\bmemorandum of understanding\b|\bstatements? of work\b|\b\w*vertr[aä]ge?\b|\bcontrats?\b|\bavenants?\b"
        r"|合同|协议|契約|契约"
    ),
}
_ALL = re.compile("|".join(f"(?P<k{n}>{words})" for n, words in enumerate(_WORDS.values())), re.IGNORECASE)
_KINDS = tuple(_WORDS)
# Behind these a title says what the document concerns, not what it is: "INVOICE under the Supply Agreement".
_CONCERNS = re.compile(r"\b(?:to|under|for|of|between|dated|regarding|zu|zum|über|pour)\b|[:：]", re.IGNORECASE)
_BEGINNING = 200  # characters in which a document without a telling title says what it is


def find_types(text: str) -> list[tuple[DocumentType, int, int]]:
    """The types that a text names, with the first and last character (exclusive) of each."""
    return [(_type(match), match.start(), match.end()) for match in _ALL.finditer(text)]


def type_of(title: str, intro: str, name: str) -> DocumentType:
    """The type of a document; `OTHER` where nothing tells it.

    Args:
        title: its title; the last word that names a type before a preposition counts, as in "Purchase Agreement".
        intro: the beginning of its text; the first such word counts.
        name: its file name; as the title.
    """
    head = _CONCERNS.split(title, maxsplit=1)[0]
    for part in (head, title):
        if found := find_types(part):
            return found[-1][0]
    if found := find_types(intro[:_BEGINNING]):
        return found[0][0]
    found = find_types(re.sub(r"[_\-.]+", " ", name))
    return found[-1][0] if found else DocumentType.OTHER


def _type(match: re.Match[str]) -> DocumentType:
    return _KINDS[int((match.lastgroup or "k0")[1:])]
