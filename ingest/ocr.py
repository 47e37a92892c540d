"""The interface of an OCR engine, and the choice of one by setting."""

from typing import Protocol

from PIL.Image import Image

from ingest.errors import ConfigError
from ingest.types import Recognition


class OcrEngine(Protocol):
    """Reads page images. Implementations are safe to call from several threads."""

    @property
    def name(self) -> str:
        """Name and version, for example ``rapidocr 3.10.0``: part of the page's journal key."""
        ...

    def read(self, image: Image) -> Recognition:
        """Recognise one page.

        Args:
            image: RGB, in any of the four orientations, EXIF orientation already applied.

        Returns:
            The lines, low-confidence ones included, and the turn that makes the page upright.

        Raises:
            PageError: the engine failed on this page.
        """
        ...


def build_engine(name: str, *, threads: int) -> OcrEngine:
    """Make the engine that a setting names. Its models are loaded at the first page.

    Args:
        name: ``rapidocr`` or ``tesseract``.
        threads: processor threads one page may use; 0: one a core.

    Raises:
        ConfigError: there is no such engine, or it is not installed.
    """
    match name:
        case "rapidocr":
            from ingest.rapid import RapidEngine

            return RapidEngine(threads=threads)
        case "tesseract":
            from ingest.tesseract import TesseractEngine

            return TesseractEngine(threads=threads)
        case _:
            raise ConfigError(f"There is no OCR engine {name!r}. The engines are: rapidocr, tesseract.")
