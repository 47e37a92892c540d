"""Images as HunyuanOCR wants them."""

import base64
import io
import math

from PIL.Image import Image, Resampling

# Side of a square of pixels that becomes one image token: patch 16, merged 2 by 2.
TOKEN_SIDE = 32
# PNG's fastest: the server is on the same machine or near, and a page waits for it.
_COMPRESSION = 1


def fit(image: Image, max_pixels: int) -> Image:
    """An image scaled down to a number of pixels, its proportions kept; as it is where it has no more.

    Larger ones run the server out of memory. Small ones are left to the model's own processor.
    """
    pixels = image.width * image.height
    if pixels <= max_pixels:
        return image
    scale = math.sqrt(max_pixels / pixels)
    size = (max(1, int(image.width * scale)), max(1, int(image.height * scale)))
    return image.resize(size, Resampling.LANCZOS)


def image_tokens(image: Image) -> int:
    """Tokens that an image takes: ``(h / 32) * (w / 32 + 1) + 2`` after rounding the sides to 32 pixels."""
    rows, columns = (max(1, round(side / TOKEN_SIDE)) for side in (image.height, image.width))
    return rows * (columns + 1) + 2


def data_uri(image: Image) -> str:
    """An image as a ``data:`` address, PNG, nothing lost."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=_COMPRESSION)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
