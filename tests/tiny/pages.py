"""The pages that the tiny checkpoint knows by heart, and what it answers to each prompt.

Everything is drawn with Pillow's own font, so the pixels are the same wherever the same Pillow runs.
"""

import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from ingest.hunyuan import probes
from ingest.hunyuan.prompts import Language, PromptSet, Request, Task, Version
from ingest.types import Box

CHECKPOINT = Path(__file__).parent / "checkpoint"
SIZE = (256, 192)
INVOICES = 12
# Only these invoices answer Task.TABLE and Task.FIELDS.
EXTRACTED = (0, 1, 2)
FIELDS = ("number", "date", "total")
PROMPT_SETS: tuple[tuple[Version, Language], ...] = (("1.0", "en"), ("1.0", "zh"), ("1.5", "zh"))
ENDLESS_START = "# Ledger\n\n"
ENDLESS_ROW = "Balance carried forward to next page: 0.00\n"

_FINEST = 4
_SUPPLIERS = "Acorn Birch Cedar Dover Ember Fjord Grove Heron Ivory Jasper Kestrel Lotus".split()
_GOODS = "Cable Chair Clock Desk Frame Glove Hinge Lamp Paper Screw Table Valve".split()
_COLOURS = (
    "#7a0019 #1f4e9e #1e7a3c #b35c00 #6a2c91 #00707a #333333 #a8005c #4a6b00 #0047ab #8c4b2f #005f3c "
    "#3d3d9e #c62828 #2e7d6b #7b6000"
).split()


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text and its box in fractions of the page."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class TinyPage:
    """A page that the checkpoint knows.

    Attributes:
        name: for example ``invoice 3`` or ``probe WALNUT``.
        draw: gives the image, 256 by 192 pixels times its argument. The checkpoint's processor scales larger ones down
            to that again: 1, 2 and 4 are known. A probe is 256 by 128 pixels whatever the argument.
        lines: what is written on it, in reading order.
        answers: by task, for both versions; spotting is worded by `answer`.
    """

    name: str
    draw: Callable[[int], Image.Image]
    lines: tuple[Line, ...]
    answers: Mapping[Task, str]

    @property
    def image(self) -> Image.Image:
        """The page in the size that the checkpoint sees."""
        return self.draw(1)

    def answer(self, task: Task, version: Version = "1.0") -> str:
        """What the checkpoint writes for a task; `KeyError` if it was not taught that."""
        if task is Task.SPOTTING and task not in self.answers:
            raise KeyError(task)
        return spotted(self.lines, version) if task is Task.SPOTTING and self.answers[task] else self.answers[task]


@dataclass(frozen=True, slots=True)
class Question:
    """A page, what it is asked, and the answer."""

    page: TinyPage
    version: Version
    language: Language
    task: Task

    @property
    def request(self) -> Request:
        """The request as Pagecite sends it."""
        prompts = PromptSet(version=self.version, language=self.language)
        return prompts.request(self.task, fields=FIELDS if self.task is Task.FIELDS else ())

    @property
    def answer(self) -> str:
        """What the checkpoint answers; without end for the endless page's document."""
        return self.page.answer(self.task, self.version)


def spotted(lines: tuple[Line, ...], version: Version) -> str:
    """Lines and boxes as a version writes them: back to back, or JSON."""
    places = [(line.text, [round(1000 * edge) for edge in line.box]) for line in lines]
    if version == "1.5":
        return json.dumps([{"box": box, "text": text} for text, box in places], separators=(",", ":"))
    return "".join(f"{text}({x0},{y0}),({x1},{y1})" for text, (x0, y0, x1, y1) in places)


@cache
def invoice(index: int) -> TinyPage:
    """One of the 12 invoices, counted from 0: letterhead, number, date, two item rows, total."""
    dice = random.Random(4200 + index)
    number, date = f"INV-{dice.randint(1000, 9999)}", f"2024-{dice.randint(1, 12):02d}-{dice.randint(1, 28):02d}"
    items = [
        (goods, dice.randint(2, 9), dice.randint(1, 9) * 100 + dice.choice((0, 50))) for goods in dice.sample(_GOODS, 2)
    ]
    total = f"{sum(count * cents for _, count, cents in items) / 100:.2f} EUR"
    rows = [["Item", "Qty", "Price"]] + [[goods, str(count), f"{cents / 100:.2f}"] for goods, count, cents in items]
    head = [f"{_SUPPLIERS[index]} Ltd", f"Invoice: {number}", f"Date: {date}"]

    def draw(scale: int) -> Image.Image:
        return _draw_invoice(index, head, rows, f"Total: {total}", scale)[0]

    lines = _draw_invoice(index, head, rows, f"Total: {total}", _FINEST)[1]
    table = "<table>" + "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows) + "</table>"
    answers = {
        Task.DOCUMENT: f"# {head[0]}\n\n{head[1]}\n{head[2]}\n\n{table}\n\nTotal: {total}",
        Task.TEXT: "\n".join(line.text for line in lines),
        Task.SPOTTING: "lines",
    }
    if index in EXTRACTED:
        fields = json.dumps(dict(zip(FIELDS, (number, date, total), strict=True)))
        answers |= {Task.TABLE: table, Task.FIELDS: fields}
    return TinyPage(f"invoice {index}", draw, lines, answers)


@cache
def figure() -> TinyPage:
    """A drawing with a caption: as a document it is answered by a box alone."""
    caption = "Figure 2: Sales by month"
    return TinyPage(
        "figure",
        lambda scale: _draw_figure(caption, scale)[0],
        _draw_figure(caption, _FINEST)[1],
        {Task.DOCUMENT: "(147,90),(925,415)", Task.TEXT: caption, Task.SPOTTING: "lines"},
    )


