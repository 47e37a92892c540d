"""The six sample contracts, English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pymupdf

from sample_kit.layout import (
    A4,
    LETTER,
    MUTED,
    WHITE,
    Book,
    Canvas,
    Column,
    Manner,
    TableStyle,
    chinese,
    sans,
    save_pdf,
    serif,
)
from sample_kit.ornaments import logo, seal, signature
from sample_kit.scanning import Look, scan_pages

TEXTS = Path(__file__).resolve().parent.parent / "sample_texts"
NAVY = (0.09, 0.22, 0.40)
PINE = (0.11, 0.34, 0.29)


def parts(name: str) -> dict[str, str]:
    """Return the parts of a text file, which lines of the form `=== name` begin."""
    pieces = re.split(r"^=== (\w+)\n", (TEXTS / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def _running_head(text: str, right: str, margin: float, canvas: Canvas, number: int) -> None:
    if number > 1:
        edge = canvas.page.rect.width - margin
        canvas.put(margin, 42, text, 8, color=MUTED)
        canvas.put(edge, 42, right, 8, color=MUTED, align="right")
        canvas.rule(margin, 49, edge)


def numbered_foot(text: str, pattern: str, margin: float, canvas: Canvas, number: int, count: int) -> None:
    """Draw a page foot: a text on the left, the page number in its pattern on the right."""
    edge, y = canvas.page.rect.width - margin, canvas.page.rect.height - 34
    canvas.rule(margin, y - 12, edge)
    canvas.put(margin, y, text, 8, color=MUTED)
    canvas.put(edge, y, pattern.format(number, count), 8, color=MUTED, align="right")


def _signature_columns(
    book: Book, blocks: Sequence[Sequence[str]], seeds: Sequence[int], labels: Sequence[str]
) -> None:
    """Set two signature blocks side by side; each block's first line is the party, the rest fill the labels."""
    canvas, top = book.canvas, book.y
    width = (book.width - 36) / 2
    for index, (block, seed) in enumerate(zip(blocks, seeds, strict=True)):
        x, y = book.left + index * (width + 36), top + 16
        canvas.put(x, y, block[0], 10, bold=True)
        y += 44
        canvas.flush()
        start = x + book.manner.face.width(labels[0], 9.5) + 8
        signature(canvas.page, start + 8, y - 2, 120, seed)
        canvas.rule(start, y, x + width, color=MUTED)
        canvas.put(x, y, labels[0], 9.5)
        for label, value in zip(labels[1:], block[1:], strict=True):
            y += 18
            canvas.put(x, y, f"{label} {value}", 9.5)
    book.y = top + 80 + 18 * len(labels)


def master_services_agreement(out: Path) -> None:
    """Draw a five-page agreement, all of it digital."""
    text = parts("northwind-msa.md")
    manner = Manner(serif(), size=10.2, leading=1.36, gap=5.2, heading_size=11, heading_color=NAVY)
    head = partial(_running_head, "Master Services Agreement NW-MSA-2024-031", "Northwind / Harbourline", 64)
    book = Book(LETTER, (64, 66, 64, 62), manner, head)
    canvas = book.canvas
    logo(canvas.page, "compass", 64, 50, 36, NAVY)
    canvas.put(108, 66, "NORTHWIND", 15, bold=True, color=NAVY, face=sans())
    canvas.put(108, 81, "DATA SERVICES", 9, color=MUTED, face=sans())
    canvas.put(548, 66, "Agreement No. NW-MSA-2024-031", 9, color=MUTED, align="right", face=sans())
    canvas.put(548, 81, "Effective March 1, 2024", 9, color=MUTED, align="right", face=sans())
    canvas.rule(64, 96, 548, color=NAVY, width=1.4)
    canvas.put(306, 132, "MASTER SERVICES AGREEMENT", 18, bold=True, align="center")
    book.y = 148
    book.pour(text["parties"])
    book.pour(text["body"])
    book.need(330)
    book.heading("Schedule A – Rates")
    columns = [Column("Role", 214), Column("Hourly rate (USD)", 130, "right"), Column("Minimum notice", 140, "right")]
    rows = [
        ("Principal Data Scientist", "$245.00", "5 Business Days"),
        ("Senior Data Engineer", "$210.00", "5 Business Days"),
        ("Data Engineer", "$175.00", "3 Business Days"),
        ("Project Manager", "$160.00", "3 Business Days"),
        ("Forecasting platform, monthly fee", "$8,400.00", "not applicable"),
    ]
    book.table(columns, rows, TableStyle(head_fill=NAVY, head_color=WHITE, stripe=(0.95, 0.96, 0.98)))
    book.pour(text["signatures"])
    blocks = [
        ("NORTHWIND DATA SERVICES, INC.", "Eleanor J. Whitcombe", "Chief Executive Officer", "February 26, 2024"),
        ("HARBOURLINE FOODS CORPORATION", "Tobias Renner", "Vice President, Supply Chain", "February 28, 2024"),
    ]
    _signature_columns(book, blocks, (11, 27), ("By:", "Name:", "Title:", "Date:"))
    document = book.finish(partial(numbered_foot, "Confidential", "Page {} of {}", 64))
    save_pdf(
        document, out / "northwind-msa-2024.pdf", "Master Services Agreement", "Northwind Data Services", "20240228"
    )


