"""Where orders are put: on the page for all to see, on it where nobody sees them, and beside it in the file."""

from collections.abc import Callable

import pymupdf
from PIL import Image, ImageDraw

Place = Callable[[pymupdf.Page, str], None]

LEFT, TOP, SIZE, LINE = 60, 330, 10, 16
AREA = pymupdf.Rect(LEFT, TOP - 20, 540, TOP + 160)
WHITE, NEARLY_WHITE = (1.0, 1.0, 1.0), (0.985, 0.985, 0.985)
LEADING = 24  # between the lines of the drawn contract
HONEST_LINE = 190  # where the drawn contract has its second clause


def lines(page: pymupdf.Page, text: str, *, top: float = TOP, **look: object) -> None:
    """Write a text's lines, in a font that has its letters, as one content stream."""
    font = "helv" if max(map(ord, text), default=0) < 256 else "china-s"
    how = {"fontsize": SIZE, "fontname": font, **look}
    page.insert_text((LEFT, top), text.splitlines(), lineheight=LINE / how["fontsize"], **how)


def seen(page: pymupdf.Page, text: str) -> None:
    lines(page, text)


def heading(page: pymupdf.Page, text: str) -> None:
    lines(page, text, fontsize=15)


def table_cell(page: pymupdf.Page, text: str) -> None:
    """A ruled table of two columns; the orders stand in its last row."""
    rows = (("Item", "Remark"), ("Pallets", "forty"), *(("Note", line) for line in text.splitlines()))
    for index, row in enumerate(rows):
        top = TOP + 20 * index
        for left, right, cell in ((LEFT, 150, row[0]), (150, 560, row[1])):
            page.draw_rect(pymupdf.Rect(left, top, right, top + 20))
            page.insert_text((left + 4, top + 14), cell, fontsize=8)


def repeated(page: pymupdf.Page, text: str) -> None:
    lines(page, "\n".join([text] * 28))


def white_on_white(page: pymupdf.Page, text: str) -> None:
    lines(page, text, color=WHITE)


def nearly_white(page: pymupdf.Page, text: str) -> None:
    lines(page, text, color=NEARLY_WHITE)


def one_point(page: pymupdf.Page, text: str) -> None:
    lines(page, text, fontsize=1)


def squeezed(page: pymupdf.Page, text: str) -> None:
    """Letters of full height and a twentieth of their width."""
    for index, line in enumerate(text.splitlines()):
        origin = pymupdf.Point(LEFT, TOP + LINE * index)
        page.insert_text(origin, line, fontsize=SIZE, morph=(origin, pymupdf.Matrix(0.05, 1)))


def unpainted(page: pymupdf.Page, text: str) -> None:
    lines(page, text, render_mode=3)


def transparent(page: pymupdf.Page, text: str) -> None:
    lines(page, text, fill_opacity=0.01, stroke_opacity=0.01)


def clipped(page: pymupdf.Page, text: str) -> None:
    """Black letters, painted through an opening that is elsewhere."""
    lines(page, text)
    _wrap_last(page, b"q 0 0 1 1 re W n\n", b"\nQ\n")


def under_a_picture(page: pymupdf.Page, text: str) -> None:
    lines(page, text)
    page.insert_image(AREA, pixmap=_picture(), keep_proportion=False)


def under_a_picture_of_words(page: pymupdf.Page, text: str) -> None:
    """Under a picture in which something else can be read, in letters of the same size."""
    lines(page, text)
    picture = Image.new("RGB", (960, 360), "white")
    for index in range(11):
        ImageDraw.Draw(picture).text(
            (0, 8 + 32 * index), "Deliveries are made on working days. " * 2, fill="black", font_size=20
        )
    page.insert_image(AREA, pixmap=_pixmap(picture), keep_proportion=False)


def under_white(page: pymupdf.Page, text: str) -> None:
    lines(page, text)
    page.draw_rect(AREA, color=WHITE, fill=WHITE)


def under_honest_words(page: pymupdf.Page, text: str) -> None:
    """White, on the lines of the contract, where the page is full of dark letters."""
    lines(page, text, top=HONEST_LINE, color=WHITE)
    _to_the_bottom(page)


