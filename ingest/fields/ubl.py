"""OASIS Universal Business Language 2: Invoice and CreditNote (XRechnung, Peppol)."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from ingest.fields.einvoice import Stated, find, iso_date, text, unless_zero

UBL_ROOTS = ("Invoice", "CreditNote")
_TOTALS = "LegalMonetaryTotal"


def read_ubl(root: Element) -> list[Stated]:
    """What such an invoice states; empty values are left out."""
    return [stated for stated in (*_head(root), *_sums(root), *_items(root)) if stated.raw]


def _head(root: Element) -> Iterator[Stated]:
    yield Stated("number", text(root, "ID"))
    yield Stated("issue_date", iso_date(text(root, "IssueDate")))
    yield Stated("due_date", iso_date(text(root, "DueDate", "PaymentMeans/PaymentDueDate")))
    for name, element in (("seller", "AccountingSupplierParty"), ("buyer", "AccountingCustomerParty")):
        party = f"{element}/Party"
        yield Stated(name, text(root, f"{party}/PartyLegalEntity/RegistrationName", f"{party}/PartyName/Name"))
        yield Stated(f"{name}_tax_id", text(root, f"{party}/PartyTaxScheme/CompanyID"))
    yield Stated("currency", text(root, "DocumentCurrencyCode"))


def _sums(root: Element) -> Iterator[Stated]:
    currency = text(root, "DocumentCurrencyCode")
    taxes = sorted(find(root, "TaxTotal/TaxAmount"), key=lambda one: one.get("currencyID") not in (currency, None))
    yield Stated("allowances", unless_zero(text(root, f"{_TOTALS}/AllowanceTotalAmount")))
    yield Stated("charges", unless_zero(text(root, f"{_TOTALS}/ChargeTotalAmount")))
    yield Stated("net", text(root, f"{_TOTALS}/TaxExclusiveAmount"))
    yield Stated("tax", " ".join((taxes[0].text or "").split()) if taxes else "")
    yield Stated("total", text(root, f"{_TOTALS}/TaxInclusiveAmount"))
    yield Stated("prepaid", unless_zero(text(root, f"{_TOTALS}/PrepaidAmount")))
    yield Stated("rounding", unless_zero(text(root, f"{_TOTALS}/PayableRoundingAmount")))
    yield Stated("payable", text(root, f"{_TOTALS}/PayableAmount"))


def _items(root: Element) -> Iterator[Stated]:
    for number, line in enumerate(find(root, "InvoiceLine|CreditNoteLine")):
        values = {
            "item_description": text(line, "Item/Name", "Item/Description"),
            "item_quantity": text(line, "InvoicedQuantity|CreditedQuantity"),
            "item_unit_price": text(line, "Price/PriceAmount"),
            "item_amount": text(line, "LineExtensionAmount"),
            "item_tax_rate": text(line, "Item/ClassifiedTaxCategory/Percent"),
        }
        yield from (Stated(name, raw, number) for name, raw in values.items())