def equipment_lease(out: Path) -> None:
    """Draw a lease with two-column terms, schedules and, as its last page, a scanned signature page."""
    text = parts("calder-ridge-lease.md")
    manner = Manner(serif(), size=10.4, leading=1.38, gap=5, heading_size=10.6, heading_color=PINE)
    head = partial(_running_head, "Equipment Lease CR-24-5518", "Calder Ridge Equipment Finance LLC", 58)
    book = Book(LETTER, (58, 66, 58, 62), manner, head)
    canvas = book.canvas
    canvas.box(pymupdf.Rect(0, 0, 612, 92), fill=PINE)
    logo(canvas.page, "ridge", 58, 24, 46, (0.75, 0.88, 0.82))
    canvas.put(114, 50, "Calder Ridge", 19, bold=True, color=WHITE, face=sans())
    canvas.put(114, 67, "Equipment Finance LLC", 10, color=WHITE, face=sans())
    canvas.put(554, 50, "EQUIPMENT LEASE", 15, bold=True, color=WHITE, align="right", face=sans())
    canvas.put(554, 67, "Lease No. CR-24-5518", 10, color=WHITE, align="right", face=sans())
    book.y = 116
    book.pour(text["parties"])
    book.heading("Lease Summary")
    book.y += 4
    summary = [
        ("Lessee", "Pinemoor Logistics Group, Inc."),
        ("Lease Term", "36 months from the date of the Certificate of Acceptance"),
        ("Monthly Rent", "$5,180.00, plus applicable sales tax"),
        ("Security Deposit", "$10,360.00, refundable within 30 days after return of the Equipment"),
        ("Documentation Fee", "$425.00, payable once with the first Monthly Rent"),
        ("Total Equipment Cost", "$189,500.00"),
        ("Site", "6600 Freightway Drive, Fort Wayne, Indiana 46899"),
        ("Lessor’s contact", "Dana Whitlock, Account Manager, (614) 555-0148"),
    ]
    rows = [(f"**{term}**", value) for term, value in summary]
    book.table([Column("", 150), Column("", 346)], rows, TableStyle(size=10, pad=6.5, grid=True))
    book.y += 6
    book.pour(text["notes"])

    book.start_page()
    book.canvas.put(306, 78, "GENERAL TERMS", 13, bold=True, color=PINE, align="center")
    book.divide(2, 90)
    book.manner = replace(manner, size=9.4, leading=1.32, gap=4, heading_size=9.8)
    book.pour(text["terms"])
    book.manner = manner

    book.start_page(columns=1)
    book.heading("Schedule 1 – Equipment")
    book.pour(text["schedule"])
    _equipment_schedule(book)
    book.y += 10
    book.heading("Schedule 2 – Stipulated Loss Values")
    book.pour(text["losses"])
    losses = [
        ("First lease year", "100%", "$189,500.00"),
        ("Second lease year", "78%", "$147,810.00"),
        ("Third lease year", "55%", "$104,225.00"),
    ]
    columns = [
        Column("Lease year", 220),
        Column("Percentage", 110, "right"),
        Column("All units together", 166, "right"),
    ]
    book.table(columns, losses, TableStyle(size=9.6, head_fill=PINE, head_color=WHITE, grid=True))

    book.start_page()
    book.canvas.put(306, 92, "CERTIFICATE OF ACCEPTANCE AND SIGNATURES", 13, bold=True, color=PINE, align="center")
    book.y = 112
    book.pour(text["acceptance"])
    book.y += 10
    book.pour(text["signatures"])
    blocks = [
        ("CALDER RIDGE EQUIPMENT FINANCE LLC", "Gordon P. Ashby", "Director of Leasing", "June 28, 2024"),
        ("PINEMOOR LOGISTICS GROUP, INC.", "Marisol Tedeschi", "Chief Operating Officer", "June 28, 2024"),
    ]
    _signature_columns(book, blocks, (5, 41), ("By:", "Name:", "Title:", "Date:"))
    document = book.finish(partial(numbered_foot, "Lease No. CR-24-5518", "Page {} of {}", 58))
    scan_pages(document, Look(skew=-0.5, seed=73), [document.page_count - 1])
    save_pdf(document, out / "calder-ridge-equipment-lease.pdf", "Equipment Lease", "Calder Ridge", "20240628")


