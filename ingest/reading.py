"""How pages are read, and what comes of it. Light: the process that leads the work loads nothing that reads pages."""

from dataclasses import dataclass
from functools import cache
from importlib.metadata import version

from PIL.Image import Image

from ingest.ocr import OcrEngine
from ingest.settings import Settings
from ingest.types import PageText

# Raise it when pages would be read differently by the same engine, so that they are read again.
_REVISION = 4


@dataclass(frozen=True, slots=True)
class Reading:
    """What decides how pages are read.

    Attributes:
        engine: name and version of the engine.
        all_pages: whether it reads pages with a trustworthy text layer, too.
        detect: whether the embedded detector finds the lines beforehand.
    """

    engine: str
    all_pages: bool = False
    detect: bool = False


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page's upright image and its text."""

    image: Image
    text: PageText


def reading_of(settings: Settings, engine: OcrEngine) -> Reading:
    """How the settings want pages to be read."""
    detect = settings.reads_with_hunyuan and settings.hunyuan_boxes == "detector"
    return Reading(engine.name, settings.ocr_pages == "all", detect)


def reader_key(reading: Reading, dpi: int, max_pixels: int) -> str:
    """Everything that decides how a page is read: the key of its journal entry beside document and number."""
    pages = "all pages" if reading.all_pages else "pages in need"
    boxes = "; detector" if reading.detect else ""
    return f"{reading.engine}{boxes}; {pages}; {layer_reader()}; {dpi} dpi; {max_pixels} px; revision {_REVISION}"


@cache
def layer_reader() -> str:
    """Name and version of what renders pages and reads text layers."""
    return f"pymupdf {version('pymupdf')}"
