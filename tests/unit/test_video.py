"""Burnt-in subtitles: which frames are read, how their texts become subtitles, and videos that cannot be read."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
import typer
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from typer.testing import CliRunner

from ingest.errors import BrokenFile, PageError, UnsupportedFile
from ingest.hunyuan.prompts import Language
from ingest.settings import Settings
from ingest.subtitles import Reading, Subtitle, alike, merge, to_srt
from ingest.task_command import TaskMaker, ocr
from ingest.tasks import Task, TaskResult
from ingest.video import is_video, open_video, read_subtitles

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
RATE = 10
# Seconds that each is shown; an empty one: nothing is.
SCRIPT = (("", 1.0), ("We pay 5 pallets", 2.0), ("We pay 6 pallets", 1.0), ("", 1.0), ("The end", 1.0))
CODES = {".mp4": "mp4v", ".mov": "mp4v", ".mkv": "mp4v", ".webm": "VP80", ".avi": "MJPG"}


def draw_frame(text: str, at: float) -> Image.Image:
    """A frame with something that moves in its upper part."""
    frame = Image.new("RGB", (640, 360), (50, 70, 60))
    pen = ImageDraw.Draw(frame)
    pen.ellipse((60 * at, 40, 60 * at + 80, 120), fill=(200, 120, 30))
    pen.text((320, 325), text, fill="white", anchor="mm", font_size=26, stroke_width=2, stroke_fill="black")
    return frame


def write_video(path: Path, script: Sequence[tuple[str, float]] = SCRIPT) -> Path:
    code = cv2.VideoWriter.fourcc(*CODES[path.suffix])
    writer = cv2.VideoWriter(str(path), code, RATE, (640, 360))
    assert writer.isOpened()
    at = 0.0
    for text, seconds in script:
        for _ in range(round(seconds * RATE)):
            writer.write(np.asarray(draw_frame(text, at))[:, :, ::-1])
            at += 1 / RATE
    writer.release()
    return path


class Scripted:
    """Tools that give texts, one a frame, in order; it remembers the frames."""

    concurrency = 1

    def __init__(self, *texts: str | Exception) -> None:
        self.texts = list(texts)
        self.images: list[Image.Image] = []

    def run(self, task: Task, image: Image.Image, *, fields: Sequence[str], target: Language) -> TaskResult:
        assert task is Task.SUBTITLES
        self.images.append(image)
        text = self.texts.pop(0)
        if isinstance(text, Exception):
            raise text
        return TaskResult(task, text)

    def close(self) -> None:
        pass


SAID = ("", "We pay 5 pallets", "We pay 6 pallets", "", "The end")


# Frames


@pytest.mark.parametrize("suffix", sorted(CODES))
def test_each_subtitle_is_read_once_and_has_its_times(tmp_path: Path, suffix: str) -> None:
    tools = Scripted(*SAID)
    track = read_subtitles(write_video(tmp_path / f"film{suffix}"), tools, every=0.5)
    assert len(tools.images) == track.frames_read == len(SCRIPT)
    assert track.problems == ()
    assert [found.text for found in track.subtitles] == ["We pay 5 pallets", "We pay 6 pallets", "The end"]
    times = [(found.start, found.end) for found in track.subtitles]
    assert np.asarray(times) == pytest.approx(np.asarray([(1, 3), (3, 4), (5, 6)]), abs=0.21)


def test_frames_come_whole_and_in_their_colours(tmp_path: Path) -> None:
    tools = Scripted(*SAID)
    read_subtitles(write_video(tmp_path / "film.avi"), tools)
    assert tools.images[0].size == (640, 360)
    red, _, blue = tools.images[0].getpixel((40, 80))  # type: ignore[misc]
    assert red > 150 > blue


def test_looking_less_often_reads_fewer_frames(tmp_path: Path) -> None:
    path = write_video(tmp_path / "film.avi")
    with open_video(path) as video:
        assert len(list(video.frames(0.5))) == 12
    with open_video(path) as video:
        assert len(list(video.frames(2.0))) == 3


def test_a_frame_that_cannot_be_read_is_a_problem_of_its_own(tmp_path: Path) -> None:
    tools = Scripted("", PageError("it is too dark"), *SAID[2:])
    track = read_subtitles(write_video(tmp_path / "film.avi"), tools)
    assert [found.text for found in track.subtitles] == ["We pay 6 pallets", "The end"]
    assert track.problems == ("the frame at 1.0 s: it is too dark",)


def test_a_video_of_which_no_frame_can_be_read_fails(tmp_path: Path) -> None:
    tools = Scripted(*[PageError("it is too dark")] * 5)
    with pytest.raises(PageError, match=r"no frame could be read; the frame at 0\.0 s: it is too dark"):
        read_subtitles(write_video(tmp_path / "film.avi"), tools)


def test_a_subtitle_that_fades_in_slowly_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), RATE, (640, 360))
    empty, full = draw_frame("", 0), draw_frame("We pay 5 pallets", 0)
    for number in range(100):
        writer.write(np.asarray(Image.blend(empty, full, number / 100))[:, :, ::-1])
    writer.release()
    with open_video(path) as video:
        assert sum(frame.image is not None for frame in video.frames(0.1)) > 1


def test_a_text_that_is_shown_again_after_a_second_is_two_subtitles(tmp_path: Path) -> None:
    path = write_video(tmp_path / "film.avi", [("Yes", 1.0), ("", 1.0), ("Yes", 1.0)])
    track = read_subtitles(path, Scripted("Yes", "", "Yes"))
    assert len(track.subtitles) == 2


# Bad files


def cut(path: Path, size: int) -> Path:
    path.write_bytes(path.read_bytes()[:size])
    return path


def test_a_video_without_its_end_is_broken(tmp_path: Path) -> None:
    path = write_video(tmp_path / "film.mp4")
    with pytest.raises(BrokenFile, match="damaged"):
        read_subtitles(cut(path, 5000), Scripted())


def test_ffmpeg_does_not_write_to_the_terminal(tmp_path: Path) -> None:
    path = cut(write_video(tmp_path / "film.mp4"), 5000)
    code = f"from pathlib import Path; from ingest.video import open_video; open_video(Path({str(path)!r})).__enter__()"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "moov" not in done.stderr and "ERROR:" not in done.stderr and "WARN:" not in done.stderr
    assert "BrokenFile" in done.stderr


def test_a_video_that_breaks_off_gives_what_there_is_and_says_so(tmp_path: Path) -> None:
    path = write_video(tmp_path / "film.mkv", [("We pay 5 pallets", 10.0)])
    cut(path, path.stat().st_size // 2)
    track = read_subtitles(path, Scripted("We pay 5 pallets"))
    assert [found.text for found in track.subtitles] == ["We pay 5 pallets"]
    assert re.fullmatch(r"the video breaks off after [3-7] of 10 seconds; get it again", track.problems[0])


def test_a_playlist_is_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_text("#EXTM3U\n#EXTINF:10,\nfile:///etc/hostname\n")
    with pytest.raises(UnsupportedFile, match="no video"):
        read_subtitles(path, Scripted())


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"\x00\x00\x00\x20ftypisom", True),
        (b"\x00\x00\x00\x14ftypqt  ", True),
        (b"\x00\x00\x00\x18ftypheic", False),  # a phone's photo
        (b"\x00\x00\x00\x1cftypavif", False),
        (b"\x1a\x45\xdf\xa3\x01\x00\x00\x00", True),
        (b"RIFF\x00\x00\x00\x00AVI LIST", True),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", False),
        (b"%PDF-1.7", False),
        (b"", False),
    ],
)
def test_videos_are_known_by_their_content(tmp_path: Path, head: bytes, expected: bool) -> None:
    path = tmp_path / "file"
    path.write_bytes(head)
    assert is_video(path) is expected
    assert is_video(tmp_path / "missing.mp4") is False


# Texts


def test_near_equal_neighbours_are_one_subtitle_with_the_text_shown_longest() -> None:
    readings = [Reading(0, "The delivery was lat"), Reading(0.5, "The delivery was late."), Reading(3, "")]
    assert merge(readings, 4) == (Subtitle(0, 3, "The delivery was late."),)


def test_an_empty_reading_between_equal_ones_is_a_miss_only_where_it_is_short() -> None:
    readings = [Reading(0, "Yes"), Reading(1, ""), Reading(1.5, "Yes"), Reading(2, ""), Reading(4, "Yes")]
    assert merge(readings, 5, most_gap=0.75) == (Subtitle(0, 2, "Yes"), Subtitle(4, 5, "Yes"))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("The delivery was late.", "The delivery was 1ate.", False),
        ("The delivery was late.", "The delivery vas late.", True),
        ("The delivery was late.", "the delivery  was\nlate.", True),
        ("We pay 5 pallets a month.", "We pay 6 pallets a month.", False),
        ("我去", "我来", False),
        ("合同将于明年三月一日生效。", "合同将于明年三月一日生效", True),
        ("Yes", "No", False),
    ],
)
def test_misread_letters_are_alike_and_other_numbers_are_not(one: str, other: str, expected: bool) -> None:
    assert alike(one, other) is expected


def test_srt_numbers_times_and_lines() -> None:
    subtitles = [Subtitle(1.0, 2.9996, "One\nline"), Subtitle(3661.25, 3662, "两")]
    assert to_srt(subtitles) == (
        "1\n00:00:01,000 --> 00:00:03,000\nOne\nline\n\n2\n01:01:01,250 --> 01:01:02,000\n两\n"
    )


@given(st.lists(st.tuples(st.floats(0.01, 5), st.sampled_from(["", " \n", "Yes", "No\n\nnever", "合同"]))))
def test_subtitles_follow_each_other_and_have_a_text(said: list[tuple[float, str]]) -> None:
    at = 0.0
    readings = []
    for seconds, text in said:
        readings.append(Reading(at, text))
        at += seconds
    subtitles = merge(readings, at, most_gap=0.5)
    borders = [time for found in subtitles for time in (found.start, found.end)]
    assert borders == sorted(borders) and all(0 <= time <= at for time in borders)
    # An empty line would end a subtitle's text in the file.
    assert all(found.text.strip() and "\n\n" not in found.text for found in subtitles)
    assert to_srt(subtitles).count(" --> ") == len(subtitles)


# The command


@pytest.fixture
def run_ocr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"PAGECITE_{name.upper()}", raising=False)
    app = typer.Typer()
    app.command()(ocr)

    def _run(tools: Scripted, *arguments: object) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments], obj=TaskMaker(lambda _: tools))

    return _run


def test_a_video_gives_srt_without_being_asked(tmp_path: Path, run_ocr: Callable[..., Result]) -> None:
    result = run_ocr(Scripted(*SAID), write_video(tmp_path / "film.avi"))
    assert result.stdout.startswith("1\n00:00:01,000 --> 00:00:03,000\nWe pay 5 pallets\n\n2\n")
    assert (result.stderr, result.exit_code) == ("", 0)


def test_json_lists_the_subtitles(tmp_path: Path, run_ocr: Callable[..., Result]) -> None:
    result = run_ocr(Scripted(*SAID), write_video(tmp_path / "film.avi"), "--task", "subtitles", "--json")
    assert json.loads(result.stdout)["subtitles"][0] == {"start": 1.0, "end": 3.0, "text": "We pay 5 pallets"}


def test_the_interval_can_be_chosen(tmp_path: Path, run_ocr: Callable[..., Result]) -> None:
    tools = Scripted("", "We pay 5 pallets", "")
    result = run_ocr(tools, write_video(tmp_path / "film.avi"), "--every", 2)
    assert "00:00:02,000 --> 00:00:04,000" in result.stdout and len(tools.images) == 3


def test_another_task_on_a_video_is_refused(tmp_path: Path, run_ocr: Callable[..., Result]) -> None:
    result = run_ocr(Scripted(), write_video(tmp_path / "film.avi"), "--task", "table")
    assert result.stderr == "ingest: film.avi: it is a video, of which only --task subtitles can be read\n"
    assert result.exit_code == 1


def test_a_video_without_subtitles_says_so(tmp_path: Path, run_ocr: Callable[..., Result]) -> None:
    result = run_ocr(Scripted(""), write_video(tmp_path / "film.avi", [("", 2.0)]))
    assert (result.stdout, result.stderr) == ("", "warning  no subtitles were found\n")
    assert result.exit_code == 0
