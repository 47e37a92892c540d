"""HunyuanOCR on a real vLLM: every page gets its own text and places, or nothing is taken from the server."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from ingest.doctor import examine
from ingest.errors import ModelError
from ingest.hunyuan import soundness
from ingest.hunyuan.build import build_hunyuan, build_served
from ingest.hunyuan.engine import BROKEN_OFF, UNREADABLE
from ingest.hunyuan.prompts import Task
from ingest.library import Library
from ingest.pipeline import Outcome, Pipeline
from ingest.settings import Settings
from ingest.types import BoxOrigin, TextLine
from tests.fakes import FakeEmbeddings
from tests.tiny.pages import CHECKPOINT, INVOICES, TinyPage, endless, figure, invoice, unreadable
from tests.vllm_server import ServerInfo, serving

pytestmark = pytest.mark.integration

TEXTS = 2
# Questions of a proof: two rounds of test pages, of what keeps the server busy before them, and of two that are timed.
PROOF = 2 * (8 + TEXTS + 2)
PAGES = [invoice(index) for index in range(INVOICES)]


def settings_for(url: str, folder: Path, **more: object) -> Settings:
    wanted: dict[str, object] = {"hunyuan_version": "1.0", "workers": 1, "hunyuan_retries": 2} | more
    return Settings(
        library=folder,
        ocr_engine="hunyuan",
        hunyuan_url=url,
        hunyuan_model="HunyuanOCR",
        **wanted,  # type: ignore[arg-type]
    )


@pytest.fixture
def settings(hunyuan_server: ServerInfo, tmp_path: Path) -> Settings:
    return settings_for(hunyuan_server.url, tmp_path / "library")


@pytest.fixture
def library(settings: Settings) -> Iterator[Library]:
    with Library(settings.library) as opened:
        yield opened


@pytest.fixture
def counted_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proof has as many questions as `PROOF`, however fast the server is."""
    monkeypatch.setattr(soundness, "blockers", lambda _seconds: TEXTS)


def write_book(path: Path, pages: list[TinyPage]) -> Path:
    """A TIFF with these pages, nothing lost; no two images are the same, so that none is known from another."""
    first, *others = (_marked(page.image, index) for index, page in enumerate(pages))
    first.save(path, save_all=True, append_images=others, compression="tiff_deflate")
    return path


def _marked(image: Image.Image, index: int) -> Image.Image:
    """An image with a number that nobody sees: pixels at the lower edge that are a grey level darker."""
    for bit in range(8):
        if index >> bit & 1:
            image.putpixel((2 * bit, image.height - 2), (254, 254, 254))
    return image


def add(
    library: Library,
    settings: Settings,
    *paths: Path,
    page_done: Callable[[], None] = lambda: None,
    refresh: bool = False,
) -> list[Outcome]:
    class Watcher:
        def document(self, doc_id: str, name: str, pages: int) -> None:
            pass

        def page(self, doc_id: str) -> None:
            page_done()

        def note(self, text: str) -> None:
            pass

    with closing(build_hunyuan(settings)) as engine:
        return list(Pipeline(library, settings, engine, FakeEmbeddings()).add(paths, Watcher(), refresh=refresh))


def questions_answered(server: ServerInfo) -> int:
    """How many questions the server has begun to answer so far, by its log.

    Its metrics count an answer a moment after it was given out; the log has it before.
    """
    return len(re.findall(r'"POST /v1/chat/completions HTTP/1\.1" 200', server.said()))


def assert_reads(markdown: str, lines: tuple[TextLine, ...], page: TinyPage) -> None:
    """The page's words, in its order, with its table; every line where it was drawn."""
    wanted = re.sub(r"<[^>]+>|[#|\s-]", "", page.answer(Task.DOCUMENT))
    assert re.sub(r"[#|\s-]", "", markdown) == wanted
    assert "|Item|Qty|Price|" in markdown.replace(" ", "")
    for drawn in page.lines:
        [line] = [line for line in lines if line.text.replace(" ", "") == drawn.text.replace(" ", "")]
        assert line.origin == BoxOrigin.SPOTTING
        assert max(abs(a - b) for a, b in zip(line.box, drawn.box, strict=True)) < 0.01


def test_every_page_of_a_long_document_gets_its_own_text_table_and_places(
    library: Library, settings: Settings, tmp_path: Path
) -> None:
    book = write_book(tmp_path / "book.tif", PAGES * 4)
    [outcome] = add(library, settings, book)
    assert (outcome.status, outcome.pages, outcome.reason) == ("added", 48, "")
    for record in library.pages(outcome.doc_id):
        assert record.text is not None
        assert_reads(record.text.markdown, record.text.lines, PAGES[(record.page_number - 1) % INVOICES])


def test_many_short_documents_are_read_at_once_and_reported_in_order(
    library: Library, settings: Settings, tmp_path: Path
) -> None:
    paths = [write_book(tmp_path / f"{index:02d}.tif", [page]) for index, page in enumerate(PAGES)]
    outcomes = add(library, settings, *paths)
    assert [outcome.path for outcome in outcomes] == paths
    for outcome, page in zip(outcomes, PAGES, strict=True):
        [record] = library.pages(outcome.doc_id)
        assert record.text is not None
        assert_reads(record.text.markdown, record.text.lines, page)