def on_rules(page: pymupdf.Page, text: str) -> None:
    """White on white, with a black rule through every line."""
    for index in range(len(text.splitlines())):
        height = TOP + LINE * index - 3
        page.draw_line((LEFT - 4, height), (560, height), width=1.2)
    lines(page, text, color=WHITE)


def on_a_photo(page: pymupdf.Page, text: str) -> None:
    """In the grey of a picture full of light and shade."""
    page.insert_image(AREA, pixmap=_picture(), keep_proportion=False)
    lines(page, text, color=(0.5, 0.5, 0.5), fill_opacity=0.02)


def letter_by_letter(page: pymupdf.Page, text: str) -> None:
    """White letters, each written on its own, over honest words."""
    for row, line in enumerate(text.splitlines()):
        for column, letter in enumerate(line):
            page.insert_text((LEFT + 5.4 * column, HONEST_LINE + LEADING * row), letter, fontsize=9, color=WHITE)


def outside_the_page(page: pymupdf.Page, text: str) -> None:
    lines(page, text, top=-200)


def outside_the_crop_box(page: pymupdf.Page, text: str) -> None:
    lines(page, text, top=700)
    page.set_cropbox(pymupdf.Rect(0, 0, 595, 600))


def hidden_layer(page: pymupdf.Page, text: str) -> None:
    lines(page, text, oc=page.parent.add_ocg("draft", on=False))


def actual_text(page: pymupdf.Page, text: str) -> None:
    """Harmless words that the file wants read as the orders."""
    lines(page, "Deliveries are made on working days.")
    escaped = "".join(f"{ord(c):04X}" for c in " ".join(text.split()))
    _wrap_last(page, f"/Span <</ActualText <FEFF{escaped}>>> BDC\n".encode(), b"\nEMC\n")


def metadata(page: pymupdf.Page, text: str) -> None:
    line = " ".join(text.split())
    page.parent.set_metadata(dict.fromkeys(("title", "author", "subject", "keywords", "creator"), line))
    page.parent.set_xml_metadata(
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{_xml(line)}</dc:title>'
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    )


def note(page: pymupdf.Page, text: str) -> None:
    """A comment that opens when it is clicked, and a link with a script for its address."""
    page.add_text_annot((500, TOP), text)
    page.insert_link({"kind": pymupdf.LINK_URI, "from": AREA, "uri": "javascript:fetch('https://leak.test/')"})


def hidden_annotation(page: pymupdf.Page, text: str) -> None:
    found = page.add_freetext_annot(AREA, text)
    found.set_flags(pymupdf.PDF_ANNOT_IS_HIDDEN)
    found.update()


def hidden_field(page: pymupdf.Page, text: str) -> None:
    field = pymupdf.Widget()
    field.field_name, field.field_type = "remark", pymupdf.PDF_WIDGET_TYPE_TEXT
    field.rect, field.field_value = AREA, " ".join(text.split())
    field.field_display = 1
    page.add_widget(field)


def attachment(page: pymupdf.Page, text: str) -> None:
    page.parent.embfile_add("orders.txt", text.encode(), desc=" ".join(text.split())[:200])


def bookmark(page: pymupdf.Page, text: str) -> None:
    page.parent.set_toc([[1, " ".join(text.split()), 1]])


def nowhere(page: pymupdf.Page, text: str) -> None:
    """For orders in the file's name."""


def _wrap_last(page: pymupdf.Page, before: bytes, after: bytes) -> None:
    xref = page.get_contents()[-1]
    page.parent.update_stream(xref, before + page.parent.xref_stream(xref) + after)


def _to_the_bottom(page: pymupdf.Page) -> None:
    """Paint what was written last before all else."""
    streams = page.get_contents()
    joined = b"\n".join(page.parent.xref_stream(xref) for xref in [streams[-1], *streams[:-1]])
    for xref in streams:
        page.parent.update_stream(xref, b" ")
    page.parent.update_stream(streams[0], joined)


def _picture() -> pymupdf.Pixmap:
    """A picture without words: stripes of light and shade."""
    picture = Image.linear_gradient("L").resize((60, 45)).rotate(30).resize((960, 360)).convert("RGB")
    return _pixmap(picture)


def _pixmap(picture: Image.Image) -> pymupdf.Pixmap:
    return pymupdf.Pixmap(pymupdf.csRGB, picture.width, picture.height, picture.tobytes(), False)


def _xml(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
