"""Opening a document and showing its pages: one interface for PDF files and images."""

import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

import pymupdf
from PIL import Image, ImageOps, UnidentifiedImageError

from ingest.errors import BrokenFile, EncryptedFile, NoPages, PageError
from ingest.files import PDF
from ingest.images import flattened, shrinking, shrunk
from ingest.types import SourceDocument

POINTS_PER_INCH = 72
# An image file is decoded whole before it is scaled down: with no more than so many times the pixels of a page image.
_MOST_SHRINKING = 20
# Pillow tries no other format than the one that the file begins as. MPO: a photo with its preview, as cameras write.
_FORMATS = {"image/png": ["PNG"], "image/jpeg": ["JPEG", "MPO"], "image/tiff": ["TIFF"], "image/webp": ["WEBP"]}
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

    def scale(self, page_number: int) -> float:
        """Pixels of its image for each point of the PDF page; 1.0 for images."""
        ...

    @property
    def is_damaged(self) -> bool:
        """Whether something is wrong with the file, or with the page that was shown last, that may hide text."""
        ...


@contextmanager
def open_document(
    source: SourceDocument, *, dpi: int, max_pixels: int, passwords: Sequence[str] = ()
) -> Iterator[OpenDocument]:
    """Open a document for the time of a ``with`` block.

    Args:
        source: what `ingest.files.identify` found.
        dpi: resolution of page images of PDF files.
        max_pixels: images with more pixels than this are scaled down to it.
        passwords: what to try on an encrypted file, in this order.

    Raises:
        EncryptedFile: a password is needed, or none of those given opens the file.
        NoPages: the file has none.
        BrokenFile: the file cannot be opened, or is an image too large to be decoded.
    """
    if source.media_type == PDF:
        opened: PdfDocument | ImageDocument = PdfDocument(source, dpi=dpi, max_pixels=max_pixels, passwords=passwords)
    else:
        opened = ImageDocument(source, max_pixels=max_pixels)
    try:
        yield opened
    finally:
        opened.close()


class PdfDocument:
    """Pages of a PDF file, rendered by MuPDF."""

    def __init__(self, source: SourceDocument, *, dpi: int, max_pixels: int, passwords: Sequence[str] = ()) -> None:
        pymupdf.set_messages(pylogging=True)
        pymupdf.TOOLS.mupdf_display_errors(False)
        pymupdf.TOOLS.mupdf_display_warnings(False)
        self._dpi = dpi
        self._max_pixels = max_pixels
        self._complaints = ""
        self._document = _open_pdf(source, passwords)

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
        pymupdf.TOOLS.reset_mupdf_warnings()
        page = self.page(page_number)
        scale = self._scale(page)
        try:
            pixmap = page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), alpha=False, colorspace=pymupdf.csRGB)
        except (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase) as error:
            raise PageError(f"it cannot be rendered ({_reason(error)}); get the file from its source again") from error
        if pixmap.width < 2 or pixmap.height < 2:
            raise PageError("it has no visible area; scan or export it again")
        self._complaints = pymupdf.TOOLS.mupdf_warnings()
        return Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples)

    def scale(self, page_number: int) -> float:
        """The document's resolution, less where a page would have too many pixels."""
        return self._scale(self.page(page_number))

    def _scale(self, page: pymupdf.Page) -> float:
        scale = self._dpi / POINTS_PER_INCH
        return scale * shrinking(page.rect.width * scale, page.rect.height * scale, self._max_pixels)

    @property
    def is_damaged(self) -> bool:
        """Whether MuPDF had to repair the file, or complained about the page that was shown last."""
        return bool(self._document.is_repaired or self._complaints)

    def close(self) -> None:
        """Release the file."""
        self._document.close()


def _open_pdf(source: SourceDocument, passwords: Sequence[str]) -> pymupdf.Document:
    try:
        # By type, not by name: MuPDF would open an HTML file called .pdf as one page.
        document = pymupdf.open(source.path, filetype="pdf")
        if document.needs_pass and not any(document.authenticate(password) for password in passwords):
            document.close()
            raise EncryptedFile(_locked(passwords))
        pages = document.page_count
    except (RuntimeError, ValueError, OSError, pymupdf.mupdf.FzErrorBase) as error:
        raise BrokenFile("it is damaged and cannot be repaired; get the file from its source again") from error
    if pages < 1:
        document.close()
        raise NoPages("it has no pages; get the file from its source again")
    return document


def _locked(passwords: Sequence[str]) -> str:
    if passwords:
        return "it is encrypted and the password is wrong: none of those given with --password or --password-file fits"
    return (
        "it is encrypted; give its password with --password or --password-file, or remove the password "
        "(print it to a new PDF) and add it again"
    )


class ImageDocument:
    """Pages of an image file: one, or the frames of a TIFF."""

    def __init__(self, source: SourceDocument, *, max_pixels: int) -> None:
        self._max_pixels = max_pixels
        try:
            self._image = Image.open(source.path, formats=_FORMATS[source.media_type])
            # A JPEG's or WebP's further frames are previews or animation; a TIFF's are pages.
            frames = getattr(self._image, "n_frames", 1) if source.media_type == "image/tiff" else 1
        except _IMAGE_ERRORS as error:
            raise BrokenFile(f"the image cannot be read ({_reason(error)}); scan or save it again") from error
        self._frames = int(frames)
        if self._frames == 1 and (excess := self._excess()):
            self.close()
            raise BrokenFile(excess)

    @property
    def page_count(self) -> int:
        """Number of frames."""
        return self._frames

    def page(self, page_number: int) -> None:
        """Images have no PDF page."""

    def scale(self, page_number: int) -> float:
        """Nor points."""
        return 1.0

    @property
    def is_damaged(self) -> bool:
        """A damaged image is not shown at all."""
        return False

    def image(self, page_number: int) -> Image.Image:
        """The frame, turned as its EXIF orientation says."""
        try:
            self._image.seek(page_number - 1)
            if excess := self._excess():
                raise PageError(excess)
            frame = ImageOps.exif_transpose(self._image)
            return shrunk(flattened(frame), self._max_pixels)
        except _IMAGE_ERRORS as error:
            raise PageError(f"it cannot be read ({_reason(error)}); scan or save it again") from error

    def close(self) -> None:
        """Release the file."""
        self._image.close()

    def _excess(self) -> str:
        """What to say of an image, as its header describes it, that would take too much memory; empty for others."""
        pixels, most = self._image.width * self._image.height, _MOST_SHRINKING * self._max_pixels
        if pixels <= most:
            return ""
        return (
            f"the image has {pixels // 1_000_000} megapixels, more than the {most // 1_000_000} that are opened; "
            "scan or save it smaller, or raise PAGECITE_MAX_PIXELS"
        )


def _reason(error: BaseException) -> str:
    if isinstance(error, UnidentifiedImageError):
        return "its beginning is damaged"
    return str(error).splitlines()[0].strip(" .") if str(error) else type(error).__name__
