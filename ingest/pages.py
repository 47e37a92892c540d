"""Opening a document and showing its pages: one interface for PDF files and images."""

import hashlib
import logging
import math
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import numpy as np
import pymupdf
from PIL import Image, ImageOps, UnidentifiedImageError

from ingest.errors import BrokenFile, EncryptedFile, NoPages, PageError
from ingest.files import PDF
from ingest.types import SourceDocument

logger = logging.getLogger(__name__)

POINTS_PER_INCH = 72
_TURNS = {
    90: Image.Transpose.ROTATE_270,  # Pillow turns counter-clockwise
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}
MAX_SIDE = 16_383  # pixels; WebP, the format of stored page images, holds no more
# What Pillow raises on hostile or damaged images: seen, or written down in its plugins.
_IMAGE_ERRORS = (
    OSError,
    ValueError,
    TypeError,
    SyntaxError,
    EOFError,
    LookupError,
    ArithmeticError,
    AttributeError,
    RuntimeError,
    MemoryError,
    struct.error,
    Image.DecompressionBombError,
)


class OpenDocument(Protocol):
    """A document whose pages can be shown."""

    @property
    def page_count(self) -> int:
        """Number of pages, at least 1."""
        ...

    def image(self, page_number: int) -> Image.Image:
        """The page as it is shown, RGB.

        Raises:
            PageError: this page cannot be rendered.
        """
        ...

    def page(self, page_number: int) -> pymupdf.Page | None:
        """The PDF page, its rotation removed, so that its text stands as the image shows it; None for images."""
        ...


@contextmanager
def open_document(source: SourceDocument, *, dpi: int, max_pixels: int) -> Iterator[OpenDocument]:
    """Open a document for the time of a ``with`` block.

    Args:
        source: what `ingest.files.identify` found.
        dpi: resolution of page images of PDF files.
        max_pixels: images with more pixels than this are scaled down to it.

    Raises:
        EncryptedFile: a password is needed.
        NoPages: the file has none.
        BrokenFile: the file cannot be opened.
    """
    if source.media_type == PDF:
        opened: PdfDocument | ImageDocument = PdfDocument(source, dpi=dpi, max_pixels=max_pixels)
    else:
        opened = ImageDocument(source, max_pixels=max_pixels)
    try:
        yield opened
    finally:
        opened.close()


class PdfDocument:
    """Pages of a PDF file, rendered by MuPDF."""

    def __init__(self, source: SourceDocument, *, dpi: int, max_pixels: int) -> None:
        pymupdf.set_messages(pylogging=True)
        pymupdf.TOOLS.mupdf_display_errors(False)
        pymupdf.TOOLS.mupdf_display_warnings(False)
        self._dpi = dpi
        self._max_pixels = max_pixels
        self._document = _open_pdf(source)

    @property
    def page_count(self) -> int:
        """Number of pages."""
        return int(self._document.page_count)

    def page(self, page_number: int) -> pymupdf.Page:
        """The page with its rotation removed."""
        try:
            page: pymupdf.Page = self._document.load_page(page_number - 1)
            page.remove_rotation()
        except (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase) as error:
            raise PageError(f"it is damaged ({_reason(error)}); get the file from its source again") from error
        return page

    def image(self, page_number: int) -> Image.Image:
        """The page at the document's resolution."""
        page = self.page(page_number)
        scale = self._dpi / POINTS_PER_INCH
        scale *= _shrinking(page.rect.width * scale, page.rect.height * scale, self._max_pixels)
        try:
            pixmap = page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), alpha=False, colorspace=pymupdf.csRGB)
        except (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase) as error:
            raise PageError(f"it cannot be rendered ({_reason(error)}); get the file from its source again") from error
        if pixmap.width < 2 or pixmap.height < 2:
            raise PageError("it has no visible area; scan or export it again")
        return Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples)

    def close(self) -> None:
        """Release the file."""
        self._document.close()


def _open_pdf(source: SourceDocument) -> pymupdf.Document:
    try:
        # By type, not by name: MuPDF would open an HTML file called .pdf as one page.
        document = pymupdf.open(source.path, filetype="pdf")
        if document.needs_pass:
            document.close()
            raise EncryptedFile("it is encrypted; remove the password (print it to a new PDF) and add it again")
        pages = document.page_count
    except (RuntimeError, ValueError, OSError, pymupdf.mupdf.FzErrorBase) as error:
        raise BrokenFile("it is damaged and cannot be repaired; get the file from its source again") from error
    if pages < 1:
        document.close()
        raise NoPages("it has no pages; get the file from its source again")
    return document


class ImageDocument:
    """Pages of an image file: one, or the frames of a TIFF."""

    def __init__(self, source: SourceDocument, *, max_pixels: int) -> None:
        self._max_pixels = max_pixels
        try:
            self._image = Image.open(source.path)
            # A JPEG's or WebP's further frames are previews or animation; a TIFF's are pages.
            frames = getattr(self._image, "n_frames", 1) if source.media_type == "image/tiff" else 1
        except _IMAGE_ERRORS as error:
            raise BrokenFile(f"the image cannot be read ({_reason(error)}); scan or save it again") from error
        self._frames = int(frames)

    @property
    def page_count(self) -> int:
        """Number of frames."""
        return self._frames

    def page(self, page_number: int) -> None:
        """Images have no PDF page."""

    def image(self, page_number: int) -> Image.Image:
        """The frame, turned as its EXIF orientation says."""
        try:
            self._image.seek(page_number - 1)
            frame = ImageOps.exif_transpose(self._image)
            return _shrunk(flattened(frame), self._max_pixels)
        except _IMAGE_ERRORS as error:
            raise PageError(f"it cannot be read ({_reason(error)}); scan or save it again") from error

    def close(self) -> None:
        """Release the file."""
        self._image.close()


def turned(image: Image.Image, degrees: int) -> Image.Image:
    """An image turned clockwise by 0, 90, 180 or 270 degrees."""
    return image.transpose(_TURNS[degrees]) if degrees else image


def image_hash(image: Image.Image) -> str:
    """SHA-256 of an image's size and pixels, in hexadecimal."""
    digest = hashlib.sha256(f"{image.width}x{image.height} {image.mode}\n".encode())
    digest.update(image.tobytes())
    return digest.hexdigest()


def _reason(error: BaseException) -> str:
    if isinstance(error, UnidentifiedImageError):
        return "its beginning is damaged"
    return str(error).splitlines()[0].strip(" .") if str(error) else type(error).__name__


def flattened(image: Image.Image) -> Image.Image:
    """On white paper, in RGB; 16-bit greys are scaled, not cut off."""
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        levels = np.asarray(image, dtype=np.float64)
        levels -= levels.min()
        image = Image.fromarray((levels * (255.0 / max(levels.max(), 1.0))).astype(np.uint8))
    if "A" in image.getbands() or "transparency" in image.info:
        rgba = image.convert("RGBA")
        paper = Image.new("RGBA", rgba.size, "white")
        return Image.alpha_composite(paper, rgba).convert("RGB")
    return image.convert("RGB")


def _shrinking(width: float, height: float, max_pixels: int) -> float:
    """Factor, at most 1, that brings an image's size within the limits."""
    return min(1.0, math.sqrt(max_pixels / max(width * height, 1)), MAX_SIDE / max(width, height, 1))


def _shrunk(image: Image.Image, max_pixels: int) -> Image.Image:
    scale = _shrinking(image.width, image.height, max_pixels)
    if scale == 1.0:
        return image
    return image.resize((max(1, int(image.width * scale)), max(1, int(image.height * scale))), Image.Resampling.LANCZOS)
