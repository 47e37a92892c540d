"""Page images with highlighted words. Pure functions: image and boxes in, image out."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw

from ingest.types import Box

Colour = tuple[int, int, int]

_PADDING = 0.0018  # of the page's width, about a third of a millimetre
_EDGE = 0.0012
_MARGIN = (0.03, 0.06)  # left and right of a close-up, above and below it
_LEAST = (0.5, 0.24)  # width and height that a close-up has at least
_QUALITY = 90


@dataclass(frozen=True, slots=True)
class Ink:
    """Colours of a highlight: its surface and its outline."""

    fill: Colour
    edge: Colour


PROOF = Ink((255, 226, 110), (222, 160, 20))
PASSAGE = Ink((208, 226, 244), (138, 168, 196))


def highlight(image: Image.Image, boxes: Sequence[Box], ink: Ink = PROOF) -> Image.Image:
    """Mark boxes as a text marker does: colours are multiplied, so black letters stay black."""
    page = image.convert("RGB")
    if not boxes:
        return page
    edge = max(1, round(page.width * _EDGE))
    padding = max(1, round(page.width * _PADDING))
    layer = Image.new("RGB", page.size, "white")
    draw = ImageDraw.Draw(layer)
    # Outlines first: where boxes touch, surfaces cover them and one shape remains.
    for grow, colour in ((padding + edge, ink.edge), (padding, ink.fill)):
        for box in boxes:
            draw.rectangle(_pixels(box, page.size, grow), fill=colour)
    return ImageChops.multiply(page, layer)


def close_up(image: Image.Image, boxes: Sequence[Box]) -> Image.Image:
    """Cut out the part of the page around the boxes; the whole page where there are none."""
    if not boxes:
        return image
    left, right = _span(min(box[0] for box in boxes), max(box[2] for box in boxes), _MARGIN[0], _LEAST[0])
    top, bottom = _span(min(box[1] for box in boxes), max(box[3] for box in boxes), _MARGIN[1], _LEAST[1])
    width, height = image.size
    return image.crop((round(left * width), round(top * height), round(right * width), round(bottom * height)))


def fit_width(image: Image.Image, width: int) -> Image.Image:
    """Scale to a width; images that are narrower stay as they are."""
    if image.width <= width:
        return image
    height = max(1, round(image.height * width / image.width))
    return image.resize((width, height), Image.Resampling.LANCZOS)


def encode(image: Image.Image) -> bytes:
    """JPEG with full colour resolution, so that highlights have sharp edges."""
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, "JPEG", quality=_QUALITY, subsampling=0)
    return buffer.getvalue()


def _pixels(box: Box, size: tuple[int, int], grow: int) -> tuple[int, int, int, int]:
    width, height = size
    x0, x1 = sorted((box[0] * width, box[2] * width))
    y0, y1 = sorted((box[1] * height, box[3] * height))
    return (round(x0) - grow, round(y0) - grow, round(x1) + grow, round(y1) + grow)


def _span(low: float, high: float, margin: float, least: float) -> tuple[float, float]:
    """Widen a span by a margin and to a least length, inside 0..1."""
    length = min(1.0, max(high - low + 2 * margin, least))
    start = min(max((low + high - length) / 2, 0.0), 1.0 - length)
    return start, start + length
