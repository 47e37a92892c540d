"""Documents that tests draw: good ones, and some of the bad ones that people send."""

from collections.abc import Sequence
from pathlib import Path

import pymupdf
from PIL import Image, ImageDraw

PLAIN_LINE = "The Supplier delivers forty pallets a month to the Buyer."


def draw_page(text: str = PLAIN_LINE, size: tuple[int, int] = (620, 877)) -> Image.Image:
    """A page image with one line near its top."""
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).text((60, 80), text, fill="black", font_size=18)
    return image


def write_pdf(path: Path, pages: Sequence[Sequence[str]], *, font: str = "helv") -> Path:
    """A digital PDF, each page with its lines."""
    with pymupdf.open() as document:
        for lines in pages:
            page = document.new_page()
            for index, line in enumerate(lines):
                page.insert_text((72, 90 + 24 * index), line, fontsize=12, fontname=font)
        document.save(path)
    return path


def write_tiff(path: Path, texts: Sequence[str]) -> Path:
    """A TIFF with one page a text."""
    first, *others = (draw_page(text) for text in texts)
    first.save(path, save_all=True, append_images=others, compression="tiff_deflate")
    return path


def write_encrypted_pdf(path: Path) -> Path:
    """A PDF that needs a password."""
    with pymupdf.open() as document:
        document.new_page().insert_text((72, 72), PLAIN_LINE)
        document.save(path, encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="open", owner_pw="own")
    return path


def write_pageless_pdf(path: Path) -> Path:
    """A well-formed PDF whose page tree is empty."""
    path.write_bytes(
        b"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
        b"2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n"
    )
    return path


def write_truncated_png(path: Path) -> Path:
    """The first half of a PNG, as an interrupted copy leaves it."""
    draw_page().save(path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    return path
