from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageChops

from ingest.hunyuan.probes import PROBES, Probe, draw, named, names

pytestmark = pytest.mark.unit

nonces = st.integers(min_value=0, max_value=2**64 - 1)


def test_no_word_or_number_is_part_of_another() -> None:
    for one, other in combinations(PROBES, 2):
        assert one.word not in other.word and other.word not in one.word
        assert one.number != other.number


@given(one=nonces, other=nonces)
def test_another_nonce_gives_other_pixels(one: int, other: int) -> None:
    same = draw(PROBES[0], one).tobytes() == draw(PROBES[0], other).tobytes()
    assert same == (one == other)


@given(nonce=nonces, probe=st.sampled_from(PROBES))
def test_a_nonce_changes_white_pixels_by_one_grey_level_at_most(nonce: int, probe: Probe) -> None:
    plain, marked = draw(probe, 0), draw(probe, nonce)
    assert max(high for _low, high in ImageChops.difference(plain, marked).getextrema()) <= 1
    margin = plain.crop((0, plain.height - 8, plain.width, plain.height))
    assert margin.getextrema() == ((255, 255),) * 3
    assert plain.crop((0, 0, plain.width, plain.height - 8)) == marked.crop((0, 0, plain.width, plain.height - 8))


def test_the_pages_differ_in_more_than_their_text() -> None:
    marks = {draw(probe, 0).crop((190, 0, 256, 120)).tobytes() for probe in PROBES}
    assert len(marks) == len(PROBES)


@pytest.mark.parametrize(
    "answer",
    [
        "WALNUT 4827",
        "# Walnut\n\n**4827**",
        "walnut\n48 27",
        "<table><tr><td>WALNUT</td><td>4,827</td></tr></table>",
        "WALNUT(54,101),(570,328)4827(54,500),(370,720)",
        '[{"box":[54,101,570,328],"text":"W A L N U T"},{"box":[54,500,370,720],"text":"4827"}]',
    ],
)
def test_an_answer_names_its_page_however_it_is_marked_up(answer: str) -> None:
    assert names(answer, PROBES[0])
    assert named(answer) == [PROBES[0]]


@pytest.mark.parametrize("answer", ["", "WALNUT", "4827", "WALNUT 9356", "CHERRY 4827", "(147,90),(925,415)"])
def test_half_an_answer_does_not_name_the_page(answer: str) -> None:
    assert not names(answer, PROBES[0])


def test_another_pages_text_is_noticed_by_its_word_or_its_number() -> None:
    assert named("WALNUT 9356") == [PROBES[0], PROBES[1]]
    assert named("FEATHER and JUNGLE") == [PROBES[4], PROBES[6]]
    assert named("nothing of the kind") == []


def test_coordinates_do_not_join_to_a_number() -> None:
    assert named("(48,27),(93,56)") == []


@given(st.text())
def test_any_answer_is_judged(answer: str) -> None:
    assert all(probe in named(answer) for probe in PROBES if names(answer, probe))
