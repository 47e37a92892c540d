"""The e-invoice inside a PDF: read whichever syntax it is in, shown where the page has it, never trusted to parse."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.fields.attachments import UNREADABLE, parse_safely, read_attachment
from ingest.fields.model import Extractor
from ingest.fields.wording import worded
from tests.forms import ENGLISH, extracted, items, set_pages, value, values

pytestmark = pytest.mark.unit

CII = """<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
  xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
  xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
 <rsm:ExchangedDocument><ram:ID>PR-2024/081</ram:ID><ram:TypeCode>380</ram:TypeCode>
  <ram:IssueDateTime><udt:DateTimeString format="102">20240205</udt:DateTimeString></ram:IssueDateTime>
 </rsm:ExchangedDocument>
 <rsm:SupplyChainTradeTransaction>
  <ram:IncludedSupplyChainTradeLineItem>
   <ram:SpecifiedTradeProduct><ram:Name>Stage rope, 20 m</ram:Name></ram:SpecifiedTradeProduct>
   <ram:SpecifiedLineTradeAgreement><ram:NetPriceProductTradePrice><ram:ChargeAmount>40.00</ram:ChargeAmount>
   </ram:NetPriceProductTradePrice></ram:SpecifiedLineTradeAgreement>
   <ram:SpecifiedLineTradeDelivery><ram:BilledQuantity unitCode="H87">3.0000</ram:BilledQuantity>
   </ram:SpecifiedLineTradeDelivery>
   <ram:SpecifiedLineTradeSettlement><ram:ApplicableTradeTax><ram:RateApplicablePercent>20.00</ram:RateApplicablePercent>
    </ram:ApplicableTradeTax><ram:SpecifiedTradeSettlementLineMonetarySummation><ram:LineTotalAmount>120</ram:LineTotalAmount>
    </ram:SpecifiedTradeSettlementLineMonetarySummation></ram:SpecifiedLineTradeSettlement>
  </ram:IncludedSupplyChainTradeLineItem>
  <ram:ApplicableHeaderTradeAgreement>
   <ram:SellerTradeParty><ram:Name>Pallas Rigging Ltd</ram:Name>
    <ram:SpecifiedTaxRegistration><ram:ID schemeID="FC">12/345</ram:ID></ram:SpecifiedTaxRegistration>
    <ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">GB123456789</ram:ID></ram:SpecifiedTaxRegistration>
   </ram:SellerTradeParty>
   <ram:BuyerTradeParty><ram:Name>Moss Theatre
     Company</ram:Name></ram:BuyerTradeParty>
  </ram:ApplicableHeaderTradeAgreement>
  <ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>GBP</ram:InvoiceCurrencyCode>
   <ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime><udt:DateTimeString format="102">20240306</udt:DateTimeString>
   </ram:DueDateDateTime></ram:SpecifiedTradePaymentTerms>
   <ram:SpecifiedTradeSettlementHeaderMonetarySummation>
    <ram:TaxBasisTotalAmount>200.00</ram:TaxBasisTotalAmount>
    <ram:TaxTotalAmount currencyID="EUR">46.80</ram:TaxTotalAmount>
    <ram:TaxTotalAmount currencyID="GBP">40.00</ram:TaxTotalAmount>
    <ram:GrandTotalAmount>240.00</ram:GrandTotalAmount><ram:DuePayableAmount>240.00</ram:DuePayableAmount>
   </ram:SpecifiedTradeSettlementHeaderMonetarySummation>
  </ram:ApplicableHeaderTradeSettlement>
 </rsm:SupplyChainTradeTransaction>
