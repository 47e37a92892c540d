"""Drawn documents that belong together, and some that only look so."""

from collections.abc import Sequence
from pathlib import Path

import pymupdf

BASE = "supply-agreement.pdf"
FIRST = "amendment-1.pdf"
SECOND = "amendment-2.pdf"
STRANGER = "supply-agreement-crane.pdf"
CHINESE = "采购合同.pdf"
SUPPLEMENT = "补充协议.pdf"
INVOICE = "invoice-a.pdf"
SAME_NUMBER = "invoice-b.pdf"
OTHER_INVOICE = "invoice-c.pdf"
RECEIPT = "receipt.pdf"

_TEXTS: dict[str, Sequence[tuple[str, Sequence[str]]]] = {
    BASE: (
        (
            "SUPPLY AGREEMENT",
            (
                "This Supply Agreement is made as of January 10, 2022 between Tallow Mills Ltd, 4 Quay Street, and "
                "Orchard Foods Inc, 9 Hill Road.",
                "1. Supply. Tallow Mills supplies oat flour to Orchard Foods.",
                "2. Payment. Orchard Foods shall pay each invoice within thirty (30) days after its date.",
                "3. Notice period. Either party may end this Agreement on ninety (90) days' written notice.",
                "4. Price. The price of oat flour is $410.00 per tonne.",
            ),
        ),
    ),
    FIRST: (
        (
            "AMENDMENT NO. 1",
            (
                "This Amendment No. 1 to the Supply Agreement dated January 10, 2022 is made as of March 1, 2023 "
                "between Tallow Mills Ltd and Orchard Foods Inc.",
                "1. Section 2 is replaced: Orchard Foods shall pay each invoice within forty-five (45) days after its "
                "date.",
            ),
        ),
    ),
    SECOND: (
        (
            "SECOND AMENDMENT TO SUPPLY AGREEMENT",
            (
                "This Second Amendment amends the Supply Agreement dated January 10, 2022 between Tallow Mills Ltd and "
                "Orchard Foods Inc and is effective as of June 1, 2024.",
                "1. Section 2 is replaced: Orchard Foods shall pay each invoice within sixty (60) days after its date.",
            ),
        ),
    ),
    STRANGER: (
        (
            "SUPPLY AGREEMENT",
            (
                "This Supply Agreement is made as of January 10, 2022 between Crane Malt Ltd, 7 Dock Lane, and "
                "Orchard Foods Inc, 9 Hill Road.",
                "1. Supply. Crane Malt supplies malt to Orchard Foods.",
                "2. Payment. Orchard Foods shall pay each invoice within fourteen (14) days after its date.",
            ),
        ),
    ),
    INVOICE: (
        (
            "INVOICE",
            (
                "Juniper Paper Ltd, 12 Mill Lane, Ashby",
                "Invoice number: JP-4471",
                "Invoice date: 4 April 2024",
                "Bill to: Marlin Press LLC, 30 Pier Road",
                "Total due: $1,250.00",
            ),
        ),
    ),
    SAME_NUMBER: (
        (
            "INVOICE",
            (
                "Juniper Paper Ltd, 12 Mill Lane, Ashby",
                "Invoice number: JP-4471",
                "Invoice date: 18 April 2024",
                "Bill to: Marlin Press LLC, 30 Pier Road",
                "Total due: $1,520.00",
            ),
        ),
    ),
    OTHER_INVOICE: (
        (
            "INVOICE",
            (
                "Juniper Paper Ltd, 12 Mill Lane, Ashby",
                "Invoice number: JP-3020",
                "Invoice date: 9 May 2023",
                "Bill to: Marlin Press LLC, 30 Pier Road",
                "Freight charge: $85.00",
                "Total due: $640.00",
            ),
        ),
    ),
    RECEIPT: (
        (
            "RECEIPT",
            (
                "Hollis Garage, 3 Station Yard",
                "Date: 2 February 2024",
                "Received from Marlin Press LLC for a new clutch: $730.00",
            ),
        ),
    ),
    CHINESE: (
        (
            "采购合同",
            (
                "甲方：松江机械有限公司",
                "乙方：云栖轴承有限公司",
                "签订日期：2023年5月8日",
                "第一条 乙方向甲方供应轴承。",
                "第二条 付款期限：甲方应在收到发票后30日内付款。",
                "第三条 违约金：逾期付款的，每日按合同总价的万分之三支付违约金。",
            ),
        ),
    ),
    SUPPLEMENT: (
        (
            "补充协议",
            (
                "甲方：松江机械有限公司",
                "乙方：云栖轴承有限公司",
                "甲乙双方就2023年5月8日签订的《采购合同》达成补充协议，本协议自2024年3月1日起生效。",
                "第一条 付款期限变更为：甲方应在收到发票后60日内付款。",
            ),
        ),
    ),
}
ALL = tuple(_TEXTS)


def draw(folder: Path, names: Sequence[str] = ALL) -> list[Path]:
    """Draw the documents into a folder, a page each text."""
    folder.mkdir(parents=True, exist_ok=True)
    return [_draw(folder / name, _TEXTS[name]) for name in names]


def _draw(path: Path, pages: Sequence[tuple[str, Sequence[str]]]) -> Path:
    with pymupdf.open() as document:
        for title, paragraphs in pages:
            page = document.new_page()
            font = "china-s" if any(ord(character) > 0x2E80 for character in title) else "helv"
            page.insert_text((72, 80), title, fontsize=18, fontname=font)
            for index, text in enumerate(paragraphs):
                top = 120 + 56 * index
                page.insert_textbox((72, top, 540, top + 50), text, fontsize=11, fontname=font)
        document.save(path)
    return path
