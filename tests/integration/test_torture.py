"""Files that broke other programs, through the real pipeline: each is ingested or refused with its reason.

By default a few of each kind; all of them with TEST_FULL=1 in the environment, which takes some minutes.
"""

import json
import multiprocessing
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ingest.files import as_text
from ingest.library import Library
from ingest.ocr import build_engine
from ingest.outcomes import ADDED, FAILED, PRESENT, Outcome
from ingest.pipeline import Pipeline
from ingest.records import PageRecord
from ingest.settings import Settings
from ingest.types import PageText, TextSource
from tests.fakes import FakeEmbeddings

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
FOLDER = ROOT.parent / "shared" / "evaldata" / "torture"
MANIFEST = FOLDER / "manifest.json"
FEW = (
    "broken/pdfjs_Pages-tree-refs.pdf",
    "broken/pdfjs_poppler-742-0-fuzzed.pdf",
    "broken/pdfjs_poppler-90-0-fuzzed.pdf",
    "cycles/pdfjs_operator_list_cycle.pdf",
    "derived/html_named.pdf",
    "derived/multi_page.tiff",
    "derived/png_bomb_30000x30000.png",
    "derived/zero_bytes.pdf",
    "encrypted/pdfjs_issue6010_2.pdf",
    "encrypted/pypdf_libreoffice-writer-password.pdf",
    "encrypted_open/pdfjs_empty_protected.pdf",
    "huge/pdfjs_bomb_giant.pdf",
    "images/pypdf_smile.jpg",
    "odd_pages/docling_invisible_text_layer.pdf",
    "odd_pages/docling_ocr_test_rotated_180.pdf",
    "odd_pages/pdfjs_scan-bad.pdf",
    "zero_pages/pdfjs_issue9418.pdf",
)


def listed() -> dict[str, dict[str, str]]:
    """The files to try, with what the manifest says of each."""
    if not MANIFEST.exists():
        return {}
    known = {entry["file"]: entry for entry in json.loads(MANIFEST.read_text(encoding="utf-8"))}
    return known if os.environ.get("TEST_FULL") else {file: known[file] for file in FEW}


FILES = listed()
LOCKED = {file: entry["password"] for file, entry in FILES.items() if "password" in entry}
PATIENCE = 60  # seconds
NEEDED = pytest.mark.skipif(not FILES, reason="../shared/evaldata/torture is not here")


@dataclass(frozen=True)
class Added:
    """What became of files: outcomes and pages by file, their library, and the processes that were there before."""

    library: Library
    before: frozenset[BaseProcess]
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    def pages(self, file: str) -> list[PageRecord]:
        return self.library.pages(self.outcomes[file].doc_id) if self.outcomes[file].doc_id else []

    def texts(self, file: str) -> list[PageText]:
        return [record.text for record in self.pages(file) if record.text is not None]

    def said(self, file: str) -> str:
        return "\n".join(text.markdown for text in self.texts(file))


def add(folder: Path, files: list[str], passwords: tuple[str, ...] = ()) -> Iterator[Added]:
    with Library(folder) as library:
        settings = Settings(library=folder)
        engine = build_engine("rapidocr", threads=0)
        pipeline = Pipeline(library, settings, engine, FakeEmbeddings(), passwords=passwords)
        added = Added(library, frozenset(multiprocessing.active_children()))
        for outcome in pipeline.add(FOLDER / file for file in files):
            added.outcomes[str(outcome.path.relative_to(FOLDER))] = outcome
        yield added


@pytest.fixture(scope="module")
def added(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Added]:
    """All files in one run, without a password."""
    yield from add(tmp_path_factory.mktemp("torture") / "library", list(FILES))


@pytest.fixture(scope="module")
def unlocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Added]:
    """The encrypted ones whose passwords are known, with all those passwords and a wrong one."""
    passwords = ("no such password", *LOCKED.values())
    yield from add(tmp_path_factory.mktemp("unlocked") / "library", list(LOCKED), passwords)


@NEEDED
@pytest.mark.parametrize("file", FILES)
def test_every_file_ends_with_pages_or_a_reason_and_is_listed_with_it(added: Added, file: str) -> None:
    outcome = added.outcomes[file]
    assert outcome.pages or outcome.reason
    assert (outcome.status == FAILED) == (outcome.pages == 0)
    for text in added.texts(file):
        assert "<!--" not in text.markdown and "<br>" not in text.markdown
    if outcome.doc_id and outcome.reason:
        record = added.library.document(outcome.doc_id)
        assert record is not None and record.reason == outcome.reason


@NEEDED
def test_no_process_is_left_when_all_is_done(added: Added) -> None:
    assert len(added.outcomes) == len(FILES)
    for process in set(multiprocessing.active_children()) - added.before:
        process.join(PATIENCE)  # one that is being killed may take a moment
    assert set(multiprocessing.active_children()) <= added.before


