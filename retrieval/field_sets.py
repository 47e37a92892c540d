"""Labelled documents by others whose fields are known, with the bars that `make eval` holds the figures against."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retrieval.field_labels import LabelledFields
from retrieval.labelled import read_labels

_LABELS = "labels.json"
_EXACT = 1.0
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{2})")
_PIVOT = 70  # as in POSIX
_CONTRACT = {
    "party": "Parties",
    "agreement_date": "Agreement Date",
    "effective_date": "Effective Date",
    "expiration_date": "Expiration Date",
    "governing_law": "Governing Law",
}


@dataclass(frozen=True, slots=True)
class FieldSet:
    """Documents, what they state, and how much of it should be found.

    Attributes:
        title: for people.
        folder: what the files' names are relative to.
        labels: of each document.
        bars: recall, 0..1, by field name.
        xml: whether the e-invoices inside the files may be used.
    """

    title: str
    folder: Path
    labels: tuple[LabelledFields, ...]
    bars: dict[str, float]
    xml: bool = False


def field_sets(data: Path) -> list[FieldSet]:
    """The sets whose folders are there.

    Raises:
        ConfigError: a folder's labels have another form.
    """
    builders = {
        "zugferd": _einvoices,
        "invoice2data": _invoices,
        "sroie": _receipts,
        "zh_vat_invoice": _vat,
        "cuad": _contracts,
    }
    present = [(data / name, build) for name, build in builders.items() if (data / name).is_dir()]
    return [one for folder, build in present for one in build(folder)]


def _einvoices(folder: Path) -> list[FieldSet]:
    labels = tuple(read_labels(folder / _LABELS, _einvoice))
    stated = dict.fromkeys(("number", "issue_date", "seller", "currency", "net", "tax", "total", "payable"), _EXACT)
    shown = {"number": 0.90, "total": 0.90, "issue_date": 0.90}
    return [
        FieldSet(f"e-invoices ({len(labels)}), with their XML", folder, labels, stated, xml=True),
        FieldSet(f"the same e-invoices ({len(labels)}), their XML ignored", folder, labels, shown),
    ]


def _einvoice(entry: Any) -> LabelledFields:
    truth = entry["ground_truth"]
    names = {
        "number": "invoice_number",
        "issue_date": "issue_date",
        "seller": "seller",
        "buyer": "buyer",
        "currency": "currency",
        "net": "net_total",
        "tax": "tax_total",
        "total": "grand_total",
        "payable": "due_payable",
    }
    fields = {name: truth[key] for name, key in names.items() if truth[key]}
    if date := fields.get("issue_date"):
        fields["issue_date"] = f"{date[:4]}-{date[4:6]}-{date[6:8]}"
    return _labels(entry["file"], fields)


def _invoices(folder: Path) -> list[FieldSet]:
    labels = tuple(one for one in read_labels(folder / _LABELS, _invoice) if not one.file.endswith(".txt"))
    bars = {"total": 0.75, "issue_date": 0.75, "number": 0.75}
    return [FieldSet(f"invoices ({len(labels)})", folder, labels, bars)]


def _invoice(entry: Any) -> LabelledFields:
    truth = entry["fields"][0]
    names = {
        "number": "invoice_number",
        "issue_date": "date",
        "due_date": "date_due",
        "total": "amount",
        "net": "amount_untaxed",
        "currency": "currency",
    }
    return _picked(entry["file"], truth, names)


def _receipts(folder: Path) -> list[FieldSet]:
    labels = tuple(read_labels(folder / _LABELS, _receipt))
    bars = {"issue_date": 0.80, "total": 0.75, "seller": 0.60}
    return [FieldSet(f"photographed receipts ({len(labels)})", folder, labels, bars)]


def _receipt(entry: Any) -> LabelledFields:
    truth = entry["fields"]
    names = {"seller": "company", "issue_date": "date", "total": "total"}
    return _picked(entry["file"], truth, names)


def _vat(folder: Path) -> list[FieldSet]:
    labels = tuple(read_labels(folder / _LABELS, _vat_invoice))
    bars = dict.fromkeys((name for one in labels for name in one.fields), _EXACT)
    return [FieldSet(f"Chinese VAT invoices ({len(labels)})", folder, labels, bars)]


def _vat_invoice(entry: Any) -> LabelledFields:
    truth = entry["ground_truth"]["fields"]
    names = {
        "code": "发票代码",
        "number": "发票号码",
        "issue_date": "开票日期",
        "machine_number": "机器编号",
        "buyer": "购方名称",
        "buyer_tax_id": "购方纳税人识别号",
        "seller": "销方名称",
        "seller_tax_id": "销方纳税人识别号",
        "net": "金额",
        "tax": "税额",
        "total": "价税合计",
        "total_words": "价税合计大写",
        "item_description": "货物名称",
        "item_quantity": "数量",
        "item_unit_price": "单价",
        "item_amount": "金额",
        "item_tax_rate": "税率",
    }
    return _picked(entry["file"], truth, names)


def _contracts(folder: Path) -> list[FieldSet]:
    labels = tuple(read_labels(folder / _LABELS, _contract))
    return [FieldSet(f"contracts ({len(labels)})", folder, labels, {})]


def _contract(entry: Any) -> LabelledFields:
    """What is labelled with a plain answer; dates that are computed or blank are left out."""
    truth = entry["ground_truth"]
    answers = {name: truth.get(key, {}).get("answer") or "" for name, key in _CONTRACT.items()}
    fields: dict[str, tuple[str, ...]] = {}
    if answers["governing_law"]:
        fields["governing_law"] = (answers["governing_law"],)
    for name, text in answers.items():
        if date := _AMERICAN.fullmatch(text.strip()):
            month, day, year = map(int, date.groups())
            fields[name] = (f"{year + (1900 if year >= _PIVOT else 2000)}-{month:02}-{day:02}",)
    names = [" ".join(re.sub(r"\(.*?\)", "", part).split()) for part in answers["party"].split(";")]
    fields["party"] = tuple(name for name in names if any(map(str.isalpha, name)))
    return LabelledFields(entry["file"], fields)


def _picked(file: str, truth: Mapping[str, Any], names: Mapping[str, str]) -> LabelledFields:
    """The fields that others call by names of their own; those without a value are left out."""
    return _labels(file, {name: truth[key] for name, key in names.items() if truth.get(key)})


def _labels(file: str, fields: dict[str, Any]) -> LabelledFields:
    return LabelledFields(file, {name: (str(value),) for name, value in fields.items()})
