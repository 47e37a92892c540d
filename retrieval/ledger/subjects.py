"""What a question is about: kinds of documents, their fields, and by what results are set apart."""

import re
from dataclasses import dataclass

from retrieval.ledger.cursor import Cursor, compiled
from retrieval.ledger.plan import DateField, Grouping, Measure, RecordField, RecordKind

_BILL_VERBS = (
    (
        r"\b(?:that\s+|which\s+)?(?:were\s+|was\s+|are\s+|is\s+)?(?:issued?|dated|sen[dt]|received?"
        r"|written)\b|开具[的了]?|开出[的了]?|开[的了]|出具的?",
        DateField.ISSUE_DATE,
    ),
    (
        r"\b(?:that\s+|which\s+)?(?:(?:were|was|are|is|fall|falls|become|becomes|will\s+be|will\s+fall"
        r"|come|comes)\s+)?due\b"
        r"(?!\s+date)|(?:应|须|需)?(?:到期|付款到期)的?",
        DateField.DUE_DATE,
    ),
)
_CONTRACT_VERBS = (
    (
        r"\b(?:that\s+|which\s+)?(?:(?:will|are\s+going\s+to|are|is|have|has|do|does)\s+)?"
        r"(?:end(?:s|ed|ing)?|expir(?:e|es|ed|ing)|run(?:s|ning)?\s+out|ran\s+out|lapse[sd]?"
        r"|terminates?|due\s+to\s+(?:end|expire))\b"
        r"|(?:将要?|会|已经?)?(?:到期|届满|期满|终止|结束|过期|失效)的?",
        DateField.EXPIRATION_DATE,
    ),
    (
        r"\b(?:that\s+|which\s+)?(?:(?:were|was|are|is|have\s+been|did\s+we|we)\s+)?(?:signed"
        r"|concluded|entered\s+into|made|dated|sign)\b"
        r"|(?:签订|签署|订立|签)的?",
        DateField.AGREEMENT_DATE,
    ),
    (
        r"\b(?:that\s+|which\s+)?(?:(?:become|becomes|became|are|is|were|was|come|came|go|went)\s+)?"
        r"(?:effective|start(?:s|ed|ing)?|beg[ia]n(?:s|ning)?|commence[sd]?|into\s+(?:force|effect))\b"
        r"|(?:开始)?(?:生效|起始)的?",
        DateField.EFFECTIVE_DATE,
    ),
)
_FIELDS_OF_BOTH: tuple[tuple[str, RecordField], ...] = ((r"currency|currencies|币种|货币", RecordField.CURRENCY),)
_CONTRACT_FIELDS = (
    (
        r"governing\s+law|applicable\s+law|choice\s+of\s+law|law|适用法律|准据法|法律适用|管辖法律",
        RecordField.GOVERNING_LAW,
    ),
    (
        r"expir(?:ation|y)(?:\s+date)?|end(?:ing)?\s+date|termination\s+date|term|到期日期?|终止日期?"
        r"|届满日期?|截止日期?|有效期|期限",
        RecordField.EXPIRATION_DATE,
    ),
    (
        r"effective\s+date|start(?:ing)?\s+date|commencement\s+date|生效日期?|起始日期?|开始日期?",
        RecordField.EFFECTIVE_DATE,
    ),
    (
        r"agreement\s+date|contract\s+date|date\s+of\s+agreement|签订日期?|订立日期?|合同日期",
        RecordField.AGREEMENT_DATE,
    ),
    (r"signature\s+dates?|signing\s+date|date\s+of\s+signature|签署日期?|签字日期?", RecordField.SIGNATURE_DATE),
    (r"notice\s+period|period\s+of\s+notice|通知期限?|提前通知期", RecordField.NOTICE_PERIOD),
    (
        r"renewal(?:\s+(?:clause|term|terms|provision))?|续期(?:条款)?|续约(?:条款)?|续签条款|自动续期(?:条款)?",
        RecordField.RENEWAL,
    ),
    (
        r"(?:total\s+|contract\s+)value|(?:contract\s+)?price|合同金额|合同总额|合同总价款?|总价款?|合同价款",
        RecordField.TOTAL_VALUE,
    ),
    (r"title|标题|名称", RecordField.TITLE),
    (r"part(?:y|ies)|当事人|签约方", RecordField.PARTY),
)
_BILL_FIELDS = (
    (
        r"(?:seller|supplier|vendor)(?:'s)?\s+(?:tax|vat)\s+(?:id|number)s?|(?:销售方|卖方"
        r"|供应商)(?:的)?(?:税号|纳税人识别号)",
        RecordField.SELLER_TAX_ID,
    ),
    (
        r"(?:buyer|customer|client)(?:'s)?\s+(?:tax|vat)\s+(?:id|number)s?|(?:购买方|买方"
        r"|客户)(?:的)?(?:税号|纳税人识别号)",
        RecordField.BUYER_TAX_ID,
    ),
    (r"(?:tax|vat)\s+(?:id|number)s?|税号|纳税人识别号", RecordField.SELLER_TAX_ID),
    (r"due\s+date|payment\s+date|date\s+of\s+payment|到期日期?|付款日期?|付款期限|付款到期日", RecordField.DUE_DATE),
    (r"(?:issue|invoice|billing)\s+date|date|开票日期?|开具日期?|日期", RecordField.ISSUE_DATE),
    (r"(?:invoice\s+|receipt\s+)?number|发票号码?|编号|号码", RecordField.NUMBER),
    (r"net(?:\s+(?:amount|total|value)s?)?|subtotals?|不含税(?:金额|总额|价)?|税前(?:金额)?|净额", RecordField.NET),
    (r"payable|amounts?\s+(?:due|payable)|balances?(?:\s+due)?|应付(?:金额|款|总额)?|未付余额", RecordField.PAYABLE),
    (r"(?:sales\s+tax|vat|tax(?:es)?)(?:\s+amounts?)?|税额|税款|税金|增值税", RecordField.TAX),
    (
        r"(?:grand\s+|invoice\s+)?totals?(?:\s+amounts?)?|gross(?:\s+amounts?)?|价税合计|含税(?:金额"
        r"|总额)|总金额|总额|金额",
        RecordField.TOTAL,
    ),
    (r"sellers?|suppliers?|vendors?|销售方|卖方|供应商", RecordField.SELLER),
    (r"buyers?|customers?|clients?|购买方|买方|客户", RecordField.BUYER),
)
_MEASURES = (
    (
        r"\b(?:net(?:\s+(?:amounts?|values?|of\s+tax))?|subtotals?|(?:before|without|excluding"
        r"|excl\.?)\s+(?:the\s+)?(?:tax|vat|taxes))\b"
        r"|不含税(?:的)?(?:金额|总额|价)?|税前(?:金额)?|净额",
        Measure.NET,
    ),
    (
        r"\b(?:amounts?\s+(?:due|payable)|balances?\s+due|payable(?:\s+amounts?)?)\b|应付(?:金额|总额|款项?)",
        Measure.PAYABLE,
    ),
    (
        r"\b(?:after|including|with|incl\.?)\s+(?:the\s+)?(?:tax|vat|taxes)\b|\bgross(?:\s+(?:amounts?"
        r"|totals?))?\b|价税合计|含税(?:的)?(?:金额|总额|价)?",
        Measure.TOTAL,
    ),
    (r"\b(?:(?:sales\s+)?tax(?:es)?|vat)(?:\s+amounts?)?\b|税额|税款|税金|增值税额?(?!专用|普通|电子)", Measure.TAX),
)
_EACH = (
    r"(?:by|per|for\s+each|for\s+every|for\s+(?=each)|each|every|grouped\s+by|broken\s+down\s+by|split\s+by|in\s+each)"
)
_HAN_EACH = r"(?:按照?|分|各个?|每个?|每一个?|逐|每家|各家|以)"
_GROUPS = (
    (
        rf"\b{_EACH}\s+(?:calendar\s+)?month\b|\bmonthly\b|\bmonth\s+by\s+month\b|{_HAN_EACH}(?:自然)?月(?:份|度)?",
        Grouping.MONTH,
    ),
    (rf"\b{_EACH}\s+quarter\b|\bquarterly\b|{_HAN_EACH}季度?", Grouping.QUARTER),
    (
        rf"\b{_EACH}\s+(?:calendar\s+)?year\b|\byearly\b|\bannual\b|\bannually\b|\byear\s+by\s+year\b"
        rf"|{_HAN_EACH}年(?:份|度)?",
        Grouping.YEAR,
    ),
    (
        rf"\b{_EACH}\s+(?:of\s+(?:the|our)\s+)?(?:seller|supplier|vendor)s?\b|{_HAN_EACH}(?:销售方|卖方"
        rf"|供应商|供货商|开票方)",
        Grouping.SELLER,
    ),
    (
        rf"\b{_EACH}\s+(?:of\s+(?:the|our)\s+)?(?:buyer|customer|client)s?\b|{_HAN_EACH}(?:购买方|买方|客户|购货方)",
        Grouping.BUYER,
    ),
    (rf"\b{_EACH}\s+(?:party|company|counterparty)\b|{_HAN_EACH}(?:当事人|签约方|公司|交易方|对方)", Grouping.PARTY),
    (rf"\b{_EACH}\s+currency\b|{_HAN_EACH}(?:币种|货币)", Grouping.CURRENCY),
)
# "Supplier invoices" are invoices: those that come in.
_LEAD = r"\b(?:(?:supplier|vendor|purchase|incoming)\s+)?"
_HAN_GROUP_TAIL = r"(?:来)?(?:分组|统计|汇总|列出|显示|计算|划分|分别|分)?"


