"""The pages without a browser: what they draw, and what a click changes."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pymupdf
import pytest
from streamlit.testing.v1 import AppTest

from ingest.embeddings import build_embeddings
from ingest.library import Library
from ingest.ocr import build_engine
from ingest.pipeline import Pipeline
from ingest.settings import Settings

pytestmark = pytest.mark.integration

APP = Path(__file__).parents[2] / "streamlit_app.py"
SECONDS = 120


@pytest.fixture(scope="module")
def lease(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with a lease of two pages."""
    folder = tmp_path_factory.mktemp("app")
    file = folder / "lease_*1*.pdf"
    with pymupdf.open() as document:
        for heading, text in (
            ("LEASE AGREEMENT", "1. Rent. The Tenant Marlowe shall pay a monthly rent of $1,450.00 to $the Landlord$."),
            ("2. NOTICES", "2.1 Notices are sent by courier to the office of the Landlord in Portland."),
        ):
            page = document.new_page()
            page.insert_text((72, 90), heading, fontsize=16)
            page.insert_textbox((72, 120, 540, 300), text, fontsize=11)
        document.save(file)
    settings = Settings(library=folder / "library")
    with Library(settings.library) as library:
        pipeline = Pipeline(library, settings, build_engine("rapidocr", threads=0), build_embeddings(settings))
        assert [outcome.reason for outcome in pipeline.add([file])] == [""]
    return settings.library


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    def started(library: Path, **variables: str) -> AppTest:
        monkeypatch.setenv("PAGECITE_LIBRARY", str(library))
        for name, value in variables.items():
            monkeypatch.setenv(f"PAGECITE_{name.upper()}", value)
        return AppTest.from_file(APP, default_timeout=SECONDS).run()

    yield started


def library_page() -> None:
    from app import documents, frame

    frame.prepare()
    with frame.shown_errors():
        documents.show()


def texts(app: AppTest) -> str:
    parts = [*app.title, *app.subheader, *app.markdown, *app.caption, *app.error, *app.info, *app.success]
    return "\n".join(str(part.value) for part in parts)


def pages(app: AppTest) -> str:
    """What was drawn as HTML: answers, quotes, titles."""
    return "\n".join(str(part.proto.body) for part in app.get("html"))


def test_an_empty_library_says_how_to_fill_it(start, tmp_path: Path) -> None:
    app = start(tmp_path / "library")
    assert not app.exception
    assert "Your library is empty" in texts(app)
    assert [code.value for code in app.code] == ["ingest add FOLDER"]
    assert len(app.get("file_uploader")) == 1
    app.chat_input[0].set_value("Who pays?").run()
    assert "The library is empty" in pages(app)


def test_the_language_of_the_settings_is_used_and_can_be_changed(start, tmp_path: Path) -> None:
    app = start(tmp_path / "library", language="zh")
    assert "资料库还是空的" in texts(app)
    app.session_state["language"] = "en"
    assert "Your library is empty" in texts(app.run())


def test_a_wrong_setting_is_one_clear_line(start, tmp_path: Path) -> None:
    app = start(tmp_path / "library", dpi="9000")
    assert not app.exception
    assert [("PAGECITE" in error.value, "\n" in error.value) for error in app.error] == [(True, False)]


def test_samples_that_are_not_there_are_not_suggested(start, lease: Path) -> None:
    app = start(lease)
    assert "Ask your documents" in texts(app)
    assert not [button for button in app.button if str(button.key).startswith("suggestion")]


def test_an_answer_opens_its_page_and_stays_in_the_history(start, lease: Path) -> None:
    app = start(lease)
    app.chat_input[0].set_value("What monthly rent does Marlowe pay?").run()
    assert not app.exception and not app.error
    assert "$1,450.00" in pages(app)
    cite = next(button for button in app.button if str(button.key).startswith("cite_0_1"))
    assert cite.label.replace("\\", "").startswith("[1] lease_*1*.pdf")
    cite.click().run()
    assert "Page 1 of 2" in texts(app)
    app.button(key="evidence_page_next").click().run()
    assert "Page 2 of 2" in texts(app)
    app.chat_input[0].set_value("Where are notices sent?").run()
    assert pages(app).count("What monthly rent does Marlowe pay?") == 1
    assert "Where are notices sent?" in pages(app)
    app.button(key="new_conversation").click().run()
    assert "monthly rent" not in pages(app)


def test_the_evidence_of_a_removed_document_says_so(start, lease: Path, tmp_path: Path) -> None:
    app = start(lease)
    app.chat_input[0].set_value("What monthly rent does Marlowe pay?").run()
    view = app.session_state["pagecite"].view
    empty = start(tmp_path / "other")
    empty.session_state["pagecite"].view = view
    empty.run()
    assert not empty.exception
    assert "no longer in the library" in texts(empty)


def test_the_library_page_lists_documents_and_opens_their_pages(lease: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGECITE_LIBRARY", str(lease))
    app = AppTest.from_function(library_page, default_timeout=SECONDS).run()
    assert not app.exception and not app.error
    table = app.dataframe[0].value
    assert list(table["File"]) == ["lease_*1*.pdf"] and list(table["Pages"]) == [2]
    app.selectbox[0].select_index(0).run()
    assert "$1,450.00" in app.code[0].value
    app.button(key="documents_page_next").click().run()
    assert "Portland" in app.code[0].value


def test_a_library_of_another_embedding_model_says_so_in_one_line(start, lease: Path, tmp_path: Path) -> None:
    app = start(lease, embedding_model=str(tmp_path))
    app.chat_input[0].set_value("What monthly rent does Marlowe pay?").run()
    assert not app.exception
    assert ["reindex" in error.value and "\n" not in error.value for error in app.error] == [True]


def test_a_damaged_page_image_is_told_and_the_quote_still_shown(start, lease: Path, tmp_path: Path) -> None:
    damaged = Path(shutil.copytree(lease, tmp_path / "library"))
    for image in damaged.glob("pages/*/0001-*.webp"):
        image.write_bytes(b"no image")
    app = start(damaged)
    app.chat_input[0].set_value("What monthly rent does Marlowe pay?").run()
    assert not app.exception
    assert ["image is missing" in warning.value for warning in app.warning] == [True]
    assert "$1,450.00" in pages(app)
