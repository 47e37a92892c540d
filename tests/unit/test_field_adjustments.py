"""Discounts, freight, prepaid amounts and rounding between the lines of an invoice and its sums."""

from pathlib import Path

import pytest

from ingest.fields.checks import check
from ingest.fields.model import Extraction
from tests.forms import Words, extracted, items, set_pages, value, values

pytestmark = pytest.mark.unit

ADJUSTED = ("allowances", "charges", "prepaid", "rounding")


def read(path: Path, head: str, columns: tuple[str, ...], line: tuple[str, ...], *sums: tuple[str, str]) -> Extraction:
    """An invoice with one line of 100 and with sums, each a label and an amount."""
    places = (60, 260, 340, 440)
    words: list[tuple[float, float, str]] = [(60, 0, head)]
    words += [(x, 4, text) for x, text in zip(places, columns, strict=True)]
    words += [(x, 5, text) for x, text in zip(places, line, strict=True)]
    for number, (label, amount) in enumerate(sums):
        words += [(300, 7 + number, label), (440, 7 + number, amount)]
    return extracted(set_pages(path / "a.pdf", [words]))


def between(found: Extraction) -> dict[str, str]:
    return {name: text for name, text in values(found).items() if name in ADJUSTED}


ENGLISH = ("Description", "Qty", "Unit price", "Amount"), ("Ropes", "1", "100.00", "100.00")
GERMAN = ("Bezeichnung", "Menge", "Einzelpreis", "Gesamtpreis"), ("Seile", "1", "100,00", "100,00")
FRENCH = ("Désignation", "Quantité", "Prix unitaire", "Montant HT"), ("Cordes", "1", "100,00", "100,00")
CHINESE = ("品名", "数量", "单价", "金额"), ("绳索", "1", "100.00", "100.00")


@pytest.mark.parametrize(
    ("head", "table", "sums"),
    [
        (
            "Invoice No. 7",
            ENGLISH,
            (
                ("Subtotal", "$100.00"),
                ("Discount 10%", "-$10.00"),
                ("Shipping & handling", "$5.00"),
                ("Sales tax", "$9.50"),
                ("Total", "$104.50"),
            ),
        ),
        (
            "Rechnung Nr. 7",
            GERMAN,
            (
                ("Rabatt", "10,00 €"),
                ("Versandkosten", "5,00 €"),
                ("Nettobetrag", "95,00 €"),
                ("MwSt 19 %", "18,05 €"),
                ("Gesamtbetrag", "113,05 €"),
            ),
        ),
        (
            "Facture n° 7",
            FRENCH,
            (
                ("Remise", "-10,00 €"),
                ("Frais de port", "5,00 €"),
                ("Total HT", "95,00 €"),
                ("TVA 20 %", "19,00 €"),
                ("Total TTC", "114,00 €"),
            ),
        ),
        (
            "形式发票",
            CHINESE,
            (("折扣", "-10.00"), ("运费", "5.00"), ("未税金额", "95.00"), ("税额", "12.35"), ("总计", "107.35")),
        ),
    ],
)
def test_discount_and_freight_are_read_and_the_invoice_fails_no_check(
    tmp_path: Path,
    head: str,
    table: tuple[tuple[str, ...], tuple[str, ...]],
    sums: tuple[tuple[str, str], ...],
) -> None:
    found = read(tmp_path, head, *table, *sums)
    assert items(found, "item_amount") == ["100.00"]
    assert between(found) == {"allowances": "10.00", "charges": "5.00"}
    assert check(found.values) == ()


def test_several_charges_are_added_up_and_each_is_marked(tmp_path: Path) -> None:
    sums = ("Freight", "5.00"), ("Surcharge", "2.50"), ("Net", "107.50"), ("VAT", "21.50"), ("Total", "129.00")
    found = read(tmp_path, "Invoice No. 7", *ENGLISH, *sums)
    charges = value(found, "charges")
    assert (charges.value, charges.raw, len(charges.boxes)) == ("7.50", "5.00 + 2.50", 2)
    assert check(found.values) == ()


def test_what_was_paid_before_stands_below_the_total(tmp_path: Path) -> None:
    sums = (
        ("Nettobetrag", "100,00"),
        ("MwSt", "19,00"),
        ("Gesamtbetrag", "119,00"),
        ("Anzahlung", "-50,00"),
        ("Zahlbetrag", "69,00"),
    )
    found = read(tmp_path, "Rechnung Nr. 7", *GERMAN, *sums)
    assert between(found) == {"prepaid": "50.00"}
    assert (values(found)["total"], values(found)["payable"]) == ("119.00", "69.00")
    assert check(found.values) == ()


def test_a_discount_for_paying_early_and_one_of_a_line_are_none_of_the_invoice(tmp_path: Path) -> None:
    words: Words = (
        (60, 0, "Invoice No. 7"),
        (60, 4, "Description"),
        (260, 4, "Discount"),
        (340, 4, "Unit price"),
        (440, 4, "Amount"),
        (60, 5, "Ropes"),
        (260, 5, "20.00"),
        (340, 5, "120.00"),
        (440, 5, "100.00"),
        (340, 7, "Total"),
        (440, 7, "100.00"),
        (60, 9, "Discount of 2.00 for payment within ten days of the date of this invoice"),
        (60, 10, "Discount 2.00"),
    )
    assert between(extracted(set_pages(tmp_path / "a.pdf", [words]))) == {}