@dataclass(frozen=True, slots=True)
class Subject:
    """Documents that a question is about.

    Attributes:
        kind: which; None: the question names none.
        several: whether it may speak of more than one.
    """

    kind: RecordKind | None
    several: bool


def take_kind(cursor: Cursor) -> Subject:
    """Take the words for documents: invoices, receipts, contracts."""
    found: set[RecordKind] = set()
    several = False
    patterns = (
        (
            RecordKind.INVOICES,
            rf"{_LEAD}(?:invoices|bills)\b",
            rf"{_LEAD}(?:invoice|bill)\b",
            r"(?:增值税)?(?:专用|普通|电子)?发票|账单",
        ),
        (RecordKind.RECEIPTS, r"\breceipts\b", r"\breceipt\b", r"收据|小票"),
        (RecordKind.CONTRACTS, r"\b(?:contracts|agreements)\b", r"\b(?:contract|agreement)\b", r"合同|协议"),
    )
    for kind, plural, singular, han in patterns:
        many = cursor.take_all(plural)
        one = cursor.find(singular)
        if one is not None:
            many |= bool(_is_any(cursor, one))
            cursor.take_all(singular)
        in_han = cursor.take_all(han)
        if many or one or in_han:
            found.add(kind)
            several |= bool(many or in_han)
    if not found:
        return Subject(None, True)
    if RecordKind.CONTRACTS in found:
        return Subject(RecordKind.CONTRACTS if len(found) == 1 else None, several and len(found) == 1)
    return Subject(found.pop() if len(found) == 1 else RecordKind.BILLS, several)


