"""UN/CEFACT Cross Industry Invoice: Factur-X, ZUGFeRD 1 and 2, XRechnung.

ZUGFeRD 1 has other names for some elements; both are looked for. The business terms are those of EN 16931.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from ingest.fields.einvoice import Stated, find, iso_date, text, unless_zero

# The first names the document; its root has had several names.
CII_HEADS = ("ExchangedDocument", "HeaderExchangedDocument")
_DOCUMENT = "|".join(CII_HEADS)
_TRADE = "SupplyChainTradeTransaction|SpecifiedSupplyChainTradeTransaction"
_AGREEMENT = f"{_TRADE}/ApplicableHeaderTradeAgreement|ApplicableSupplyChainTradeAgreement"
_SETTLEMENT = f"{_TRADE}/ApplicableHeaderTradeSettlement|ApplicableSupplyChainTradeSettlement"
_SUMS = "SpecifiedTradeSettlementHeaderMonetarySummation|SpecifiedTradeSettlementMonetarySummation"
_LINES = f"{_TRADE}/IncludedSupplyChainTradeLineItem"
_LINE_AGREEMENT = "SpecifiedLineTradeAgreement|SpecifiedSupplyChainTradeAgreement"
_LINE_DELIVERY = "SpecifiedLineTradeDelivery|SpecifiedSupplyChainTradeDelivery"
_LINE_SETTLEMENT = "SpecifiedLineTradeSettlement|SpecifiedSupplyChainTradeSettlement"
_LINE_SUMS = "SpecifiedTradeSettlementLineMonetarySummation|SpecifiedTradeSettlementMonetarySummation"


def read_cii(root: Element) -> list[Stated]:
    """What such an invoice states; empty values are left out."""
    return [stated for stated in (*_head(root), *_sums(root), *_items(root)) if stated.raw]


def _head(root: Element) -> Iterator[Stated]:
    yield Stated("number", text(root, f"{_DOCUMENT}/ID"))
    yield Stated("issue_date", iso_date(text(root, f"{_DOCUMENT}/IssueDateTime")))
    terms = f"{_SETTLEMENT}/SpecifiedTradePaymentTerms/DueDateDateTime"
    yield Stated("due_date", iso_date(text(root, terms)))
    for name, element in (("seller", "SellerTradeParty"), ("buyer", "BuyerTradeParty")):
        party = f"{_AGREEMENT}/{element}"
        yield Stated(name, text(root, f"{party}/Name", f"{party}/SpecifiedLegalOrganization/TradingBusinessName"))
        yield Stated(f"{name}_tax_id", _tax_id(find(root, f"{party}/SpecifiedTaxRegistration/ID")))
    yield Stated("currency", text(root, f"{_SETTLEMENT}/InvoiceCurrencyCode"))


def _tax_id(found: Iterator[Element]) -> str:
    """The VAT number (scheme VA); a local tax number where there is none."""
    ids = sorted(found, key=lambda element: element.get("schemeID") != "VA")
    return " ".join((ids[0].text or "").split()) if ids else ""


def _sums(root: Element) -> Iterator[Stated]:
    sums = f"{_SETTLEMENT}/{_SUMS}"
    yield Stated("allowances", unless_zero(text(root, f"{sums}/AllowanceTotalAmount")))
    yield Stated("charges", unless_zero(text(root, f"{sums}/ChargeTotalAmount")))
    yield Stated("net", text(root, f"{sums}/TaxBasisTotalAmount"))
    yield Stated("tax", _tax_total(root, sums))
    yield Stated("total", text(root, f"{sums}/GrandTotalAmount"))
    yield Stated("prepaid", unless_zero(text(root, f"{sums}/TotalPrepaidAmount")))
    yield Stated("rounding", unless_zero(text(root, f"{sums}/RoundingAmount")))
    yield Stated("payable", text(root, f"{sums}/DuePayableAmount"))


def _tax_total(root: Element, sums: str) -> str:
    """The tax in the invoice's currency; it may be stated in the country's, too."""
    currency = text(root, f"{_SETTLEMENT}/InvoiceCurrencyCode")
    found = list(find(root, f"{sums}/TaxTotalAmount"))
    found.sort(key=lambda element: element.get("currencyID") not in (currency, None))
    return " ".join((found[0].text or "").split()) if found else ""


def _items(root: Element) -> Iterator[Stated]:
    for number, line in enumerate(find(root, _LINES)):
        settlement = _LINE_SETTLEMENT
        rate = f"{settlement}/ApplicableTradeTax"
        values = {
            "item_description": text(line, "SpecifiedTradeProduct/Name"),
            "item_quantity": text(line, f"{_LINE_DELIVERY}/BilledQuantity"),
            "item_unit_price": text(line, f"{_LINE_AGREEMENT}/NetPriceProductTradePrice/ChargeAmount"),
            "item_amount": text(line, f"{settlement}/{_LINE_SUMS}/LineTotalAmount"),
            "item_tax_rate": text(line, f"{rate}/RateApplicablePercent", f"{rate}/ApplicablePercent"),
        }
        yield from (Stated(name, raw, number) for name, raw in values.items())
