"""What makes a page look like a real one: drawn logos, signatures in ink, company seals and rubber stamps."""

from __future__ import annotations

import math
import random

import pymupdf

from sample_kit.layout import WHITE, Canvas, Color, chinese, sans

INK_BLUE = (0.10, 0.17, 0.45)
SEAL_RED = (0.80, 0.10, 0.12)


def logo(page: pymupdf.Page, kind: str, x: float, y: float, size: float, color: Color) -> None:
    """Draw one of the logos in `_LOGOS` in a square with its upper left corner at (x, y)."""
    _LOGOS[kind](page, pymupdf.Rect(x, y, x + size, y + size), color)


def _at(rect: pymupdf.Rect, x: float, y: float) -> pymupdf.Point:
    return pymupdf.Point(rect.x0 + x * rect.width, rect.y0 + y * rect.height)


def _compass(page: pymupdf.Page, rect: pymupdf.Rect, color: Color) -> None:
    page.draw_circle(_at(rect, 0.5, 0.5), rect.width / 2, color=None, fill=color)
    needle = [_at(rect, 0.5, 0.08), _at(rect, 0.63, 0.5), _at(rect, 0.5, 0.92), _at(rect, 0.37, 0.5)]
    page.draw_polyline([*needle, needle[0]], color=None, fill=WHITE)
    page.draw_polyline([needle[1], needle[2], needle[3], needle[1]], color=None, fill=(0.62, 0.75, 0.86))


def _ridge(page: pymupdf.Page, rect: pymupdf.Rect, color: Color) -> None:
    far = [(0.30, 0.9), (0.66, 0.12), (1.0, 0.9), (0.30, 0.9)]
    near = [(0.0, 0.9), (0.34, 0.38), (0.66, 0.9), (0.0, 0.9)]
    page.draw_polyline([_at(rect, *point) for point in far], color=None, fill=tuple(0.5 + c / 2 for c in color))
    page.draw_polyline([_at(rect, *point) for point in near], color=None, fill=color)


def _leaf(page: pymupdf.Page, rect: pymupdf.Rect, color: Color) -> None:
    shape = page.new_shape()
    tip, stem = _at(rect, 0.95, 0.05), _at(rect, 0.12, 0.9)
    shape.draw_bezier(stem, _at(rect, -0.15, 0.35), _at(rect, 0.35, 0.0), tip)
    shape.draw_bezier(tip, _at(rect, 1.0, 0.6), _at(rect, 0.65, 1.1), stem)
    shape.finish(color=None, fill=color, closePath=True)
    shape.draw_line(_at(rect, 0.0, 1.0), _at(rect, 0.7, 0.3))
    shape.finish(color=WHITE, width=rect.width * 0.05)
    shape.commit()


def _cup(page: pymupdf.Page, rect: pymupdf.Rect, color: Color) -> None:
    page.draw_circle(_at(rect, 0.80, 0.58), rect.width * 0.15, color=color, width=rect.width * 0.07)
    page.draw_rect(pymupdf.Rect(_at(rect, 0.1, 0.38), _at(rect, 0.76, 0.86)), color=None, fill=color, radius=0.25)
    for x in (0.30, 0.48, 0.66):
        page.draw_bezier(
            _at(rect, x - 0.05, 0.28),
            _at(rect, x - 0.12, 0.16),
            _at(rect, x + 0.05, 0.14),
            _at(rect, x - 0.04, 0.0),
            color=color,
            width=rect.width * 0.045,
        )


def _valve(page: pymupdf.Page, rect: pymupdf.Rect, color: Color) -> None:
    centre = _at(rect, 0.5, 0.5)
    corners = [centre + pymupdf.Point(math.cos(a), math.sin(a)) * rect.width / 2 for a in _angles(6, math.pi / 6)]
    page.draw_polyline([*corners, corners[0]], color=None, fill=color)
    page.draw_circle(centre, rect.width * 0.26, color=None, fill=WHITE)
    page.draw_circle(centre, rect.width * 0.13, color=None, fill=color)


def _stack(page: pymupdf.Page, rect: pymupdf.Rect, color: Color) -> None:
    for top, blend in ((0.42, 0.65), (0.22, 0.35), (0.02, 0.0)):
        shade = tuple(c + (1 - c) * blend for c in color)
        points = [(0.5, top), (1.0, top + 0.27), (0.5, top + 0.54), (0.0, top + 0.27), (0.5, top)]
        page.draw_polyline([_at(rect, *point) for point in points], color=WHITE, fill=shade, width=rect.width * 0.03)


_LOGOS = {"compass": _compass, "ridge": _ridge, "leaf": _leaf, "cup": _cup, "valve": _valve, "stack": _stack}


def _angles(count: int, start: float) -> list[float]:
    return [start + 2 * math.pi * i / count for i in range(count)]


