"""On which side of a bill a party of a question stands: "invoices from Acme", "paid to Acme", 向某公司支付."""

import re
from itertools import pairwise

from retrieval.ledger.cursor import Cursor, compiled
from retrieval.ledger.parties import Mention
from retrieval.ledger.plan import Role

# What stands right before a name, and the side that it puts it on; the words are understood with the name.
_BEFORE: tuple[tuple[str, Role | None], ...] = (
    (r"\b(?:(?:was|were|been|is|are)\s+)?(?:billed|charged|invoiced|issued)\s+by\s+$", Role.SELLER),
    (r"\b(?:from|by|of\s+(?:supplier|vendor|seller)|(?:supplier|vendor|seller)s?)\s+$", Role.SELLER),
    (
        r"\b(?:pay|paid|payments?|went|gone|goes|spend|spent|spending|owe|owed)\s+(?:to|with|at|on)?\s*$|\b(?:buy"
        r"|bought|purchase[sd]?)\s+from\s+$",
        None,
    ),
    (
        r"\b(?:issued|addressed|sent|billed|sold|charged|invoiced)\s+to\s+$|\b(?:customer|client|buyer)s?\s+$",
        Role.BUYER,
    ),
    (r"\b(?:bill(?:ed)?|invoice[d]?|charge[d]?)\s+$", None),
    (r"(?:开给|开具给|开票给|销售给|卖给)\s*$", Role.BUYER),
    (r"(?:付给|支付给|付款给)\s*$", None),
    (r"(?:来自|供应商|销售方|卖方)(?:为|是)?\s*$", Role.SELLER),
    (r"(?:客户|购买方|买方)(?:为|是)?\s*$", Role.BUYER),
)
_BEHIND: tuple[tuple[str, Role | None], ...] = (
    (r"^\s*(?:开具|开出|开给我们|开|出具)的?", Role.SELLER),
    (r"^\s+(?:issued|sent|billed|invoiced|charged)\b(?:\s+(?:to\s+)?us\b)?", Role.SELLER),
    (r"^\s+(?:has|have|had)\s+(?:issued|sent|billed|invoiced|charged)\b(?:\s+(?:to\s+)?us\b)?", Role.SELLER),
    (r"^\s*(?:一共|总共|共)?(?:支付|付款|付)(?:了|给|给了)?(?:我们|我司|我方|咱们)", Role.BUYER),
    (r"^\s+(?:paid|pays?|owes?|owed)\s+(?:to\s+)?us\b", Role.BUYER),
)
# "Did Acme bill us", but not "the Acme bill".
_DID = compiled(r"\b(?:did|does|do)\s+$")
_BILL = compiled(r"^\s+(?:issue|send|bill|invoice|charge)\b(?:\s+(?:to\s+)?us\b)?")
_HAN_PAY_TO = compiled(r"(?:向|(?<![开售卖付票具])给|对)\s*$")
_HAN_FROM = compiled(r"从\s*$")
_HAN_SELLS = compiled(r"^\s*(?:公司)?\s*(?:一共|总共|共)?(?:开具|开|销售|出售)")
_HAN_PAYS = compiled(r"^\s*(?:公司)?[^，。,]{0,8}?(?:支付|付|购买|采购)")
# By itself this says little: totals "for" a seller are those of the seller.
_BARE = compiled(r"\b(?:to|for)\s+$")
_JOINT = compiled(
    r"\s*(?:,|and|or|&|vs\.?|versus|to|with|against|compared?\s+(?:to|with|against)|、|和|与|跟|及|以及|或|还是|相比)?"
    r"\s*(?:and|or|the|with|to|(?:invoices\s+)?from)?\s*"
)
# "Invoices to Acme", but "pay to Acme".
_TO = compiled(r"\b(?:invoices?|bills?|receipts?|total|amount|sales)\s+(?:we\s+(?:sent|issued)\s+)?(?:to|for)\s+$")


def take_party(cursor: Cursor, mention: Mention) -> tuple[Mention, Role | None]:
    """Take a name with the words that say on which side it stands; None where they do not."""
    before, behind = cursor.text[: mention.start], cursor.text[mention.end :]
    cursor.mark(mention.start, mention.end)
    for pattern, role in _BEHIND:
        if found := compiled(pattern).search(behind):
            if pattern.startswith(r"^\s*(?:开具") and re.search(r"(?:向|给|对)\s*$", before):
                break
            cursor.mark(mention.end, mention.end + found.end())
            return mention, role
    if _DID.search(before) and (found := _BILL.match(behind)):
        cursor.mark(mention.end, mention.end + found.end())
        return mention, Role.SELLER
    if _HAN_PAY_TO.search(before):
        return mention, Role.BUYER if _HAN_SELLS.search(behind) else Role.SELLER if _HAN_PAYS.search(behind) else None
    if _HAN_FROM.search(before):
        return mention, Role.SELLER
    if _TO.search(before):
        return mention, Role.BUYER
    for pattern, role in _BEFORE:
        if found := compiled(pattern).search(before):
            if role is not None:
                cursor.mark(found.start(), mention.end)
            return mention, role
    if _BARE.search(before) and any("buyer" in party.fields for party in mention.parties):
        return mention, Role.BUYER
    return mention, None


def are_joined(text: str, named: list[Mention]) -> bool:
    """Whether names stand beside each other, as in "Acme, Bolt and Corvus": what is said of one holds of all."""
    ordered = sorted(named, key=lambda one: one.start)
    return all(_JOINT.fullmatch(text[one.end : other.start]) for one, other in pairwise(ordered))
