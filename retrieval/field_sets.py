"""Labelled documents by others whose fields are known, with the bars that `make eval` holds the figures against."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.errors import ConfigError
from retrieval.field_labels import LabelledFields

_EXACT = 1.0


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
    found: list[FieldSet] = []
    for name, build in (
        ("zugferd", _einvoices),
        ("invoice2data", _invoices),
        ("sroie", _receipts),
        ("zh_vat_invoice", _vat),
    ):
        if (data / name).is_dir():
            found += build(data / name)
    return found


def _einvoices(folder: Path) -> list[FieldSet]:
    labels = _read(folder, _einvoice)
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
    labels = tuple(one for one in _read(folder, _invoice) if not one.file.endswith(".txt"))
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
    return _labels(entry["file"], {name: truth[key] for name, key in names.items() if truth.get(key)})


def _receipts(folder: Path) -> list[FieldSet]:
    labels = _read(folder, _receipt)
    bars = {"issue_date": 0.80, "total": 0.75, "seller": 0.60}
    return [FieldSet(f"photographed receipts ({len(labels)})", folder, labels, bars)]


def _receipt(entry: Any) -> LabelledFields:
    truth = entry["fields"]
    names = {"seller": "company", "issue_date": "date", "total": "total"}
    return _labels(entry["file"], {name: truth[key] for name, key in names.items() if truth.get(key)})


def _vat(folder: Path) -> list[FieldSet]:
    labels = _read(folder, _vat_invoice)
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
    return _labels(entry["file"], {name: truth[key] for name, key in names.items() if truth.get(key)})


def _labels(file: str, fields: dict[str, Any]) -> LabelledFields:
    return LabelledFields(file, {name: (str(value),) for name, value in fields.items()})


def _read(folder: Path, of: Callable[[Any], LabelledFields]) -> tuple[LabelledFields, ...]:
    path = folder / "labels.json"
    try:
        return tuple(of(entry) for entry in json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError, LookupError) as error:
        raise ConfigError(f"{path} is not the labels that are expected there ({error!r}); take it anew.") from error
