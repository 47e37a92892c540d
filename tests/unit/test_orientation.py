from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.orientation import Reading, find_turn, is_sideways, longest, mean_confidence

pytestmark = pytest.mark.unit

TURNS = (0, 90, 180, 270)
WIDE = (600.0, 30.0)
TALL = (30.0, 600.0)
LINE = "payable within thirty days"

SIZES = st.lists(st.tuples(st.floats(1, 2000), st.floats(1, 2000)), max_size=40)


@dataclass
class FakePage:
    """A page that is read with a fixed confidence at each turn, and that remembers what was asked of it."""

    sizes: list[tuple[float, float]]
    confidences: dict[int, float] = field(default_factory=dict)
    text: str = LINE
    asked: list[tuple[int, int]] = field(default_factory=list)

    def sample(self, indices: Sequence[int], turn: int) -> list[Reading]:
        self.asked.append((len(indices), turn))
        return [Reading(self.text, self.confidences.get(turn, 0.4)) for _ in indices]


def test_a_page_that_reads_well_is_not_read_another_way_up() -> None:
    page = FakePage([WIDE] * 50, {0: 0.95})
    assert find_turn(page) == 0
    assert page.asked == [(12, 0)]


def test_an_upside_down_page_is_turned_by_180() -> None:
    assert find_turn(FakePage([WIDE] * 50, {0: 0.7, 180: 0.97})) == 180


@pytest.mark.parametrize("turn", [90, 270])
def test_a_sideways_page_is_turned_to_the_side_that_reads_well(turn: int) -> None:
    assert find_turn(FakePage([TALL] * 50, {turn: 0.97, 360 - turn: 0.7})) == turn


def test_a_badly_degraded_upright_page_stays() -> None:
    assert find_turn(FakePage([WIDE] * 50, {0: 0.7, 180: 0.6})) == 0


def test_a_page_of_noise_stays_even_where_noise_reads_a_little_better_turned() -> None:
    assert find_turn(FakePage([WIDE] * 50, {0: 0.3, 180: 0.6})) == 0


def test_figures_that_read_both_ways_up_turn_nothing() -> None:
    assert find_turn(FakePage([WIDE] * 50, {0: 0.8, 180: 0.9}, text="6809 1960 8690 0168")) == 0


def test_columns_of_upright_characters_are_not_taken_for_a_sideways_page() -> None:
    assert find_turn(FakePage([TALL] * 10, {0: 0.89, 270: 0.99})) == 0


def test_sideways_text_that_half_reads_as_a_column_is_still_turned_by_90() -> None:
    assert find_turn(FakePage([TALL] * 10, {0: 0.75, 90: 0.99})) == 90


@pytest.mark.parametrize("size", [WIDE, TALL])
def test_a_lone_page_number_or_small_stamp_turns_nothing(size: tuple[float, float]) -> None:
    assert find_turn(FakePage([size], {0: 0.2, 90: 0.99, 180: 0.99}, text="Page 12 of 20")) == 0


def test_a_blank_page_stays_and_nothing_is_read() -> None:
    page = FakePage([])
    assert find_turn(page) == 0
    assert page.asked == []


def test_margin_text_running_up_does_not_make_an_upright_page_sideways() -> None:
    page = FakePage([TALL, *[WIDE] * 20], {0: 0.95})
    assert find_turn(page) == 0


def test_lines_that_give_no_text_count_against_an_orientation() -> None:
    assert mean_confidence([Reading("", 0.0), Reading("ab", 0.9)]) == pytest.approx(0.6)


def test_no_reading_is_no_confidence() -> None:
    assert mean_confidence([]) == 0.0


@given(SIZES, st.fixed_dictionaries({turn: st.floats(0, 1) for turn in TURNS}), st.text(max_size=30))
def test_the_turn_is_one_of_four_and_never_without_a_clear_reading(
    sizes: list[tuple[float, float]], confidences: dict[int, float], text: str
) -> None:
    turn = find_turn(FakePage(sizes, confidences, text))
    assert turn in TURNS
    assert turn == 0 or confidences[turn] >= 0.8


@given(SIZES)
def test_a_page_and_the_same_page_turned_by_90_are_never_both_sideways(sizes: list[tuple[float, float]]) -> None:
    turned = [(height, width) for width, height in sizes]
    assert not (is_sideways(sizes) and is_sideways(turned))


@given(SIZES, st.booleans())
def test_the_sample_has_only_boxes_of_the_asked_shape_the_longest_first(
    sizes: list[tuple[float, float]], tall: bool
) -> None:
    chosen = longest(sizes, tall=tall)
    lengths = [max(sizes[index]) for index in chosen]
    assert len(chosen) <= 12
    assert lengths == sorted(lengths, reverse=True)
    assert all((sizes[index][1] >= 1.5 * sizes[index][0]) == tall for index in chosen)
