"""What a question is about: kinds of documents, their fields, and by what results are set apart."""

import re
from dataclasses import dataclass

from retrieval.ledger.cursor import Cursor, compiled
from retrieval.ledger.plan import DateField, Grouping, Measure, RecordField, RecordKind

_BILL_VERBS = (
    (
        r"\b(?:that\s+|which\s+)?(?:were\s+|was\s+|are\s+|is\s+|have\s+been\s+|has\s+been\s+)?(?:issued?|dated|sen[dt]|received?"
        r"|written|raised|made\s+out|billed|(?:came|come|coming|got)\s+in|landed|arrived|turned\s+up)\b(?:\s+(?:to\s+)?us\b)?"
        r"|(?:已)?(?:开具|开出|开立|出具|收到|收取|开给我们|开给我司|开来|开票)[的了过]*|开[的了过]|收[的了过]",
        DateField.ISSUE_DATE,
    ),
    (
        r"\b(?:that\s+|which\s+|to\s+)?(?:(?:were|was|are|is|be|fall|falls|fell|falling|become|becomes|became|becoming|will\s+be"
        r"|will\s+fall|come|comes|came|coming)\s+)?(?:due|payable)\b(?!\s+date)(?:\s+for\s+payment\b)?"
        r"|\b(?:(?:do|will)\s+)?(?:we|i)\s+(?:have\s+to|need\s+to|must|should)\s+(?:pay|settle)\b"
        r"|\b(?:that\s+|which\s+)?(?:must|should|have\s+to|has\s+to|need\s+to|needs\s+to|are\s+to|is\s+to)\s+be\s+(?:paid|settled)\b"
        r"|(?:应|须|需)?(?:付款)?到期(?:应付|付款|需付|要付)?(?:款)?的?|(?:应|要|该|须|需要?)(?:(?:付款|支付|付)(?:款)?的|付款$)",
        DateField.DUE_DATE,
    ),
)
_CONTRACT_VERBS = (
    (
        r"\b(?:that\s+|which\s+)?(?:(?:will|are\s+going\s+to|are|is|have|has|do|does|were|was)\s+)?(?:already\s+|now\s+)?"
        r"(?:due\s+to\s+(?:end|expire|lapse)|com(?:e|es|ing)\s+to\s+an\s+end|end(?:s|ed|ing)?|expir(?:e|es|ed|ing)"
        r"|run(?:s|ning)?\s+(?:out|off)|ran\s+out|laps(?:e|es|ed|ing)|terminates?)\b"
        r"|(?:将要?|会|已经?|快要?)?(?:到期|届满|期满|终止|结束|过期|失效)的?",
        DateField.EXPIRATION_DATE,
    ),
    (
        r"\b(?:that\s+|which\s+)?(?:(?:were|was|are|is|have\s+been|did\s+we|we)\s+)?(?:signed|executed"
        r"|concluded|entered\s+into|enter\s+into|conclude|made|dated|sign)\b"
        r"|(?:新)?(?:签订|签署|订立|签|签约|签下)[的了过]?",
        DateField.AGREEMENT_DATE,
    ),
    (
        r"\b(?:that\s+|which\s+)?(?:(?:become|becomes|became|are|is|were|was|come|came|go|went)\s+)?"
        r"(?:effective|start(?:s|ed|ing)?|beg[ia]n(?:s|ning)?|commence[sd]?|into\s+(?:force|effect))\b"
        r"|\b(?:take|takes|took|taking)\s+effect\b|(?:开始)?(?:生效|起始|执行)的?",
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
    (r"net(?:\s+(?:amount|total|value|sum)s?)?|subtotals?|不含税(?:金额|总额|价)?|税前(?:金额)?|净额", RecordField.NET),
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
_TAX = r"(?:(?:sales\s+)?tax(?:es)?|vat)"
_MEASURES = (
    (
        rf"\b(?:net(?:\s+(?:amounts?|values?|sums?|of\s+{_TAX}))?|subtotals?|(?:before|without|excluding"
        rf"|exclusive\s+of|ex|excl\.?|less)\s+(?:the\s+)?{_TAX})\b"
        r"|(?:不含|不计|扣除|除去|剔除)(?:增值)?税(?:额|款|金(?!额))?(?:后)?(?:的(?!话))?(?:总?金额|总额|价)?|税前(?:的)?(?:总?金额)?|净额",
        Measure.NET,
    ),
    (
        r"\b(?:amounts?\s+(?:due|payable)|balances?\s+due|payable\s+amounts?)\b|应付(?:金额|总额|款项?)",
        Measure.PAYABLE,
    ),
    (
        rf"\b(?:after|including|inclusive\s+of|with|incl\.?)\s+(?:the\s+)?{_TAX}\b|\bgross(?:\s+(?:amounts?"
        r"|totals?))?\b|价税合计|含税(?:的)?(?:金额|总额|价)?",
        Measure.TOTAL,
    ),
    (
        rf"\b(?:input\s+|output\s+)?{_TAX}(?:\s+(?:amounts?|charges?))?\b|税额|税款|税金|增值税额?(?!专用|普通|电子)",
        Measure.TAX,
    ),
)
_EACH = (
    r"(?:(?:(?:grouped|broken\s+down|split|split\s+up|separated|summarised|summarized|itemised|itemized|arranged)\s+)?(?:out\s+)?"
    r"(?:by|per|across|according\s+to)|(?:for|in|of|from|to|on)\s+(?:each|every)|each|every|for\s+(?=each))(?:\s+(?:single|individual))?"
)
_HAN_EACH = r"(?:按照?|分|各个?|每个?|每一个?|逐个?|每家|各家|每一家|各|以)"
_BASIS = r"(?:\s+(?:basis|breakdown|figures?|summary))?"
_GROUPS = (
    (
        rf"\b{_EACH}\s+(?:calendar\s+)?months?\b|\b(?:on\s+a\s+)?monthly\b{_BASIS}|\bmonth\s+(?:by|for|after|over|on)\s+month\b"
        rf"|\bmonth-?wise\b|{_HAN_EACH}(?:自然)?月(?:份|度)?|月度(?!合同)|月月",
        Grouping.MONTH,
    ),
    (
        rf"\b{_EACH}\s+(?:calendar\s+)?quarters?\b|\b(?:on\s+a\s+)?quarterly\b{_BASIS}|\bquarter\s+(?:by|for|over|on)\s+quarter\b"
        rf"|{_HAN_EACH}季度?",
        Grouping.QUARTER,
    ),
    (
        rf"\b{_EACH}\s+(?:calendar\s+)?years?\b|\b(?:on\s+a\s+|on\s+an\s+)?(?:yearly|annual)\b{_BASIS}|\bannually\b"
        rf"|\byear\s+(?:by|for|over|on)\s+year\b|{_HAN_EACH}年(?:份|度)?",
        Grouping.YEAR,
    ),
    (
        rf"\b{_EACH}\s+(?:of\s+)?(?:(?:the|our)\s+)?(?:seller|supplier|vendor)s?\b|\b(?:supplier|vendor)-?wise\b"
        rf"|\bsupplier\s+by\s+supplier\b|\bvendor\s+by\s+vendor\b|{_HAN_EACH}(?:家)?(?:销售方|卖方|供应商|供货商|供方|开票方)",
        Grouping.SELLER,
    ),
    (
        rf"\b{_EACH}\s+(?:of\s+)?(?:(?:the|our)\s+)?(?:buyer|customer|client)s?\b|\bcustomer\s+by\s+customer\b"
        rf"|{_HAN_EACH}(?:家)?(?:购买方|买方|客户|购货方)",
        Grouping.BUYER,
    ),
    (
        rf"\b{_EACH}\s+(?:of\s+)?(?:(?:the|our)\s+)?(?:part(?:y|ies)|compan(?:y|ies)|counterpart(?:y|ies))\b|{_HAN_EACH}(?:家)?(?:当事人|签约方|公司|交易方|对方)",
        Grouping.PARTY,
    ),
    (rf"\b{_EACH}\s+(?:of\s+(?:the\s+)?)?currenc(?:y|ies)\b|{_HAN_EACH}种?(?:币种|货币)", Grouping.CURRENCY),
)
# "Supplier invoices" are invoices: those that come in.
_LEAD = r"\b(?:(?:supplier|vendor|purchase|incoming|received)\s+)?"
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
            r"(?:增值税)?(?:专用|普通|电子)?发票|账单|票据",
        ),
        (RecordKind.RECEIPTS, r"\breceipts\b", r"\breceipt\b", r"收据|小票"),
        (RecordKind.CONTRACTS, r"\b(?:contracts|agreements)\b", r"\b(?:contract|agreement)\b", r"合同|协议|合约"),
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
    plural = re.match(
        r"\s+(?:totals|amounts|values|counts?|numbers|volumes?|figures)\b", cursor.text[found.end() :], re.IGNORECASE
    )
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
            # Currencies are always set apart.
            cursor.take(r"\b(?:and|,)\s*(?:by\s+|per\s+)?currency\b|(?:和|及|与|、)(?:按)?(?:币种|货币)")
            return name
    return None
