"""The interface of an OCR engine, and the choice of one by setting."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from PIL.Image import Image

from ingest.errors import ConfigError
from ingest.settings import Settings
from ingest.types import Recognition


class OcrEngine(Protocol):
    """Reads page images. Implementations are safe to call from several threads."""

    @property
    def name(self) -> str:
        """Name and version, for example ``rapidocr 3.10.0``: part of the page's journal key."""
        ...

    @property
    def concurrency(self) -> int:
        """How many pages it reads best at once; 1 where one page takes the whole machine.

        A few more may be asked about at once, so that none of its places is empty while a page is prepared; it keeps
        those waiting.
        """
        ...

    def read(self, image: Image, *, boxes: bool = True) -> Recognition:
        """Recognise one page.

        Args:
            image: RGB, in any of the four orientations, EXIF orientation already applied.
            boxes: whether the places of lines are wanted. Without, an engine that writes Markdown itself may leave
                the lines out; others give them all the same.

        Returns:
            The lines, low-confidence ones included, and the turn that makes the page upright.

        Raises:
            PageError: the engine failed on this page.
            ModelError: the engine cannot be reached, or must not be used.
        """
        ...

    def close(self) -> None:
        """Give up what is under way and release what is held; the next page begins anew."""
        ...


# Makes an engine, given how many processor cores there are for it. Can be sent to another process.
Recipe = Callable[[int], OcrEngine]


@runtime_checkable
class Portable(Protocol):
    """An engine that other processes may be able to make for themselves."""

    @property
    def recipe(self) -> Recipe | None:
        """How they make it; None where only this process can."""
        ...


def recipe_of(engine: OcrEngine) -> Recipe | None:
    """How other processes make the same engine; None for one that reads in this process alone, or on servers."""
    return engine.recipe if isinstance(engine, Portable) else None


def choose_engine(settings: Settings) -> OcrEngine:
    """Make the engine of the settings. Its models are loaded, and servers asked, at the first page.

    Raises:
        ConfigError: a setting is wrong, or the engine is not installed.
    """
    if settings.reads_with_hunyuan:
        from ingest.hunyuan.build import build_hunyuan

        return build_hunyuan(settings)
    return build_engine(settings.ocr_engine, threads=settings.ocr_threads)


def build_detector(threads: int) -> OcrEngine:
    """Make the embedded engine that finds lines and checks text layers beside an engine that writes Markdown."""
    return build_engine("rapidocr", threads=threads)


def build_engine(name: str, *, threads: int) -> OcrEngine:
    """Make an embedded engine by its name. Its models are loaded at the first page.

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
            raise ConfigError(f"There is no embedded OCR engine {name!r}. There are: rapidocr, tesseract.")
