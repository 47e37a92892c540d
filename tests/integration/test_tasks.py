"""Tasks with the embedded engine on drawn pages and a drawn video."""

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from ingest.ocr import build_engine
from ingest.tasks import Task, TaskResult, run_task
from ingest.tasks.embedded import EngineTools
from ingest.video import read_subtitles
from tests.unit.test_video import write_video

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def tools() -> EngineTools:
    return EngineTools(build_engine("rapidocr", threads=2))


def draw_invoice() -> Image.Image:
    """An invoice with labels in and beside lines, and a ruled table."""
    image = Image.new("RGB", (900, 1100), "white")
    pen = ImageDraw.Draw(image)
    pen.text((60, 50), "INVOICE", fill="black", font_size=40)
    pen.text((60, 140), "Invoice No. 2024-0117", fill="black", font_size=24)
    pen.text((60, 190), "Due date:", fill="black", font_size=24)
    pen.text((320, 190), "1 May 2026", fill="black", font_size=24)
    rows = [("Item", "Quantity", "Price"), ("Pallets", "40", "380.00"), ("Crates", "12", "96.50")]
    for row, cells in enumerate(rows):
        for column, text in enumerate(cells):
            left, top = 60 + 250 * column, 300 + 60 * row
            pen.rectangle((left, top, left + 250, top + 60), outline="black", width=2)
            pen.text((left + 15, top + 15), text, fill="black", font_size=24)
    pen.text((60, 560), "Please pay within thirty days of receipt.", fill="black", font_size=24)
    return image


def run(task: Task, tools: EngineTools, image: Image.Image | None = None, *fields: str) -> TaskResult:
    return run_task(task, image or draw_invoice(), tools, fields=fields)


def test_a_document_is_markdown_with_its_table(tools: EngineTools) -> None:
    result = run(Task.DOCUMENT, tools)
    assert result.text.startswith("#") and "INVOICE" in result.text
    assert "|Pallets|40|380.00|" in result.text.replace(" ", "")
    assert result.engine.startswith("rapidocr")


def test_text_is_the_lines_in_reading_order(tools: EngineTools) -> None:
    lines = run(Task.TEXT, tools).text.splitlines()
    assert lines[0] == "INVOICE" and lines[-1] == "Please pay within thirty days of receipt."
    assert "Pallets 40 380.00" in lines and "Due date: 1 May 2026" in lines


def test_the_table_alone_is_given(tools: EngineTools) -> None:
    text = run(Task.TABLE, tools).text
    assert "Quantity" in text and "INVOICE" not in text


def test_a_page_without_a_table_says_so(tools: EngineTools) -> None:
    image = Image.new("RGB", (900, 300), "white")
    ImageDraw.Draw(image).text((60, 100), "Please pay within thirty days.", fill="black", font_size=28)
    result = run(Task.TABLE, tools, image)
    assert result.text == "" and "no table was found" in result.warnings[0]


def test_named_fields_are_found(tools: EngineTools) -> None:
    result = run(Task.FIELDS, tools, None, "Invoice No.", "Due date", "Quantity", "Buyer")
    assert result.fields == {"Invoice No.": "2024-0117", "Due date": "1 May 2026", "Quantity": "40", "Buyer": None}


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_boxes_on_a_photo_held_wrongly_are_where_the_text_is(tools: EngineTools, turn: int) -> None:
    image = draw_invoice().rotate(turn, expand=True)
    found = {line.text: line for line in run(Task.SPOTTING, tools, image).lines}
    box = found["Please pay within thirty days of receipt."].box
    sides = image.size * 2
    left, top, right, bottom = (round(value * side) for value, side in zip(box, sides, strict=True))
    around = Image.new("RGB", image.size, "white")
    around.paste(image.crop((left, top, right, bottom)), (left, top))
    text = run(Task.TEXT, tools, around).text
    assert text == "Please pay within thirty days of receipt."


def test_burnt_in_subtitles_of_a_video_are_read_with_their_times(tools: EngineTools, tmp_path: Path) -> None:
    script = [("", 1.0), ("The delivery was late.", 2.0), ("We will pay next month.", 1.5), ("", 0.5)]
    track = read_subtitles(write_video(tmp_path / "film.mp4", script), tools)
    assert [found.text for found in track.subtitles] == ["The delivery was late.", "We will pay next month."]
    borders = [time for found in track.subtitles for time in (found.start, found.end)]
    assert borders == pytest.approx([1.0, 3.0, 3.0, 4.5], abs=0.21)
    assert track.frames_read == 4 and track.problems == ()
