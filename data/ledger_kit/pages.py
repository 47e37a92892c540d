"""Invoices drawn as PDFs: three layouts, four languages, some of them as scans."""

from __future__ import annotations

import random
import re
from datetime import date
from decimal import Decimal

import pymupdf

from ledger_kit.table import Bill

_WORDS = {
    "en": "Invoice|Invoice number|Invoice date|Due date|Bill to|Description|Qty|Unit price"
    "|Amount|Subtotal|VAT|Total|Currency|From",
    "de": "Rechnung|Rechnungsnummer|Rechnungsdatum|Fällig am|Rechnung an|Beschreibung|Menge|Einzelpreis|Betrag"
    "|Nettobetrag|MwSt.|Gesamtbetrag|Währung|Von",
    "fr": "Facture|Numéro de facture|Date de facture|Date d'échéance|Facturé à|Description|Quantité|Prix unitaire"
    "|Montant"
    "|Total HT|TVA|Total TTC|Devise|De",
    "zh": "发票|发票号码|开票日期|到期日期|购买方|项目名称|数量|单价|金额|合计金额|税额|价税合计|币种|销售方",
}
_KEYS = "title number issued due buyer goods count price amount net tax total currency seller".split()
_MONTHS = {
    "en": "January February March April May June July August September October November December".split(),
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
}
_SIGNS = {"GBP": "£", "CNY": "¥"}


class _Sheet:
    """A page."""

    def __init__(self) -> None:
        self.document = pymupdf.open()
        self.page = self.document.new_page(width=595, height=842)

    def put(self, x: float, y: float, text: str, size: float = 10, *, right: bool = False) -> None:
        """Write a line from x on, or up to x; Chinese characters and Latin ones each in a font of their own."""
        runs = [
            (run, "helv" if run[0] < "\u0100" else "china-s") for run in re.findall(r"[\0-\xff]+|[^\0-\xff]+", text)
        ]
        widths = [pymupdf.get_text_length(run, fontname=font, fontsize=size) for run, font in runs]
        start = x - sum(widths) if right else x
        for (run, font), width in zip(runs, widths, strict=True):
            self.page.insert_text((start, y), run, fontname=font, fontsize=size)
            start += width


def draw(bill: Bill) -> bytes:
    """The file of an invoice."""
    language = bill.seller.language
    words = dict(zip(_KEYS, _WORDS[language].split("|"), strict=True))
    sheet = _Sheet()
    (_letter, _blocks, _meta_right)[bill.layout](sheet, bill, words)
    if bill.scan:
        return _scanned(sheet.document, bill)
    data: bytes = sheet.document.tobytes(garbage=4, deflate=True, no_new_id=True)
    return _damaged(data, bill) if bill.fault == "damaged" else data


def _meta(bill: Bill, words: dict[str, str]) -> list[tuple[str, str]]:
    language = bill.seller.language
    rows = [(words["number"], bill.number)]
    if bill.fault != "no-date":
        rows += [(words["issued"], day(bill.issued, language)), (words["due"], day(bill.due, language))]
    return [*rows, (words["currency"], bill.currency)]


def _letter(sheet: _Sheet, bill: Bill, words: dict[str, str]) -> None:
    """The seller above, what is known of the invoice below the buyer."""
    for row, text in enumerate((bill.seller.name, *bill.seller.address)):
        sheet.put(50, 60 + 15 * row, text, 14 if row == 0 else 9)
    sheet.put(50, 130, words["title"].upper(), 18)
    sheet.put(50, 160, f"{words['buyer']}:", 9)
    for row, text in enumerate(bill.buyer):
        sheet.put(50, 175 + 14 * row, text)
    for row, (label, value) in enumerate(_meta(bill, words)):
        sheet.put(50, 225 + 16 * row, f"{label}: {value}")
    _table(sheet, bill, words, 320)


