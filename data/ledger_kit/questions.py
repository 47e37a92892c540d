"""Sixty questions over the table, in English and Chinese, with what they mean."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from ledger_kit.answers import Ask

CALLOWAY, BRACKEN = ("Calloway Fittings Ltd",), ("Brackenridge Supply Inc.",)
OSPREY, TAMSIN = ("Osprey Hill Consulting LLC",), ("Tamsin & Rowe Printing Ltd",)
HOLLER, LINDENAU = ("Hollerbach Technik GmbH",), ("Lindenau Papier KG",)
VAUCROIX, DELMARRE = ("Atelier Vaucroix SARL",), ("Transports Delmarre SAS",)
YUNLING, HAICHUAN = ("云岭包装有限公司",), ("海川精密仪器有限公司",)
PEMBERTON, MINGHU = "Pemberton Labs Ltd", "明湖贸易有限公司"
Y23 = {"first": date(2023, 1, 1), "last": date(2023, 12, 31)}
Y24 = {"first": date(2024, 1, 1), "last": date(2024, 12, 31)}
BOTH = (("2023", date(2023, 1, 1), date(2023, 12, 31)), ("2024", date(2024, 1, 1), date(2024, 12, 31)))


def span(first: str, last: str) -> dict[str, date]:
    """Days from the first to the last."""
    return {"first": date.fromisoformat(first), "last": date.fromisoformat(last)}


_ENGLISH = (
    Ask("How much did we pay Calloway Fittings in 2024, by month?", "sum", CALLOWAY, group="month", **Y24),
    Ask("How much did we pay Brackenridge Supply in 2023?", "sum", BRACKEN, **Y23),
    Ask(
        "What is the total of all invoices from Hollerbach Technik in March 2024?",
        "sum",
        HOLLER,
        **span("2024-03-01", "2024-03-31"),
    ),
    Ask("Total of all invoices by currency", "sum", group="currency"),
    Ask("How many invoices are over 1,000 euros?", "count", currency="EUR", over=Decimal(1000)),
    Ask("How many invoices do we have?", "count"),
    Ask("How many invoices did Lindenau Papier issue in 2024?", "count", LINDENAU, **Y24),
    Ask("What is the average invoice total by seller?", "average", group="seller"),
    Ask("What is the average total of the invoices from Osprey Hill Consulting?", "average", OSPREY),
    Ask("Show the largest five invoices.", "top", top=5),
    Ask("Which are the three smallest invoices from Atelier Vaucroix?", "top", VAUCROIX, top=3, smallest=True),
    Ask("What is the highest invoice total in USD?", "max", currency="USD"),
    Ask("What is the lowest invoice total from Tamsin & Rowe Printing?", "min", TAMSIN),
    Ask("Which invoices have no total?", "missing", field="total"),
    Ask("Which invoices have no invoice date?", "missing", field="date"),
    Ask("Which invoices are duplicates?", "duplicate"),
    Ask("Are there any duplicate invoices?", "duplicate"),
    Ask("Compare Hollerbach Technik and Lindenau Papier in 2024.", "compare", HOLLER + LINDENAU, **Y24),
    Ask("Compare the total of all invoices in 2023 and 2024.", "compare", periods=BOTH),
    Ask(
        "How much tax did we pay in the first quarter of 2024?",
        "sum",
        measure="tax",
        **span("2024-01-01", "2024-03-31"),
    ),
    Ask("What is the net total of the invoices from Calloway Fittings in 2023?", "sum", CALLOWAY, measure="net", **Y23),
    Ask(
        "List the invoices from Transports Delmarre between March and May 2024.",
        "list",
        DELMARRE,
        **span("2024-03-01", "2024-05-31"),
    ),
    Ask("Which invoices were issued in December 2024?", "list", **span("2024-12-01", "2024-12-31")),
    Ask("Which invoices are overdue?", "late"),
    Ask("Which invoices are due in the next 30 days?", "list", by_due=True, **span("2025-01-15", "2025-02-14")),
    Ask(
        "How many invoices from Osprey Hill Consulting are above $5,000?",
        "count",
        OSPREY,
        currency="USD",
        over=Decimal(5000),
    ),
    Ask("How much did we spend last year?", "sum", **Y24),
    Ask("What did we pay Tamsin & Rowe Printing per quarter in 2024?", "sum", TAMSIN, group="quarter", **Y24),
    Ask("Total of all invoices to Pemberton Labs in 2024", "sum", buyer=PEMBERTON, **Y24),
    Ask("Who are the top 3 suppliers in 2024?", "top", group="seller", top=3, **Y24),
    Ask("List all invoices from Brackenridge Supply in EUR.", "list", BRACKEN, currency="EUR"),
    Ask("How many invoices did we receive per year?", "count", group="year"),
    Ask("Invoices under £500 from Calloway Fittings", "list", CALLOWAY, currency="GBP", under=Decimal(500)),
    Ask("What is the total VAT on all invoices from Hollerbach Technik?", "sum", HOLLER, measure="tax"),
    Ask("Sum of all invoices from Lindenau Papier since October 2024", "sum", LINDENAU, first=date(2024, 10, 1)),
    Ask("How much did we pay Transports Delmarre before 2024?", "sum", DELMARRE, last=date(2023, 12, 31)),
)
_CHINESE = (
    Ask("2024年向云岭包装有限公司共支付多少？按月", "sum", YUNLING, group="month", **Y24),
    Ask("2023年我们一共向海川精密仪器支付了多少钱？", "sum", HAICHUAN, **Y23),
    Ask("有多少张发票金额超过一万元？", "count", currency="CNY", over=Decimal(10000)),
    Ask("一共有多少张发票？", "count"),
    Ask("云岭包装2024年开具了多少张发票？", "count", YUNLING, **Y24),
    Ask("所有发票的总金额按币种统计", "sum", group="currency"),
    Ask("按供应商统计2024年的发票总额", "sum", group="seller", **Y24),
    Ask("平均每张发票的金额是多少？", "average"),
    Ask("海川精密仪器的发票平均金额是多少？", "average", HAICHUAN),
    Ask("金额最大的五张发票是哪些？", "top", top=5),
    Ask("人民币发票中金额最高的三张", "top", currency="CNY", top=3),
    Ask("云岭包装金额最低的发票是哪张？", "min", YUNLING),
    Ask("哪些发票没有金额？", "missing", field="total"),
    Ask("哪些发票没有开票日期？", "missing", field="date"),
    Ask("有哪些重复的发票？", "duplicate"),
    Ask("哪些发票已经逾期？", "late"),
    Ask("未来30天内到期的发票有哪些？", "list", by_due=True, **span("2025-01-15", "2025-02-14")),
    Ask("比较云岭包装和海川精密仪器2024年的发票总额", "compare", YUNLING + HAICHUAN, **Y24),
    Ask("比较2023年和2024年的发票总额", "compare", periods=BOTH),
    Ask("2024年第一季度发票的税额合计是多少？", "sum", measure="tax", **span("2024-01-01", "2024-03-31")),
    Ask("列出云岭包装2024年3月至5月的发票", "list", YUNLING, **span("2024-03-01", "2024-05-31")),
    Ask("2024年下半年发票总额是多少？", "sum", **span("2024-07-01", "2024-12-31")),
    Ask("开给明湖贸易有限公司的发票总额是多少？", "sum", buyer=MINGHU),
    Ask("去年每个季度的发票总额是多少？", "sum", group="quarter", **Y24),
)
QUESTIONS = (*_ENGLISH, *_CHINESE)
