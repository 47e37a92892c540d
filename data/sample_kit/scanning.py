"""Turns drawn pages into what a scanner, a camera or a fax would make of them."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pymupdf
from PIL import Image, ImageFilter

EXIF_ORIENTATION = 0x0112


@dataclass(frozen=True)
class Look:
    """How a scanner reproduces a page: its skew in degrees, and whether in colour."""

    skew: float
    seed: int
    gray: bool = True
    dpi: int = 200
    noise: float = 3.0
    quality: int = 52


def render(page: pymupdf.Page, dpi: int, gray: bool = False) -> Image.Image:
    """Return a page as an image."""
    pixmap = page.get_pixmap(dpi=dpi, colorspace=pymupdf.csGRAY if gray else pymupdf.csRGB)
    return Image.frombytes("L" if gray else "RGB", (pixmap.width, pixmap.height), pixmap.samples)


def _scan(page: pymupdf.Page, look: Look) -> bytes:
    rng = np.random.default_rng(look.seed + page.number)
    paper = 240 if look.gray else (246, 243, 234)
    image = render(page, look.dpi, look.gray).rotate(
        look.skew, resample=Image.Resampling.BICUBIC, fillcolor=255 if look.gray else (255, 255, 255)
    )
    image = image.filter(ImageFilter.GaussianBlur(0.7))
    pixels = 28 + np.asarray(image, dtype=np.float32) * (np.asarray(paper, dtype=np.float32) - 28) / 255
    height, width = pixels.shape[:2]
    shadow = 1 - 0.16 * np.exp(-np.arange(width, dtype=np.float32) / (width * 0.018))
    grain = rng.normal(0, look.noise, (height, width)).astype(np.float32)
    if pixels.ndim == 3:
        shadow, grain = shadow[:, None], grain[..., None]
    scanned = Image.fromarray(np.clip(pixels * shadow + grain, 0, 255).astype(np.uint8))
    buffer = io.BytesIO()
    scanned.save(buffer, "JPEG", quality=look.quality, dpi=(look.dpi, look.dpi))
    return buffer.getvalue()


def scan_pages(document: pymupdf.Document, look: Look, numbers: Iterable[int] | None = None) -> None:
    """Replace pages (0-based, all unless told) by scans of themselves, without a text layer."""
    for number in range(document.page_count) if numbers is None else numbers:
        page = document[number]
        size, picture = page.rect, _scan(page, look)
        document.delete_page(number)
        document.new_page(number, width=size.width, height=size.height).insert_image(size, stream=picture)


def photograph(page: pymupdf.Page, path: Path, seed: int) -> None:
    """Photograph a page that lies askew on a desk, stored sideways as a phone stores it (EXIF orientation 6)."""
    rng = np.random.default_rng(seed)
    width, height = 1560, 2080
    sheet = render(page, 170).convert("RGB")
    corners = [(118, 92), (1462, 128), (1496, 2010), (74, 1984)]
    coefficients = _perspective(corners, sheet.size)
    paper = np.asarray(_laid(sheet, coefficients, (width, height)), dtype=np.float32)
    mask = _laid(Image.new("L", sheet.size, 255), coefficients, (width, height))
    soft = np.asarray(mask.filter(ImageFilter.GaussianBlur(1)), dtype=np.float32)[..., None] / 255
    shadow = np.asarray(mask.filter(ImageFilter.GaussianBlur(26)), dtype=np.float32)[..., None] / 255
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    streaks = np.cumsum(rng.normal(0, 1, width)).astype(np.float32)
    streaks = 7 * np.sin(streaks / 9 + rows / 260)[..., None]
    desk = (np.array([124, 88, 58], dtype=np.float32) + streaks) * (1 - 0.55 * shadow)
    light = (1.04 - 0.20 * (columns / width) - 0.14 * (rows / height))[..., None]
    warm_paper = paper * np.array([0.97, 0.955, 0.915], dtype=np.float32)
    picture = (warm_paper * soft + desk * (1 - soft)) * light + rng.normal(0, 2.2, (height, width, 1))
    image = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.5))
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = 6
    image.transpose(Image.Transpose.ROTATE_90).save(path, quality=74, exif=exif)


def _laid(sheet: Image.Image, coefficients: list[float], size: tuple[int, int]) -> Image.Image:
    """Return a sheet as it lies in a picture of this size, black around it."""
    return sheet.transform(size, Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC)


def _perspective(corners: list[tuple[int, int]], size: tuple[int, int]) -> list[float]:
    """Return what Pillow needs to map the corners in the picture to those of a sheet of this size."""
    width, height = size
    matrix, values = [], []
    for (x, y), (u, v) in zip(corners, [(0, 0), (width, 0), (width, height), (0, height)], strict=True):
        matrix += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return list(np.linalg.solve(np.array(matrix, dtype=float), np.array(values, dtype=float)))


def fax(document: pymupdf.Document, path: Path, seed: int) -> None:
    """Save a document as a black-and-white multi-page TIFF with the specks and the slant of an office copier."""
    rng = np.random.default_rng(seed)
    pages = []
    for number in range(document.page_count):
        image = render(document[number], 200, gray=True).rotate(0.35, resample=Image.Resampling.BICUBIC, fillcolor=255)
        pixels = np.asarray(image.filter(ImageFilter.GaussianBlur(0.6))).copy()
        specks = rng.integers(0, pixels.size, 110)
        pixels.reshape(-1)[specks] = 0
        pages.append(Image.fromarray(pixels).point(lambda value: 255 if value > 150 else 0, mode="1"))
    pages[0].save(path, save_all=True, append_images=pages[1:], compression="group4", dpi=(200, 200))


def picture(page: pymupdf.Page, path: Path) -> None:
    """Save a page as a PNG with a small palette, as a scanning app exports it."""
    render(page, 170).quantize(96, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
        path, optimize=True, dpi=(170, 170)
    )
