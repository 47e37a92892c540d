"""Stand-ins that implement our own interfaces: fast, exact, and with a memory of what they were asked."""

import hashlib
import re
from collections.abc import Mapping

import numpy as np
from langchain_core.embeddings import Embeddings
from PIL.Image import Image

from ingest.fields.finder import Finder
from ingest.library import Library
from ingest.ocr import OcrEngine
from ingest.pipeline import Pipeline
from ingest.settings import Settings
from ingest.types import Recognition, TextLine

LINES = ("SUPPLY AGREEMENT", "The Supplier delivers forty pallets a month to the Buyer.")


class FakeEngine:
    """An OCR engine that reads the same lines from every page; on the calls it is told, it raises instead."""

    concurrency = 1

    def __init__(
        self,
        *lines: str,
        raises: Mapping[int, BaseException] | None = None,
        reviews: Mapping[int, str] | None = None,
    ) -> None:
        """Prepare.

        Args:
            lines: what every page says, from top to bottom.
            raises: what to raise instead of reading, by the number of the call, 1-based.
            reviews: why a person should look at the page, by the number of the call.
        """
        self.name = "fake 1.0"
        self._reviews = dict(reviews or {})
        self._lines = lines or LINES
        self._raises = dict(raises or {})
        self.images: list[Image] = []

    @property
    def calls(self) -> int:
        """How often it was asked to read."""
        return len(self.images)

    def close(self) -> None:
        """Nothing is held."""

    def read(self, image: Image, *, boxes: bool = True) -> Recognition:
        self.images.append(image)
        if self.calls in self._raises:
            raise self._raises[self.calls]
        # Lines of print, the first ones of the page: the layout model looks at their size and place.
        boxes = [(0.1, 0.08 + 0.04 * index, 0.8, 0.1 + 0.04 * index) for index in range(len(self._lines))]
        lines = tuple(TextLine(text, box, 0.95) for text, box in zip(self._lines, boxes, strict=True))
        return Recognition(lines, review=self._reviews.get(self.calls, ""))


class FakeEmbeddings(Embeddings):
    """Vectors of the words that a text has, of length 1; equal words, equal vectors, in any process."""

    def __init__(self, dimension: int = 64) -> None:
        self.dimension = dimension
        self.texts: list[str] = []

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.texts += texts
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        vector = np.zeros(self.dimension)
        for word in re.findall(r"\w+", text.casefold()):
            vector[int(hashlib.sha256(word.encode()).hexdigest(), 16) % self.dimension] += 1.0
        vector[0] += 1e-6  # a text without words has a direction too
        return [float(value) for value in vector / np.linalg.norm(vector)]


def make_pipeline(
    library: Library,
    engine: OcrEngine | None = None,
    embeddings: Embeddings | None = None,
    finder: Finder | None = None,
    **settings: object,
) -> Pipeline:
    """A pipeline on a library with stand-ins where nothing else is given; pages at a low resolution."""
    chosen = Settings(library=library.folder, **{"dpi": 72, **settings})  # type: ignore[arg-type]
    return Pipeline(library, chosen, engine or FakeEngine(), embeddings or FakeEmbeddings(), finder=finder)
