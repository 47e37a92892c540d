"""Filters, dates and documents in words, in English and Chinese."""

from collections.abc import Sequence
from datetime import date

from retrieval.filters import Filter

_TYPES_ZH = {
    "contract": "合同",
    "invoice": "发票",
    "receipt": "收据",
    "credit note": "红字发票",
    "order": "订单",
    "quotation": "报价单",
    "delivery note": "送货单",
    "other": "其他文档",
}


def type_name(kind: str, *, chinese: bool, plural: bool = False) -> str:
    """A document type in words."""
    if chinese:
        return _TYPES_ZH[kind]
    return ("other documents" if kind == "other" else f"{kind}s") if plural else kind


def describe(wanted: Filter, *, chinese: bool) -> str:
    """What a filter lets through: "invoices · dated 2024-01-01 or later · ACME"; empty where it restricts nothing."""
    parts = [", ".join(type_name(kind, chinese=chinese, plural=True) for kind in wanted.types)]
    parts.append(_dates(wanted, chinese))
    parts.append(", ".join(wanted.parties))
    parts += [f"文件夹 {one}" if chinese else f"folder {one}" for one in wanted.folders]
    parts.append(", ".join(wanted.documents))
    return " · ".join(part for part in parts if part)


def _dates(wanted: Filter, chinese: bool) -> str:
    first, last = wanted.dated_from, wanted.dated_to
    if first and last:
        between = first.isoformat() if first == last else f"{first} – {last}"
        return f"日期 {between}" if chinese else f"dated {between}"
    if first:
        return f"{first} 起" if chinese else f"dated {first} or later"
    if last:
        return f"截至 {last}" if chinese else f"dated {last} or earlier"
    return ""


def day(when: date | None, *, chinese: bool) -> str:
    """A day in words; where it is unknown, that."""
    if when is None:
        return "日期不详" if chinese else "no date"
    return f"{when.year}年{when.month}月{when.day}日" if chinese else f"{when.day} {when:%B %Y}"


def listed(names: Sequence[str], *, chinese: bool, most: int = 3) -> str:
    """Names, the first few of them, and how many more there are."""
    more = len(names) - most
    if more <= 0:
        return ("、" if chinese else ", ").join(names)
    shown = ("、" if chinese else ", ").join(names[:most])
    return f"{shown}等 {len(names)} 份文档" if chinese else f"{shown} and {more} more"
