"""What a question wants computed: the words for sums, counts, averages and the rest."""

import re
from dataclasses import dataclass

from ingest.values.numerals import han_number
from retrieval.ledger.cursor import TAKEN, Cursor
from retrieval.ledger.plan import Operation, RecordField, Role
from retrieval.ledger.subjects import field_of, field_pattern

_COUNTS = {
    word: n for n, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), 1)
} | {"fifteen": 15, "twenty": 20}
_N = rf"(?P<n>\d{{1,3}}|{'|'.join(_COUNTS)})"
_HAN_N = r"(?P<n>\d{1,3}|[一二三四五六七八九十两]{1,3})"
_LARGE = r"(?:largest|biggest|highest|greatest|most\s+expensive|costliest|priciest|top)"
_SMALL = r"(?:smallest|lowest|cheapest|least\s+expensive)"
_HAN_SUMS = r"(?:金额|总额|总金额|价税合计|花钱|花费|支出|支付|付款|采购额)?"
_HAN_LARGE = r"(?:最大|最高|最贵|最多)"
_HAN_SMALL = r"(?:最小|最低|最便宜|最少)"
_UNIT = r"(?:张|份|个|笔|家|位|名)"
_TOP = (
    (rf"\b(?:the\s+)?{_LARGE}\s+{_N}\b", False),
    (rf"\b(?:the\s+)?{_N}\s+{_LARGE}\b", False),
    (rf"\b(?:the\s+)?(?:{_SMALL}|bottom)\s+{_N}\b", True),
    (rf"\b(?:the\s+)?{_N}\s+{_SMALL}\b", True),
    (rf"{_HAN_SUMS}{_HAN_LARGE}的?(?:前)?{_HAN_N}\s*{_UNIT}", False),
    (rf"{_HAN_SUMS}(?:排名|排)(?:在)?前\s*{_HAN_N}\s*{_UNIT}?(?:的)?", False),
    (rf"{_HAN_SUMS}(?:排名|排)?(?:在)?前\s*{_HAN_N}\s*(?:大|高|{_UNIT})(?:的)?", False),
    (rf"{_HAN_SUMS}{_HAN_SMALL}的?(?:前)?{_HAN_N}\s*{_UNIT}", True),
)
_BEST = (
    (rf"\b(?:the\s+)?{_LARGE}\b|\brank\b|{_HAN_SUMS}{_HAN_LARGE}的?(?:[一1]?{_UNIT})?", False),
    (rf"\b(?:the\s+)?{_SMALL}\b|{_HAN_SUMS}{_HAN_SMALL}的?(?:[一1]?{_UNIT})?", True),
)
_MANY = 10  # "our largest suppliers", without a number
_GROUP_NOUNS = (
    (
        r"\b(?:suppliers?|vendors?|sellers?)\b(?!\s+(?:invoice|bill|receipt|contract))|供应商|供货商"
        r"|销售方|卖方",
        Role.SELLER,
    ),
    (r"\b(?:customers?|clients?|buyers?)\b|客户|购买方|买方", Role.BUYER),
)
_NOT_STATED = r"(?:约定|写明|注明|载明|规定|标明|写|填写|填|列明|说明|明确)?"
_OVERDUE = (
    r"\b(?:(?:that|which)\s+)?(?:(?:are|is|were|have\s+been)\s+)?(?:already\s+|now\s+"
    r"|currently\s+)?(?:overdue|past\s+(?:their\s+|its\s+|the\s+)?due(?:\s+date)?|late)\b"
    r"|(?:已经?)?(?:逾期|过期|超期)(?:的|未付的?|未支付的?)?"
)
_DUPLICATE = (
    r"\b(?:possible\s+|potential\s+)?duplicate[sd]?\b|\b(?:issued|entered|billed|recorded|sent|appear"
    r"|there|charged|invoiced|paid)\s+(?:twice|more\s+than\s+once)\b|重复(?:的|开具的?|录入的?)?"
)
_WE = r"(?:we|i|our\s+company)"
# An amount's name may stand between: "how much tax did we pay".
_GAP = rf"[\s{TAKEN}]+"
_PAY = r"(?:pay|paid|spend|spent|owe|owed)"
_PAID = (
    rf"\bhow\s+(?:much|many){_GAP}(?:money\s+)?(?:(?:did|have|do"
    rf"|had)\s+)?{_WE}\s+(?:have\s+)?{_PAY}\b(?:\s+(?:to|with|at|on))?"
    rf"|\b(?:what|which\s+amount)\s+(?:did|have|do)\s+{_WE}\s+{_PAY}\b(?:\s+(?:to|with|at|on))?"
    rf"|\bour\s+(?:total\s+)?(?:spend(?:ing)?|payments?)\b(?:\s+(?:to|with|at|on))?"
    rf"|\bhow\s+much\s+(?:money\s+)?(?:(?:has|have)\s+)?(?:went|gone|goes)\s+to\b"
    rf"|\b(?:total\s+|sum\s+)?(?:amounts?\s+|money\s+)?(?:that\s+)?(?:{_WE}\s+|was\s+|were\s+)?(?:paid"
    rf"|spent)\s+(?:to|on|with|at)\b"
    rf"|\b(?:total\s+)?(?:spend(?:ing)?|spendings|payments?|expenses?|expenditures?|costs?)\s+(?:to|with|at|on|for)\b"
    rf"|\btotal\s+(?:spend(?:ing)?|payments?|expenses?|expenditures?|costs?)\b"
    rf"|\b(?:what|which\s+amount|how\s+much)\s+have\s+{_WE}\s+(?:been\s+)?(?:paying"
    rf"|spending)\b(?:\s+(?:to|with|at|on))?"
)
# "How many euros did we pay": the currency was taken before.
_MANY_PAID = rf"\bhow\s+many\s*{TAKEN}[\s{TAKEN}]*(?:did|have|do)\s+{_WE}\s+{_PAY}\b"
_BILLED = (
    rf"\bhow\s+(?:much|many){_GAP}(?:(?:did|have|do|had)\s+)?{_WE}\s+(?:bill(?:ed)?|invoice[d]?|charge[d]?|sell"
    rf"|sold)\b(?:\s+to)?"
)
# Nouns that say it without "how much".
_HAN_SPENT = r"支出|开支|开销|花销|采购额|付款额|支付额|(?:支付|付款|采购|花费)(?:的)?(?:总?金额|总额|款项|总数)"
_HAN_PAID = (
    r"(?:一共|总共|总计|合计|累计|共计|共)?(?:支付|付款|付给|花费|花|付|采购)(?:了)?(?:给)?(?:了)?(?:一共"
    r"|总共|总计|合计|累计|共)?"
)
_SUM = (
    r"\bsum(?:\s+up)?(?:\s+of)?\b|\badd(?:ed)?\s+up\b|\b(?:grand\s+)?totals?(?:\s+(?:amount|sum|value))?(?:\s+of)?\b"
    r"|\b(?:in\s+total|altogether|overall|combined)\b|\bhow\s+much\b"
)
_HAN_SUM = r"(?:一共|总共|合计|总计|共计|累计|总和|总额|总金额|加起来|汇总|共)(?:是|为)?"
_AVERAGE = r"\b(?:average|mean|avg)\b(?:\s+of)?|平均(?:每张|每份|每笔)?(?:的)?"
_HOW_MANY = r"\bhow\s+many\b|\b(?:the\s+)?(?:number|count)\s+of\b|\bcount\b(?:\s+of)?"
_HAN_HOW_MANY = (
    rf"(?:一共|总共|共)?有?(?:多少|几)\s*(?:{_UNIT}|(?=发票|合同|收据|协议))|(?:的)?(?:数量|数目|张数"
    rf"|份数)(?:是多少)?"
)
_LIST = (
    r"\b(?:list|show|which|what|find|give|display|(?:are|were|is)\s+(?:there\s+)?any|do\s+we\s+have(?:\s+any)?)\b"
    r"|哪些|哪几|列出|显示|列一下|找出|查找|查询"
)
_COMPARE = (
    r"\bcompare\b|\bcomparison\s+(?:of|between)\b|\bversus\b|\bvs\b\.?|\bcompared\s+(?:to|with)\b"
    r"|\bdifference\s+between\b|比较(?:一下)?|对比(?:一下)?|相比"
)
# "X or Y: who cost us more?" asks to compare, too.
_MORE = (
    r"\b(?:who|which(?:\s+(?:one|supplier|vendor|of\s+(?:them|the\s+two)))?)\s+(?:has\s+|have\s+"
    r"|did\s+|do\s+we\s+|did\s+we\s+)?"
    r"(?:costs?|charged?|billed?|invoiced?|pay|paid|spend|spent)\s+(?:us\s+|on\s+|to\s+|with\s+)?(?:the\s+)?more\b"
    r"|(?:哪家|哪个|谁|哪一家)(?:公司)?(?:的)?(?:金额|总额|花费|支付)?(?:更多|更高|较多|较高|更大)"
)
# A group that stands out: "which supplier did we pay the most?"
_MOST = (
    r"\b(?:pay|paid|spend|spent|owe)\s+(?:the\s+)?most(?:\s+(?:money\s+)?(?:to|with|on|at))?\b"
    r"|\b(?:costs?|charged?|billed?|invoiced?)\s+us\s+(?:the\s+)?most\b"
    r"|\b(?:received?|gets?|got)\s+(?:the\s+)?most\s+money\b|\bmost\s+(?:of\s+our\s+)?money\s+(?:goes|went|gone)\s+to\b"
)
_WHO = (
    r"\b(?:who|whom|(?:which|what)\s+(?:supplier|vendor|seller|company)|which\s+of\s+(?:our"
    r"|the)\s+(?:suppliers|vendors))\b"
)
_BREAK = r"\bbreak(?:\s*down)?\b(?:\s+(?:the|our|of))*|\bbreakdown(?:\s+of)?\b|\bsplit\b"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be computed, as far as words say it.

    Attributes:
        operation: None: nothing says it.
        field: of a missing field, which.
        limit: of the largest or smallest, how many.
        ascending: the smallest.
        role: whether a party that is named is the seller or the buyer; None: nothing says it.
        ranks: the side whose parties are ranked: "top five suppliers".
        paid: whether it asks what was paid or billed, whatever the documents are called.
        late: whether only what is overdue is meant.
    """

    operation: Operation | None
    field: RecordField | None = None
    limit: int = 1
    ascending: bool = False
    role: Role | None = None
    ranks: Role | None = None
    paid: bool = False
    late: bool = False


def take_missing(cursor: Cursor, *, contracts: bool) -> RecordField | None:
    """Take "have no governing law", 没有约定适用法律."""
    names = field_pattern(contracts=contracts)
    verbs = (
        r"(?:have|has|state|states|specify|specifies|name|names|contain|contains|mention|mentions|show"
        r"|shows|give|gives|carry|include|includes|list)"
    )
    patterns = (
        rf"\b(?:(?:that|which|where)\s+)?(?:{verbs}|with|there\s+is)\s+no\s+(?P<field>{names})(?:\s+clause)?\b",
        rf"\b(?:without|lack|lacks|lacking|missing|miss|misses|are\s+missing|is\s+missing)\s+(?:an?\s+"
        rf"|the\s+|any\s+)?(?P<field>{names})(?:\s+clause)?\b",
        rf"\b(?:(?:that|which)\s+)?(?:do|does|did)(?:\s+not|n't|n’t)\s+{verbs}\s+(?:an?\s+|the\s+"
        rf"|any\s+|its\s+|their\s+)?(?P<field>{names})(?:\s+clause)?\b",
        rf"\b(?P<field>{names})(?:\s+clause)?\s+(?:is|are)\s+missing\b",
        rf"(?:没有|没|未曾?|无|缺少|缺|不含|未见){_NOT_STATED}(?P<field>{names})(?:条款)?(?:的)?",
    )
    for pattern in patterns:
        if match := cursor.take(pattern):
            return field_of(match["field"], contracts=contracts)
    return None


def take_wish(cursor: Cursor) -> Wish:
    """Take the words for what is to be computed, the most telling first."""
    late = bool(cursor.take(_OVERDUE))
    if cursor.take(_DUPLICATE):
        cursor.take_all(f"{_LIST}|{_HOW_MANY}|{_HAN_HOW_MANY}")
        return Wish(Operation.DUPLICATE, paid=True)
    more = cursor.take(_MORE)
    if cursor.take(_COMPARE) or more:
        paid, role = _take_paid(cursor)
        cursor.take_all(f"{_SUM}|{_HAN_SUM}")
        return Wish(Operation.COMPARE, role=role, paid=paid, late=late)
    ranked = _take_most(cursor) or _take_ranked(cursor)
    if ranked is not None:
        return ranked
    if cursor.take(_AVERAGE):
        paid, role = _take_paid(cursor)
        cursor.take_all(f"{_SUM}|{_HAN_SUM}")
        return Wish(Operation.AVERAGE, role=role, paid=paid, late=late)
    if not cursor.find(_MANY_PAID) and cursor.take(f"{_HOW_MANY}|{_HAN_HOW_MANY}"):
        return Wish(Operation.COUNT, late=late)
    paid, role = _take_paid(cursor)
    if paid or _asks_sum(cursor):
        cursor.take_all(f"{_SUM}|{_HAN_SUM}")
        return Wish(Operation.SUM, role=role, paid=paid, late=late)
    if cursor.take(_LIST) or late:
        cursor.take_all(_LIST)
        return Wish(Operation.LIST, late=late)
    return Wish(None, late=late)


def _asks_sum(cursor: Cursor) -> bool:
    if cursor.take(_SUM) or cursor.take(_BREAK):
        return True
    return bool(cursor.take(_HAN_SUM))


def _take_paid(cursor: Cursor) -> tuple[bool, Role | None]:
    """Take "how much did we pay", and on which side that puts the other party."""
    if cursor.take(_PAID):
        return True, Role.SELLER
    if cursor.take(_BILLED):
        return True, Role.BUYER
    if cursor.take(_HAN_SPENT):
        cursor.take(_HAN_PAID)
        return True, Role.SELLER
    if re.search(r"多少|合计|总额|总共|一共|总计|平均|比较|对比", cursor.text) and cursor.take(_HAN_PAID):
        return True, Role.SELLER
    return False, None


def _take_most(cursor: Cursor) -> Wish | None:
    if cursor.find(_WHO) and cursor.take(_MOST):
        cursor.take(_WHO)
        cursor.take_all(r"\b(?:did|do|have|has)\s+(?:we|i)\b")
        return Wish(Operation.TOP, ranks=Role.SELLER, paid=True)
    return None


def _take_ranked(cursor: Cursor) -> Wish | None:
    for pattern, ascending in _TOP:
        if match := cursor.take(pattern):
            return _ranked(cursor, Operation.TOP, _number(match["n"]), ascending)
    for pattern, ascending in _BEST:
        if cursor.take(pattern):
            return _ranked(cursor, Operation.MIN if ascending else Operation.MAX, 1, ascending)
    return None


def _ranked(cursor: Cursor, operation: Operation, limit: int, ascending: bool) -> Wish:
    ranks = None
    for pattern, role in _GROUP_NOUNS:
        if ranks is None and (noun := cursor.take(pattern)):
            ranks = role
            limit = _MANY if limit == 1 and noun.group().endswith("s") else limit
    cursor.take(r"(?:按照?|以)(?:发票)?(?:付款|采购|支付|花费)?(?:总?金额|总额)(?:计算?|算|排序|排名)?")
    paid, role_of_party = _take_paid(cursor)
    cursor.take_all(f"{_SUM}|{_LIST}|{_HAN_SUM}|\\bby\\s+(?:total|amount|value)\\b")
    if ranks is not None:
        operation = Operation.TOP
    return Wish(operation, limit=limit, ascending=ascending, role=role_of_party, ranks=ranks, paid=paid)


def _number(text: str) -> int:
    if text.isdecimal():
        return int(text)
    return _COUNTS.get(text.lower()) or int(han_number(text) or 1)
