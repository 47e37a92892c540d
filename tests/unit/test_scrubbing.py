"""Unused room in Chroma's graph holds nothing of what stood in memory before."""

import struct
from pathlib import Path

import pytest

from ingest.scrubbing import scrub

pytestmark = pytest.mark.unit

SIZE, ROOM = 12, 5


def graph(folder: Path, count: int, *, version: int = 1, room: int = ROOM) -> Path:
    """A graph whose every byte is an x."""
    inside = folder / "segment"
    inside.mkdir()
    (inside / "header.bin").write_bytes(struct.pack("<iQQQQ", version, 0, room, count, SIZE) + b"more")
    data = inside / "data_level0.bin"
    data.write_bytes(b"x" * SIZE * ROOM)
    return data


@pytest.mark.parametrize("count", [0, 2, ROOM])
def test_elements_stay_and_the_room_behind_them_is_zeroed(tmp_path: Path, count: int) -> None:
    data = graph(tmp_path, count)
    scrub(tmp_path)
    assert data.read_bytes() == b"x" * SIZE * count + b"\0" * SIZE * (ROOM - count)


@pytest.mark.parametrize("form", [{"version": 2}, {"room": ROOM + 1}, {"count": ROOM + 1}])
def test_a_graph_of_another_form_is_left_as_it_is_and_logged(
    tmp_path: Path, form: dict[str, int], caplog: pytest.LogCaptureFixture
) -> None:
    data = graph(tmp_path, **{"count": 2, **form})
    with caplog.at_level("INFO"):
        scrub(tmp_path)
    assert data.read_bytes() == b"x" * SIZE * ROOM and "not of the form" in caplog.text


def test_a_graph_without_its_header_is_left_as_it_is(tmp_path: Path) -> None:
    data = graph(tmp_path, 2)
    data.with_name("header.bin").unlink()
    scrub(tmp_path)
    assert data.read_bytes() == b"x" * SIZE * ROOM
