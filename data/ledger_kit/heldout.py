"""Sixty further questions, in wordings that the sixty do not have."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from ledger_kit.answers import Ask
from ledger_kit.questions import (
    BOTH,
    CALLOWAY,
    DELMARRE,
    HAICHUAN,
    HOLLER,
    LINDENAU,
    OSPREY,
    TAMSIN,
    VAUCROIX,
    Y23,
    Y24,
    YUNLING,
    span,
)

HELDOUT = (
    Ask("What have we spent with Calloway Fittings so far, year by year?", "sum", CALLOWAY, group="year"),
    Ask("Give me the grand total of everything Osprey Hill Consulting billed us in 2023.", "sum", OSPREY, **Y23),
    Ask(
        "What's our total spend on Lindenau Papier during Q2 2024?", "sum", LINDENAU, **span("2024-04-01", "2024-06-30")
    ),
    Ask("Break down the 2024 invoices by customer.", "sum", group="buyer", **Y24),
    Ask(
        "Number of invoices from Hollerbach Technik worth more than 2000 EUR",
        "count",
        HOLLER,
        currency="EUR",
        over=Decimal(2000),
    ),
    Ask("What was the mean invoice amount in 2023?", "average", **Y23),
    Ask("Which supplier invoice was the most expensive in 2024?", "max", **Y24),
    Ask("Show me every invoice dated after 1 November 2024.", "list", first=date(2024, 11, 2)),
    Ask("Are any of the invoices from Tamsin & Rowe Printing past due?", "late", TAMSIN),
    Ask("Have we been billed twice for anything?", "duplicate"),
    Ask("Atelier Vaucroix vs Transports Delmarre in 2023: who cost us more?", "compare", VAUCROIX + DELMARRE, **Y23),
    Ask("Which bills don't state a due date?", "missing", field="date"),
    Ask("How much VAT was charged by Calloway Fittings in 2024?", "sum", CALLOWAY, measure="tax", **Y24),
    Ask("我们去年在云岭包装花了多少钱？", "sum", YUNLING, **Y24),
    Ask("请列出2024年12月开具的全部发票", "list", **span("2024-12-01", "2024-12-31")),
    Ask("海川精密仪器每年的发票金额合计", "sum", HAICHUAN, group="year"),
    Ask("金额低于五千元的发票有几张？", "count", currency="CNY", under=Decimal(5000)),
    Ask("2024年花钱最多的前三家供应商是谁？", "top", group="seller", top=3, **Y24),
    Ask("云岭包装最近一年开的最大一笔发票是多少？", "max", YUNLING, **span("2024-01-15", "2025-01-15")),
    Ask("缺少到期日的发票有哪些？", "missing", field="date"),
)
# Written after the embedded parser had been worked on with the twenty above.
SECOND = (
    Ask(
        "What's the sum of invoices we got from Calloway Fittings in the second half of 2023?",
        "sum",
        CALLOWAY,
        **span("2023-07-01", "2023-12-31"),
    ),
    Ask("Monthly totals for Hollerbach Technik, 2024", "sum", HOLLER, group="month", **Y24),
    Ask("How many bills came from Transports Delmarre last year?", "count", DELMARRE, **Y24),
    Ask("Please list the ten biggest invoices of 2024", "top", top=10, **Y24),
    Ask("Our spending with Osprey Hill Consulting by quarter", "sum", OSPREY, group="quarter"),
    Ask("Invoices of at least 3,000 GBP", "list", currency="GBP", over=Decimal("2999.99")),
    Ask("On average, how much is an invoice from Lindenau Papier?", "average", LINDENAU),
    Ask("What's the biggest invoice we have ever received from Tamsin & Rowe Printing?", "max", TAMSIN),
    Ask("Which invoices lack a total?", "missing", field="total"),
    Ask("Find invoices that appear more than once", "duplicate"),
    Ask("How does our spending in 2023 compare to 2024?", "compare", periods=BOTH),
    Ask("Total VAT in 2024, per supplier", "sum", measure="tax", group="seller", **Y24),
    Ask(
        "What do we owe Atelier Vaucroix for invoices issued in November 2024?",
        "sum",
        VAUCROIX,
        **span("2024-11-01", "2024-11-30"),
    ),
    Ask("Which invoices fall due this month?", "list", by_due=True, **span("2025-01-01", "2025-01-31")),
    Ask("2024年各月向海川精密仪器支付的金额", "sum", HAICHUAN, group="month", **Y24),
    Ask("云岭包装去年一共开了几张发票", "count", YUNLING, **Y24),
    Ask("超过两万元的发票有哪些", "list", currency="CNY", over=Decimal(20000)),
    Ask("2023年税额总计多少", "sum", measure="tax", **Y23),
    Ask("供应商按付款总额排名前五", "top", group="seller", top=5),
    Ask("有没有重复开具的发票", "duplicate"),
)
# Written after the embedded parser had been worked on with the forty above; it was not changed since.
THIRD = (
    Ask("Which of our suppliers received the most money in 2023?", "top", group="seller", top=1, **Y23),
    Ask("How many euros did we pay Transports Delmarre in 2024?", "sum", DELMARRE, currency="EUR", **Y24),
    Ask("Show invoices from Lindenau Papier dated June 2024", "list", LINDENAU, **span("2024-06-01", "2024-06-30")),
    Ask("What was the total amount invoiced by Tamsin & Rowe Printing in 2024?", "sum", TAMSIN, **Y24),
    Ask("Give me the number of invoices per currency", "count", group="currency"),
    Ask("What's the cheapest invoice from Osprey Hill Consulting?", "min", OSPREY),
    Ask("Annual totals for Calloway Fittings", "sum", CALLOWAY, group="year"),
    Ask("List all invoices that exceed $8,000", "list", currency="USD", over=Decimal(8000)),
    Ask("Do we have invoices without an invoice date?", "missing", field="date"),
    Ask("Were any invoices entered twice?", "duplicate"),
    Ask("Invoices from Atelier Vaucroix that are past due", "late", VAUCROIX),
    Ask(
        "What is the VAT total for Q3 2024 across all invoices?",
        "sum",
        measure="tax",
        **span("2024-07-01", "2024-09-30"),
    ),
    Ask("How does Hollerbach Technik compare with Lindenau Papier in 2023?", "compare", HOLLER + LINDENAU, **Y23),
    Ask("Average invoice amount by currency in 2024", "average", group="currency", **Y24),
    Ask("2024年我们付给海川精密仪器的总金额是多少？", "sum", HAICHUAN, **Y24),
    Ask("请统计每个供应商2023年的发票数量", "count", group="seller", **Y23),
    Ask("哪张发票金额最高？", "max"),
    Ask("找出所有金额在一万元以上的发票", "list", currency="CNY", over=Decimal("9999.99")),
    Ask("2024年和2023年相比，发票总额分别是多少？", "compare", periods=BOTH),
    Ask("下个月到期的发票有哪些？", "list", by_due=True, **span("2025-02-01", "2025-02-28")),
)