def refused(*words: str) -> Callable[[Added, str], None]:
    """Nothing of it is in the library, and the reason has these words."""

    def check(added: Added, file: str) -> None:
        outcome = added.outcomes[file]
        assert (outcome.status, outcome.pages) == (FAILED, 0)
        assert all(word in outcome.reason for word in words), outcome.reason

    return check


def ingested(pages: int, *words: str, warning: str = "") -> Callable[[Added, str], None]:
    """All of its pages are in the library, with these words, and with a warning where one is due."""

    def check(added: Added, file: str) -> None:
        outcome = added.outcomes[file]
        assert (outcome.pages, outcome.reason) == (pages, "")
        assert outcome.status in (ADDED, PRESENT)  # some have the same bytes as another
        assert all(word in added.said(file) for word in words), added.said(file)
        assert warning in " ".join(outcome.warnings)

    return check


def wordless(*warnings: str) -> Callable[[Added, str], None]:
    """It has one page, nothing is made up for it, and a page that is not blank is said to be without text."""

    def check(added: Added, file: str) -> None:
        ingested(1)(added, file)
        assert (added.said(file), {text.source for text in added.texts(file)}) == ("", {TextSource.NONE})
        assert [warning in added.outcomes[file].warnings[0] for warning in warnings] == [True] * len(warnings)

    return check


def shown(added: Added, file: str, number: int) -> np.ndarray:
    doc_id = added.outcomes[file].doc_id
    with Image.open(added.library.image_path(doc_id, number)) as image:
        return np.asarray(image.convert("L").resize((60, 80)), dtype=float)


def second_page_is_turned(added: Added, file: str) -> None:
    ingested(3, "tan woon yann")(added, file)
    first, second = shown(added, file, 1), shown(added, file, 2)
    assert np.abs(first - second).mean() < 0.2 * np.abs(first - second[::-1, ::-1]).mean()
    assert all("tan woon yann" in text.markdown.split("\n")[0] for text in added.texts(file))


def stands_upright(added: Added, file: str) -> None:
    ingested(1, "Docling bundles PDF document conversion to JSON and Markdown")(added, file)
    [text] = added.texts(file)
    assert max(line.box[3] for line in text.lines) < 0.3  # the print is at the top of the page


def is_found_by_name(added: Added, file: str) -> None:
    ingested(9)(added, file)
    record = added.library.find(as_text(Path(file).name))
    assert record.doc_id == added.outcomes[file].doc_id and str(FOLDER / file) in record.paths


def one_page_of_two(added: Added, file: str) -> None:
    outcome = added.outcomes[file]
    assert outcome.pages == 1 and outcome.reason.startswith("page 2: it is damaged (code=7: cycle in page tree)")
    assert "Pages loop" in added.said(file)


def damage_is_reported(added: Added, file: str) -> None:
    outcome = added.outcomes[file]
    assert (outcome.pages, outcome.reason) == (16, "")
    blank = [text for text in added.texts(file) if text.source == TextSource.NONE]
    assert len(blank) >= 12
    assert all("the file is damaged, and nothing is shown on this page" in text.review for text in blank if text.review)
    assert sum(bool(text.review) for text in blank) >= 12


