"""Highlights: every word stays readable, every box is covered, nothing else is touched."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.highlight import PASSAGE, PROOF, close_up, encode, fit_width, highlight

pytestmark = pytest.mark.unit

BOX = (0.2, 0.4, 0.6, 0.5)


def white(width: int = 400, height: int = 600) -> Image.Image:
    return Image.new("RGB", (width, height), "white")


def test_white_paper_in_a_box_takes_the_colour() -> None:
    pixels = np.asarray(highlight(white(), [BOX]))
    assert (pixels[240:300, 80:240] == PROOF.fill).all()


def test_black_letters_stay_black() -> None:
    page = white()
    page.paste("black", (100, 250, 140, 290))
    marked = np.asarray(highlight(page, [BOX]))
    assert (marked[250:290, 100:140] == 0).all()


def test_paper_away_from_the_box_stays_white() -> None:
    marked = np.asarray(highlight(white(), [BOX]))
    changed = (marked != 255).any(axis=2)
    assert not changed[:230].any() and not changed[310:].any()
    assert not changed[:, :70].any() and not changed[:, 250:].any()


def test_a_box_has_an_outline() -> None:
    marked = np.asarray(highlight(white(), [BOX]))
    assert (marked == PROOF.edge).all(axis=2).any()


def test_touching_boxes_become_one_shape() -> None:
    marked = np.asarray(highlight(white(), [(0.2, 0.4, 0.6, 0.45), (0.2, 0.45, 0.6, 0.5)]))
    assert (marked[245:295, 85:235] == PROOF.fill).all()


def test_overlapping_boxes_are_not_darker() -> None:
    once = np.asarray(highlight(white(), [BOX]))
    twice = np.asarray(highlight(white(), [BOX, BOX]))
    assert (once == twice).all()


def test_the_image_given_is_left_as_it_was() -> None:
    page = white()
    highlight(page, [BOX])
    assert (np.asarray(page) == 255).all()


def test_no_boxes_change_nothing() -> None:
    assert (np.asarray(highlight(white(), [])) == 255).all()


def test_grey_and_palette_images_are_marked_in_colour() -> None:
    for mode in ("L", "P", "1", "RGBA"):
        marked = np.asarray(highlight(white().convert(mode), [BOX], PASSAGE))
        assert tuple(marked[270, 160]) == PASSAGE.fill


@given(st.tuples(*[st.floats(0, 1)] * 4))
def test_any_box_in_the_page_is_covered(box: tuple[float, float, float, float]) -> None:
    marked = np.asarray(highlight(white(100, 150), [box]))
    x = min(99, round((box[0] + box[2]) / 2 * 100))
    y = min(149, round((box[1] + box[3]) / 2 * 150))
    assert tuple(marked[y, x]) == PROOF.fill


def test_a_close_up_holds_the_boxes_and_is_smaller_than_the_page() -> None:
    page = highlight(white(), [BOX])
    part = close_up(page, [BOX])
    assert part.width < page.width and part.height < page.height
    coloured = (np.asarray(page) == PROOF.fill).all(axis=2).sum()
    assert (np.asarray(part) == PROOF.fill).all(axis=2).sum() == coloured


@given(st.tuples(*[st.floats(0, 1)] * 4))
def test_a_close_up_stays_inside_the_page(box: tuple[float, float, float, float]) -> None:
    x0, x1 = sorted((box[0], box[2]))
    y0, y1 = sorted((box[1], box[3]))
    part = close_up(white(), [(x0, y0, x1, y1)])
    assert 0 < part.width <= 400 and 0 < part.height <= 600
    assert (np.asarray(part) == 255).all()  # what lies outside the page would be black


def test_a_close_up_of_nothing_is_the_page() -> None:
    page = white()
    assert close_up(page, []) is page


def test_wide_images_are_scaled_and_keep_their_shape() -> None:
    assert fit_width(white(400, 600), 200).size == (200, 300)


def test_narrow_images_are_not_blown_up() -> None:
    assert fit_width(white(400, 600), 800).size == (400, 600)


def test_encoding_keeps_the_colour_of_a_highlight() -> None:
    with Image.open(io.BytesIO(encode(highlight(white(), [BOX])))) as image:
        pixel = np.asarray(image, dtype=int)[270, 160]
    assert np.abs(pixel - np.array(PROOF.fill)).max() <= 3
