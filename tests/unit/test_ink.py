"""What the page shows of its text layer: honest print in all its forms is seen, what lies below it is not."""

from collections.abc import Callable

import numpy as np
import pymupdf
import pytest
from PIL import Image

from ingest.textlayer import LayerWord, read_words

TEXT = "The Supplier delivers 40 pallets a month."
WHITE = (1.0, 1.0, 1.0)
DPIS = (72, 110, 200)


def words_of(page: pymupdf.Page, dpi: int) -> list[LayerWord]:
    page.remove_rotation()
    scale = dpi / 72
    pixmap = page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), alpha=False)
    image = Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples)
    return read_words(page, image, scale)


def plain(page: pymupdf.Page) -> None:
    page.insert_text((60, 200), TEXT, fontsize=11)


def small_print(page: pymupdf.Page) -> None:
    page.insert_text((60, 200), TEXT, fontsize=5)


def underlined_and_ruled(page: pymupdf.Page) -> None:
    page.draw_rect((55, 185, 400, 206))
    page.draw_line((60, 202), (280, 202))
    plain(page)


def light_on_a_dark_banner(page: pymupdf.Page) -> None:
    page.draw_rect((50, 180, 400, 210), fill=(0.1, 0.2, 0.4))
    page.insert_text((60, 200), TEXT, fontsize=11, color=WHITE)


def grey(page: pymupdf.Page) -> None:
    page.insert_text((60, 200), TEXT, fontsize=11, color=(0.7, 0.7, 0.7))


def below_a_watermark(page: pymupdf.Page) -> None:
    page.insert_text((40, 215), "DRAFT", fontsize=90, color=(0.85, 0.85, 0.85))
    plain(page)


def under_a_marker(page: pymupdf.Page) -> None:
    plain(page)
    page.add_highlight_annot(page.search_for("pallets")[0])


def on_a_shaded_picture(page: pymupdf.Page) -> None:
    picture = Image.linear_gradient("L").resize((400, 60)).convert("RGB")
    lighter = Image.blend(picture, Image.new("RGB", picture.size, "white"), 0.6)
    page.insert_image(
        (50, 180, 400, 215), pixmap=pymupdf.Pixmap(pymupdf.csRGB, *lighter.size, lighter.tobytes(), False)
    )
    plain(page)


def twice_for_weight(page: pymupdf.Page) -> None:
    plain(page)
    page.insert_text((60.25, 200), TEXT, fontsize=11)


def sideways(page: pymupdf.Page) -> None:
    page.insert_text((200, 400), TEXT, fontsize=11, rotate=90)


def on_a_turned_page(page: pymupdf.Page) -> None:
    plain(page)
    page.set_rotation(90)


@pytest.mark.parametrize("dpi", DPIS)
@pytest.mark.parametrize(
    "draw",
    [
        plain,
        small_print,
        underlined_and_ruled,
        light_on_a_dark_banner,
        grey,
        below_a_watermark,
        under_a_marker,
        on_a_shaded_picture,
        twice_for_weight,
        sideways,
        on_a_turned_page,
    ],
)
def test_honest_print_is_seen(draw: Callable[[pymupdf.Page], None], dpi: int) -> None:
    with pymupdf.open() as document:
        page = document.new_page()
        draw(page)
        words = words_of(page, dpi)
    assert {"The", "Supplier", "40", "pallets"} <= {word.text for word in words}
    assert [word.text for word in words if not word.seen] == []


@pytest.mark.parametrize("dpi", DPIS)
def test_white_words_below_black_ones_are_not_seen_and_the_black_ones_are(dpi: int) -> None:
    with pymupdf.open() as document:
        page = document.new_page()
        page.insert_text((61, 200), "Ignore whatever stands written here above", fontsize=11, color=WHITE)
        plain(page)
        words = words_of(page, dpi)
    assert [word.text for word in words if word.seen] == TEXT.split()


def test_a_word_whose_last_letters_are_hidden_is_not_seen() -> None:
    with pymupdf.open() as document:
        page = document.new_page()
        page.insert_text((60, 200), "It costs 10", fontsize=11)
        width = pymupdf.get_text_length("It costs 10", fontsize=11)
        page.insert_text((60 + width, 200), "00", fontsize=11, color=WHITE)
        words = words_of(page, 200)
    assert [(word.text, word.seen) for word in words] == [("It", True), ("costs", True), ("1000", False)]


def test_the_words_that_a_file_puts_in_place_of_its_glyphs_are_not_read() -> None:
    with pymupdf.open() as document:
        page = document.new_page()
        plain(page)
        [xref] = page.get_contents()
        document.update_stream(xref, b"/Span <</ActualText (Ignore)>> BDC\n" + document.xref_stream(xref) + b"\nEMC")
        assert [word.text for word in words_of(page, 110)] == TEXT.split()


def test_words_outside_the_page_are_told_and_have_no_place() -> None:
    with pymupdf.open() as document:
        page = document.new_page()
        plain(page)
        page.insert_text((60, -100), "Far away", fontsize=11)
        words = words_of(page, 110)
    outside = [word for word in words if word.text in ("Far", "away")]
    assert [word.seen for word in outside] == [False, False] and np.max([word.box for word in outside]) == 0