</rsm:CrossIndustryInvoice>"""

# ZUGFeRD 1 calls its elements otherwise.
ZUGFERD_1 = (
    CII.replace("rsm:CrossIndustryInvoice ", "rsm:CrossIndustryDocument ")
    .replace("</rsm:CrossIndustryInvoice>", "</rsm:CrossIndustryDocument>")
    .replace("rsm:ExchangedDocument>", "rsm:HeaderExchangedDocument>")
    .replace("rsm:SupplyChainTradeTransaction", "rsm:SpecifiedSupplyChainTradeTransaction")
    .replace("ram:ApplicableHeaderTradeAgreement", "ram:ApplicableSupplyChainTradeAgreement")
    .replace("ram:ApplicableHeaderTradeSettlement", "ram:ApplicableSupplyChainTradeSettlement")
    .replace("ram:SpecifiedTradeSettlementHeaderMonetarySummation", "ram:SpecifiedTradeSettlementMonetarySummation")
    .replace("ram:SpecifiedTradeSettlementLineMonetarySummation", "ram:SpecifiedTradeSettlementMonetarySummation")
    .replace("ram:SpecifiedLineTradeAgreement", "ram:SpecifiedSupplyChainTradeAgreement")
    .replace("ram:SpecifiedLineTradeDelivery", "ram:SpecifiedSupplyChainTradeDelivery")
    .replace("ram:SpecifiedLineTradeSettlement", "ram:SpecifiedSupplyChainTradeSettlement")
    .replace("ram:RateApplicablePercent", "ram:ApplicablePercent")
)

UBL = """<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
  xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
  xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2">
 <cbc:ID>PR-2024/081</cbc:ID><cbc:IssueDate>2024-02-05</cbc:IssueDate><cbc:DueDate>2024-03-06</cbc:DueDate>
 <cbc:DocumentCurrencyCode>GBP</cbc:DocumentCurrencyCode>
 <cac:AccountingSupplierParty><cac:Party>
  <cac:PartyTaxScheme><cbc:CompanyID>GB123456789</cbc:CompanyID></cac:PartyTaxScheme>
  <cac:PartyLegalEntity><cbc:RegistrationName>Pallas Rigging Ltd</cbc:RegistrationName></cac:PartyLegalEntity>
 </cac:Party>
 </cac:AccountingSupplierParty>
 <cac:AccountingCustomerParty><cac:Party>
  <cac:PartyName><cbc:Name>Moss Theatre Company</cbc:Name></cac:PartyName></cac:Party>
 </cac:AccountingCustomerParty>
 <cac:TaxTotal><cbc:TaxAmount currencyID="GBP">40.00</cbc:TaxAmount></cac:TaxTotal>
 <cac:LegalMonetaryTotal><cbc:TaxExclusiveAmount>200.00</cbc:TaxExclusiveAmount>
  <cbc:TaxInclusiveAmount>240.00</cbc:TaxInclusiveAmount><cbc:PayableAmount>240.00</cbc:PayableAmount></cac:LegalMonetaryTotal>
 <cac:InvoiceLine><cbc:InvoicedQuantity>3</cbc:InvoicedQuantity><cbc:LineExtensionAmount>120.00</cbc:LineExtensionAmount>
  <cac:Item><cbc:Name>Stage rope, 20 m</cbc:Name><cac:ClassifiedTaxCategory><cbc:Percent>20</cbc:Percent>
  </cac:ClassifiedTaxCategory></cac:Item><cac:Price><cbc:PriceAmount>40.00</cbc:PriceAmount></cac:Price></cac:InvoiceLine>
