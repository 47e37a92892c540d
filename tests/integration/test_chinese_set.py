"""The Chinese evaluation set: every question's evidence stands on the pages that its label names."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pymupdf
import pytest

pytestmark = pytest.mark.integration

DRAW = Path(__file__).parents[2] / "data" / "draw_chinese_set.py"
SCANNED = {"设备租赁协议.pdf", "增值税发票-电缆.pdf"}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chinese")
    subprocess.run([sys.executable, DRAW, folder], check=True, capture_output=True)
    return folder


def test_it_has_forty_questions_about_twelve_documents_and_more(drawn: Path) -> None:
    questions = json.loads((drawn / "questions.json").read_text(encoding="utf-8"))
    files = {path.name for path in drawn.glob("*.pdf")}
    assert len(questions) >= 40 and len(files) >= 12
    assert {question["file"] for question in questions} == files


def test_each_label_names_exactly_the_pages_that_say_it(drawn: Path) -> None:
    for question in json.loads((drawn / "questions.json").read_text(encoding="utf-8")):
        if question["file"] in SCANNED:
            continue
        with pymupdf.open(drawn / question["file"]) as document:
            texts = [re.sub(r"\s", "", page.get_text()) for page in document]
        wanted = re.sub(r"\s", "", question["evidence"])
        assert [n for n, text in enumerate(texts, start=1) if wanted in text] == question["pages"], question


def test_two_of_its_documents_are_scans_without_a_text_layer(drawn: Path) -> None:
    for name in SCANNED:
        with pymupdf.open(drawn / name) as document:
            assert all(page.get_text().strip() == "" and page.get_images() for page in document)
