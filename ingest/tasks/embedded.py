"""Tasks done by an embedded OCR engine: what lines of text and the layout model can give."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from PIL.Image import Image

from ingest.errors import ConfigError
from ingest.hunyuan.prompts import Language, Task
from ingest.hunyuan.tables import rows_of_table
from ingest.images import turned
from ingest.layout import arrange_image, in_rows, rows_of
from ingest.ocr import OcrEngine
from ingest.tasks.rules import find_fields
from ingest.tasks.tools import TaskResult
from ingest.types import Block, Box, TextLine

NO_TEXT = "no text was found"
NO_TABLE = "no table was found; --task document gives the whole page"
BY_RULE = "the fields were found by rule, from labels and what stands beside or below them; check them"

# Subtitles stand in the lower part of a frame, from here downwards; below a surer one are textures and watermarks.
SUBTITLES_FROM = 0.6
_SURE = 0.6


@dataclass(frozen=True, slots=True)
class _Page:
    """A page's blocks and lines in reading order, upright."""

    blocks: tuple[Block, ...]
    lines: tuple[TextLine, ...]


class EngineTools:
    """An embedded OCR engine. See `TaskTools`; formulas, charts and translations need HunyuanOCR."""

    def __init__(self, engine: OcrEngine) -> None:
        """Prepare.

        Args:
            engine: reads the images.
        """
        self._engine = engine

    @property
    def concurrency(self) -> int:
        """One: an image takes the whole machine."""
        return 1

    def run(self, task: Task, image: Image, *, fields: Sequence[str], target: Language) -> TaskResult:
        """Do a task. See `run_task`."""
        match task:
            case Task.SPOTTING:
                return self._spotting(image)
            case Task.SUBTITLES:
                return self._subtitles(image)
            case Task.FIELDS:
                return self._fields(image, fields)
            case Task.DOCUMENT | Task.TEXT | Task.TABLE:
                return self._page_text(task, image)
            case _:
                raise ConfigError(
                    f"--task {task} needs HunyuanOCR: set PAGECITE_OCR_ENGINE=hunyuan and PAGECITE_HUNYUAN_URL to its "
                    f"server; {self._engine.name} cannot do it."
                )

    def close(self) -> None:
        """Release the engine."""
        self._engine.close()

    def _spotting(self, image: Image) -> TaskResult:
        read = self._engine.read(image)
        lines = tuple(_as_given(line, read.rotation) for line in in_rows(list(read.lines)))
        text = "\n".join(line.text for line in lines)
        return self._result(Task.SPOTTING, text, NO_TEXT, lines=lines)

    def _subtitles(self, image: Image) -> TaskResult:
        # The whole frame: the band alone would be enlarged until its letters are too large for the recogniser.
        read = self._engine.read(image)
        lines = [_as_given(line, read.rotation) for line in read.lines if line.confidence >= _SURE]
        rows = rows_of([line for line in lines if (line.box[1] + line.box[3]) / 2 >= SUBTITLES_FROM])
        return TaskResult(Task.SUBTITLES, _joined(rows), engine=self._engine.name)

    def _fields(self, image: Image, names: Sequence[str]) -> TaskResult:
        page = self._read(image)
        tables = [rows_of_table(block.markdown) for block in page.blocks if block.kind == "table"]
        found = find_fields(names, rows_of(list(page.lines)), tables)
        text = json.dumps(found, ensure_ascii=False, indent=2)
        return TaskResult(Task.FIELDS, text, fields=found, engine=self._engine.name, warnings=(BY_RULE,))

    def _page_text(self, task: Task, image: Image) -> TaskResult:
        page = self._read(image)
        match task:
            case Task.TABLE:
                tables = [block.markdown for block in page.blocks if block.kind == "table"]
                return self._result(task, "\n\n".join(tables), NO_TABLE)
            case Task.TEXT:
                parts = [page.lines[block.line_start : block.line_end] for block in page.blocks]
                return self._result(task, "\n\n".join(_joined(rows_of(list(part))) for part in parts if part), NO_TEXT)
            case _:
                return self._result(task, "\n\n".join(block.markdown for block in page.blocks), NO_TEXT)

    def _read(self, image: Image) -> _Page:
        read = self._engine.read(image)
        if not read.lines:
            return _Page((), ())
        return _Page(*arrange_image(turned(image, read.rotation), read.lines))

    def _result(self, task: Task, text: str, missing: str, lines: tuple[TextLine, ...] = ()) -> TaskResult:
        warnings = () if text else (missing,)
        return TaskResult(task, text, lines=lines, engine=self._engine.name, warnings=warnings)


def _joined(rows: list[list[TextLine]]) -> str:
    """Lines as they stand on the page: what stands side by side is one line."""
    return "\n".join(" ".join(line.text for line in row) for row in rows)


def _as_given(line: TextLine, rotation: int) -> TextLine:
    """A line of the upright image with its box on the image as it was given."""
    return replace(line, box=turned_back(line.box, rotation), words=()) if rotation else line


def turned_back(box: Box, rotation: int) -> Box:
    """A box on an image before it was turned.

    Args:
        box: on the turned image, in fractions of it.
        rotation: degrees (0, 90, 180 or 270), clockwise, by which it was turned.
    """
    x0, y0, x1, y1 = box
    match rotation:
        case 90:
            return y0, 1 - x1, y1, 1 - x0
        case 180:
            return 1 - x1, 1 - y1, 1 - x0, 1 - y0
        case 270:
            return 1 - y1, x0, 1 - y0, x1
        case _:
            return box