def _equipment_schedule(book: Book) -> None:
    columns = [
        Column("Unit", 34, "center"),
        Column("Description", 196),
        Column("Serial number", 92),
        Column("Year", 40, "center"),
        Column("Equipment Cost", 134, "right"),
    ]
    rows = [
        ("1", "Reach truck, 4,500 lb, 270 in lift height", "RT45-88103", "2024", "$38,400.00"),
        ("2", "Reach truck, 4,500 lb, 270 in lift height", "RT45-88117", "2024", "$38,400.00"),
        ("3", "Counterbalance truck, 6,000 lb, lithium battery", "CB60-20455", "2024", "$41,250.00"),
        ("4", "Powered roller conveyor, 80 ft, with two merges", "PRC-80-0672", "2024", "$52,800.00"),
        ("5", "Battery charging station, three bays", "BCS3-1194", "2024", "$18,650.00"),
        ("", "**Total Equipment Cost**", "", "", "**$189,500.00**"),
    ]
    book.table(columns, rows, TableStyle(size=9.6, head_fill=PINE, head_color=WHITE, grid=True))


def mutual_nda(out: Path) -> None:
    """Draw a two-page non-disclosure agreement that exists only as a scan with a meaningless name."""
    text = parts("aldermoor-nda.md")
    manner = Manner(serif(), size=11, leading=1.36, gap=5, heading_size=11)
    book = Book(A4, (66, 62, 66, 62), manner)
    book.canvas.put(297, 86, "MUTUAL NON-DISCLOSURE AGREEMENT", 15, bold=True, align="center")
    book.canvas.put(297, 104, "Reference AB/VI/2024-07", 10, color=MUTED, align="center")
    book.y = 120
    book.pour(text["parties"])
    book.pour(text["body"])
    book.need(150)
    book.y += 6
    book.pour(text["signatures"])
    blocks = [
        ("ALDERMOOR BIOTECH PLC", "Dr Imogen Hartley", "Research Director"),
        ("VESPER INSTRUMENTS GMBH", "Matthias Brenner", "Managing Director"),
    ]
    _signature_columns(book, blocks, (63, 8), ("Signed:", "Name:", "Position:"))
    document = book.finish(partial(numbered_foot, "Aldermoor / Vesper NDA", "{} / {}", 66))
    scan_pages(document, Look(skew=0.6, seed=42))
    save_pdf(document, out / "scan_0042.pdf", "", "", "20240117")


