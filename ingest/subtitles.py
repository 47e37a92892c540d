"""Subtitles: from what single frames say to texts with a beginning and an end, and the SRT format."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

# Two readings of one subtitle agree at this and more (rapidfuzz ratio); equal digits are asked for besides.
_SAME = 90
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Reading:
    """What the picture says from a moment on, until the next reading; the text may be empty."""

    start: float
    text: str


@dataclass(frozen=True, slots=True)
class Subtitle:
    """A subtitle; `start` and `end` in seconds from the video's beginning."""

    start: float
    end: float
    text: str


def merge(readings: Sequence[Reading], end: float, *, most_gap: float = 0.0) -> tuple[Subtitle, ...]:
    """Join neighbouring readings that say the same, but for misread letters, into subtitles.

    Args:
        readings: in order of time.
        end: seconds; where the last reading ends.
        most_gap: seconds; an empty reading this short between two equal ones was a miss.
    """
    ends = [reading.start for reading in readings[1:]] + [end]
    runs: list[list[Subtitle]] = []
    for reading, until in zip(readings, ends, strict=True) if readings else ():
        text = "\n".join(line.strip() for line in reading.text.splitlines() if line.strip())
        if not text:
            continue
        piece = Subtitle(reading.start, max(until, reading.start), text)
        if runs and piece.start - runs[-1][-1].end <= most_gap and alike(runs[-1][-1].text, text):
            runs[-1].append(piece)
        else:
            runs.append([piece])
    return tuple(Subtitle(run[0].start, run[-1].end, _longest_shown(run)) for run in runs)


def alike(one: str, other: str) -> bool:
    """Whether two texts are readings of the same words; other digits are never a misreading."""
    if _DIGITS.findall(one) != _DIGITS.findall(other):
        return False
    return fuzz.ratio("".join(one.split()).casefold(), "".join(other.split()).casefold()) >= _SAME


def to_srt(subtitles: Iterable[Subtitle]) -> str:
    """Subtitles as SubRip text: number, times, lines, and an empty line after each."""
    return "\n".join(
        f"{number}\n{_clock(subtitle.start)} --> {_clock(subtitle.end)}\n{subtitle.text}\n"
        for number, subtitle in enumerate(subtitles, 1)
    )


def _longest_shown(run: list[Subtitle]) -> str:
    """The reading that was shown for most of the time; the picture fades in and out around it."""
    shown: dict[str, float] = {}
    for piece in run:
        shown[piece.text] = shown.get(piece.text, 0.0) + piece.end - piece.start
    return max(shown, key=lambda text: shown[text])


def _clock(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02},{rest % 1000:03}"
