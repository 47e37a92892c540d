"""Scans of digital pages under a known turn, so that it is known where each of their words stands."""

import math
from pathlib import Path

import numpy as np
import pymupdf
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from ingest.types import Box
from retrieval.glyphs import Glyphs, glyphs_of

_DPI = 200
_NOISE = 3.0
_PAPER = 240
_INK = 140  # a darker pixel belongs to a letter


def scan(pdf: Path, out: Path, degrees: float) -> None:
    """Write a PDF's pages as a scanner would see them, turned counter-clockwise, as a TIFF of grey pages."""
    with pymupdf.open(pdf) as document:
        pages = [_scanned(_render(page), degrees, page.number) for page in document]
    pages[0].save(out, save_all=True, append_images=pages[1:], compression="tiff_adobe_deflate", dpi=(_DPI, _DPI))


def turned_glyphs(page: pymupdf.Page, degrees: float) -> Glyphs:
    """Where the ink of a page's letters stands in its scan."""
    glyphs = glyphs_of(page)
    grey = np.asarray(_render(page))
    height, width = grey.shape
    boxes = tuple(_turned(_ink(grey, box), degrees, width, height) for box in glyphs.boxes)
    return Glyphs(glyphs.letters, boxes)


def _render(page: pymupdf.Page) -> Image.Image:
    pixmap = page.get_pixmap(dpi=_DPI, colorspace=pymupdf.csGRAY)
    return Image.frombytes("L", (pixmap.width, pixmap.height), pixmap.samples)


def _scanned(image: Image.Image, degrees: float, seed: int) -> Image.Image:
    turned = image.rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor=255)
    pixels = np.asarray(turned.filter(ImageFilter.GaussianBlur(0.7)), dtype=np.float32) * (_PAPER / 255)
    noise = np.random.default_rng(seed).normal(0, _NOISE, pixels.shape)
    return Image.fromarray(np.clip(pixels + noise, 0, 255).astype(np.uint8))


def _ink(grey: NDArray[np.uint8], box: Box) -> Box:
    """The part of a glyph's box that is inked; all of it where nothing is."""
    height, width = grey.shape
    x0, y0 = int(box[0] * width), int(box[1] * height)
    patch = grey[y0 : math.ceil(box[3] * height), x0 : math.ceil(box[2] * width)] < _INK
    rows, columns = np.flatnonzero(patch.any(axis=1)), np.flatnonzero(patch.any(axis=0))
    if not rows.size:
        return box
    return (
        (x0 + int(columns[0])) / width,
        (y0 + int(rows[0])) / height,
        (x0 + int(columns[-1]) + 1) / width,
        (y0 + int(rows[-1]) + 1) / height,
    )


def _turned(box: Box, degrees: float, width: int, height: int) -> Box:
    """The box around a box that was turned about the page's middle."""
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    corners = [((x - 0.5) * width, (y - 0.5) * height) for x in (box[0], box[2]) for y in (box[1], box[3])]
    xs = [(x * cosine + y * sine) / width + 0.5 for x, y in corners]
    ys = [(y * cosine - x * sine) / height + 0.5 for x, y in corners]
    return (min(xs), min(ys), max(xs), max(ys))
