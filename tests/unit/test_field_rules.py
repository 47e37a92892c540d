"""The embedded rules: what invoices, receipts and contracts state, found by labels, rows and columns."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.fields.extracting import extract
from ingest.fields.schema import load_schemas
from ingest.types import Block, PageText, TextLine, TextSource
from tests.forms import ENGLISH, Words, extracted, items, read_pages, set_pages, value, values

pytestmark = pytest.mark.unit

SCHEMAS = load_schemas()


def test_an_english_invoice_gives_its_head_its_sums_and_its_lines(tmp_path: Path) -> None:
    found = extracted(set_pages(tmp_path / "a.pdf", [ENGLISH]))
    assert found.schema == "invoice"
    assert values(found) == {
        "number": "PR-2024/081",
        "issue_date": "2024-02-05",
        "due_date": "2024-03-06",
        "seller": "Pallas Rigging Ltd",
        "buyer": "Moss Theatre Company",
        "seller_tax_id": "GB123456789",
        "currency": "GBP",
        "net": "200.00",
        "tax": "40.00",
        "total": "240.00",
    }
    assert items(found, "item_description") == ["Stage rope, 20 m", "Shackles"]
    assert items(found, "item_quantity") == ["3", "10"]
    assert items(found, "item_unit_price") == ["40.00", "8.00"]
    assert items(found, "item_amount") == ["120.00", "80.00"]


def test_a_value_carries_the_box_where_it_stands_and_the_words_that_stand_there(tmp_path: Path) -> None:
    total = value(extracted(set_pages(tmp_path / "a.pdf", [ENGLISH])), "total")
    (box,) = total.boxes
    assert total.page_number == 1
    assert total.raw == "240.00"
    assert box[0] == pytest.approx(440 / 595, abs=0.01)
    assert box[3] == pytest.approx((60 + 18 * 19) / 842, abs=0.01)


def test_the_order_of_day_and_month_is_that_of_the_whole_document(tmp_path: Path) -> None:
    american = [(x, line, text.replace("28/01/2024", "01/28/2024").replace("£", "$")) for x, line, text in ENGLISH]
    assert values(extracted(set_pages(tmp_path / "a.pdf", [american])))["issue_date"] == "2024-05-02"


def test_a_german_invoice_has_commas_and_a_number_in_its_heading(tmp_path: Path) -> None:
    words: Words = (
        (60, 0, "Handelsrechnung Nr. 4711-9 vom 03.04.2024"),
        (60, 1, "Bestellung:"),
        (160, 1, "2024-55"),
        (60, 3, "Nettobetrag"),
        (300, 3, "1.200,00 EUR"),
        (60, 4, "Umsatzsteuer 19 %"),
        (300, 4, "228,00 EUR"),
        (60, 5, "Bruttosumme"),
        (300, 5, "1.428,00 EUR"),
        (60, 6, "Erhaltene Anzahlungen"),
        (300, 6, "-428,00 EUR"),
        (60, 7, "Zahlbetrag"),
        (300, 7, "1.000,00 EUR"),
    )
    found = values(extracted(set_pages(tmp_path / "a.pdf", [words])))
    wanted = {"number": "4711-9", "issue_date": "2024-04-03", "net": "1200.00", "tax": "228.00", "total": "1428.00"}
    assert {name: found[name] for name in wanted} == wanted
    assert (found["payable"], found["currency"]) == ("1000.00", "EUR")


def test_a_french_invoice_puts_net_tax_and_total_into_one_row(tmp_path: Path) -> None:
    words: Words = (
        (60, 0, "Facture n° 20240071 du 9 janvier 2024"),
        (60, 2, "Montant HT"),
        (200, 2, "TVA"),
        (320, 2, "Montant TTC"),
        (60, 3, "Total facture"),
        (200, 3, "100,00"),
        (320, 3, "20,00"),
        (440, 3, "120,00 €"),
    )
    found = values(extracted(set_pages(tmp_path / "a.pdf", [words])))
    wanted = {"number": "20240071", "issue_date": "2024-01-09", "net": "100.00", "tax": "20.00", "total": "120.00"}
    assert {name: found.get(name) for name in wanted} == wanted


def test_a_receipts_total_is_what_cash_and_change_say_after_rounding(tmp_path: Path) -> None:
    words: Words = (
        (60, 0, "KEDAI PASAR MURNI SDN BHD"),
        (60, 1, "(778899-K)"),
        (60, 2, "TAX INVOICE"),
        (60, 3, "14/06/2023 10:22"),
        (60, 5, "Total incl. GST"),
        (300, 5, "49.39"),
        (60, 6, "Rounding"),
        (300, 6, "0.01"),
        (60, 7, "Total"),
        (300, 7, "49.40"),
        (60, 8, "Cash"),
        (300, 8, "50.00"),
        (60, 9, "Change"),
        (300, 9, "0.60"),
        (60, 10, "GST Summary"),
        (60, 11, "Total"),
        (300, 11, "46.60"),
    )
    found = extracted(set_pages(tmp_path / "a.pdf", [words]))
    assert found.schema == "receipt"
    assert values(found)["total"] == "49.40"
    assert values(found)["issue_date"] == "2023-06-14"
    assert values(found)["seller"] == "KEDAI PASAR MURNI SDN BHD"


def test_totals_of_parts_are_not_the_total(tmp_path: Path) -> None:
    words: Words = (
        (60, 0, "INVOICE"),
        (60, 1, "Total zero rated:"),
        (300, 1, "22.99"),
        (60, 2, "Total (excl. GST):"),
        (300, 2, "15.84"),
        (60, 3, "GST:"),
        (300, 3, "0.95"),
        (60, 4, "Total (incl. GST):"),
        (300, 4, "16.79"),
        (60, 5, "Total payable:"),
        (300, 5, "39.78"),
    )
    assert values(extracted(set_pages(tmp_path / "a.pdf", [words])))["total"] == "39.78"


def test_a_chinese_vat_invoice_in_its_own_terms(tmp_path: Path) -> None:
    words: Words = (
        (200, 0, "增值税专用发票"),
        (60, 1, "3300241130"),
        (420, 1, "No12345678"),
        (420, 2, "开票日期：2024年09月12日"),
        (60, 4, "名 称：苏州甲乙有限公司"),
        (60, 5, "纳税人识别号：91320500MA0000000A"),
        (60, 7, "货物或应税劳务名称"),
        (230, 7, "数量"),
        (290, 7, "单价"),
        (370, 7, "金额"),
        (440, 7, "税率"),
        (500, 7, "税额"),
        (60, 8, "轴承"),
        (230, 8, "2"),
        (290, 8, "50.00"),
        (370, 8, "100.00"),
        (440, 8, "13%"),
        (500, 8, "13.00"),
        (60, 10, "合计"),
        (370, 10, "¥100.00"),
        (500, 10, "¥13.00"),
        (60, 11, "价税合计（大写）"),
        (230, 11, "壹佰壹拾叁圆整"),
        (420, 11, "（小写）¥113.00"),
        (60, 13, "名 称：杭州丙丁有限公司"),
        (60, 14, "纳税人识别号：91330100MA0000000B"),
    )
    found = extracted(set_pages(tmp_path / "a.pdf", [words]))
    assert found.schema == "vat-invoice"
    assert values(found) == {
        "code": "3300241130",
        "number": "12345678",
        "issue_date": "2024-09-12",
        "buyer": "苏州甲乙有限公司",
        "buyer_tax_id": "91320500MA0000000A",
        "seller": "杭州丙丁有限公司",
        "seller_tax_id": "91330100MA0000000B",
        "net": "100.00",
        "tax": "13.00",
        "total": "113.00",
        "total_words": "壹佰壹拾叁圆整",
        "currency": "CNY",
    }
    assert items(found, "item_description") == ["轴承"]
    assert items(found, "item_tax_rate") == ["13"]


def test_a_contract_names_its_parties_dates_law_and_notice(tmp_path: Path) -> None:
    words: Words = (
        (200, 0, "SUPPLY AGREEMENT"),
        (60, 2, 'This Agreement is made as of March 5, 2024 (the "Effective Date") by and'),
        (60, 3, 'between Dorran Mills, Inc. ("Supplier") and Halewood Foods LLC ("Buyer").'),
        (60, 5, "2. Term. This Agreement shall expire on March 4, 2026. It shall automatically"),
        (60, 6, "renew for successive terms of one year unless either party gives sixty (60)"),
        (60, 7, "days' prior written notice."),
        (60, 9, "9. This Agreement is governed by the laws of the State of Vermont."),
    )
    found = extracted(set_pages(tmp_path / "a.pdf", [words]))
    assert found.schema == "contract"
    assert items(found, "party") == ["Dorran Mills, Inc.", "Halewood Foods LLC"]
    known = values(found)
    assert known["title"] == "SUPPLY AGREEMENT"
    assert known["agreement_date"] == "2024-03-05"
    assert known["effective_date"] == "2024-03-05"
    assert known["expiration_date"] == "2026-03-04"
    assert known["notice_period"] == "P60D"
    assert known["governing_law"] == "Vermont"
    assert "automatically renew" in known["renewal"]


def test_a_chinese_contracts_term_runs_from_one_date_to_another(tmp_path: Path) -> None:
    words: Words = (
        (200, 0, "房屋租赁合同"),
        (60, 2, "甲方：苏州甲乙有限公司"),
        (60, 3, "乙方：杭州丙丁有限公司"),
        (60, 5, "第一条 租赁期限自2024年4月1日起至2027年3月31日止。"),
        (60, 7, "第九条 本合同适用中华人民共和国法律。"),
        (60, 9, "签订日期：2024年3月15日"),
    )
    found = extracted(set_pages(tmp_path / "a.pdf", [words]))
    assert items(found, "party") == ["苏州甲乙有限公司", "杭州丙丁有限公司"]
    known = values(found)
    dates = [known[name] for name in ("agreement_date", "effective_date", "expiration_date")]
    assert dates == ["2024-03-15", "2024-04-01", "2027-03-31"]
    assert known["governing_law"] == "中华人民共和国"


def test_a_document_of_no_known_kind_has_no_fields(tmp_path: Path) -> None:
    words: Words = ((60, 0, "Minutes of the gardening club"), (60, 1, "The roses were cut on 3 May 2024."))
    found = extracted(set_pages(tmp_path / "a.pdf", [words]))
    assert (found.schema, found.values, found.notes) == ("", (), ())


def test_pages_without_any_text_have_no_fields(tmp_path: Path) -> None:
    assert extracted(set_pages(tmp_path / "a.pdf", [()])).values == ()


def test_an_admins_schema_is_used_for_its_own_kind_of_document(tmp_path: Path) -> None:
    folder = tmp_path / "schemas"
    folder.mkdir()
    (folder / "permit.toml").write_text(
        'name = "permit"\ntitle = "Permit"\nwords = ["dredging permit"]\n'
        '[[fields]]\nname = "depth"\nkind = "number"\ntitle = "Depth"\nlabels = ["permitted depth"]\n'
        '[[fields]]\nname = "valid_until"\nkind = "date"\ntitle = "Valid until"\nlabels = ["valid until"]\n'
    )
    words: Words = (
        (60, 0, "Dredging Permit"),
        (60, 2, "Permitted depth:"),
        (200, 2, "12.5 m"),
        (60, 3, "Valid until:"),
        (200, 3, "1 May 2026"),
    )
    pages = read_pages(set_pages(tmp_path / "a.pdf", [words]))
    found = extract(pages, None, load_schemas(folder))
    assert found.schema == "permit"
    assert values(found) == {"depth": "12.5", "valid_until": "2026-05-01"}


LINES = st.lists(
    st.tuples(
        st.floats(0, 0.9),
        st.floats(0, 0.95),
        st.one_of(
            st.text(max_size=60),
            st.sampled_from(
                ["Invoice no", "Total", "合计", "between A and B", "-1.234,5", "31/12/2024", "(", "Qty", "Amount"]
            ),
        ),
    ),
    max_size=25,
)


@given(LINES, st.sampled_from(["Invoice", "RECEIPT", "发票代码 增值税", "AGREEMENT", ""]))
@settings(max_examples=60)
def test_no_page_breaks_the_rules_and_each_value_stands_once(lines: list[tuple[float, float, str]], head: str) -> None:
    texts = [(0.1, 0.0, head), *lines]
    made = tuple(TextLine(text, (x, y, min(x + 0.1, 1.0), min(y + 0.02, 1.0)), 0.9) for x, y, text in texts)
    blocks = tuple(Block("text", line.text, line.box, at, at + 1) for at, line in enumerate(made))
    found = extract([PageText("d" * 64, 1, blocks, made, "fake 1.0", TextSource.OCR)], None, SCHEMAS)
    keys = [(one.name, one.item) for one in found.values]
    assert len(keys) == len(set(keys))
    assert all(one.value and 0 <= one.confidence <= 1 and one.page_number in (0, 1) for one in found.values)
    assert all(one.value.encode("utf-8") and one.raw.encode("utf-8") for one in found.values)


def test_a_heading_with_labelled_lines_under_it_names_the_party(tmp_path: Path) -> None:
    words: Words = (
        (60, 0, "Rechnung"),
        (60, 2, "Verkäufer:"),
        (60, 3, "Nummer"),
        (200, 3, ": 4711"),
        (60, 4, "von Hagen Werkzeug GmbH"),
        (60, 5, "Musterstraße 3"),
        (60, 7, "Käufer:"),
        (60, 8, "Name:"),
        (200, 8, "Kunden AG Mitte"),
        (60, 10, "Verkäufer-IBAN:"),
        (200, 10, "DE00 0000 0000 0000"),
    )
    found = values(extracted(set_pages(tmp_path / "a.pdf", [words])))
    assert (found["seller"], found["buyer"]) == ("von Hagen Werkzeug GmbH", "Kunden AG Mitte")


def test_a_logo_gives_way_to_the_whole_name_that_stands_below(tmp_path: Path) -> None:
    words: Words = (
        (60, 0, "Lindhagen & Roy"),
        (60, 1, "Invoice LR-204"),
        (60, 9, "Lindhagen & Roy Roasters Ltd, company number 0995550"),
    )
    assert values(extracted(set_pages(tmp_path / "a.pdf", [words])))["seller"] == "Lindhagen & Roy Roasters Ltd"


# Wrong values are worse than none


def rows(*pairs: tuple[str, str], line: float = 0, x: float = 60, gap: float = 240) -> list[tuple[float, float, str]]:
    """Labels with their values to the right, one row below the other."""
    found: list[tuple[float, float, str]] = []
    for number, (label, text) in enumerate(pairs):
        found += [(x, line + number, label), (x + gap, line + number, text)]
    return found


def found_in(path: Path, *words: tuple[float, float, str]) -> dict[str, str]:
    return values(extracted(set_pages(path / "a.pdf", [words])))


@pytest.mark.parametrize(
    ("title", "own", "other"),
    [
        ("Rechnungskorrektur", "Rechnungskorrektur Nr", "Zu Rechnung"),
        ("Credit note", "Credit note no", "Original invoice"),
        ("Avoir", "Avoir n°", "Facture d'origine"),
    ],
)
def test_a_credit_note_has_its_own_number_not_that_of_the_invoice_it_corrects(
    tmp_path: Path, title: str, own: str, other: str
) -> None:
    found = found_in(tmp_path, (60, 0, title), *rows((own, "C-2024-0031"), (other, "R-2024-0977"), line=2))
    assert found["number"] == "C-2024-0031"


def test_taxes_of_several_rates_are_added_up_where_they_part_net_and_total(tmp_path: Path) -> None:
    sums = (
        ("Summe netto", "220,00"),
        ("zzgl. 7 % MwSt", "7,00"),
        ("zzgl. 19 % MwSt", "22,80"),
        ("Rechnungsbetrag", "249,80"),
    )
    found = extracted(set_pages(tmp_path / "a.pdf", [[(60, 0, "Rechnung Nr. 7"), *rows(*sums, line=3)]]))
    tax = value(found, "tax")
    assert (tax.value, tax.raw) == ("29.80", "7,00 + 22,80")
    assert (values(found)["net"], values(found)["total"]) == ("220.00", "249.80")


def test_a_breakdown_by_rate_below_the_sums_gives_neither_total_nor_tax(tmp_path: Path) -> None:
    words: Words = (
        (60, 0, "Kassenbon"),
        *rows(("Brot", "4,20 A"), ("Kaffee", "2,80 B"), line=2),
        *rows(("SUMME EUR", "7,00"), ("Bar", "10,00"), ("Rückgeld", "3,00"), line=5),
        (60, 9, "MwSt"),
        (160, 9, "Netto"),
        (260, 9, "Brutto"),
        (60, 10, "A 7% 0,27"),
        (160, 10, "3,93"),
        (260, 10, "4,20"),
        (60, 11, "B 19% 0,45"),
        (160, 11, "2,35"),
        (260, 11, "2,80"),
    )
    found = found_in(tmp_path, *words)
    assert found["total"] == "7.00"
    assert not found.keys() & {"net", "tax"}


def test_a_subtotal_before_discount_and_freight_is_no_net(tmp_path: Path) -> None:
    sums = ("Subtotal", "$305.00"), ("Discount", "-$30.50"), ("Shipping", "$15.00"), ("Sales tax", "$15.10")
    found = found_in(tmp_path, (60, 0, "Invoice No. 7"), *rows(*sums, ("Total", "$304.60"), line=3))
    assert "net" not in found
    assert (found["tax"], found["total"]) == ("15.10", "304.60")


def test_what_is_left_to_pay_after_a_deposit_is_no_total(tmp_path: Path) -> None:
    sums = ("Total USD", "9,297.50"), ("Less deposit", "-1,000.00"), ("Amount due", "8,297.50")
    found = found_in(tmp_path, (60, 0, "Invoice No. 7"), *rows(*sums, line=3))
    assert (found["total"], found["payable"]) == ("9297.50", "8297.50")


def test_the_balance_of_an_earlier_bill_is_not_payable(tmp_path: Path) -> None:
    sums = (
        ("Previous balance", "£84.20"),
        ("Payments received", "-£84.20"),
        ("VAT at 5%", "£4.58"),
        ("Total amount due", "£96.08"),
    )
    found = found_in(tmp_path, (60, 0, "Electricity bill"), *rows(("Bill number", "77120934"), *sums, line=2))
    assert found["total"] == "96.08"
    assert found.get("payable", "96.08") == "96.08" and "prepaid" not in found


def test_days_for_payment_are_no_net_amount(tmp_path: Path) -> None:
    found = found_in(
        tmp_path, (60, 0, "Invoice No. 7"), *rows(("Terms", "Net 30"), line=2), *rows(("Total", "$120.00"), line=5)
    )
    assert found["total"] == "120.00" and "net" not in found


def test_a_tax_id_below_the_lines_is_the_sellers_whatever_stands_above_them(tmp_path: Path) -> None:
    words: Words = (
        (60, 0, "Tessellate Design Ltd"),
        (60, 2, "Client:"),
        (130, 2, "Brook & Vale LLP"),
        (60, 4, "Tax invoice 1187"),
        (60, 6, "Description"),
        (260, 6, "Qty"),
        (440, 6, "Amount"),
        (60, 7, "Logo design"),
        (260, 7, "16"),
        (440, 7, "£1,200.00"),
        (60, 10, "VAT No. GB980780684"),
    )
    found = found_in(tmp_path, *words)
    assert found["seller_tax_id"] == "GB980780684" and "buyer_tax_id" not in found


def test_the_address_of_a_letter_is_the_buyers(tmp_path: Path) -> None:
    words: Words = (
        (60, 0, "Dr. Katrin Vogel, Übersetzungen"),
        (60, 2, "An"),
        (60, 3, "Verlag Morgenrot GmbH"),
        (60, 6, "Rechnung 24-017"),
        (60, 8, "Zu zahlender Betrag"),
        (440, 8, "6.864,00 €"),
    )
    found = found_in(tmp_path, *words)
    assert (found["seller"], found["buyer"]) == ("Dr. Katrin Vogel, Übersetzungen", "Verlag Morgenrot GmbH")


@pytest.mark.parametrize(
    ("lines", "agreed", "begins"),
    [
        (("MIETVERTRAG", "§ 1 Das Mietverhältnis beginnt am 01.07.2024 und endet am 30.06.2029."), None, "2024-07-01"),
        (
            ("CONTRAT DE SERVICES", "Le contrat prend effet le 1er septembre 2024.", "Fait à Paris, le 20 août 2024"),
            "2024-08-20",
            "2024-09-01",
        ),
    ],
)
def test_the_day_on_which_a_term_begins_is_not_that_of_the_agreement(
    tmp_path: Path, lines: tuple[str, ...], agreed: str | None, begins: str
) -> None:
    found = found_in(tmp_path, *((60.0, 2.0 * number, line) for number, line in enumerate(lines)))
    assert (found.get("agreement_date"), found["effective_date"]) == (agreed, begins)


def test_a_sum_that_is_carried_over_ends_the_lines(tmp_path: Path) -> None:
    words: Words = (
        (60, 0, "Rechnung Nr. 7"),
        (60, 3, "Leistung"),
        (340, 3, "Menge"),
        (440, 3, "Betrag"),
        (60, 4, "Eilfahrt"),
        (340, 4, "1"),
        (440, 4, "85,00"),
        *rows(("Übertrag", "85,00"), ("Nettobetrag", "85,00"), ("Bruttobetrag", "101,15"), line=6, x=300, gap=140),
        (60, 10, "IBAN DE89 3704 0044 0532 0130 00"),
    )
    assert items(extracted(set_pages(tmp_path / "a.pdf", [words])), "item_amount") == ["85.00"]


def test_the_date_of_a_line_and_one_within_a_sentence_are_not_that_of_issue(tmp_path: Path) -> None:
    words: Words = (
        (60, 0, "Facture n° 20240917-3"),
        (60, 3, "Date"),
        (160, 3, "Désignation"),
        (340, 3, "Prix"),
        (440, 3, "Montant"),
        (60, 4, "15.09.2024"),
        (160, 4, "Nuitée"),
        (340, 4, "240.00"),
        (440, 4, "240.00"),
        (60, 7, "Lausanne, le 17.09.2024"),
    )
    assert found_in(tmp_path, *words)["issue_date"] == "2024-09-17"
    letter: Words = (
        (60, 1, "12th June 2024"),
        (60, 3, "INVOICE NUMBER 20447"),
        (60, 5, "To our professional charges in connection with the lease dated 4 March 2022"),
        (60, 6, "TOTAL DUE"),
        (440, 6, "£2,203.00"),
    )
    assert found_in(tmp_path, *letter)["issue_date"] == "2024-06-12"


def test_one_of_several_taxes_that_fits_no_net_is_left_out(tmp_path: Path) -> None:
    sums = ("Total CHF", "498.50"), ("TVA 3.8% incluse", "17.57"), ("TVA 8.1% incluse", "1.39")
    found = found_in(tmp_path, (60, 0, "Facture n° 7"), *rows(*sums, line=3))
    assert found["total"] == "498.50" and "tax" not in found


def test_the_unit_of_a_notice_period_may_be_part_of_its_label(tmp_path: Path) -> None:
    lines = (
        "MASTER SERVICES AGREEMENT",
        "It renews for successive one-year periods unless terminated on 60 days notice.",
    )
    found = found_in(tmp_path, *((60.0, 2.0 * number, line) for number, line in enumerate(lines)))
    assert found["notice_period"] == "P60D"