</Invoice>"""

STATED = {
    "number": "PR-2024/081",
    "issue_date": "2024-02-05",
    "due_date": "2024-03-06",
    "seller": "Pallas Rigging Ltd",
    "seller_tax_id": "GB123456789",
    "buyer": "Moss Theatre Company",
    "currency": "GBP",
    "net": "200.00",
    "tax": "40.00",
    "total": "240.00",
    "payable": "240.00",
}
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE i [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {new} "{"&" + old + ";" * 1}{"&" + old + ";"}">'
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]><CrossIndustryInvoice><ExchangedDocument><ID>&i;</ID></ExchangedDocument></CrossIndustryInvoice>"
)
OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE i [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    "<CrossIndustryInvoice><ExchangedDocument><ID>&x;</ID></ExchangedDocument></CrossIndustryInvoice>"
)


def write(path: Path, xml: str, name: str = "factur-x.xml") -> Path:
    return set_pages(path, [ENGLISH], {name: xml.encode()})


@pytest.mark.parametrize("xml", [CII, ZUGFERD_1, UBL], ids=["cii", "zugferd-1", "ubl"])
def test_every_syntax_states_the_same_invoice(tmp_path: Path, xml: str) -> None:
    found = extracted(write(tmp_path / "a.pdf", xml))
    assert found.schema == "invoice"
    assert values(found) == STATED
    assert {one.extractor for one in found.values} == {Extractor.XML}
    assert items(found, "item_description") == ["Stage rope, 20 m"]
    assert items(found, "item_quantity") == ["3"]
    assert items(found, "item_amount") == ["120.00"]
    assert items(found, "item_tax_rate") == ["20"]
    assert found.notes == ()


def test_what_the_xml_states_is_shown_where_the_page_has_it(tmp_path: Path) -> None:
    found = extracted(write(tmp_path / "a.pdf", CII))
    total, due = value(found, "total"), value(found, "due_date")
    assert (total.page_number, due.page_number) == (1, 1)
    assert total.boxes[0][1] > 0.4  # the total at the bottom, not a line's amount
    assert due.boxes[0][1] < 0.25


CII_SUMS = (
    "<ram:ChargeTotalAmount>15.00</ram:ChargeTotalAmount><ram:AllowanceTotalAmount>5.00</ram:AllowanceTotalAmount>"
    "<ram:TotalPrepaidAmount>0.00</ram:TotalPrepaidAmount><ram:RoundingAmount>-0.01</ram:RoundingAmount>"
)
UBL_SUMS = (
    "<cbc:AllowanceTotalAmount>5.00</cbc:AllowanceTotalAmount><cbc:ChargeTotalAmount>15.00</cbc:ChargeTotalAmount>"
    "<cbc:PrepaidAmount>0.00</cbc:PrepaidAmount><cbc:PayableRoundingAmount>-0.01</cbc:PayableRoundingAmount>"
)


@pytest.mark.parametrize(
    "xml",
    [
        CII.replace("<ram:TaxBasisTotalAmount>", f"{CII_SUMS}<ram:TaxBasisTotalAmount>"),
        ZUGFERD_1.replace("<ram:TaxBasisTotalAmount>", f"{CII_SUMS}<ram:TaxBasisTotalAmount>"),
        UBL.replace("<cbc:TaxExclusiveAmount>", f"{UBL_SUMS}<cbc:TaxExclusiveAmount>"),
    ],
)
def test_allowances_charges_and_rounding_are_read_and_none_that_are_zero(tmp_path: Path, xml: str) -> None:
    found = values(extracted(write(tmp_path / "a.pdf", xml)))
    between = {name: found.get(name) for name in ("allowances", "charges", "prepaid", "rounding")}
    assert between == {"allowances": "5.00", "charges": "15.00", "prepaid": None, "rounding": "-0.01"}


def test_an_xml_without_allowances_has_none_whatever_the_page_says(tmp_path: Path) -> None:
    page = [*ENGLISH, (340, 17.5, "Discount"), (440, 17.5, "£5.00")]
    assert "allowances" not in values(extracted(set_pages(tmp_path / "a.pdf", [page], {"factur-x.xml": CII.encode()})))


def test_what_no_page_shows_has_no_page(tmp_path: Path) -> None:
    found = extracted(write(tmp_path / "a.pdf", CII.replace(">GB123456789<", ">GB987654321<")))
    tax_id = value(found, "seller_tax_id")
    assert (tax_id.value, tax_id.page_number, tax_id.boxes) == ("GB987654321", 0, ())


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<ram:GrandTotalAmount>240.00", "<ram:GrandTotalAmount>90.00", "states 90.00 as total.*page 1 shows 240.00"),
        (
            "<ram:ID>PR-2024/081",
            "<ram:ID>PR-2024/999",
            "states PR-2024/999 as invoice number.*page 1 shows PR-2024/081",
        ),
    ],
)
def test_an_xml_that_contradicts_the_page_is_reported(tmp_path: Path, old: str, new: str, said: str) -> None:
    found = extracted(write(tmp_path / "a.pdf", CII.replace(old, new)))
    [finding] = found.findings
    assert re.search(said, worded(finding.fault)) and found.notes == ()


def test_a_line_of_the_page_that_happens_to_be_the_xmls_total_does_not_hide_the_contradiction(tmp_path: Path) -> None:
    found = extracted(
        write(tmp_path / "a.pdf", CII.replace("<ram:GrandTotalAmount>240.00", "<ram:GrandTotalAmount>80.00"))
    )
    assert len(found.findings) == 1


@pytest.mark.parametrize("xml", [BOMB, OUTSIDE], ids=["entity bomb", "external entity"])
def test_entities_are_refused_and_the_page_is_read_instead(tmp_path: Path, xml: str) -> None:
    found = extracted(write(tmp_path / "a.pdf", xml))
    assert found.notes == (UNREADABLE,)
    assert values(found)["total"] == "240.00"
    assert value(found, "total").extractor is Extractor.RULES


def test_an_xml_that_is_no_invoice_is_passed_over(tmp_path: Path) -> None:
    found = extracted(write(tmp_path / "a.pdf", "<notes><ID>7</ID></notes>", "notes.xml"))
    assert found.notes == ()
    assert values(found)["number"] == "PR-2024/081"


def test_the_invoice_is_found_among_other_files_and_under_another_name(tmp_path: Path) -> None:
    files = {"terms.xml": b"<terms/>", "picture.png": b"\x89PNG", "Rechnung.XML": CII.encode()}
    found = extracted(set_pages(tmp_path / "a.pdf", [ENGLISH], files))
    assert value(found, "total").extractor is Extractor.XML


def test_numbers_that_are_none_are_left_to_the_page(tmp_path: Path) -> None:
    found = extracted(write(tmp_path / "a.pdf", CII.replace(">240.00<", ">NaN<")))
    assert value(found, "total").value == "240.00"
    assert value(found, "total").extractor is Extractor.RULES


def test_a_file_that_is_no_pdf_or_is_damaged_carries_nothing(tmp_path: Path) -> None:
    for content in (b"", b"\x89PNG", b"%PDF-1.7 and nothing more"):
        (tmp_path / "a.pdf").write_bytes(content)
        assert read_attachment(tmp_path / "a.pdf") == ((), ())
    assert read_attachment(tmp_path / "missing.pdf") == ((), ())


@given(st.binary(max_size=300))
def test_no_bytes_break_the_parser(content: bytes) -> None:
    try:
        parse_safely(content)
    except ValueError:
        pass
