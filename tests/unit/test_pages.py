"""Page images: upright, legible, of bounded size; whatever is wrong with the file says so."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pymupdf
import pytest
from PIL import Image

from ingest.errors import BrokenFile, DocumentError, EncryptedFile, NoPages, PageError
from ingest.files import identify
from ingest.images import MAX_SIDE
from ingest.pages import OpenDocument, open_document
from tests.drawings import (
    draw_page,
    write_encrypted_pdf,
    write_pageless_pdf,
    write_pdf,
    write_tiff,
    write_truncated_png,
)

pytestmark = pytest.mark.unit

LARGE = 8_000_000


@contextmanager
def opened(path: Path, dpi: int = 72, max_pixels: int = LARGE, passwords: Sequence[str] = ()) -> Iterator[OpenDocument]:
    with open_document(identify(path), dpi=dpi, max_pixels=max_pixels, passwords=passwords) as document:
        yield document


def first_page(path: Path, dpi: int = 72, max_pixels: int = LARGE) -> Image.Image:
    with opened(path, dpi, max_pixels) as document:
        return document.image(1)


def dark_rows(image: Image.Image) -> np.ndarray:
    """Heights, in fractions of the page, at which something is printed."""
    rows = np.flatnonzero((np.asarray(image.convert("L")) < 128).any(axis=1))
    return rows / image.height


def test_every_frame_of_a_tiff_is_a_page(tmp_path: Path) -> None:
    with opened(write_tiff(tmp_path / "fax.tif", ["one", "two, and more", "three"])) as document:
        assert document.page_count == 3
        widths = [(np.asarray(document.image(number).convert("L")) < 128).sum() for number in (1, 2, 3)]
    assert widths[1] > widths[2] > widths[0]


def test_a_photo_held_sideways_stands_upright(tmp_path: Path) -> None:
    upright = draw_page("TOP LINE")
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: show it turned 90 degrees clockwise
    upright.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "photo.jpg", exif=exif)
    image = first_page(tmp_path / "photo.jpg")
    assert image.size == upright.size
    assert dark_rows(image).max() < 0.2


def test_a_webp_is_one_page_even_if_it_moves(tmp_path: Path) -> None:
    draw_page().save(tmp_path / "a.webp", save_all=True, append_images=[draw_page("x")])
    with opened(tmp_path / "a.webp") as document:
        assert document.page_count == 1
        assert document.image(1).mode == "RGB"


def test_a_16_bit_grey_scan_keeps_its_contrast(tmp_path: Path) -> None:
    grey = np.asarray(draw_page().convert("L")).astype(np.uint16) * 16  # a 12-bit scanner's values
    Image.fromarray(grey).save(tmp_path / "scan.png")
    image = np.asarray(first_page(tmp_path / "scan.png").convert("L"))
    assert image.max() == 255 and image.min() == 0
    assert (image > 200).mean() > 0.9


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparent_paper_is_white(tmp_path: Path, mode: str) -> None:
    if mode == "P":
        image = Image.new("P", (100, 100), 0)
        image.putpalette([0, 0, 0, 0, 0, 0])
        image.info["transparency"] = 0
    else:
        image = Image.new(mode, (100, 100), 0)
    image.save(tmp_path / "logo.png")
    assert first_page(tmp_path / "logo.png").getpixel((50, 50)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "CMYK"])
def test_every_colour_mode_becomes_rgb(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "scan.tif"
    draw_page().convert(mode).save(path)
    image = first_page(path)
    assert image.mode == "RGB" and image.getpixel((5, 5)) == (255, 255, 255)


def test_a_page_image_never_has_more_pixels_than_allowed(tmp_path: Path) -> None:
    Image.new("L", (3000, 2000), 255).save(tmp_path / "large.png")
    pdf = write_pdf(tmp_path / "large.pdf", [["text"]])
    for path in (tmp_path / "large.png", pdf):
        image = first_page(path, dpi=600, max_pixels=500_000)
        assert 450_000 < image.width * image.height <= 510_000


def test_a_very_long_receipt_fits_the_format_of_stored_images(tmp_path: Path) -> None:
    Image.new("L", (200, 20_000), 255).save(tmp_path / "receipt.png")
    with pymupdf.open() as document:
        document.new_page(width=40, height=8000)
        document.save(tmp_path / "receipt.pdf")
    for name in ("receipt.png", "receipt.pdf"):
        image = first_page(tmp_path / name, dpi=200)
        assert image.height <= MAX_SIDE
        image.save(tmp_path / "page.webp")


def test_a_turned_pdf_page_is_shown_as_a_reader_shows_it(tmp_path: Path) -> None:
    with pymupdf.open() as document:
        page = document.new_page(width=600, height=800)
        page.insert_text((60, 60), "TOP LEFT", fontsize=20)
        page.set_rotation(90)
        document.save(tmp_path / "turned.pdf")
    with opened(tmp_path / "turned.pdf") as opened_document:
        image, pdf_page = opened_document.image(1), opened_document.page(1)
    assert image.size == (800, 600)
    assert pdf_page is not None


@pytest.mark.parametrize(
    ("write", "kind", "remedy"),
    [
        (write_encrypted_pdf, EncryptedFile, "remove the password"),
        (write_pageless_pdf, NoPages, "get the file from its source again"),
        (lambda path: (path.write_bytes(b"%PDF-1.4\n" + bytes(range(256)) * 4), path)[1], DocumentError, "again"),
        (lambda path: (path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 40), path)[1], BrokenFile, "save it again"),
        (lambda path: (path.write_bytes(b"II*\x00\xff\xff\xff\xff"), path)[1], BrokenFile, "save it again"),
    ],
)
@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_a_file_that_cannot_be_opened_says_what_to_do(
    tmp_path: Path, write: object, kind: type[DocumentError], remedy: str
) -> None:
    path = write(tmp_path / "bad.pdf")  # type: ignore[operator]
    with pytest.raises(kind, match=remedy), opened(path):
        pass


def test_half_an_image_opens_but_its_page_is_an_error(tmp_path: Path) -> None:
    with opened(write_truncated_png(tmp_path / "cut.png")) as document, pytest.raises(PageError, match="again"):
        document.image(1)


def test_a_page_without_any_area_is_an_error_and_not_a_blank(tmp_path: Path) -> None:
    with pymupdf.open() as document:
        document.new_page(width=5000, height=0.5)
        document.save(tmp_path / "line.pdf")
    with opened(tmp_path / "line.pdf") as opened_document, pytest.raises(PageError, match="no visible area"):
        opened_document.image(1)


def test_an_encrypted_file_opens_with_its_password_among_others(tmp_path: Path) -> None:
    path = write_encrypted_pdf(tmp_path / "locked.pdf")
    with opened(path, passwords=("", "wrong", "open", "other")) as document:
        assert dark_rows(document.image(1)).size


def test_a_wrong_password_is_said_and_not_repeated(tmp_path: Path) -> None:
    path = write_encrypted_pdf(tmp_path / "locked.pdf")
    with pytest.raises(EncryptedFile, match="the password is wrong") as raised, opened(path, passwords=("geheim",)):
        pass
    assert "geheim" not in str(raised.value)
    with pytest.raises(EncryptedFile, match="give its password with --password or --password-file"), opened(path):
        pass


def test_a_file_that_only_its_owner_may_change_opens_without_a_password(tmp_path: Path) -> None:
    with pymupdf.open() as document:
        document.new_page().insert_text((72, 72), "text")
        document.save(tmp_path / "owned.pdf", encryption=pymupdf.PDF_ENCRYPT_AES_256, owner_pw="own", permissions=0)
    with opened(tmp_path / "owned.pdf") as document:
        assert dark_rows(document.image(1)).size


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_an_image_that_unpacks_to_far_more_than_a_page_is_refused_before_it_is(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"bomb.{suffix}"
    Image.new("1", (5000, 2100)).save(path)
    assert first_page(path, max_pixels=10_500_000 // 20).width
    with pytest.raises(BrokenFile, match=r"10 megapixels, more than the 9 that are opened.*PAGECITE_MAX_PIXELS"):
        first_page(path, max_pixels=10_000_000 // 20 - 25_000)


def test_a_frame_that_unpacks_to_far_more_than_a_page_costs_that_page_alone(tmp_path: Path) -> None:
    frames = [Image.new("1", size) for size in ((50, 50), (5000, 2100), (50, 50))]
    frames[0].save(tmp_path / "bomb.tif", save_all=True, append_images=frames[1:])
    with opened(tmp_path / "bomb.tif", max_pixels=100_000) as document:
        assert document.page_count == 3
        with pytest.raises(PageError, match="10 megapixels"):
            document.image(2)
        assert document.image(3).size == (50, 50)


def test_a_file_is_opened_as_what_it_begins_as_and_as_nothing_else(tmp_path: Path) -> None:
    source = replace(identify(write_tiff(tmp_path / "a.tif", ["text"])), media_type="image/png")
    with pytest.raises(BrokenFile), open_document(source, dpi=72, max_pixels=LARGE):
        pass


def test_a_page_that_had_to_be_patched_up_is_known_as_damaged(tmp_path: Path) -> None:
    good = write_pdf(tmp_path / "good.pdf", [["text"], ["text"]])
    cut = tmp_path / "cut.pdf"
    cut.write_bytes(good.read_bytes()[:-60])
    for path, damaged in ((good, False), (cut, True)):
        with opened(path) as document:
            document.image(1)
            assert document.is_damaged is damaged