def _blocks(sheet: _Sheet, bill: Bill, words: dict[str, str]) -> None:
    """Seller and buyer side by side, the rest in a row of boxes."""
    sheet.put(50, 60, words["title"], 20)
    for x, label, texts in (
        (50, words["seller"], (bill.seller.name, *bill.seller.address)),
        (320, words["buyer"], bill.buyer),
    ):
        sheet.put(x, 100, label, 9)
        for row, text in enumerate(texts):
            sheet.put(x, 116 + 14 * row, text)
    for column, (label, value) in enumerate(_meta(bill, words)):
        sheet.put(50 + 128 * column, 195, label, 8)
        sheet.put(50 + 128 * column, 210, value)
    _table(sheet, bill, words, 260)


def _meta_right(sheet: _Sheet, bill: Bill, words: dict[str, str]) -> None:
    """The seller on the left, what is known of the invoice on the right."""
    for row, text in enumerate((bill.seller.name, *bill.seller.address)):
        sheet.put(50, 70 + 15 * row, text, 12 if row == 0 else 9)
    sheet.put(545, 70, words["title"].upper(), 18, right=True)
    for row, (label, value) in enumerate(_meta(bill, words)):
        sheet.put(350, 100 + 16 * row, label)
        sheet.put(545, 100 + 16 * row, value, right=True)
    sheet.put(50, 190, words["buyer"], 9)
    for row, text in enumerate(bill.buyer):
        sheet.put(50, 205 + 14 * row, text)
    _table(sheet, bill, words, 280)


def _table(sheet: _Sheet, bill: Bill, words: dict[str, str], top: float) -> None:
    language = bill.seller.language
    sheet.put(50, top, words["goods"], 9)
    for x, name in ((350, "count"), (450, "price"), (545, "amount")):
        sheet.put(x, top, words[name], 9, right=True)
    sheet.page.draw_line((50, top + 5), (545, top + 5))
    for row, (goods, count, price) in enumerate(bill.lines):
        y = top + 22 + 18 * row
        sheet.put(50, y, goods)
        sheet.put(350, y, str(count), right=True)
        sheet.put(450, y, amount(price, language), right=True)
        sheet.put(545, y, amount(count * price, language), right=True)
    y = top + 40 + 18 * len(bill.lines)
    sheet.page.draw_line((330, y - 14), (545, y - 14))
    if bill.fault == "no-total":
        return
    sums = ((words["net"], bill.net), (f"{words['tax']} {bill.seller.rate}%", bill.tax), (words["total"], bill.total))
    for row, (label, value) in enumerate(sums):
        sheet.put(340, y + 18 * row, label, 11 if row == 2 else 10)
        sheet.put(545, y + 18 * row, money(value, bill.currency, language), 11 if row == 2 else 10, right=True)


def day(value: date, language: str) -> str:
    """A date as the language writes it."""
    if language == "zh":
        return f"{value.year}年{value.month}月{value.day}日"
    if language == "de":
        return f"{value:%d.%m.%Y}"
    return f"{value.day} {_MONTHS[language][value.month - 1]} {value.year}"


def amount(value: Decimal, language: str) -> str:
    """An amount as the language writes it."""
    text = f"{value:,.2f}"
    if language == "de":
        return text.translate(str.maketrans(",.", ".,"))
    return text.replace(",", " ").replace(".", ",") if language == "fr" else text


def money(value: Decimal, currency: str, language: str) -> str:
    """An amount with its currency."""
    text = amount(value, language)
    if language in ("de", "fr"):
        return f"{text} {currency}"
    return f"{_SIGNS[currency]}{text}" if currency in _SIGNS else f"{currency} {text}"


def _scanned(document: pymupdf.Document, bill: Bill) -> bytes:
    """The page as an image, as a scanner makes it."""
    image = document[0].get_pixmap(dpi=200, colorspace=pymupdf.csGRAY)
    scan = pymupdf.open()
    scan.new_page(width=595, height=842).insert_image((0, 0, 595, 842), stream=image.tobytes("jpeg", 85))
    data: bytes = scan.tobytes(garbage=4, deflate=True, no_new_id=True)
    return data


def _damaged(data: bytes, bill: Bill) -> bytes:
    """A file that lost all but its first line."""
    return data[:9] + random.Random(bill.file).randbytes(2000)
