"""HunyuanOCR as an OCR engine: a page's Markdown, and its lines with boxes."""

import numpy as np
from PIL.Image import Image

from ingest.hunyuan.cleaning import clean_document, says_nothing
from ingest.hunyuan.model import VisionModel
from ingest.hunyuan.prompts import PromptSet, Task
from ingest.hunyuan.spotting import parse_spotting
from ingest.hunyuan.tables import tidy_tables
from ingest.trust import has_ink
from ingest.types import Recognition, TextLine

UNREADABLE = "HunyuanOCR found no text on a page that is not blank; look at it"
BROKEN_OFF = "HunyuanOCR broke off or repeated itself; the end of the page may be missing: look at it"


class HunyuanEngine:
    """Reads pages with HunyuanOCR, on a server or in this process. See `ingest.ocr.OcrEngine`."""

    def __init__(self, model: VisionModel, prompts: PromptSet, *, kind: str, spotting: bool, pixels: int = 0) -> None:
        """Prepare; the model is asked at the first page.

        Args:
            model: where it runs.
            prompts: how it is asked.
            kind: ``hunyuan`` (on a server) or ``native`` (in this process).
            spotting: whether lines get their places by a second question; else there are no lines.
            pixels: most pixels that the model gets of a page, where that is fewer than a page has; else 0.
        """
        self._model = model
        self._prompts = prompts
        self._spotting = spotting
        places = "spotting" if spotting else "no boxes"
        limit = f", {pixels} px" if pixels else ""
        self._name = f"{kind} {prompts.version} {model.identity}, {prompts.name}, {places}{limit}"

    @property
    def name(self) -> str:
        """Kind, version, weights and prompts."""
        return self._name

    @property
    def concurrency(self) -> int:
        """Pages at once."""
        return self._model.concurrency

    def read(self, image: Image, *, boxes: bool = True) -> Recognition:
        """Read one page. See `OcrEngine.read`.

        A page that comes back as nothing, or as a box without words, is asked about again for its plain text. What is
        still nothing, although there is ink on the page, is said in `Recognition.review`.
        """
        if not has_ink(np.asarray(image.convert("L"))):
            return Recognition((), markdown="")
        markdown, review = self._document(image)
        lines = self._lines(image) if boxes and self._spotting else ()
        return Recognition(lines, markdown=markdown, review=review)

    def close(self) -> None:
        """Give up what is under way."""
        self._model.close()

    def _document(self, image: Image) -> tuple[str, str]:
        """A page's Markdown, and why a person should look at it."""
        for task in (Task.DOCUMENT, Task.TEXT):
            reply = self._model.ask(image, self._prompts.request(task))
            if not says_nothing(reply.text):
                return tidy_tables(clean_document(reply.text)), BROKEN_OFF if reply.cut else ""
        return "", UNREADABLE

    def _lines(self, image: Image) -> tuple[TextLine, ...]:
        return parse_spotting(self._model.ask(image, self._prompts.request(Task.SPOTTING)).text)