INVISIBLE = "its text layer is invisible"
EXPECTED: dict[str, Callable[[Added, str], None]] = {
    "broken/pdfjs_PDFBOX-3148-2-fuzzed.pdf": wordless("the file is damaged, and nothing is shown on this page"),
    "broken/pdfjs_Pages-tree-refs.pdf": one_page_of_two,
    "broken/pdfjs_boundingBox_invalid.pdf": ingested(3, "Empty /MediaBox"),
    "broken/pdfjs_issue9105_reduced.pdf": ingested(1, "Issue 9105"),
    "broken/pdfjs_issue9458.pdf": ingested(1, "Invoice"),
    "broken/pdfjs_issue9534_reduced.pdf": ingested(1, "Cina, il Grande"),
    "broken/pdfjs_pdfjsbad1586.pdf": ingested(1, "pdf.js test"),
    "broken/pdfjs_poppler-742-0-fuzzed.pdf": refused("damaged"),
    "broken/pdfjs_poppler-85140-0.pdf": refused("damaged"),
    "broken/pdfjs_poppler-90-0-fuzzed.pdf": damage_is_reported,
    "broken/pdfjs_xref_command_missing.pdf": ingested(1, "Reduced test-case"),
    "broken/unst_failure-after-repair.pdf": ingested(76, "Understanding Breast Cancer"),
    "broken/unst_pdf-bad-color-space.pdf": ingested(1, "2023 Environmental Report", "Our ambition"),
    "cycles/pdfjs_issue6069.pdf": ingested(1, "Missing value for startxref"),
    "cycles/pdfjs_operator_list_cycle.pdf": wordless("the file is damaged, and nothing is shown on this page"),
    "derived/cmyk.jpg": ingested(1, "tan woon yann"),
    "derived/exif_orientation6.jpg": ingested(1, "tan woon yann"),
    "derived/html_named.pdf": refused("its content is none of PDF, PNG, JPEG, TIFF and WebP"),
    # 1,200 bytes of junk; the header may stand in the first 1,024 (ISO 32000-1, annex H.3).
    "derived/junk_before_header.pdf": refused("its content is none of PDF"),
    "derived/multi_page.tiff": second_page_is_turned,
    "derived/one_bit.png": ingested(1, "tan woon yann"),
    "derived/pdf_named.jpg": ingested(9),
    "derived/png_bomb_30000x30000.png": refused("900 megapixels, more than the 160", "PAGECITE_MAX_PIXELS"),
    "derived/truncated_200_bytes.pdf": refused("damaged"),
    "derived/zero_bytes.pdf": refused("the file is empty (0 bytes)"),
    "derived/文件 名 with #%& 空格.pdf": is_found_by_name,
    "encrypted_open/pdfjs_empty_protected.pdf": wordless(),
    "encrypted_open/unst_copy-protected.pdf": ingested(2, "LayoutParser"),
    "huge/pdfjs_bomb_giant.pdf": ingested(1, "GIANT JBIG2 BOMB"),
    "huge/pdfjs_large_jpeg_downscale.pdf": wordless("no text was found on it, though it is not blank"),
    "huge/pypdf_GeoTopo-komprimiert.pdf": ingested(117, "Geometrie und Topologie"),
    "odd_pages/docling_invisible_text_layer.pdf": ingested(1, "Visible heading line", warning=INVISIBLE),
    "odd_pages/docling_ocr_test_rotated_180.pdf": stands_upright,
    "odd_pages/docling_ocr_test_rotated_90.pdf": stands_upright,
    "odd_pages/pdfjs_IdentityToUnicodeMap_charCodeOf.pdf": ingested(1, "ABCdef"),
    "odd_pages/pdfjs_attachment.pdf": ingested(1, "one attachment"),
    "odd_pages/pdfjs_empty#hash.pdf": wordless(),
    "odd_pages/pdfjs_empty.pdf": wordless(),
    "odd_pages/pdfjs_hello_world_rotated.pdf": ingested(5, "Hello world"),
    "odd_pages/pdfjs_rotation.pdf": ingested(2, "This is my first page", "landscape layout"),
    "odd_pages/pdfjs_scan-bad.pdf": ingested(1, "pdf.js", warning=INVISIBLE),
    "odd_pages/pdfjs_xfa_issue14315.pdf": ingested(1, "Adobe Reader 8"),
    "odd_pages/pdfjs_zerowidthline.pdf": ingested(1, "First line is thick"),
    "odd_pages/pypdf_cmyk-image.pdf": wordless("no text was found on it, though it is not blank"),
    "odd_pages/pypdf_imagemagick-CCITTFaxDecode.pdf": wordless("no text was found on it"),
    "odd_pages/pypdf_inline-image.pdf": ingested(1, "Test"),
    "odd_pages/unst_fake-memo-with-duplicate-page.pdf": ingested(2, "20,000 bottles of water"),
    "odd_pages/unst_loremipsum-flat.pdf": ingested(1, "Lorem ipsum dolor sit amet, consectetur adipiscing elit"),
    "odd_pages/unst_negative-coords.pdf": ingested(1, "Environmental Progress Report"),
}
KINDS = {
    "encrypted": refused("it is encrypted", "--password", "--password-file"),
    "images": wordless("no text was found on it, though it is not blank"),
    "zero_pages": refused("it has no pages"),
}


def expectation(file: str) -> Callable[[Added, str], None] | None:
    return EXPECTED.get(file) or KINDS.get(file.partition("/")[0])


@NEEDED
@pytest.mark.parametrize("file", [file for file in FILES if expectation(file)])
def test_a_file_ends_as_it_should(added: Added, file: str) -> None:
    check = expectation(file)
    assert check is not None
    check(added, file)


@NEEDED
def test_nothing_is_expected_of_files_that_are_not_there() -> None:
    known = {entry["file"] for entry in json.loads(MANIFEST.read_text(encoding="utf-8"))}
    assert set(EXPECTED) | set(FEW) <= known


@NEEDED
@pytest.mark.parametrize("file", LOCKED)
def test_an_encrypted_file_opens_with_its_password_and_is_kept_as_it_is(unlocked: Added, file: str) -> None:
    outcome = unlocked.outcomes[file]
    assert (outcome.status, outcome.pages, outcome.reason) == (ADDED, 1, "")
    assert unlocked.library.original_path(outcome.doc_id).read_bytes() == (FOLDER / file).read_bytes()


@NEEDED
def test_no_password_is_kept_anywhere_in_the_library(unlocked: Added) -> None:
    # The shorter ones are words of the documents themselves.
    secrets = [password.encode() for password in ("no such password", *LOCKED.values()) if len(password) > 8]
    files = [path for path in unlocked.library.folder.rglob("*") if path.is_file()]
    assert secrets and files
    assert [path for path in files if any(secret in path.read_bytes() for secret in secrets)] == []
