"""The test pages of the soundness check: small pages whose text no other page holds.

Some servers hand one concurrent page the text of another. A client finds out by sending several of these pages at
once and looking whether each answer names its own page, and no other.
"""

import re
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

_SIZE = (256, 128)
_NONCE_BITS = 64
_MARKUP = re.compile(r"<[^<>]{0,200}>|\(\d{1,4},\s?\d{1,4}\)")


@dataclass(frozen=True, slots=True)
class Probe:
    """One test page: a common English word and a number of four digits, neither on any other test page."""

    word: str
    number: str


PROBES: tuple[Probe, ...] = (
    Probe("WALNUT", "4827"),
    Probe("CHERRY", "9356"),
    Probe("BUCKET", "2748"),
    Probe("MUSEUM", "6193"),
    Probe("FEATHER", "7582"),
    Probe("GRAVEL", "3964"),
    Probe("JUNGLE", "8475"),
    Probe("YELLOW", "5239"),
)
_COLOURS = ("#1f4e9e", "#b3261e", "#1e7a3c", "#e08a00", "#6a2c91", "#222222", "#00838f", "#c2185b")


def draw(probe: Probe, nonce: int) -> Image.Image:
    """The test page as an image.

    Args:
        probe: one of `PROBES`.
        nonce: its lowest 64 bits make some pixels of the white margin one grey level darker, which nobody sees:
            no cache of a server knows an image with a new nonce.

    Returns:
        RGB, 256 by 128 pixels, black on white.
    """
    image = Image.new("RGB", _SIZE, "white")
    pen = ImageDraw.Draw(image)
    pen.text((14, 10), probe.word, fill="black", font=ImageFont.load_default(36))
    pen.text((14, 62), probe.number, fill="black", font=ImageFont.load_default(36))
    _mark(pen, PROBES.index(probe))
    for bit in range(_NONCE_BITS):
        if nonce >> bit & 1:
            image.putpixel((2 * bit, _SIZE[1] - 2), (254, 254, 254))
    return image


def names(answer: str, probe: Probe) -> bool:
    """Whether an answer holds this page's word and number, however they are marked up, spaced or broken."""
    text = _squeezed(answer)
    return probe.word.casefold() in text and probe.number in text


def named(answer: str) -> list[Probe]:
    """The pages of which an answer holds the word or the number: more than its own is another page's text."""
    text = _squeezed(answer)
    return [probe for probe in PROBES if probe.word.casefold() in text or probe.number in text]


def _mark(pen: ImageDraw.ImageDraw, index: int) -> None:
    """A plain shape right of the text; its kind, place and colour tell the pages apart at a glance."""
    row, disc = divmod(index, 2)
    left, top = 196 + 8 * (row % 2), 8 + 22 * row
    shape = pen.ellipse if disc else pen.rectangle
    shape((left, top, left + 40, top + 36), fill=_COLOURS[index])


def _squeezed(answer: str) -> str:
    """Letters and digits alone; tags and coordinates, whose digits could join to a number, are left out."""
    return "".join(filter(str.isalnum, _MARKUP.sub(" ", answer).casefold()))
