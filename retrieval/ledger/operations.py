"""What a question wants computed: the words for sums, counts, averages and the rest."""

from dataclasses import dataclass

from retrieval.ledger.counting import count_of
from retrieval.ledger.cursor import Cursor
from retrieval.ledger.payments import asks_how_many_units, take_paid
from retrieval.ledger.plan import Operation, RecordField, Role
from retrieval.ledger.subjects import field_of, field_pattern

_N = r"(?P<n>\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty)"
_HAN_N = r"(?P<n>\d{1,3}|[一二三四五六七八九十两]{1,3})"
_LARGE = r"(?:largest|biggest|highest|greatest|most\s+expensive|costliest|priciest|top)"
_SMALL = r"(?:smallest|lowest|cheapest|least\s+expensive)"
_HAN_SUMS = r"(?:(?:开票|采购|付款|支付|交易|结算)?(?:总金额|金额|总额|价税合计|额)|花钱|花费|支出|支付|付款|开票)?"
_HAN_LARGE = r"(?:最大|最高|最贵|最多|居首)"
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
_SUM = (
    r"\b(?:sum|total|tot|add)(?:\s+it|\s+them)?\s+up(?:\s+of)?\b|\bsums?(?:\s+of)?\b|\badd(?:ed)?\s+up\b|\b(?:aggregate|cumulative)\b|\b(?:grand\s+)?totals?(?:\s+(?:amount|sum|value))?(?:\s+of)?\b"
    r"|\b(?:in\s+total|altogether|overall|combined)\b|\bhow\s+much\b"
)
_HAN_SUM = r"(?:一共|总共|合计|总计|共计|累计|总和|总额|总金额|加起来|汇总|共)(?:是|为)?"
_AVERAGE = r"\b(?:average|mean|avg)\b(?:\s+of)?|平均(?:每张|每份|每笔)?(?:的)?"
_HOW_MANY = (
    r"\bhow\s+many\b|\b(?:the\s+)?(?:total\s+)?(?:number|count|quantity|no\.)\s+of\b|\bcount(?:s|\s+up)?\b(?:\s+of)?"
    r"|\bhow\s+often\s+(?:did|were|was|have|has)\b"
)
_HAN_HOW_MANY = (
    rf"(?:一共|总共|共)?有?(?:多少|几)\s*(?:{_UNIT}|(?=发票|合同|收据|协议))|(?:的)?(?:总)?(?:数量|数目|张数"
    rf"|份数|笔数|个数)(?:是多少)?"
)
_LIST = (
    r"\b(?:list(?:ing)?|show|which|what|find|give|display|(?:are|were|is)\s+(?:there\s+)?any|do\s+we\s+have(?!\s+to\b)(?:\s+any)?)\b"
    r"|^[\W\0]*(?:pull(?:\s+up)?|fetch|get|retrieve|identify|return|bring\s+up|extract|look\s+up|report|print|send|provide"
    r"|name|see|view|search(?:\s+for)?|check(?:\s+for)?|any|flag|highlight|produce|prepare|generate|run|do\s+any|are\s+there"
    r"|have\s+we\s+(?:got|any))\b"
    r"|哪些|哪几|哪张|哪份|列出|列举|显示|列一下|找出|查找|查询|列表|清单|明细|一览表?|名单|目录"
)
_COMPARE = (
    r"\bcompar(?:e[sd]?|ing)\b(?:\s+(?:to|with|against))?|\b(?:a\s+)?comparison(?:\s+(?:of|between))?\b|\bversus\b"
    r"|\bvs\b\.?|\bdifference\s+between\b|\bside\s+by\s+side\b|(?:做个|作个)?(?:比较|对比|比一比)(?:一下)?|相比|相较"
)
_WHICH_ONE = (
    r"(?:who|which(?:\s+(?:one|year|quarter|month|half|company|supplier|vendor|party|period"
    r"|of\s+(?:them|the\s+two|these)))?)"
)
# "X or Y: who cost us more?" asks to compare, too.
_MORE = (
    rf"\b(?:{_WHICH_ONE}\s+)?(?:has\s+|have\s+|did\s+|do\s+|is\s+|was\s+)?(?:we\s+|i\s+)?"
    r"(?:costs?|charged?|billed?|invoiced?|pay|paid|spend|spent)\s+(?:us\s+|on\s+|to\s+|with\s+)?(?:the\s+)?(?:more|less)\b"
    r"(?!\s+(?:than\s+\W*\d|invoices|bills|receipts|contracts|agreements|often))(?:\s+(?:money\s+)?(?:to|with|on|at|in|than))?"
    rf"|\b{_WHICH_ONE}\s+(?:is|was|were|are)\s+(?:the\s+)?(?:more\s+expensive|cheaper|dearer|costlier|higher|lower|larger"
    r"|bigger|smaller)\b"
    r"|(?:哪家|哪个|谁|哪一家|哪一年|哪年|哪个季度)(?:公司)?(?:的)?(?:开票|收费|采购|支出)?(?:金额|总额|花费|支付|额)?"
    r"(?:更多|更高|较多|较高|更大|更贵|更少|更低|更便宜)"
)
_THAN = (
    r"\b(?:more|less|higher|lower|cheaper|larger|bigger|smaller|greater)\b"
    r"(?!\s+(?:invoices|bills|receipts|contracts|agreements|often|than\s+\W*\d))"
)
# A group that stands out: "which supplier did we pay the most?"
_MOST = (
    r"\b(?:pay|paid|spend|spent|owe)\s+(?:the\s+)?most(?:\s+(?:money\s+)?(?:to|with|on|at))?\b"
    r"|\b(?:costs?|charged?|billed?|invoiced?)\s+us\s+(?:the\s+)?most\b"
    r"|\b(?:received?|gets?|got)\s+(?:the\s+)?most\s+money\b|\bmost\s+(?:of\s+our\s+)?money\s+(?:goes|went|gone)\s+to\b"
)
_MOST_RECORDS = (
    r"\b(?:the\s+)?(?:most|(?P<few>fewest))\s+(?=(?:invoices|bills|receipts)\b)"
    r"|(?<=发票)(?:数量|张数|数目|份数)?(?:最多|(?P<fewer>最少))的?"
)
_RECEIVED = r"\b(?:sent|sends|issued?|issues|raised)\b(?:\s+(?:to\s+)?us\b)?"
_WHO = (
    r"\b(?:who|whom|(?:which|what)\s+(?:supplier|vendor|seller|company)|which\s+of\s+(?:our"
    r"|the)\s+(?:suppliers|vendors))\b"
)
_BREAK = r"\bbreak(?:\s*down)?\b(?:\s+(?:the|our|of))*|\bbreakdown(?:\s+of)?\b|\bsplit\b"
_RANKED_BY = (
    r"\b(?:ranked\s+|sorted\s+|ordered\s+)?by\s+(?:(?:invoice|invoiced|billed|total|overall)\s+)?"
    r"(?:amounts?|values?|totals?|spend(?:ing)?|volume|size|expenditure|costs?|revenue)\b"
)


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
        by_count: whether parties are ranked by how many documents they have.
    """

    operation: Operation | None
    field: RecordField | None = None
    limit: int = 1
    ascending: bool = False
    role: Role | None = None
    ranks: Role | None = None
    paid: bool = False
    late: bool = False
    by_count: bool = False


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
        rf"(?:没有|没|未曾?|无|缺少|缺失?|不含(?!(?:增值)?税)|未见|漏了?|遗漏了?){_NOT_STATED}(?P<field>{names})(?:条款)?(?:的)?",
    )
    for pattern in patterns:
        if match := cursor.take(pattern):
            return field_of(match["field"], contracts=contracts)
    return None


def take_wish(cursor: Cursor, *, contracts: bool) -> Wish:
    """Take the words for what is to be computed, the most telling first."""
    late = not contracts and bool(cursor.take(_OVERDUE))
    if cursor.take(_DUPLICATE):
        cursor.take_all(f"{_LIST}|{_HOW_MANY}|{_HAN_HOW_MANY}")
        return Wish(Operation.DUPLICATE, paid=True)
    if _take_comparison(cursor):
        paid, role = take_paid(cursor)
        cursor.take_all(f"{_SUM}|{_HAN_SUM}")
        return Wish(Operation.COMPARE, role=role, paid=paid, late=late)
    ranked = _take_most(cursor) or _take_ranked(cursor)
    if ranked is not None:
        return ranked
    if cursor.take(_AVERAGE):
        paid, role = take_paid(cursor)
        cursor.take_all(f"{_SUM}|{_HAN_SUM}")
        return Wish(Operation.AVERAGE, role=role, paid=paid, late=late)
    if not asks_how_many_units(cursor) and cursor.take(f"{_HOW_MANY}|{_HAN_HOW_MANY}"):
        return Wish(Operation.COUNT, late=late)
    paid, role = take_paid(cursor)
    if paid or _asks_sum(cursor):
        cursor.take_all(f"{_SUM}|{_HAN_SUM}")
        return Wish(Operation.SUM, role=role, paid=paid, late=late)
    if cursor.take(_LIST) or late:
        cursor.take_all(_LIST)
        return Wish(Operation.LIST, late=late)
    return Wish(None, late=late)


def _take_comparison(cursor: Cursor) -> bool:
    """Take "compare", "which cost us more", "more this year than last year"."""
    more = cursor.take(_MORE)
    if not more and cursor.find(_THAN) and cursor.find(r"\bthan\b"):
        more = cursor.take(_THAN)
    cursor.take(r"\bthan\b(?:\s+(?:in|to|with|on|from|by)\b)?") if more else None
    return bool(cursor.take(_COMPARE) or more)


def _asks_sum(cursor: Cursor) -> bool:
    if cursor.take(_SUM) or cursor.take(_BREAK):
        return True
    return bool(cursor.take(_HAN_SUM))


def _take_most(cursor: Cursor) -> Wish | None:
    if cursor.find(_MOST_RECORDS):
        return _take_most_records(cursor)
    if cursor.find(_WHO) and cursor.take(_MOST):
        cursor.take(_WHO)
        cursor.take_all(r"\b(?:did|do|have|has)\s+(?:we|i)\b")
        return Wish(Operation.TOP, ranks=Role.SELLER, paid=True)
    return None


def _take_most_records(cursor: Cursor) -> Wish | None:
    """Take "which supplier sent us the most invoices": parties by how many documents they have."""
    for pattern, role in _GROUP_NOUNS:
        if noun := cursor.find(pattern):
            cursor.mark(*noun.span())
            found = cursor.take(_MOST_RECORDS)
            fewest = found is not None and bool(found["few"] or found["fewer"])
            cursor.take_all(rf"{_LIST}|{_WHO}|{_RECEIVED}")
            limit = _MANY if noun.group().endswith("s") else 1
            return Wish(Operation.TOP, limit=limit, ascending=fewest, ranks=role, paid=True, by_count=True)
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
    paid, role_of_party = take_paid(cursor)
    cursor.take_all(f"{_SUM}|{_LIST}|{_HAN_SUM}|{_RANKED_BY}")
    if ranks is not None:
        operation = Operation.TOP
    return Wish(operation, limit=limit, ascending=ascending, role=role_of_party, ranks=ranks, paid=paid)


def _number(text: str) -> int:
    return count_of(text) or 1
