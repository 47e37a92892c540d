"""Words for what was paid and what was billed, and the side on which they put the other party of a bill."""

import re

from retrieval.ledger.cursor import TAKEN, Cursor
from retrieval.ledger.plan import Role

_WE = r"(?:we|i|us|our\s+company|the\s+company)"
# An amount's name may stand between: "how much tax did we pay".
_GAP = rf"[\s{TAKEN}]+"
_PAY = r"(?:pay|paid|paying|spend|spent|spending|owe|owed|remit(?:ted)?|disbursed?|transfer(?:red)?)"
_TO = r"(?:\s+(?:to|with|at|on|for))?"
_AUXILIARY = r"(?:(?:did|have|has|had|do|does|was|were|is|are)\s+)?"
# Nouns for money that goes out, whatever the documents are called.
_OUTLAY = (
    r"(?:(?<!and )(?<!by )(?<!per )(?:supplier|vendor|purchasing|procurement|external)\s+)?"
    r"(?:spend(?:ing)?s?|expenses?|expenditures?|outlays?|outgoings|payments?|purchases|purchase\s+(?:volume|value)|costs?"
    r"|charges)"
)
_CHARGED = r"(?:billed|charged|invoiced)"
_HOW_MUCH = r"(?:how\s+(?:much|many)|what|which\s+amount|(?:the\s+)?(?:total\s+)?amounts?|everything|all|the\s+sum)"
_PAID = (
    rf"\b{_HOW_MUCH}{_GAP}(?:money\s+|that\s+)?{_AUXILIARY}{_WE}(?:['’]ve|\s+have|\s+had)?\s+(?:been\s+)?{_PAY}\b{_TO}"
    rf"|\b(?:what|how\s+(?:much|many)){_GAP}(?:money\s+)?(?:was|were|has\s+been|have\s+been|got)\s+(?:paid|spent)\b{_TO}"
    rf"|\b(?:(?:that|which)\s+)?{_WE}(?:['’]ve|\s+have|\s+had)?\s+(?:were|was|been|got|are)\s+(?:being\s+)?{_CHARGED}\b"
    rf"|\b(?:were|was|have|are)\s+{_WE}\s+(?:been\s+)?(?:being\s+)?{_CHARGED}\b"
    rf"|\bour\s+(?:total\s+|overall\s+)?{_OUTLAY}\b{_TO}"
    r"|\bhow\s+much\s+(?:money\s+)?(?:(?:has|have|did)\s+)?(?:went|gone|goes|go)\s+to\b"
    rf"|\b(?:total\s+|sum\s+)?(?:amounts?\s+|money\s+)?(?:that\s+)?(?:{_WE}\s+(?:have\s+)?|was\s+|were\s+)?(?:paid"
    r"|spent)\s+(?:to|on|with|at)\b"
    rf"|\b(?:total\s+)?{_OUTLAY}\s+(?:to|with|at|on|for)\b"
    rf"|\b(?:total|overall|aggregate|cumulative|combined)\s+{_OUTLAY}\b"
    r"|\bwhere\s+(?:does|did|has|is)\s+(?:all\s+)?(?:of\s+)?(?:our|the)\s+(?:money|spend(?:ing)?|budget)\s+(?:go|gone|going)(?:\s+to)?\b"
    r"|\b(?:(?<!and )(?<!by )(?<!per )(?:supplier|vendor|purchasing|procurement)\s+)?"
    r"(?:spend|spending|expenses|expenditures?|outlays?|purchases)\b"
    rf"|\bdid\s+{_WE}\s+(?:pay|spend)\b{_TO}"
)
# "How many euros did we pay": the currency was taken before.
_MANY_PAID = rf"\bhow\s+many\s*{TAKEN}[\s{TAKEN}]*(?:did|have|do)\s+{_WE}\s+{_PAY}\b"
_BILLED = (
    rf"\b{_HOW_MUCH}{_GAP}{_AUXILIARY}{_WE}(?:['’]ve|\s+have)?"
    r"\s+(?:bill(?:ed)?|invoice[d]?|charge[d]?|sell|sold)\b(?:\s+to)?"
)
# Nouns that say it without "how much".
_HAN_SPENT = (
    r"支出|开支|开销|花销|采购额|付款额|支付额|费用(?:总额|合计)"
    r"|(?:支付|付款|采购|花费)(?:的)?(?:总?金额|总额|款项|总数)"
)
_HAN_TOGETHER = r"(?:一共|总共|总计|合计|累计|共计|共)"
_HAN_PAID = (
    rf"{_HAN_TOGETHER}?(?:支付|付款|付给|付了|花费|花掉|花在|花|付|缴纳|缴|交(?=了)|采购|买)"
    rf"(?:了)?(?:给)?(?:了)?{_HAN_TOGETHER}?"
)
_HAN_ASKS = re.compile(r"多少|合计|总额|总共|一共|总计|累计|平均|比较|对比")
_HAN_US = r"(?:我们|我司|我方|咱们)"
_HAN_CHARGED = rf"(?:向|对|跟){_HAN_US}{_HAN_TOGETHER}?(?:收费|收取|收|要价)了?|收取?了?{_HAN_US}"


def asks_how_many_units(cursor: Cursor) -> bool:
    """Whether "how many" asks for money: "how many euros did we pay"."""
    return cursor.find(_MANY_PAID) is not None


def take_paid(cursor: Cursor) -> tuple[bool, Role | None]:
    """Take "how much did we pay", and on which side that puts the other party."""
    if cursor.take(_PAID):
        return True, Role.SELLER
    if cursor.take(_BILLED):
        return True, Role.BUYER
    if cursor.take(_HAN_SPENT):
        cursor.take(_HAN_PAID)
        return True, Role.SELLER
    if cursor.take(_HAN_CHARGED):
        return True, Role.SELLER
    if _HAN_ASKS.search(cursor.text) and cursor.take(_HAN_PAID):
        return True, Role.SELLER
    return False, None
