"""Tasks done by HunyuanOCR: each is a question about the image, and what is made of the answer."""

import json
from collections.abc import Sequence

from PIL.Image import Image

from ingest.hunyuan.answers import clean_characters, without_fence
from ingest.hunyuan.cleaning import clean_document, says_nothing
from ingest.hunyuan.engine import BROKEN_OFF, HunyuanEngine
from ingest.hunyuan.fields import parse_fields
from ingest.hunyuan.model import VisionModel
from ingest.hunyuan.prompts import Language, PromptSet, Task
from ingest.hunyuan.spotting import parse_spotting
from ingest.hunyuan.tables import tidy_tables
from ingest.tasks.tools import TaskResult

NEEDS_REVIEW = "needs review"
NOTHING = f"{NEEDS_REVIEW}: HunyuanOCR found nothing of the kind"


class ModelTools:
    """HunyuanOCR, on a server or in this process. See `TaskTools`."""

    def __init__(self, model: VisionModel, prompts: PromptSet) -> None:
        """Prepare; the model is asked at the first image.

        Args:
            model: where it runs.
            prompts: how it is asked.
        """
        self._model = model
        self._prompts = prompts

    @property
    def concurrency(self) -> int:
        """Images at once."""
        return self._model.concurrency

    def run(self, task: Task, image: Image, *, fields: Sequence[str], target: Language) -> TaskResult:
        """Do a task. See `run_task`."""
        if task is Task.DOCUMENT:
            return self._document(image)
        reply = self._model.ask(image, self._prompts.request(task, fields=fields, target=target))
        warnings: tuple[str, ...] = (f"{NEEDS_REVIEW}: {BROKEN_OFF}",) if reply.cut else ()
        match task:
            case Task.SPOTTING:
                lines = parse_spotting(reply.text)
                text = "\n".join(line.text for line in lines)
                warnings += () if lines else (NOTHING,)
                return TaskResult(task, text, lines=lines, engine=self._model.identity, warnings=warnings)
            case Task.FIELDS:
                found = parse_fields(reply.text, fields)
                text = json.dumps(found, ensure_ascii=False, indent=2)
                return TaskResult(task, text, fields=found, engine=self._model.identity, warnings=warnings)
            case _:
                text = _cleaned(task, reply.text)
                if not text and task is not Task.SUBTITLES:  # most frames have no subtitle
                    warnings += (NOTHING,)
                return TaskResult(task, text, engine=self._model.identity, warnings=warnings)

    def close(self) -> None:
        """Give up questions under way."""
        self._model.close()

    def _document(self, image: Image) -> TaskResult:
        """A page's Markdown; a page that comes back as nothing is asked about again by the engine."""
        engine = HunyuanEngine(self._model, self._prompts, kind="hunyuan", spotting=False)
        read = engine.read(image, boxes=False)
        warnings = (f"{NEEDS_REVIEW}: {read.review}",) if read.review else ()
        return TaskResult(Task.DOCUMENT, read.markdown or "", engine=self._model.identity, warnings=warnings)


def _cleaned(task: Task, answer: str) -> str:
    """An answer without what only the model's format put there; a chart keeps the fence that says ``mermaid``."""
    if says_nothing(answer):
        return ""
    match task:
        case Task.TABLE | Task.TRANSLATE:
            return tidy_tables(clean_document(answer))
        case Task.CHART:
            return clean_characters(answer).strip()
        case _:
            return without_fence(clean_characters(answer)).strip()
