"""What is wrong with a document's fields, in words, in English and Chinese."""

from collections.abc import Mapping
from typing import Any

from ingest.fields.finding import Fault, Finding
from ingest.scripts import CHINESE, ENGLISH

_SENTENCES: Mapping[str, tuple[str, str]] = {
    "net-plus-tax": (
        "Net {net} and tax {tax} are {sum}, but the total is {total}.",
        "不含税金额 {net} 与税额 {tax} 合计为 {sum}，但总金额为 {total}。",
    ),
    "lines-net": (
        "The {count} lines add up to {lines}, but the net is {amount}.",
        "{count} 行明细合计为 {lines}，但不含税金额为 {amount}。",
    ),
    "lines-total": (
        "The {count} lines add up to {lines}, but the total is {amount}.",
        "{count} 行明细合计为 {lines}，但总金额为 {amount}。",
    ),
    "lines-adjusted-net": (
        "The {count} lines add up to {lines}, with discounts and charges to {adjusted}, but the net is {amount}.",
        "{count} 行明细合计为 {lines}，计入折扣和附加费后为 {adjusted}，但不含税金额为 {amount}。",
    ),
    "lines-adjusted-total": (
        "The {count} lines add up to {lines}, with discounts and charges to {adjusted}, but the total is {amount}.",
        "{count} 行明细合计为 {lines}，计入折扣和附加费后为 {adjusted}，但总金额为 {amount}。",
    ),
    "words-amount": ("In words it is {words}, in digits {digits}.", "大写金额为 {words}，小写金额为 {digits}。"),
    "tax-id-digit": ("{number} has a wrong check digit for a {kind}.", "{number} 的校验位不符合{kind}的规则。"),
    "tax-id-length": (
        "{number} has the wrong number of characters for a {kind}.",
        "{number} 的位数不符合{kind}的规则。",
    ),
    "tax-id-form": ("{number} has not the form of a {kind}.", "{number} 的格式不符合{kind}的规则。"),
    "due-before-issue": (
        "The due date, {later}, is before the date of issue, {earlier}.",
        "到期日 {later} 早于开具日期 {earlier}。",
    ),
    "expires-before-effect": (
        "It expires on {later}, before it takes effect on {earlier}.",
        "到期日 {later} 早于生效日期 {earlier}。",
    ),
    "expires-before-agreed": (
        "It expires on {later}, before it was agreed on {earlier}.",
        "到期日 {later} 早于签订日期 {earlier}。",
    ),
    "currency-unknown": ("There is no currency {currency} in ISO 4217.", "ISO 4217 中没有币种 {currency}。"),
    "currency-other": (
        "The currency is {currency}, but {raw} is in {others}.",
        "币种为 {currency}，但 {raw} 的币种为 {others}。",
    ),
    "duplicate-number": (
        "It may be the same invoice as {name}: both have the same seller and number.",
        "可能与 {name} 是同一张发票：两者的销售方和号码相同。",
    ),
    "duplicate-sum": (
        "It may be the same invoice as {name}: both have the same seller, total and nearly the same date.",
        "可能与 {name} 是同一张发票：两者的销售方和总金额相同，日期相近。",
    ),
    "xml": (
        "The e-invoice inside the file states {value} as {title}, page {page} shows {shown}: check which holds.",
        "文件内嵌的电子发票中，{title}为 {value}，而第 {page} 页显示为 {shown}，请核对。",
    ),
}
# Kinds of tax numbers; `taxids` names them.
_TAX_NUMBERS: Mapping[str, tuple[str, str]] = {
    "GB": ("VAT number of the United Kingdom", "英国增值税号"),
    "CH": ("UID of Switzerland", "瑞士企业识别号（UID）"),
    "NO": ("VAT number of Norway", "挪威增值税号"),
    "CN": ("unified social credit code of China", "统一社会信用代码"),
    "IN": ("GSTIN of India", "印度商品及服务税号（GSTIN）"),
    "EU": ("VAT number of the EU ({country})", "欧盟增值税号（{country}）"),
}


def worded(fault: Fault, language: str = ENGLISH) -> str:
    """What is wrong, as a sentence.

    Args:
        fault: what. One that was worded before stays in its language.
        language: ``zh`` for Chinese; English otherwise.
    """
    han = language == CHINESE
    values: dict[str, Any] = dict(fault.values)
    if not fault.code:
        return str(values.get("text", ""))
    if "kind" in values:
        values["kind"] = _TAX_NUMBERS.get(values["kind"], ("{kind}", "{kind}"))[han].format(**values)
    values["title"] = (han and values.get("title_zh")) or values.get("title", "")
    try:
        return _SENTENCES[fault.code][han].format(**values)
    except KeyError:  # by a newer version of Pagecite
        return f"{fault.code}: {', '.join(fault.values.values())}"


def finding_data(finding: Finding) -> dict[str, Any]:
    """A finding for scripts: with its sentence in English, and what that is made of."""
    return {
        "check": str(finding.check),
        "fields": list(finding.fields),
        "message": worded(finding.fault),
        "code": finding.fault.code,
        "values": dict(finding.fault.values),
        "other": finding.other,
    }