def _chinese_manner(size: float = 10.6) -> Manner:
    return Manner(chinese(), size=size, leading=1.62, gap=2.4, heading_size=11.4, first_indent=2 * size)


def _chinese_title(book: Book, title: str, facts: Sequence[str], y: float) -> None:
    canvas = book.canvas
    canvas.put(297, y, title, 21, bold=True, align="center")
    canvas.put(529, y + 26, facts[0], 9.5, color=MUTED, align="right")
    canvas.put(66, y + 26, facts[1], 9.5, color=MUTED)
    canvas.rule(66, y + 34, 529, width=1.0, color=MUTED)
    book.y = y + 44


def _plain_lines(book: Book, text: str, size: float = 10.6) -> None:
    for line in text.splitlines():
        book.y += size * 1.62
        x = book.left
        for index, piece in enumerate(line.split("**")):
            book.canvas.put(x, book.y, piece, size, bold=index % 2 == 1)
            x += chinese().width(piece, size, index % 2 == 1)
    book.y += 8


def _chinese_signatures(
    book: Book, blocks: Sequence[Sequence[str]], seals: Sequence[tuple[str, str] | None], seeds: Sequence[int]
) -> None:
    """Set the two parties' closing blocks, each with a signature and, where named, the company's seal."""
    book.need(150)
    top = book.y + 20
    for index, (block, stamp, seed) in enumerate(zip(blocks, seals, seeds, strict=True)):
        x = book.left + index * (book.width / 2 + 8)
        for row, line in enumerate(block):
            book.canvas.put(x, top + 31 * row, line, 10.6)
        book.canvas.flush()
        signature(book.canvas.page, x + 64, top + 32, 74, seed, color=(0.12, 0.12, 0.16))
        if stamp:
            seal(book.canvas.page, (x + 168, top + 66), *stamp, radius=48)
    book.y = top + 31 * len(blocks[0])


def purchase_contract(out: Path) -> None:
    """Draw a digital 采购合同 with an appendix table and both companies' seals."""
    text = parts("caigou-huayue.md")
    head = partial(_running_head, "设备采购合同", "合同编号：HY-CG-2024-0618", 66)
    book = Book(A4, (66, 62, 66, 62), _chinese_manner(), head)
    _chinese_title(
        book, "设备采购合同", ("签订地点：江苏省苏州市", "合同编号：HY-CG-2024-0618　签订日期：2024年6月18日"), 90
    )
    _plain_lines(book, text["parties"])
    book.pour(text["preamble"])
    book.pour(text["body"])
    book.y += 4
    book.need(330)
    book.heading("附件一　设备清单")
    book.y += 6
    columns = [
        Column("序号", 34, "center"),
        Column("设备名称", 118),
        Column("规格型号", 80),
        Column("数量", 42, "center"),
        Column("单价（元）", 88, "right"),
        Column("金额（元）", 101, "right"),
    ]
    rows = [
        ("1", "立式加工中心", "HY-850V", "3 台", "298,000.00", "894,000.00"),
        ("2", "数控车床", "HY-CK6150", "2 台", "146,000.00", "292,000.00"),
        ("3", "在线三坐标测头", "HY-PM20", "4 套", "19,600.00", "78,400.00"),
        ("4", "切削液集中过滤装置", "HY-FL3", "1 套", "22,000.00", "22,000.00"),
        ("", "**合计**", "", "", "", "**1,286,400.00**"),
    ]
    book.table(columns, rows, TableStyle(size=9.8, pad=6, head_fill=(0.92, 0.94, 0.96), grid=True, rule=MUTED))
    blocks = [
        ("甲方（盖章）：苏州澄湖精密制造有限公司", "授权代表：", "日期：2024年6月18日"),
        ("乙方（盖章）：华岳智能装备（杭州）有限公司", "授权代表：", "日期：2024年6月18日"),
    ]
    seals = [
        ("苏州澄湖精密制造有限公司", "合同专用章"),
        ("华岳智能装备（杭州）有限公司", "合同专用章"),
    ]
    _chinese_signatures(book, blocks, seals, (17, 33))
    document = book.finish(partial(numbered_foot, "苏州澄湖精密制造有限公司", "第 {} 页　共 {} 页", 66))
    save_pdf(document, out / "采购合同-华岳.pdf", "设备采购合同", "苏州澄湖精密制造有限公司", "20240618")


