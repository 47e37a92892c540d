"""What an answer from the ledger says, in English and Chinese."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from ingest.scripts import has_han
from retrieval.ledger.model import Coverage, LeftOut, Reason
from retrieval.ledger.plan import RecordKind

_NAMED = 3  # documents that a sentence names; the answer's coverage has all of them
_KINDS = {
    RecordKind.INVOICES: ("invoice", "invoices", "张发票"),
    RecordKind.RECEIPTS: ("receipt", "receipts", "张收据"),
    RecordKind.BILLS: ("invoice or receipt", "invoices and receipts", "张发票和收据"),
    RecordKind.CONTRACTS: ("contract", "contracts", "份合同"),
}
FIELDS = {
    "number": ("number", "号码"),
    "issue_date": ("issue date", "开票日期"),
    "due_date": ("due date", "到期日"),
    "seller": ("seller", "销售方"),
    "buyer": ("buyer", "购买方"),
    "seller_tax_id": ("seller’s tax id", "销售方税号"),
    "buyer_tax_id": ("buyer’s tax id", "购买方税号"),
    "currency": ("currency", "币种"),
    "net": ("net amount", "不含税金额"),
    "tax": ("tax", "税额"),
    "total": ("total", "总金额"),
    "payable": ("amount payable", "应付金额"),
    "title": ("title", "标题"),
    "party": ("party", "当事人"),
    "agreement_date": ("agreement date", "签订日期"),
    "effective_date": ("effective date", "生效日期"),
    "expiration_date": ("expiration date", "到期日"),
    "renewal": ("renewal", "续期条款"),
    "notice_period": ("notice period", "通知期"),
    "governing_law": ("governing law", "适用法律"),
    "total_value": ("total value", "合同金额"),
    "signature_date": ("signature date", "签署日期"),
}
_REASONS = {
    Reason.FAILED: ("{count} could not be read", "{count} 份未能读取"),
    Reason.UNREAD: ("{count} {has} pages that could not be read or need review", "{count} 份有未能读取或需要复核的页"),
    Reason.UNSEARCHED: ("the fields of {count} were not looked for", "{count} 份尚未提取字段"),
    Reason.MISSING: ("{count} {has} no {field}", "{count} 份没有{field}"),
    Reason.DOUBTED: ("the {field} of {count} failed a check", "{count} 份的{field}未通过检查"),
    Reason.DUPLICATE: ("{count} {is_copy}, counted once", "{count} 份是重复件，只计一次"),
}
_ORDER = tuple(Reason)


def kind_name(kind: RecordKind, count: int, question: str) -> str:
    """A kind of documents with its number: ``1 invoice``, ``3 张发票``."""
    one, many, han = _KINDS[kind]
    return f"{count} {han}" if has_han(question) else f"{count} {one if count == 1 else many}"


def none_of(kind: RecordKind, count: int, question: str) -> str:
    """That none of some documents is meant: ``none of 12 contracts``, ``12 份合同中没有``."""
    one, many, han = _KINDS[kind]
    return f"{count} {han}中没有" if has_han(question) else f"none of {count} {one if count == 1 else many}"


def field_name(name: str, question: str) -> str:
    """A field's name for people."""
    return FIELDS.get(name, (name, name))[has_han(question)]


def plain(name: str) -> str:
    """A name from a document as it stands in an answer: on one line, and never taken for the number of a citation."""
    return re.sub(r"\[(\d+)\]", r"(\1)", " ".join(name.split()))


def money(amount: Decimal, currency: str) -> str:
    """An amount with its currency: EUR 12,345.60."""
    return f"{currency} {amount:,}".strip()


def coverage_sentence(coverage: Coverage, question: str) -> str:
    """What an answer was computed from: ``37 of 40 invoices used; 3 left out: …``, each named.

    Where none belongs to the answer, those that say so were used.
    """
    han = has_han(question)
    _, many, measure = _KINDS[coverage.kind]
    left = len(coverage.left_out)
    used = coverage.outside if coverage.is_empty else coverage.used
    total = used + left
    head = f"已使用 {total} {measure}中的 {used} {measure[0]}" if han else f"{used} of {total} {many} used"
    if not left:
        return head + ("。" if han else ".")
    parts = ("；" if han else "; ").join(_parts(coverage.left_out, question))
    return f"{head}；未计入 {left} 份：{parts}。" if han else f"{head}; {left} left out: {parts}."


def _parts(left_out: Iterable[LeftOut], question: str) -> list[str]:
    groups: dict[tuple[Reason, str], list[LeftOut]] = {}
    for one in left_out:
        groups.setdefault((one.reason, one.field), []).append(one)
    ordered = sorted(groups.items(), key=lambda item: (_ORDER.index(item[0][0]), item[0][1]))
    return [_part(reason, name, members, question) for (reason, name), members in ordered]


def _part(reason: Reason, name: str, members: Sequence[LeftOut], question: str) -> str:
    count, han = len(members), has_han(question)
    words = {
        "count": count,
        "field": field_name(name, question),
        "has": "has" if count == 1 else "have",
        "is_copy": "is a copy" if count == 1 else "are copies",
    }
    named = ("、" if han else ", ").join(_name(one, question) for one in members[:_NAMED])
    if count > _NAMED:
        named += f" 等 {count} 份" if han else f" and {count - _NAMED} more"
    return _REASONS[reason][han].format(**words) + (f"（{named}）" if han else f" ({named})")


def _name(one: LeftOut, question: str) -> str:
    if one.reason is not Reason.DUPLICATE:
        return plain(one.source)
    said = f"{one.source}，同 {one.detail}" if has_han(question) else f"{one.source}, of {one.detail}"
    return plain(said)
