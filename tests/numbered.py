"""Pages that say their number in pixels, so that a test knows which page is which wherever it comes out."""

from pathlib import Path

import numpy as np
from PIL import Image

# Black and white pixels that survive any way through processes and files.
_BITS = 12
_CELL = 8


def said(number: int) -> str:
    """What a page of that number says."""
    return f"Page number {number} of the agreement"


def page_image(number: int, size: tuple[int, int] = (240, 320)) -> Image.Image:
    """A page that says its number in boxes along its upper edge."""
    image = Image.new("RGB", size, "white")
    for bit in range(_BITS):
        if number >> bit & 1:
            image.paste("black", (bit * _CELL, 0, (bit + 1) * _CELL, _CELL))
    return image


def number_on(image: Image.Image) -> int:
    """The number of a page."""
    grey = np.asarray(image.convert("L"))
    return sum(1 << bit for bit in range(_BITS) if grey[_CELL // 2, bit * _CELL + _CELL // 2] < 128)


def write_book(path: Path, numbers: "list[int] | range", size: tuple[int, int] = (240, 320)) -> Path:
    """A TIFF of numbered pages."""
    first, *others = (page_image(number, size) for number in numbers)
    first.save(path, save_all=True, append_images=others, compression="tiff_deflate")
    return path
