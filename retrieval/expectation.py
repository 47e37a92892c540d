"""What kind of value a question asks for, and whether a text has one."""

import re
from enum import StrEnum


class Kind(StrEnum):
    """Kinds of values."""

    DURATION = "duration"
    DATE = "date"
    MONEY = "money"
    PERCENT = "percent"


# In this order: "how much notice" asks for a time, "how much interest" for no sum.
_ASKED = {
    Kind.DURATION: r"""
        how\s(long|soon|quickly|much\s(time|notice)|many\s(days|months|years|weeks|hours))
        | (what|which)\s(is\sthe\s)?(notice\s|warranty\s|renewal\s)?period
        | 多久 | 多长 | 几天 | 几年 | 几个月 | 多少(天|日|个月|小时)""",
    Kind.DATE: r"""
        (^|[,;]\s)(and\s|by\s|on\s|until\s|since\s)?when\b | (what|which)\s(\w+\s){0,3}(date|day|month|year)\b
        | 什么时候 | 何时 | 哪天 | 哪一天 | 日期 | 几号 | 到期""",
    Kind.PERCENT: r"percent | percentage | interest | 百分 | 比例 | 税率 | 利率",
    Kind.MONEY: r"""
        how\smuch\b(?!\snotice) | \b(what|which)\s(\w+\s){0,4}(amount|price|costs?|fees?|total|rent|deposit|balance)\b
        | for\swhat\sprice | 多少钱 | 金额 | 总价 | 价款 | 租金 | 押金 | 费用 | 合计 | 总额
        | 多少\w{0,3}(费|款|金|元)""",
}
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_COUNT = r"""(\d+ | one | two | three | four | five | six | seven | eight | nine | ten | eleven | twelve | fifteen
    | twenty | thirty | forty | sixty | ninety | [一二三四五六七八九十]+)"""
_FOUND = {
    Kind.DURATION: rf"""
        {_COUNT} \W{{0,3}} (\(\d+\)\W*)? ((business|calendar|working|full)\s)?
        (hour|day|week|month|year|小时|日|天|周|个月|月|年)""",
    Kind.DATE: rf"""
        \b\d{{4}}-\d{{1,2}}-\d{{1,2}}\b | \b\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}\b
        | \b\d{{1,2}}(st|nd|rd|th)?(\sday\sof)?\s{_MONTH} | \b{_MONTH}\.?\s\d{{1,2}} | \d{{4}}\s*年\s*\d{{1,2}}\s*月""",
    Kind.PERCENT: r"\d\s*% | percent | per\scent | 百分之 | 万分之 | 千分之",
    Kind.MONEY: r"""
        [$€£¥￥]\s*\d | \b(usd|eur|gbp|cny|rmb)\s*\d | \d[\d,.\s]*\s*(usd|eur|gbp|dollars|euros?|元|圆)
        | \b\d{1,3}([,.\s]\d{3})*[.,]\d{2}\b""",
}


def asked_kind(question: str) -> Kind | None:
    """The kind of value that a question asks for; None where it asks for no value."""
    return next((kind for kind, pattern in _ASKED.items() if _search(pattern, question)), None)


def has_kind(text: str, kind: Kind) -> bool:
    """Whether a text has a value of a kind."""
    return _search(_FOUND[kind], text)


def _search(pattern: str, text: str) -> bool:
    # The re module keeps compiled patterns itself.
    return re.search(pattern, text, re.IGNORECASE | re.VERBOSE) is not None