@cache
def unreadable() -> TinyPage:
    """Grey scribbles: every answer is empty."""
    return TinyPage("unreadable", _draw_scribbles, (), dict.fromkeys(Task, ""))


@cache
def endless() -> TinyPage:
    """A ledger: as a document one row is repeated until the answer may not be longer."""
    lines = _draw_ledger(_FINEST)[1]
    return TinyPage(
        "endless",
        lambda scale: _draw_ledger(scale)[0],
        lines,
        {
            Task.DOCUMENT: ENDLESS_START + ENDLESS_ROW * 400,
            Task.TEXT: "\n".join(line.text for line in lines),
            Task.SPOTTING: "lines",
        },
    )


@cache
def probe(index: int, nonce: int = 0) -> TinyPage:
    """One of the soundness check's pages."""
    known = probes.PROBES[index]
    text = f"{known.word} {known.number}"
    return TinyPage(
        f"probe {known.word}", lambda _scale: probes.draw(known, nonce), (), {Task.DOCUMENT: text, Task.TEXT: text}
    )


def every_page() -> list[TinyPage]:
    """All 23 pages."""
    found = [invoice(index) for index in range(INVOICES)] + [probe(index) for index in range(len(probes.PROBES))]
    return [*found, figure(), unreadable(), endless()]


def questions() -> Iterator[Question]:
    """Everything that the checkpoint knows; a prompt that two versions share comes once a page."""
    asked = set()
    for page in every_page():
        for version, language in PROMPT_SETS:
            for task in (Task.DOCUMENT, Task.TEXT, Task.SPOTTING, Task.TABLE, Task.FIELDS):
                question = Question(page, version, language, task)
                if task in page.answers and (page.name, question.request.prompt) not in asked:
                    asked.add((page.name, question.request.prompt))
                    yield question


class _Sheet:
    """An empty page, and the lines written on it."""

    def __init__(self, scale: int) -> None:
        self.scale = scale
        self.image = Image.new("RGB", (SIZE[0] * scale, SIZE[1] * scale), "white")
        self.pen = ImageDraw.Draw(self.image)
        self.lines: list[Line] = []

    def write(self, cells: Mapping[int, str], top: int, *, size: int = 14, fill: str = "black") -> None:
        font = ImageFont.load_default(size * self.scale)
        boxes = []
        for left, text in cells.items():
            place = (left * self.scale, top * self.scale)
            self.pen.text(place, text, fill=fill, font=font)
            boxes.append(self.pen.textbbox(place, text, font=font))
        lefts, tops, rights, bottoms = zip(*boxes, strict=True)
        width, height = self.image.size
        box = (min(lefts) / width, min(tops) / height, max(rights) / width, max(bottoms) / height)
        self.lines.append(Line(" ".join(cells.values()), box))

    def at(self, *edges: int) -> list[int]:
        return [edge * self.scale for edge in edges]

    def done(self) -> tuple[Image.Image, tuple[Line, ...]]:
        return self.image, tuple(self.lines)


def _draw_invoice(
    index: int, head: list[str], rows: list[list[str]], total: str, scale: int
) -> tuple[Image.Image, tuple[Line, ...]]:
    sheet = _Sheet(scale)
    sheet.pen.rectangle(sheet.at(0, 0, SIZE[0], 32), fill=_COLOURS[index])
    shape = sheet.pen.ellipse if index % 2 else sheet.pen.rectangle
    left, top = 176 + 10 * (index % 3), 40 + 4 * (index % 2)
    shape(sheet.at(left, top, left + 36, top + 30), fill=_COLOURS[(5 * index + 4) % len(_COLOURS)])
    sheet.write({12: head[0]}, 6, size=18, fill="white")
    sheet.write({12: head[1]}, 40)
    sheet.write({12: head[2]}, 60)
    for position, cells in enumerate(rows):
        sheet.write(dict(zip((12, 120, 180), cells, strict=True)), 88 + 20 * position)
    sheet.write({12: total}, 160, size=16)
    return sheet.done()


def _draw_figure(caption: str, scale: int) -> tuple[Image.Image, tuple[Line, ...]]:
    sheet = _Sheet(scale)
    for bar, (height, colour) in enumerate(zip((40, 62, 30, 55, 20), _COLOURS[1:6], strict=True)):
        left = 44 + 38 * bar
        sheet.pen.rectangle(sheet.at(left, 80 - height, left + 24, 80), fill=colour)
    sheet.write({40: caption}, 100)
    return sheet.done()


def _draw_scribbles(scale: int) -> Image.Image:
    sheet, dice = _Sheet(scale), random.Random(7)
    for _ in range(24):
        stroke = [(dice.randrange(SIZE[0]) * scale, dice.randrange(SIZE[1]) * scale) for _ in range(3)]
        sheet.pen.line(stroke, fill="#b8b8b8", width=2 * scale)
    return sheet.image


def _draw_ledger(scale: int) -> tuple[Image.Image, tuple[Line, ...]]:
    sheet = _Sheet(scale)
    sheet.write({12: "Ledger"}, 6, size=18)
    for row in range(7):
        sheet.pen.line(sheet.at(12, 40 + 18 * row, 244, 40 + 18 * row), fill="#444444", width=scale)
    sheet.write({12: "Balance: 0.00"}, 162)
    return sheet.done()
