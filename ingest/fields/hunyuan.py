"""Fields read by HunyuanOCR's task of fields, page by page."""

import re
from collections.abc import Callable, Sequence

from PIL.Image import Image

from ingest.fields.asking import Answers
from ingest.fields.model import Extractor
from ingest.fields.schema import FieldSpec, Schema
from ingest.scripts import has_han
from ingest.tasks import Task, TaskTools, run_task
from ingest.types import PageText

# What invoices and contracts state of themselves stands on their first pages.
_MOST_PAGES = 3
_REMARK = re.compile(r"[(\[{（【][^)\]}）】]*[)\]}）】]")
_MARKS = str.maketrans({**dict.fromkeys('()[]{}（）【】"“”「」', " "), "'": "’"})


class TaskAsker:
    """HunyuanOCR, on a server or in this process. See `Asker`."""

    extractor = Extractor.HUNYUAN

    def __init__(self, tools: TaskTools, image_of: Callable[[int], Image]) -> None:
        """Prepare; the model is asked at the first document.

        Args:
            tools: what does the task, from `ingest.tasks.build_tools`.
            image_of: gives a page's image by its number, 1-based.
        """
        self._tools = tools
        self._image_of = image_of

    def __call__(self, schema: Schema, pages: Sequence[PageText]) -> Answers:
        """Ask for the fields of the whole document, on its first pages; the first page that has one counts."""
        answers: dict[str, str] = {}
        for page in pages[:_MOST_PAGES]:
            missing = [spec for spec in schema.fields if not spec.item and spec.name not in answers]
            if missing:
                answers |= self._ask(page, missing)
        return answers

    def _ask(self, page: PageText, specs: Sequence[FieldSpec]) -> dict[str, str]:
        chinese = any(has_han(line.text) for line in page.lines)
        titles = {_plain(spec.title_zh if chinese and spec.title_zh else spec.title): spec.name for spec in specs}
        found = run_task(Task.FIELDS, self._image_of(page.page_number), self._tools, fields=list(titles)).fields or {}
        values = {titles[title]: _text(value) for title, value in found.items() if title in titles}
        return {name: text for name, text in values.items() if text}


def _plain(title: str) -> str:
    """A title as the prompt can hold it: without brackets and what stands in them, and without quotes."""
    return " ".join(_REMARK.sub(" ", title).translate(_MARKS).split())


def _text(value: object) -> str:
    """A value as text; a list or an object is none."""
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