@pytest.mark.usefixtures("counted_proof")
def test_what_was_read_once_is_never_asked_again_unless_refreshed(
    hunyuan_server: ServerInfo, library: Library, settings: Settings, tmp_path: Path
) -> None:
    book = write_book(tmp_path / "book.tif", PAGES[:4])
    add(library, settings, book)
    before = questions_answered(hunyuan_server)
    longer = write_book(tmp_path / "longer.tif", PAGES[:5])
    assert [outcome.status for outcome in add(library, settings, book, longer)] == ["present", "added"]
    assert questions_answered(hunyuan_server) - before == 2 + PROOF, "one new page, and the test pages"
    before = questions_answered(hunyuan_server)
    assert [outcome.status for outcome in add(library, settings, book, refresh=True)] == ["updated"]
    assert questions_answered(hunyuan_server) - before == 2 * 4 + PROOF


def test_a_page_without_an_answer_is_never_a_silent_blank(library: Library, settings: Settings, tmp_path: Path) -> None:
    book = write_book(tmp_path / "odd.tif", [figure(), unreadable(), endless(), PAGES[0]])
    blank = tmp_path / "blank.png"
    Image.new("RGB", (256, 192), "white").save(blank)
    odd, empty = add(library, settings, book, blank)
    first, second, third, fourth = library.pages(odd.doc_id)
    assert first.text is not None and "Sales by month" in first.text.markdown and not first.reason
    assert second.text is not None and second.reason == f"page 2 needs review: {UNREADABLE}"
    assert third.text is not None and third.reason == f"page 3 needs review: {BROKEN_OFF}"
    assert third.text.markdown.count("Balance") <= 3
    assert fourth.text is not None
    assert_reads(fourth.text.markdown, fourth.text.lines, PAGES[0])
    assert odd.warnings == (second.reason, third.reason) and not odd.failed
    assert (empty.status, empty.warnings) == ("added", ()), "a page with nothing on it is no fault"


def test_a_server_without_the_plug_in_is_refused_and_nothing_is_taken_from_it(tmp_path: Path) -> None:
    book = write_book(tmp_path / "book.tif", PAGES)
    with (
        serving(CHECKPOINT, env={"VLLM_PLUGINS": "hunyuan_cpu_fix"}) as server,
        Library(tmp_path / "library") as library,
    ):
        settings = settings_for(server.url, library.folder)
        with pytest.raises(ModelError, match=r"text of other pages.*serve-ocr"):
            add(library, settings, book)
        record = library.find("book.tif")
        assert record.status == "pending" and library.pages(record.doc_id) == []
        reports = [check for check in examine(settings) if check.name == "Soundness"]
        assert [check.verdict for check in reports] == ["failed"]


@pytest.mark.usefixtures("counted_proof")
def test_after_the_server_was_killed_the_same_command_goes_on_and_every_page_is_right_exactly_once(
    tmp_path: Path,
) -> None:
    book = write_book(tmp_path / "book.tif", PAGES * 4)
    done: list[None] = []
    with Library(tmp_path / "library") as library:
        with serving(CHECKPOINT) as server:
            settings = settings_for(server.url, library.folder, hunyuan_in_flight=4, hunyuan_retries=1)

            def page_done() -> None:
                done.append(None)
                if len(done) == 10:
                    server.kill()

            with pytest.raises(ModelError, match="the same command goes on"):
                add(library, settings, book, page_done=page_done)
            port = server.port
        document = library.find("book.tif")
        kept = len(library.pages(document.doc_id))
        assert document.status == "pending" and 10 <= kept < 48
        with serving(CHECKPOINT, port=port) as again:
            [outcome] = add(library, settings, book)
            # Two questions a page; a page that was cut off between the two is asked both again.
            assert questions_answered(again) == 2 * (48 - kept) + PROOF
        assert (outcome.status, outcome.pages, outcome.reason) == ("added", 48, "")
        for record in library.pages(outcome.doc_id):
            assert record.text is not None
            assert_reads(record.text.markdown, record.text.lines, PAGES[(record.page_number - 1) % INVOICES])


def test_the_doctor_finds_a_sound_server(settings: Settings) -> None:
    checks = {check.name: check for check in examine(settings)}
    assert checks["OCR server"].verdict == "ok" and "vLLM 0.3" in checks["OCR server"].detail
    assert checks["Soundness"].verdict == "ok"
    assert checks["Context length"].verdict == "warning" and "4096" in checks["Context length"].detail
    assert checks["Embedding model"].verdict == checks["Chroma"].verdict == checks["Disk"].verdict == "ok"


@pytest.mark.parametrize(("version", "language"), [("1.0", "en"), ("1.0", "zh"), ("1.5", "zh")])
def test_both_versions_are_asked_in_their_own_words(settings: Settings, version: str, language: str) -> None:
    chosen = settings.model_copy(update={"hunyuan_version": version, "hunyuan_language": language})
    with closing(build_hunyuan(chosen)) as engine:
        recognition = engine.read(PAGES[3].image)
    assert recognition.markdown and "Total" in recognition.markdown
    assert [line.text for line in recognition.lines] == [line.text for line in PAGES[3].lines]


def test_a_bare_question_reaches_the_model(settings: Settings) -> None:
    with closing(build_served(settings)) as model:
        [report] = model.examine()
    assert report.problem == "" and report.identity is not None and report.identity.context == 4096
