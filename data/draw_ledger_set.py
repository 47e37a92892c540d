"""Draws invoices whose values are known, and writes questions over them with their exact answers.

    python data/draw_ledger_set.py --out DIR

300 invoices of companies that do not exist (three layouts, four currencies, four languages; some are scans, some lack
their total or date, do not add up, are damaged, or are there twice), `table.json` with what each of them states, and
questions (`questions.json`; in other wordings `heldout.json`, `heldout-second.json`, `heldout-third.json`), whose
answers are computed from that table, not by Pagecite. The same seed gives the same table.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from ledger_kit.answers import answer_all
from ledger_kit.heldout import HELDOUT, SECOND, THIRD
from ledger_kit.pages import draw
from ledger_kit.questions import QUESTIONS
from ledger_kit.table import TODAY, Bill, make_table


def draw_set(out: Path, *, pages: bool = True) -> None:
    """Draw the set into a folder.

    Args:
        out: the folder, outside the repository.
        pages: whether the invoices are drawn, too; without them, table and questions alone are written.
    """
    bills = make_table()
    (out / "invoices").mkdir(parents=True, exist_ok=True)
    if pages:
        for bill in bills:
            (out / "invoices" / bill.file).write_bytes(draw(bill))
    _write(out / "table.json", [_stated(bill) for bill in bills])
    _write(out / "questions.json", {"today": str(TODAY), "questions": answer_all(bills, QUESTIONS)})
    _write(out / "heldout.json", {"today": str(TODAY), "questions": answer_all(bills, HELDOUT)})
    _write(out / "heldout-second.json", {"today": str(TODAY), "questions": answer_all(bills, SECOND)})
    _write(out / "heldout-third.json", {"today": str(TODAY), "questions": answer_all(bills, THIRD)})


def _stated(bill: Bill) -> dict[str, str]:
    """What an invoice states, and what is wrong with it."""
    values = {"number": bill.number, "seller": bill.seller.name, "buyer": bill.buyer[0], "currency": bill.currency}
    if bill.fault != "no-date":
        values |= {"issue_date": str(bill.issued), "due_date": str(bill.due)}
    if bill.fault != "no-total":
        values |= {"net": str(bill.net), "tax": str(bill.tax), "total": str(bill.total)}
    return {"file": bill.file, "fault": bill.fault, "original": bill.original, **values}


def _write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Read the command line and draw the set."""
    parser = argparse.ArgumentParser(description="Draw invoices whose values are known, with questions over them.")
    parser.add_argument("--out", type=Path, required=True, help="the folder to draw into")
    parser.add_argument("--no-pages", action="store_true", help="write the table and the questions alone")
    options = parser.parse_args()
    draw_set(options.out, pages=not options.no_pages)
    sys.stdout.write(f"{options.out}: the set is drawn\n")


if __name__ == "__main__":
    main()
