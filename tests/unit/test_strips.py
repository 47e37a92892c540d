from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.strips import cut_out, stacked, turned, word_spans

pytestmark = pytest.mark.unit


def test_turning_goes_clockwise() -> None:
    image = np.zeros((2, 3, 3), np.uint8)
    image[0, 0] = 255  # top left goes to the top right
    assert turned(image, 90).shape == (3, 2, 3)
    assert turned(image, 90)[0, 1].tolist() == [255, 255, 255]


def test_a_column_of_characters_becomes_a_line_in_the_same_order() -> None:
    column = np.concatenate([np.full((10, 10, 3), shade, np.uint8) for shade in (10, 20, 30)])
    assert stacked(column)[5, ::10, 0].tolist() == [10, 20, 30]


def test_an_upright_rectangle_is_cut_out_as_it_is() -> None:
    image = np.random.default_rng(0).integers(0, 255, (40, 60, 3), dtype=np.uint8)
    quad = np.array([[10, 5], [50, 5], [50, 25], [10, 25]], np.float32)
    assert np.array_equal(cut_out(image, quad), image[5:25, 10:50])


def test_words_of_a_line_stand_where_their_characters_do() -> None:
    spans = word_spans("ab c", [0.1, 0.3, 0.9], (0.0, 1.0), 0.2)
    assert [(start, end) for start, end, _, _ in spans] == [(0, 2), (3, 4)]
    assert spans[0][2:] == pytest.approx((0.04, 0.36))
    assert spans[1][2:] == pytest.approx((0.84, 0.96))


def test_each_chinese_character_is_a_word_beside_latin_runs() -> None:
    spans = word_spans("金额12元", [0.1, 0.3, 0.45, 0.55, 0.7], (0.0, 1.0), 0.3)
    assert [(start, end) for start, end, _, _ in spans] == [(0, 1), (1, 2), (2, 4), (4, 5)]


def test_words_are_unknown_where_characters_and_places_do_not_match() -> None:
    assert word_spans("abc", [0.1, 0.2], (0.0, 1.0), 0.1) == ()


@given(st.text(st.sampled_from("ab1 金,"), max_size=20), st.floats(0.001, 0.5))
def test_words_cover_the_text_in_order_inside_the_line_and_never_overlap(text: str, height: float) -> None:
    visible = len("".join(text.split()))
    middles = [(index + 0.5) / visible for index in range(visible)]
    spans = word_spans(text, middles, (0.2, 0.8), height)
    assert "".join(text[start:end] for start, end, _, _ in spans) == "".join(text.split())
    edges = [edge for _, _, x0, x1 in spans for edge in (x0, x1)]
    assert all(0.2 - 1e-9 <= edge <= 0.8 + 1e-9 for edge in edges)
    assert all(second >= first - 1e-9 for first, second in pairwise(edges))