def _is_any(cursor: Cursor, found: re.Match[str]) -> bool:
    """Whether a word in the singular stands for all: "every invoice", "per invoice", "invoice totals"."""
    before = cursor.text[: found.start()].casefold().split()
    lead = before[-1] if before else ""
    plural = re.match(r"\s+(?:totals|amounts|values)\b", cursor.text[found.end() :], re.IGNORECASE)
    return lead in ("every", "each", "per", "any", "total") or plural is not None


def take_verb(cursor: Cursor, *, contracts: bool) -> tuple[DateField, bool] | None:
    """Take the verb that says which date is meant ("signed", "expire", "due"), and whether it speaks of the past."""
    for pattern, name in _CONTRACT_VERBS if contracts else _BILL_VERBS:
        if match := cursor.take(pattern):
            return name, compiled(r"expired|ended|ran\s+out|lapsed|terminated|已").search(match.group()) is not None
    return None


def field_pattern(*, contracts: bool) -> str:
    """A pattern of all words for fields."""
    return "|".join(pattern for pattern, _ in _named(contracts=contracts))


def field_of(words: str, *, contracts: bool) -> RecordField | None:
    """The field that words name."""
    for pattern, name in _named(contracts=contracts):
        if _fits(pattern, words):
            return name
    return None


def _named(*, contracts: bool) -> tuple[tuple[str, RecordField], ...]:
    return (*(_CONTRACT_FIELDS if contracts else _BILL_FIELDS), *_FIELDS_OF_BOTH)


def _fits(pattern: str, words: str) -> bool:
    return compiled(pattern).fullmatch(words) is not None


def take_measure(cursor: Cursor) -> Measure | None:
    """Take the words for an amount other than the total."""
    for pattern, name in _MEASURES:
        if cursor.take(pattern):
            return name
    return None


def take_group(cursor: Cursor) -> Grouping | None:
    """Take "by month", "per supplier"."""
    for pattern, name in _GROUPS:
        if cursor.take(rf"(?:{pattern}){_HAN_GROUP_TAIL}"):
            return name
    return None