def signature(page: pymupdf.Page, x: float, y: float, width: float, seed: int, color: Color = INK_BLUE) -> None:
    """Scribble a signature on the line that starts at (x, y); each seed gives another hand."""
    rng = random.Random(seed)
    count = rng.randint(6, 9)
    capitals = {0, rng.randrange(2, count - 1)}
    spans = [rng.uniform(0.6, 1.5) for _ in range(count)]
    slant = rng.uniform(0.2, 0.6)
    unit = width * 0.84 / sum(spans)
    points = []
    for stroke, span in enumerate(spans):
        height = rng.uniform(17, 25) if stroke in capitals else rng.uniform(2, 9)
        looped = rng.choice((0.15, 0.3, 0.8, 1.15)) * span * unit
        for step in range(24):
            turn = 2 * math.pi * step / 24
            rise = height * (1 - math.cos(turn)) / 2
            sway = -math.sin(turn) * looped / 2
            across = unit * (sum(spans[:stroke]) + span * step / 24)
            points.append((x + across + sway + slant * rise, y - 3 - rise + 2 * math.sin(across / 17)))
    shape = page.new_shape()
    shape.draw_polyline([pymupdf.Point(*point) for point in points])
    last = pymupdf.Point(*points[-1])
    shape.draw_bezier(
        last,
        last + pymupdf.Point(width * 0.12, rng.uniform(-14, -4)),
        last + pymupdf.Point(width * 0.16, rng.uniform(4, 10)),
        last + pymupdf.Point(-width * rng.uniform(0.3, 0.7), rng.uniform(5, 9)),
    )
    shape.finish(color=color, width=1.05, closePath=False, lineCap=1, lineJoin=1)
    shape.commit()


def seal(page: pymupdf.Page, centre: tuple[float, float], company: str, caption: str, radius: float = 56) -> None:
    """Press a round red company seal (公章) over the page, as an image, so that it leaves the text under it alone."""
    side = 2 * radius + 8
    with pymupdf.open() as sheet:
        blank = sheet.new_page(width=side, height=side)
        middle = pymupdf.Point(side / 2, side / 2)
        blank.draw_circle(middle, radius, color=SEAL_RED, width=2.2)
        star = [middle + pymupdf.Point(math.sin(a), -math.cos(a)) * r for a, r in _star_points(radius * 0.3)]
        blank.draw_polyline([*star, star[0]], color=None, fill=SEAL_RED)
        spread = math.radians(250)
        for index, char in enumerate(company):
            turn = spread * (index / (len(company) - 1) - 0.5)
            foot = middle + pymupdf.Point(math.sin(turn), -math.cos(turn)) * (radius * 0.70)
            _turned(blank, foot, char, radius * 0.21, turn)
        width = chinese().width(caption, radius * 0.17)
        writer = pymupdf.TextWriter(blank.rect)
        writer.append(
            middle + pymupdf.Point(-width / 2, radius * 0.62), caption, font=chinese().regular, fontsize=radius * 0.17
        )
        writer.write_text(blank, color=SEAL_RED)
        picture = blank.get_pixmap(dpi=200, alpha=True)
    picture.set_alpha(bytes(round(value * 0.78) for value in picture.samples[3::4]))
    x, y = centre
    page.insert_image(pymupdf.Rect(x - side / 2, y - side / 2, x + side / 2, y + side / 2), pixmap=picture)


def _star_points(radius: float) -> list[tuple[float, float]]:
    return [(math.pi * i / 5, radius if i % 2 == 0 else radius * 0.382) for i in range(10)]


def _turned(page: pymupdf.Page, foot: pymupdf.Point, char: str, size: float, turn: float) -> None:
    writer = pymupdf.TextWriter(page.rect)
    writer.append(foot + pymupdf.Point(-size / 2, 0), char, font=chinese().regular, fontsize=size)
    writer.write_text(page, color=SEAL_RED, morph=(foot, pymupdf.Matrix(-math.degrees(turn))), render_mode=2)


def received_stamp(canvas: Canvas, x: float, y: float, lines: tuple[str, str], color: Color = INK_BLUE) -> None:
    """Stamp two lines in a frame, turned a little, with the upper left corner at (x, y)."""
    canvas.flush()
    pivot = pymupdf.Point(x, y)
    turn = pymupdf.Matrix(7)
    width, height = 128.0, 44.0
    shape = canvas.page.new_shape()
    shape.draw_rect(pymupdf.Rect(x, y, x + width, y + height))
    shape.finish(color=color, width=1.6, morph=(pivot, turn))
    shape.commit()
    writer = pymupdf.TextWriter(canvas.page.rect)
    for text, size, baseline in ((lines[0], 15.0, 19.0), (lines[1], 10.0, 36.0)):
        left = x + (width - sans().width(text, size, True)) / 2
        writer.append((left, y + baseline), text, font=sans().font(True), fontsize=size)
    writer.write_text(canvas.page, color=color, morph=(pivot, turn))