def office_lease(out: Path) -> None:
    """Draw a 房屋租赁合同 that exists only as a colour scan."""
    text = parts("zulin-nanjing.md")
    book = Book(A4, (66, 62, 66, 62), _chinese_manner(11))
    _chinese_title(book, "房屋租赁合同", ("签订日期：2024年3月15日", "合同编号：NJ-ZL-2024-0315"), 92)
    _plain_lines(book, text["parties"], 11)
    book.pour(text["preamble"])
    book.pour(text["body"])
    blocks = [
        ("甲方（签字）：周启明", "签字：", "日期：2024年3月15日"),
        ("乙方（盖章）：南京拾光文化传播有限公司", "签字：", "日期：2024年3月15日"),
    ]
    _chinese_signatures(book, blocks, (None, ("南京拾光文化传播有限公司", "合同专用章")), (51, 22))
    document = book.finish(partial(numbered_foot, "房屋租赁合同", "第 {} 页　共 {} 页", 66))
    scan_pages(document, Look(skew=-0.4, seed=315, gray=False))
    save_pdf(document, out / "扫描件_20240315.pdf", "", "", "20240315")


def technical_services(out: Path) -> None:
    """Draw a digital 技术服务合同 with a table of response times between its clauses."""
    text = parts("jishu-yunzhan.md")
    head = partial(_running_head, "技术服务合同", "合同编号：YZ-JS-2024-042", 66)
    book = Book(A4, (66, 62, 66, 62), _chinese_manner(), head)
    logo(book.canvas.page, "stack", 66, 38, 26, (0.10, 0.40, 0.62))
    book.canvas.put(98, 57, "云栈信息技术", 13, bold=True, color=(0.10, 0.40, 0.62))
    _chinese_title(book, "技术服务合同", ("签订日期：2024年4月22日", "合同编号：YZ-JS-2024-042"), 104)
    book.canvas.put(297, 157, "项目名称：门店经营数据平台", 10.6, align="center")
    book.y = 160
    _plain_lines(book, text["parties"])
    book.pour(text["preamble"])
    book.pour(text["body"])
    columns = [
        Column("故障级别", 70, "center"),
        Column("故障描述", 203),
        Column("响应时间", 90, "center"),
        Column("解决时限", 100, "center"),
    ]
    book.need(150)
    book.y += 4
    levels = [tuple(line.split("|")) for line in text["levels"].splitlines()]
    book.table(columns, levels, TableStyle(size=9.6, pad=6, head_fill=(0.90, 0.95, 0.98), grid=True, rule=MUTED))
    book.pour(text["body2"])
    blocks = [
        ("甲方（盖章）：成都锦禾餐饮管理有限公司", "授权代表：", "日期：2024年4月22日"),
        ("乙方（盖章）：云栈信息技术（成都）有限公司", "授权代表：", "日期：2024年4月22日"),
    ]
    seals = [("成都锦禾餐饮管理有限公司", "合同专用章"), ("云栈信息技术（成都）有限公司", "合同专用章")]
    _chinese_signatures(book, blocks, seals, (29, 58))
    document = book.finish(partial(numbered_foot, "门店经营数据平台项目", "第 {} 页　共 {} 页", 66))
    save_pdf(document, out / "技术服务合同-云栈.pdf", "技术服务合同", "云栈信息技术（成都）有限公司", "20240422")


CONTRACTS: tuple[Callable[[Path], None], ...] = (
    master_services_agreement,
    equipment_lease,
    mutual_nda,
    purchase_contract,
    office_lease,
    technical_services,
)
