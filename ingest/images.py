"""Page images as they are handed around: turned, on white paper, of bounded size, and known by their pixels."""

import hashlib
import math

import numpy as np
from PIL import Image

MAX_SIDE = 16_383  # pixels; WebP, the format of stored page images, holds no more
_TURNS = {
    90: Image.Transpose.ROTATE_270,  # Pillow turns counter-clockwise
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}


def turned(image: Image.Image, degrees: int) -> Image.Image:
    """An image turned clockwise by 0, 90, 180 or 270 degrees."""
    return image.transpose(_TURNS[degrees]) if degrees else image


def image_hash(image: Image.Image) -> str:
    """SHA-256 of an image's size and pixels, in hexadecimal."""
    digest = hashlib.sha256(f"{image.width}x{image.height} {image.mode}\n".encode())
    digest.update(image.tobytes())
    return digest.hexdigest()


def flattened(image: Image.Image) -> Image.Image:
    """On white paper, in RGB; 16-bit greys are scaled, not cut off."""
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        levels = np.asarray(image, dtype=np.float64)
        levels -= levels.min()
        image = Image.fromarray((levels * (255.0 / max(levels.max(), 1.0))).astype(np.uint8))
    if "A" in image.getbands() or "transparency" in image.info:
        rgba = image.convert("RGBA")
        paper = Image.new("RGBA", rgba.size, "white")
        return Image.alpha_composite(paper, rgba).convert("RGB")
    return image.convert("RGB")


def shrunk(image: Image.Image, max_pixels: int) -> Image.Image:
    """An image, made smaller where it has more pixels than allowed or a side that is too long to be stored."""
    scale = shrinking(image.width, image.height, max_pixels)
    if scale == 1.0:
        return image
    return image.resize((max(1, int(image.width * scale)), max(1, int(image.height * scale))), Image.Resampling.LANCZOS)


def shrinking(width: float, height: float, max_pixels: int) -> float:
    """Factor, at most 1, that brings an image's size within the limits."""
    return min(1.0, math.sqrt(max_pixels / max(width * height, 1)), MAX_SIDE / max(width, height, 1))
