"""Subtitles that are burnt into the picture of a video, read frame by frame with their times."""

import math
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from ingest.errors import BrokenFile, DocumentError, PageError, UnsupportedFile
from ingest.hunyuan.prompts import Task
from ingest.subtitles import Reading, Subtitle, merge
from ingest.tasks.ordered import in_order
from ingest.tasks.tools import TaskTools, run_task

if TYPE_CHECKING:
    from cv2 import VideoCapture
    from cv2.typing import MatLike

KINDS = "MP4, MOV, MKV, WebM and AVI"
EVERY = 0.5  # seconds between two looks at the picture

_MOST_PIXELS = 40_000_000  # of a frame: 8K has 33 million
_CONVERT = "convert it (`ffmpeg -i VIDEO -c:v libx264 converted.mp4`) or get it again"
# ISO media files of still pictures, phone photos among them, begin as MP4 does.
_STILL = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis"})
_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"})
# Two looks show the same subtitle where no two places of this grid over the lower part of the frame differ more.
_BAND_FROM = 0.55
_GRID = (160, 40)
_SAME_LEVELS = 24
# A video that ends this many seconds, or this share, before its announced end has broken off.
_SHORT_SECONDS = 2.0
_SHORT_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture of a video.

    Attributes:
        start: seconds from the video's beginning.
        image: RGB; None where its subtitle is that of the frame before.
    """

    start: float
    image: Image.Image | None


@dataclass(frozen=True, slots=True)
class SubtitleTrack:
    """All subtitles of a video.

    Attributes:
        subtitles: in order.
        problems: frames that could not be read, or an early end: what may be missing, for people.
        frames_read: how many frames were given to the engine.
    """

    subtitles: tuple[Subtitle, ...]
    problems: tuple[str, ...]
    frames_read: int


class Video:
    """An open video file; its frames are given once, in order."""

    def __init__(self, capture: "VideoCapture") -> None:
        import cv2

        self._capture = capture
        rate = capture.get(cv2.CAP_PROP_FPS)
        self._rate = rate if math.isfinite(rate) and 0 < rate <= 1000 else 25.0
        count = capture.get(cv2.CAP_PROP_FRAME_COUNT)
        self._announced = count / self._rate if 0 < count < 1e9 else 0.0
        self.end = 0.0  # seconds; the end of the last frame that was given

    def frames(self, every: float) -> Iterator[Frame]:
        """Look at the picture every so many seconds; what changes faster is not seen.

        Raises:
            BrokenFile: no picture can be decoded.
        """
        import cv2

        shown: MatLike | None = None
        number, due = 0, 0.0
        while self._capture.grab():
            position = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
            start = position if position > 0 else number / self._rate
            number, self.end = number + 1, max(self.end, start + 1 / self._rate)
            if start < due:
                continue
            due = start + every - 0.5 / self._rate
            found, pixels = self._capture.retrieve()
            if not found:
                continue
            band = _band(pixels)
            changed = shown is None or _differ(band, shown)
            shown = band if changed else shown
            yield Frame(start, Image.fromarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)) if changed else None)
        if shown is None:
            raise BrokenFile(f"no picture of the video can be decoded; {_CONVERT}")

    @property
    def shortfall(self) -> str:
        """Once all frames were given: whether the file broke off before its announced end, for people, else empty."""
        missing = self._announced - self.end
        if missing <= max(_SHORT_SECONDS, _SHORT_SHARE * self._announced):
            return ""
        return f"the video breaks off after {self.end:.0f} of {self._announced:.0f} seconds; get it again"


def is_video(path: Path) -> bool:
    """Whether a file is a video that `open_video` may read, by its first bytes; a missing file is none."""
    try:
        with path.open("rb") as stream:
            head = stream.read(16)
    except OSError:
        return False
    if head[4:8] == b"ftyp":
        return head[8:12] not in _STILL
    return head[4:8] in _BOXES or head[:4] == b"\x1a\x45\xdf\xa3" or (head[:4] == b"RIFF" and head[8:12] == b"AVI ")


@contextmanager
def open_video(path: Path) -> Iterator[Video]:
    """Open a video for the time of a ``with`` block.

    Raises:
        UnsupportedFile: it is not one of `KINDS`, or its picture is too large.
        BrokenFile: it cannot be opened.
    """
    # By its content: FFmpeg would also follow playlists to other files and servers.
    if not is_video(path):
        raise UnsupportedFile(f"its content is no video of the kinds {KINDS}; convert it first")
    # Read when the first video is opened; FFmpeg (-8: quiet) writes straight to the terminal otherwise.
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    import cv2

    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    capture = cv2.VideoCapture(os.path.abspath(path), cv2.CAP_FFMPEG)
    try:
        if not capture.isOpened():
            raise BrokenFile(f"the video is damaged, or its end is missing; {_CONVERT}")
        if capture.get(cv2.CAP_PROP_FRAME_WIDTH) * capture.get(cv2.CAP_PROP_FRAME_HEIGHT) > _MOST_PIXELS:
            raise UnsupportedFile("its picture has more than 40 million pixels; scale it down first")
        yield Video(capture)
    except cv2.error as error:
        raise DocumentError(f"the video cannot be decoded ({error.err or error}); {_CONVERT}") from error
    finally:
        capture.release()


def read_subtitles(path: Path, tools: TaskTools, *, every: float = EVERY) -> SubtitleTrack:
    """Read the subtitles of a video. Frames whose lower part does not change are read once.

    Args:
        path: a file of one of `KINDS`.
        tools: what reads the frames.
        every: seconds between two looks, more than 0: how exact the times are, and the shortest subtitle that is
            surely seen.

    Raises:
        DocumentError: the video cannot be read.
        PageError: none of its frames can be read.
        ModelError: the model cannot be reached or must not be used.
        ConfigError: the tools cannot read subtitles.
    """
    readings: list[Reading] = []
    problems: list[str] = []
    asked = 0

    def read(frame: Frame) -> tuple[Frame, str | None, str]:
        if frame.image is None:
            return frame, None, ""
        try:
            return frame, run_task(Task.SUBTITLES, frame.image, tools).text, ""
        except PageError as error:
            return frame, "", f"the frame at {frame.start:.1f} s: {error}"

    with open_video(path) as video, closing(in_order(read, video.frames(every), tools.concurrency)) as frames:
        for frame, text, problem in frames:
            asked += frame.image is not None
            problems += [problem] if problem else []
            if text is not None:
                readings.append(Reading(frame.start, text))
        end, shortfall = video.end, video.shortfall
    if problems and len(problems) == asked:
        raise PageError(f"no frame could be read; {problems[0]}")
    problems += [shortfall] if shortfall else []
    return SubtitleTrack(merge(readings, end, most_gap=1.5 * every), tuple(problems), asked)


def _band(pixels: "MatLike") -> "MatLike":
    """The part of a frame that subtitles stand in, small and grey."""
    import cv2

    lower = pixels[int(pixels.shape[0] * _BAND_FROM) :]
    return cv2.resize(cv2.cvtColor(lower, cv2.COLOR_BGR2GRAY), _GRID, interpolation=cv2.INTER_AREA)


def _differ(one: "MatLike", other: "MatLike") -> bool:
    import cv2

    return int((cv2.absdiff(one, other) > _SAME_LEVELS).sum()) > 1
