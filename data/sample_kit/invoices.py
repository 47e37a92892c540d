"""The six sample invoices and receipts; their totals are computed from their lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pymupdf

from sample_kit.contracts import NAVY, TEXTS, numbered_foot
from sample_kit.layout import (
    A4,
    LETTER,
    MUTED,
    WHITE,
    Book,
    Canvas,
    Color,
    Column,
    Manner,
    TableStyle,
    Typeface,
    chinese,
    draw_table,
    sans,
    save_pdf,
    serif,
)
from sample_kit.ornaments import logo, received_stamp, seal, signature
from sample_kit.scanning import Look, fax, photograph, picture, scan_pages

MOSS = (0.27, 0.36, 0.20)
COFFEE = (0.36, 0.22, 0.13)
BLACK = (0.0, 0.0, 0.0)
FORM_BROWN = (0.55, 0.27, 0.13)
FORM_BLUE = (0.16, 0.30, 0.56)
FORM_INK = (0.12, 0.14, 0.30)


def _facts(name: str) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads((TEXTS / "invoices.json").read_text(encoding="utf-8"))[name]
    return facts


def _cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _priced(lines: Sequence[Sequence[str]], currency: str) -> tuple[list[list[str]], Decimal]:
    """Return the lines with price and amount written out (the last two cells are quantity and price) and their sum."""
    rows, total = [], Decimal(0)
    for line in lines:
        price = Decimal(line[-1])
        amount = _cents(Decimal(line[-2]) * price)
        rows.append([*line[:-1], f"{currency}{price:,.2f}", f"{currency}{amount:,.2f}"])
        total += amount
    return rows, total


def _new_page(size: pymupdf.Rect, face: Typeface, document: pymupdf.Document | None = None) -> Canvas:
    document = document or pymupdf.open()
    document.new_page(width=size.width, height=size.height)
    return Canvas(document, document.page_count - 1, face)


def _pairs(canvas: Canvas, x: float, y: float, pairs: Sequence[tuple[str, str]], gap: float, size: float = 9.5) -> None:
    for label, value in pairs:
        canvas.put(x, y, label, size, color=MUTED)
        canvas.put(x + gap, y, value, size, bold=True)
        y += size * 1.55


def _sums(
    canvas: Canvas, left: float, right: float, y: float, rows: Sequence[tuple[str, str]], color: Color, size: float = 10
) -> float:
    """Set the totals; the last one stands in a coloured bar. Returns the bottom edge."""
    for label, value in rows[:-1]:
        y += size * 1.7
        canvas.put(left + 8, y, label, size)
        canvas.put(right - 5, y, value, size, align="right")
    y += 9
    canvas.box(pymupdf.Rect(left, y, right, y + size * 2.3), fill=color)
    label, value = rows[-1]
    canvas.put(left + 8, y + size * 1.5, label, size + 1, bold=True, color=WHITE)
    canvas.put(right - 5, y + size * 1.5, value, size + 1, bold=True, color=WHITE, align="right")
    return y + size * 2.3


def services_invoice(out: Path) -> None:
    """Draw a digital US invoice whose line table goes on on its second page."""
    facts = _facts("northwind")
    rows, subtotal = _priced(facts["lines"], facts["currency"])
    tax = _cents(Decimal("8400.00") * Decimal("0.0625"))
    book = Book(LETTER, (56, 56, 56, 64), Manner(sans(), size=9.5), _services_head)
    canvas = book.canvas
    canvas.block(
        56,
        128,
        ["**Bill to**", "Harbourline Foods Corporation", "Accounts Payable", "27 Quayside Terrace", "Boston, MA 02199"],
    )
    dates = [
        ("Invoice number", facts["number"]),
        ("Invoice date", "April 4, 2024"),
        ("Due date", "May 4, 2024"),
        ("Agreement", "NW-MSA-2024-031"),
        ("Statement of Work", "SOW-001"),
        ("Service period", "March 1 to March 31, 2024"),
    ]
    _pairs(canvas, 330, 128, dates, 100)
    book.y = 222
    columns = [
        Column("Date", 46),
        Column("Description", 212),
        Column("Role", 100),
        Column("Qty", 34, "right"),
        Column("Rate", 52, "right"),
        Column("Amount", 56, "right"),
    ]
    book.table(columns, rows, TableStyle(size=8.2, pad=5, head_fill=NAVY, head_color=WHITE, stripe=(0.95, 0.96, 0.98)))
    totals = [
        ("Subtotal", f"${subtotal:,.2f}"),
        ("Sales tax 6.25% (platform fee only)", f"${tax:,.2f}"),
        ("Total due", f"${subtotal + tax:,.2f}"),
    ]
    y = _sums(book.canvas, 326, 556, book.y, totals, NAVY)
    canvas = book.canvas
    canvas.block(
        56,
        y + 34,
        [
            "**Payment**",
            "ACH or wire to Cascadia Pioneer Bank, Portland, Oregon",
            "Routing number 000 555 018, account number 7700 4419 02",
            "Account name Northwind Data Services, Inc.",
            "Please state the invoice number. Late amounts bear interest at 1.5% per month (Agreement, Clause 6.2).",
        ],
        9,
    )
    canvas.block(56, y + 116, ["**Questions about this invoice**", "billing@northwind.example, (503) 555-0117"], 9)
    document = book.finish(partial(numbered_foot, "Northwind Data Services, Inc.  EIN 00-5550117", "Page {} of {}", 56))
    save_pdf(document, out / "INV-2024-0117.pdf", "Invoice INV-2024-0117", "Northwind Data Services", "20240404")


def _services_head(canvas: Canvas, number: int) -> None:
    if number > 1:
        canvas.put(56, 42, "Invoice INV-2024-0117, continued", 8, color=MUTED)
        return
    logo(canvas.page, "compass", 56, 44, 36, NAVY)
    canvas.put(100, 60, "NORTHWIND", 15, bold=True, color=NAVY)
    canvas.put(100, 75, "DATA SERVICES", 9, color=MUTED)
    canvas.put(556, 66, "INVOICE", 24, bold=True, color=NAVY, align="right")
    canvas.put(556, 84, "418 Larkspur Avenue, Suite 900, Portland, Oregon 97299", 8, color=MUTED, align="right")
    canvas.rule(56, 98, 556, color=NAVY, width=1.4)


def joinery_invoice(out: Path) -> None:
    """Draw a British invoice that exists only as a scan."""
    facts = _facts("thistle")
    rows, subtotal = _priced(facts["lines"], facts["currency"])
    vat, deposit = _cents(subtotal * Decimal("0.20")), Decimal("5000.00")
    canvas = _new_page(A4, serif())
    page = canvas.page
    logo(page, "leaf", 277, 40, 40, MOSS)
    canvas.put(297, 104, "Thistle & Wren Joinery Ltd", 20, bold=True, color=MOSS, align="center")
    canvas.put(
        297,
        121,
        "The Old Sawmill, Brackwater Lane, Hexham NE99 7QT  ·  01434 555 0162",
        9.5,
        color=MUTED,
        align="center",
    )
    canvas.rule(60, 136, 535, color=MOSS, width=1.2)
    canvas.rule(60, 139, 535, color=MOSS, width=0.4)
    canvas.put(60, 176, "INVOICE", 22, bold=True)
    canvas.block(
        60,
        204,
        [
            "**To**",
            "Marlowe House Hotel Ltd",
            "For the attention of Mrs P. Eastbrook",
            "12 Abbey Row",
            "Durham DH99 2LB",
        ],
        10.5,
    )
    pairs = [
        ("Invoice no.", facts["number"]),
        ("Date", "6 February 2024"),
        ("Payment due", "7 March 2024"),
        ("Your order", "MHH/2023/118"),
        ("VAT reg. no.", "GB 999 5550 62"),
    ]
    _pairs(canvas, 350, 204, pairs, 82, 10.5)
    columns = [
        Column("Description", 235),
        Column("Quantity", 64, "right"),
        Column("Unit price", 82, "right"),
        Column("Amount", 94, "right"),
    ]
    y, _ = draw_table(
        canvas, 60, 300, columns, rows, TableStyle(size=10.5, pad=7, rule=MUTED, head_fill=(0.9, 0.92, 0.87))
    )
    totals = [
        ("Net total", f"£{subtotal:,.2f}"),
        ("VAT at 20%", f"£{vat:,.2f}"),
        ("Invoice total", f"£{subtotal + vat:,.2f}"),
        ("Less deposit received 8 December 2023", f"£{deposit:,.2f}"),
        ("Balance due", f"£{subtotal + vat - deposit:,.2f}"),
    ]
    y = _sums(canvas, 285, 535, y, totals, MOSS, 10.5)
    received_stamp(canvas, 92, y - 70, ("RECEIVED", "12 FEB 2024"))
    canvas.block(
        60,
        y + 44,
        [
            "**Bank details**",
            "Tyne Valley Building Bank, sort code 00-55-99, account 5550 1624",
            "Account name Thistle & Wren Joinery Ltd",
            "Please quote the invoice number with your payment.",
        ],
        10.5,
    )
    canvas.paragraph(
        60,
        y + 122,
        475,
        "Goods remain our property until paid for in full. Joinery is guaranteed for five years against faults of "
        "material and workmanship. Interest on late payment is charged at 8% above the Bank of England base rate.",
        9.5,
    )
    canvas.rule(60, 788, 535)
    canvas.put(297, 804, "Registered in England no. 09999162  ·  Page 1 of 1", 8.5, color=MUTED, align="center")
    canvas.flush()
    scan_pages(canvas.document, Look(skew=0.7, seed=107))
    save_pdf(canvas.document, out / "scan_0107.pdf", "", "", "20240212")


def coffee_invoice(out: Path) -> None:
    """Draw an Irish invoice and photograph it with a phone."""
    facts = _facts("lindqvist")
    rows, subtotal = _priced(facts["lines"], facts["currency"])
    vat = _cents(subtotal * Decimal("0.23"))
    canvas = _new_page(A4, sans())
    canvas.box(pymupdf.Rect(0, 0, 14, 842), fill=COFFEE)
    logo(canvas.page, "cup", 56, 50, 48, COFFEE)
    canvas.put(116, 76, "Lindqvist & Moreau", 20, bold=True, color=COFFEE)
    canvas.put(116, 94, "COFFEE ROASTERS", 10, color=MUTED)
    canvas.block(540 - 130, 66, ["9 Mariner Quay, Cork", "T99 X5Q0, Ireland", "VAT IE 9955501 LM"], 10)
    canvas.put(56, 160, "Invoice LM-20588", 24, bold=True)
    canvas.put(56, 180, "Issued 17 May 2024", 11.5, color=MUTED)
    canvas.block(
        56,
        216,
        ["**Customer**", "Copperline Studios Ltd", "Attn. Niamh Gallagher", "44 Foundry Street, Dublin 8"],
        11.5,
    )
    pairs = [("Customer no.", "C-1407"), ("Payment due", "31 May 2024"), ("Payment", "SEPA transfer")]
    _pairs(canvas, 330, 216, pairs, 90, 11.5)
    columns = [
        Column("Item", 240),
        Column("Qty", 50, "right"),
        Column("Price", 90, "right"),
        Column("Total", 104, "right"),
    ]
    style = TableStyle(size=11.5, pad=9, head_fill=(0.93, 0.89, 0.84), head_color=COFFEE)
    y, _ = draw_table(canvas, 56, 306, columns, rows, style)
    totals = [
        ("Net amount", f"€{subtotal:,.2f}"),
        ("VAT 23%", f"€{vat:,.2f}"),
        ("Amount payable", f"€{subtotal + vat:,.2f}"),
    ]
    y = _sums(canvas, 300, 540, y, totals, COFFEE, 11.5)
    canvas.block(
        56,
        y + 52,
        [
            "**Bank account**",
            "Leeside Credit Bank, Cork",
            "IBAN IE00 LEEB 9900 0012 3456 78",
            "BIC LEEBIE2X",
        ],
        11.5,
    )
    canvas.paragraph(
        56, y + 142, 484, "The rental agreement runs until 30 November 2024. Thank you for drinking our coffee.", 11
    )
    canvas.rule(56, 790, 540)
    canvas.put(56, 808, "Lindqvist & Moreau Coffee Roasters Ltd, company number 0995550", 9, color=MUTED)
    canvas.put(540, 808, "1 / 1", 9, color=MUTED, align="right")
    canvas.flush()
    photograph(canvas.page, out / "IMG_20240522_091437.jpg", seed=522)
    canvas.document.close()


def valves_invoice(out: Path) -> None:
    """Draw a US invoice with its delivery note and save both as a black-and-white TIFF."""
    facts = _facts("oakhurst")
    rows, total = _priced(facts["lines"], facts["currency"])
    canvas = _new_page(LETTER, sans())
    _valves_head(canvas, "INVOICE", [("Invoice no.", "88214"), ("Date", "April 30, 2024"), ("Due", "May 30, 2024")])
    canvas.block(
        58, 190, ["**Sold to**", "Brightwater Municipal Utilities", "Finance Department", "800 Reservoir Road"], 10.5
    )
    canvas.block(330, 190, ["**Your purchase order**", "BMU-7741", "**Terms**", "2% 10 days, net 30 days"], 10.5)
    columns = [
        Column("Part", 66),
        Column("Description", 208),
        Column("Qty", 44, "right"),
        Column("Unit price", 80, "right"),
        Column("Amount", 98, "right"),
    ]
    style = TableStyle(size=10.5, pad=7, rule=BLACK, grid=True)
    y, _ = draw_table(canvas, 58, 270, columns, rows, style)
    totals = [
        ("Subtotal", f"${total:,.2f}"),
        ("Sales tax (exempt, certificate M-5550)", "$0.00"),
        ("TOTAL", f"${total:,.2f}"),
    ]
    y = _sums(canvas, 300, 554, y, totals, BLACK, 10.5)
    lines = [
        "**Remit to**",
        "Oakhurst Valve & Fitting Co., Prairie Trust Bank",
        "Routing 000 555 077, account 88 1402 5550",
    ]
    canvas.block(58, y + 44, lines, 10.5)
    canvas.paragraph(
        58,
        y + 104,
        496,
        "Claims for shortage must be made within 10 days. Restocking charge on returned goods: 15%.",
        10.5,
    )
    canvas.put(554, 750, "Page 1 of 2", 9, align="right")
    canvas.flush()

    canvas = _new_page(LETTER, sans(), canvas.document)
    facts_right = [("Note no.", "DN-88214"), ("Shipped", "April 30, 2024"), ("Invoice no.", "88214")]
    _valves_head(canvas, "DELIVERY NOTE", facts_right)
    canvas.block(
        58,
        190,
        ["**Deliver to**", "Brightwater Municipal Utilities", "Pump Station 3, Gate B", "1420 Canal Street"],
        10.5,
    )
    canvas.block(330, 190, ["**Carrier**", "Hollis Freight Lines, truck 27", "3 pallets, 2,148 lb gross"], 10.5)
    columns = [
        Column("Part", 66),
        Column("Description", 208),
        Column("Ordered", 66, "right"),
        Column("Shipped", 66, "right"),
        Column("Back order", 90, "right"),
    ]
    y, _ = draw_table(canvas, 58, 270, columns, facts["delivered"], style)
    y = canvas.paragraph(
        58, y + 30, 496, "The two butterfly valves on back order ship on May 16, 2024 at no freight charge.", 10.5
    )
    canvas.put(58, y + 60, "Received in good condition:", 10.5)
    canvas.flush()
    signature(canvas.page, 214, y + 58, 120, 71, color=BLACK)
    canvas.rule(204, y + 60, 380, color=BLACK)
    canvas.put(204, y + 76, "T. Okafor, May 2, 2024", 10.5)
    canvas.put(554, 750, "Page 2 of 2", 9, align="right")
    canvas.flush()
    fax(canvas.document, out / "oakhurst-88214.tif", seed=88214)
    canvas.document.close()


def _valves_head(canvas: Canvas, title: str, pairs: Sequence[tuple[str, str]]) -> None:
    logo(canvas.page, "valve", 58, 50, 44, BLACK)
    canvas.put(114, 70, "OAKHURST VALVE & FITTING CO.", 14, bold=True)
    canvas.put(114, 86, "2200 Foundry Park, Dayton, Ohio 45499, (937) 555-0188", 9)
    canvas.rule(58, 106, 554, color=BLACK, width=1.5)
    canvas.put(58, 140, title, 20, bold=True)
    y = 126.0
    for label, value in pairs:
        canvas.put(400, y, label, 10.5)
        canvas.put(554, y, value, 10.5, bold=True, align="right")
        y += 16


def vat_invoice(out: Path) -> None:
    """Draw a digital 增值税专用发票 on its brown form."""
    lines = _facts("fapiao")["lines"]
    canvas = _new_page(pymupdf.Rect(0, 0, 684, 420), chinese())
    form = partial(canvas.put, color=FORM_BROWN)
    data = partial(canvas.put, color=FORM_INK)
    form(342, 44, "浙江增值税专用发票", 21, align="center")
    for level in (54, 57):
        canvas.page.draw_line((230, level), (454, level), color=FORM_BROWN, width=0.8)
    form(342, 72, "发 票 联", 11, align="center")
    for level, label, value in (
        (36, "发票代码：", "3300241130"),
        (54, "发票号码：", "24117586"),
        (72, "开票日期：", "2024年09月12日"),
    ):
        form(510, level, label, 10)
        data(562, level, value, 10.5)
    left, right, top = 40.0, 644.0, 84.0
    _form_grid(canvas, left, right, top)
    _party(canvas, left, top, "购买方", _BUYER)
    _party(canvas, left, top + 212, "销售方", _SELLER)
    _cipher(canvas, 398, top)
    form(382, top + 26, "密", 10)
    form(382, top + 44, "码", 10)
    form(382, top + 62, "区", 10)
    columns = [left, 190.0, 262.0, 302.0, 346.0, 426.0, 516.0, 556.0, right]
    titles = ["货物或应税劳务、服务名称", "规格型号", "单位", "数量", "单价", "金额", "税率", "税额"]
    for (x0, x1), title in zip(pairwise(columns), titles, strict=True):
        form((x0 + x1) / 2, top + 94, title, 9.5, align="center")
    y = top + 112
    for line in lines:
        for index, ((x0, x1), value) in enumerate(zip(pairwise(columns), line, strict=True)):
            if index == 0:
                data(x0 + 4, y, value, 9.5)
            elif index in (4, 5, 7):
                places = 4 if index == 4 else 2
                data(x1 - 4, y, f"{Decimal(value):.{places}f}", 9.5, align="right")
            else:
                data((x0 + x1) / 2, y, value, 9.5, align="center")
        y += 17
    net, tax = sum(Decimal(line[5]) for line in lines), sum(Decimal(line[7]) for line in lines)
    form(115, top + 180, "合　　计", 10, align="center")
    data(512, top + 180, f"¥{net:.2f}", 9.5, align="right")
    data(right - 4, top + 180, f"¥{tax:.2f}", 9.5, align="right")
    form(115, top + 202, "价税合计（大写）", 10, align="center")
    data(200, top + 202, "⊗ 叁拾柒万零肆佰圆整", 10.5)
    form(470, top + 202, "（小写）", 10)
    data(520, top + 202, f"¥{net + tax:.2f}", 10.5)
    form(382, top + 238, "备", 10)
    form(382, top + 266, "注", 10)
    data(404, top + 230, "合同编号：HY-CG-2024-0618", 9.5)
    data(404, top + 246, "到货批次：第一批", 9.5)
    signers = (
        (44, "收款人：", "吴楚宁"),
        (196, "复核：", "严若谷"),
        (346, "开票人：", "施雨桐"),
        (500, "销售方：（章）", ""),
    )
    for x, label, value in signers:
        form(x, top + 308, label, 10)
        if value:
            data(x + 42, top + 308, value, 10)
    canvas.flush()
    seal(canvas.page, (588, top + 262), "华岳智能装备（杭州）有限公司", "发票专用章", radius=44)
    save_pdf(canvas.document, out / "增值税发票_24117586.pdf", "增值税专用发票 24117586", "", "20240912")


_BUYER = (
    ("名　　　　称：", "苏州澄湖精密制造有限公司"),
    ("纳税人识别号：", "91320500MA9TX0K27Q"),
    ("地 址、电 话：", "江苏省苏州市吴中区临澄路188号 0512-55501866"),
    ("开户行及账号：", "太湖农商银行吴中支行 3205 0777 0000 1188 52"),
)
_SELLER = (
    ("名　　　　称：", "华岳智能装备（杭州）有限公司"),
    ("纳税人识别号：", "91330100MA9KY31W8D"),
    ("地 址、电 话：", "浙江省杭州市余杭区文岚街66号3幢 0571-55502390"),
    ("开户行及账号：", "钱江商业银行余杭支行 3301 0888 0000 5176 24"),
)


def _form_grid(canvas: Canvas, left: float, right: float, top: float) -> None:
    page = canvas.page
    heights = (0, 80, 102, 166, 188, 212, 292)
    canvas.box(pymupdf.Rect(left, top, right, top + heights[-1]), stroke=FORM_BROWN, width=1.0)
    for height in heights[1:-1]:
        if height != 102:
            canvas.rule(left, top + height, right, color=FORM_BROWN)
    for x in (190, 262, 302, 346, 426, 516, 556):
        page.draw_line((x, top + 80), (x, top + 188), color=FORM_BROWN, width=0.6)
    page.draw_line((190, top + 188), (190, top + 212), color=FORM_BROWN, width=0.6)
    for start in (0, 212):
        for edge in (left + 24, 376, 396):
            page.draw_line((edge, top + start), (edge, top + start + 80), color=FORM_BROWN, width=0.6)


def _party(canvas: Canvas, left: float, top: float, title: str, rows: Sequence[tuple[str, str]]) -> None:
    for index, char in enumerate(title):
        canvas.put(left + 12, top + 26 + 18 * index, char, 10, color=FORM_BROWN, align="center")
    for index, (label, value) in enumerate(rows):
        y = top + 17 + 18 * index
        canvas.put(left + 29, y, label, 8.6, color=FORM_BROWN)
        canvas.put(left + 92, y, value, 8.8, color=FORM_INK)


def _cipher(canvas: Canvas, x: float, top: float) -> None:
    rows = (
        "03*8/2<71+6>94-5*3/0827<1+46>9",
        "5-2>7/81*<406+93/2>58-17*40<62",
        "+9<31*7-064/8>25<9+13*70/4-86>",
        "718/4*<2>96+0-35/81*42<7>60+93",
    )
    for index, row in enumerate(rows):
        canvas.put(x + 6, top + 18 + 18 * index, row, 10.5, color=FORM_INK)


def receipt(out: Path) -> None:
    """Draw a 收款收据 and save it as the PNG that a scanning app makes."""
    lines = _facts("receipt")["lines"]
    total = sum(Decimal(line[3]) for line in lines)
    canvas = _new_page(pymupdf.Rect(0, 0, 595, 420), chinese())
    form = partial(canvas.put, color=FORM_BLUE)
    canvas.box(pymupdf.Rect(0, 0, 595, 420), fill=(0.985, 0.985, 0.97))
    form(297, 52, "收 款 收 据", 22, bold=True, align="center")
    for level in (62, 65):
        canvas.page.draw_line((216, level), (378, level), color=FORM_BLUE, width=0.7)
    form(44, 86, "开具日期：2024年4月9日", 10.5)
    canvas.put(551, 86, "No. 0003917", 12, color=(0.78, 0.12, 0.12), align="right")
    form(44, 114, "今收到：", 11.5)
    canvas.put(96, 114, "宁波听澜教育科技有限公司", 11.5)
    form(330, 114, "付款方式：", 11.5)
    canvas.put(390, 114, "银行转账", 11.5)
    columns = [
        Column("收款项目", 220),
        Column("数量", 85, "center"),
        Column("单价（元）", 96, "right"),
        Column("金额（元）", 106, "right"),
    ]
    rows = [(name, count, f"{Decimal(price):,.2f}", f"{Decimal(sum_):,.2f}") for name, count, price, sum_ in lines]
    style = TableStyle(size=11, pad=6.5, rule=FORM_BLUE, head_color=FORM_BLUE, grid=True)
    y, _ = draw_table(canvas, 44, 128, columns, rows, style)
    widths = [Column("", 120, "center"), Column("", 185), Column("", 96, "right"), Column("", 106, "right")]
    y, _ = draw_table(
        canvas, 44, y, widths, [("合计（大写）", "壹万贰仟叁佰贰拾元整", "（小写）", f"¥{total:,.2f}")], style
    )
    form(44, y + 24, "备注：", 10.5)
    canvas.put(78, y + 24, "2024年4月2日至3日春季教师研修班会议费用", 10.5)
    form(44, y + 60, "收款单位（盖章）：", 10.5)
    canvas.put(140, y + 60, "杭州青檐会议服务有限公司", 10.5)
    form(330, y + 60, "会计：", 10.5)
    canvas.put(364, y + 60, "方以南", 10.5)
    form(434, y + 60, "经手人：", 10.5)
    canvas.put(482, y + 60, "许曼", 10.5)
    form(44, y + 84, "第二联：交付款单位", 9)
    canvas.flush()
    seal(canvas.page, (262, y + 76), "杭州青檐会议服务有限公司", "财务专用章", radius=41)
    picture(canvas.page, out / "收据_0003917.png")
    canvas.document.close()


INVOICES: tuple[Callable[[Path], None], ...] = (
    services_invoice,
    joinery_invoice,
    coffee_invoice,
    valves_invoice,
    vat_invoice,
    receipt,
)
