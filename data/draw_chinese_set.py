"""Draws the Chinese evaluation set: contracts with numbered clauses, an order, invoices, and questions about them.

    python data/draw_chinese_set.py OUT

Writes the documents, two of them as scans, and `questions.json` in the form that `retrieval.evaluate` reads. Where a
question's evidence stands is found in the drawn pages, not taken from the product. All companies are invented.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pymupdf
from sample_kit.contracts import numbered_foot
from sample_kit.layout import A4, MUTED, Book, Column, Manner, TableStyle, chinese, save_pdf
from sample_kit.scanning import Look, scan_pages

HERE = Path(__file__).resolve().parent / "chinese_set"
SCANNED = ("设备租赁协议.pdf", "增值税发票-电缆.pdf")
_SIDES = (66, 62, 66, 62)


def draw_set(out: Path) -> list[dict[str, Any]]:
    """Draw the documents into a folder, with `questions.json`; give back the questions with their pages."""
    out.mkdir(parents=True, exist_ok=True)
    texts = [_draw_contract(path, out) for path in sorted((HERE / "texts").glob("*.md"))]
    texts += [_draw_table(spec, out) for spec in json.loads((HERE / "tables.json").read_text(encoding="utf-8"))]
    pages = dict(texts)
    questions = json.loads((HERE / "questions.json").read_text(encoding="utf-8"))
    placed = [question | {"pages": _pages_with(question, pages)} for question in questions]
    (out / "questions.json").write_text(json.dumps(placed, ensure_ascii=False, indent=1), encoding="utf-8")
    return placed


def _pages_with(question: Mapping[str, Any], pages: Mapping[str, list[str]]) -> list[int]:
    wanted = _letters(question["evidence"])
    found = [number for number, text in enumerate(pages[question["file"]], start=1) if wanted in text]
    if not found:
        raise ValueError(f"{question['file']} does not say {question['evidence']!r}")
    return found


def _letters(text: str) -> str:
    return re.sub(r"\s", "", text)


def _draw_contract(path: Path, out: Path) -> tuple[str, list[str]]:
    head, parties, body = re.split(r"^=== \w+\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    facts = dict(line.split(": ", 1) for line in head.splitlines())
    book = Book(A4, _SIDES, Manner(chinese(), size=11.5, leading=1.9, gap=7))
    _draw_title(book, facts)
    book.pour(parties)
    book.pour(body)
    book.pour(f"（以下无正文，签署于{facts['date']}）")
    return _save(book, out / f"{path.stem}.pdf", facts["title"])


def _draw_table(spec: Mapping[str, Any], out: Path) -> tuple[str, list[str]]:
    book = Book(A4, _SIDES, Manner(chinese(), size=11, leading=1.8, gap=6))
    _draw_title(book, spec)
    book.pour("\n".join(spec["facts"]))
    columns = [Column(name, width, align) for name, width, align in spec["columns"]]
    book.table(columns, spec["rows"], TableStyle(size=9.4, pad=5, grid=True, rule=MUTED))
    book.pour(spec["notes"])
    return _save(book, out / spec["file"], spec["title"])


def _draw_title(book: Book, facts: Mapping[str, str]) -> None:
    book.canvas.put(297, 92, facts["title"], 19, bold=True, align="center")
    book.canvas.put(529, 118, f"编号：{facts['number']}　　日期：{facts['date']}", 10, align="right")
    book.y = 132


def _save(book: Book, path: Path, title: str) -> tuple[str, list[str]]:
    document: pymupdf.Document = book.finish(partial(numbered_foot, title, "第 {} 页　共 {} 页", 66))
    texts = [_letters(page.get_text()) for page in document]
    if path.name in SCANNED:
        scan_pages(document, Look(skew=0.3, seed=len(title), gray=True))
    save_pdf(document, path, title, "", "20250601")
    return path.name, texts


def main() -> None:
    """Read the command line and draw."""
    parser = argparse.ArgumentParser(description="Draw the Chinese evaluation set.")
    parser.add_argument("out", type=Path, help="the folder to draw into")
    out = parser.parse_args().out
    questions = draw_set(out)
    sys.stdout.write(f"{len(list(out.glob('*.pdf')))} documents, {len(questions)} questions in {out}\n")


if __name__ == "__main__":
    main()
