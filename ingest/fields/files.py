"""Reading files' pages for their fields alone, without a library."""

from pathlib import Path

from ingest.files import identify
from ingest.ocr import OcrEngine, choose_engine
from ingest.pages import open_document
from ingest.reader import read_page
from ingest.settings import Settings
from ingest.types import PageText


class PageSource:
    """Reads the pages of files with the embedded engine, each file once."""

    def __init__(self, settings: Settings) -> None:
        """Prepare; the engine is loaded at the first file.

        Args:
            settings: which engine, and how pages are rendered.
        """
        self._settings = settings
        self._engine: OcrEngine | None = None
        self._read: dict[Path, list[PageText]] = {}

    def pages(self, path: Path) -> list[PageText]:
        """All pages of a file, in order.

        Raises:
            DocumentError: the file cannot be read.
            PageError: one of its pages cannot.
            ConfigError: the engine is not installed.
        """
        if path not in self._read:
            self._engine = self._engine or choose_engine(self._settings)
            self._read[path] = self._pages(path, self._engine)
        return self._read[path]

    def _pages(self, path: Path, engine: OcrEngine) -> list[PageText]:
        source = identify(path)
        with open_document(source, dpi=self._settings.dpi, max_pixels=self._settings.max_pixels) as document:
            numbers = range(1, document.page_count + 1)
            return [read_page(document, number, source.doc_id, engine).text for number in numbers]
