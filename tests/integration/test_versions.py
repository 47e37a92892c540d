"""Identity: what a file holds is one document, whatever it is called; when it changes, the new version takes over."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import numpy as np
import pytest

from ingest.errors import DocumentGone, PageError
from ingest.files import identify
from ingest.indexing import reindex
from ingest.library import Library
from ingest.outcomes import Outcome
from ingest.settings import Settings
from ingest.titles import Subject
from ingest.tokens import terms
from retrieval.chain import PageChain
from retrieval.search import Searcher
from tests.drawings import write_encrypted_pdf, write_tiff
from tests.fakes import FakeEmbeddings, FakeEngine, make_pipeline

pytestmark = pytest.mark.integration

OLD, NEW = "The fee is forty dollars.", "The fee is ninety dollars."


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path / "library") as opened:
        yield opened


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    """A file of two pages, in its first version."""
    return write_tiff(tmp_path / "contract.tif", ["one", "two"])


def change(path: Path) -> Path:
    """Put a second version in the file's place."""
    return write_tiff(path, ["one, new", "two, new", "three, new"])


def add(library: Library, path: Path, *lines: str, **settings: object) -> Outcome:
    [outcome] = make_pipeline(library, FakeEngine(*lines), **settings).add([path])
    return outcome


def words(library: Library, text: str) -> int:
    """How many passages the full-text search finds."""
    return len(library.search_words(terms(text), 50))


def statuses(library: Library) -> dict[str, str]:
    return {record.doc_id: record.status for record in library.documents()}


def test_a_changed_file_is_a_new_version_that_takes_the_place_of_the_old_one(library: Library, contract: Path) -> None:
    old = add(library, contract, OLD)
    new = add(library, change(contract), NEW)
    assert (new.status, new.pages) == ("updated", 3)
    assert statuses(library) == {old.doc_id: "retired", new.doc_id: "ready"}
    assert (words(library, "forty"), words(library, "ninety")) == (0, 3)
    assert {i for i, _ in library.search_dense(FakeEmbeddings().embed_query(OLD), 10)} == {
        chunk.chunk_id for chunk in library.document_chunks(new.doc_id)[0]
    }
    retired = library.find(old.doc_id)
    assert (retired.superseded_by, retired.paths) == (new.doc_id, ())
    assert library.find("contract.tif").doc_id == library.find(str(contract)).doc_id == new.doc_id
    assert all(library.image_path(old.doc_id, number).is_file() for number in (1, 2)), "it is kept with its pages"


def test_a_file_restored_to_an_older_content_is_visible_again_and_nothing_is_read(
    library: Library, contract: Path
) -> None:
    keep = contract.with_name("backup of the contract")
    shutil.copy2(contract, keep)
    old = add(library, contract, OLD)
    new = add(library, change(contract), NEW)
    shutil.copy2(keep, contract)
    engine = FakeEngine()
    [again] = make_pipeline(library, engine).add([contract])
    assert (again.status, again.doc_id, again.pages, engine.calls) == ("updated", old.doc_id, 2, 0)
    assert statuses(library) == {old.doc_id: "ready", new.doc_id: "retired"}
    assert (words(library, "forty"), words(library, "ninety")) == (2, 0)
    assert library.find(old.doc_id).superseded_by == ""


def test_old_versions_are_dropped_with_all_that_is_theirs_where_the_setting_says_so(
    library: Library, contract: Path
) -> None:
    old = add(library, contract, OLD)
    new = add(library, change(contract), NEW, old_versions="drop")
    assert statuses(library) == {new.doc_id: "ready"}
    assert not any(old.doc_id in str(path) for path in library.folder.rglob("*"))


def test_versions_that_were_kept_are_dropped_with_the_one_that_took_their_place(
    library: Library, contract: Path
) -> None:
    add(library, contract, OLD)
    add(library, change(contract), NEW)
    last = add(library, write_tiff(contract, ["again"]), "The fee is one dollar.", old_versions="drop")
    assert statuses(library) == {last.doc_id: "ready"}


def test_while_a_new_version_cannot_be_read_the_old_one_stays_visible(library: Library, contract: Path) -> None:
    old = add(library, contract, OLD)
    change(contract)
    engine = FakeEngine(raises={number: PageError("no power") for number in (1, 2, 3)})
    [failed] = make_pipeline(library, engine).add([contract])
    assert failed.status == "failed"
    assert statuses(library) == {old.doc_id: "ready", failed.doc_id: "failed"}
    assert words(library, "forty") == 2
    assert library.find(str(contract)).doc_id == old.doc_id, "the path still means what can be asked"
    assert library.paths()[str(contract)].doc_id == failed.doc_id, "what was last seen there"
    done = add(library, contract, NEW)
    assert (done.status, statuses(library)) == ("updated", {old.doc_id: "retired", done.doc_id: "ready"})


def test_a_new_version_that_does_not_open_is_listed_and_the_old_one_stays_visible(
    library: Library, contract: Path
) -> None:
    old = add(library, contract, OLD)
    write_encrypted_pdf(contract)
    failed = add(library, contract)
    assert failed.status == "failed" and "password" in failed.reason
    record = library.find(failed.doc_id)
    assert (record.status, record.page_count, "password" in record.reason) == ("failed", 0, True)
    assert library.find(old.doc_id).status == "ready" and words(library, "forty") == 2
    assert not library.original_path(failed.doc_id).exists()


def test_a_version_that_never_was_visible_is_not_kept_when_the_next_one_comes(library: Library, contract: Path) -> None:
    shutil.copy2(contract, first := contract.with_name("first"))
    write_encrypted_pdf(contract)
    failed = add(library, contract)
    shutil.copy2(first, contract)
    done = add(library, contract, NEW)
    assert statuses(library) == {done.doc_id: "ready"}
    assert not any(failed.doc_id in str(path) for path in library.folder.rglob("*"))


def test_a_document_that_lies_elsewhere_too_stays_visible_when_one_of_its_files_changes(
    library: Library, contract: Path
) -> None:
    copy = contract.with_name("copy.tif")
    shutil.copy(contract, copy)
    old = add(library, contract, OLD)
    assert add(library, copy).status == "present"
    new = add(library, change(contract), NEW)
    assert statuses(library) == {old.doc_id: "ready", new.doc_id: "ready"}
    assert library.find(old.doc_id).paths == (str(copy),)


def test_a_renamed_file_is_not_read_again_and_both_places_are_known(library: Library, contract: Path) -> None:
    add(library, contract, OLD)
    renamed = contract.rename(contract.with_name("renamed.tif"))
    engine = FakeEngine()
    [outcome] = make_pipeline(library, engine).add([renamed])
    assert (outcome.status, engine.calls) == ("present", 0)
    assert library.find("renamed.tif").paths == (str(contract), str(renamed))


def test_a_file_that_takes_the_content_of_another_document_retires_what_it_held(
    library: Library, contract: Path, tmp_path: Path
) -> None:
    other = write_tiff(tmp_path / "other.tif", ["other"])
    old, kept = add(library, contract, OLD), add(library, other, NEW)
    shutil.copy(other, contract)
    assert add(library, contract).status == "present"
    assert statuses(library) == {old.doc_id: "retired", kept.doc_id: "ready"}
    assert set(library.find(kept.doc_id).paths) == {str(contract), str(other)}


def test_an_upload_never_retires_anything(library: Library, contract: Path) -> None:
    old = add(library, contract, OLD)
    change(contract)
    [upload] = make_pipeline(library, FakeEngine(NEW)).add([contract], keep_paths=False)
    assert upload.status == "added"
    assert statuses(library) == {old.doc_id: "ready", upload.doc_id: "ready"}
    assert library.find(upload.doc_id).paths == ()


def test_removing_a_document_removes_its_older_versions(library: Library, contract: Path) -> None:
    old = add(library, contract, OLD)
    new = add(library, change(contract), NEW)
    newest = add(library, write_tiff(contract, ["again"]), "The fee is one dollar.")
    assert set(library.remove(newest.doc_id)) == {old.doc_id, new.doc_id, newest.doc_id}
    assert library.documents() == []
    assert list(library.folder.glob("pages/*")) == list(library.folder.glob("originals/*")) == []


def test_a_path_that_is_forgotten_takes_a_document_along_that_is_nowhere_else(library: Library, contract: Path) -> None:
    copy = contract.with_name("copy.tif")
    shutil.copy(contract, copy)
    outcome = add(library, contract, OLD)
    add(library, copy)
    assert library.forget_path(str(contract)) == []
    assert library.find(outcome.doc_id).paths == (str(copy),)
    assert library.forget_path(str(copy)) == [outcome.doc_id]
    assert library.documents() == [] and library.paths() == {}


def test_a_version_that_was_overtaken_while_it_was_read_does_not_come_back(library: Library, contract: Path) -> None:
    first = identify(contract)
    library.begin(first, 1, "reader")
    newest = add(library, change(contract), NEW)
    with pytest.raises(DocumentGone, match="newer version"):
        library.publish(first, "reader", Subject("t", "i"), [], np.empty((0, 0), dtype=np.float32))
    assert statuses(library) == {newest.doc_id: "ready"}


def test_a_file_that_changes_while_it_is_added_is_not_mixed(
    library: Library, contract: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    identified = identify(contract)
    monkeypatch.setattr("ingest.pipeline.identify", lambda path: identified)
    os.utime(change(contract))
    outcome = add(library, contract, OLD)
    assert outcome.status == "failed" and "changed while it was read" in outcome.reason
    assert library.documents() == [] and list(library.folder.glob("originals/*")) == []


@pytest.mark.parametrize("change_of", ["version", "refresh", "reindex"])
def test_a_question_asked_meanwhile_sees_the_old_or_the_new_and_never_neither(
    library: Library, contract: Path, change_of: str
) -> None:
    add(library, contract, OLD)
    seen: set[tuple[str, ...]] = set()
    stop, errors = Event(), []

    def ask() -> None:
        try:
            while not stop.is_set():
                with library.snapshot():
                    found = library.search_words(terms("dollars"), 50)
                    chunks = library.chunks(key for key, _ in found).values()
                    texts = {
                        record.text.markdown
                        for doc_id in {chunk.doc_id for chunk in chunks}
                        for record in library.pages(doc_id)
                        if record.text is not None
                    }
                assert len(chunks) == len(found) and {chunk.text for chunk in chunks} == texts
                seen.add(tuple(sorted(texts)))
        except Exception as error:  # noqa: BLE001 -- told to the thread that waits
            errors.append(error)

    reader = Thread(target=ask)
    reader.start()
    try:
        for round_number in range(4):
            text = f"The fee is {round_number} dollars."
            if change_of == "version":
                write_tiff(contract, [f"version {round_number}", f"page two of {round_number}"])
                add(library, contract, text)
            elif change_of == "refresh":
                list(make_pipeline(library, FakeEngine(text)).add([contract], refresh=True))
            else:
                reindex(library, Settings(library=library.folder, dpi=72), FakeEmbeddings())
    finally:
        stop.set()
        reader.join()
    assert errors == []
    assert all(len(texts) == 1 for texts in seen), f"a mix, or nothing: {seen}"


@pytest.mark.parametrize("mode", ["retriever", "chain"])
def test_an_answer_meanwhile_is_of_one_version_with_evidence_and_pages_that_fit(
    library: Library, contract: Path, mode: str
) -> None:
    def lines(number: int) -> tuple[str, str]:
        return "SUPPLY AGREEMENT", f"The Supplier delivers {number} pallets a month to the Buyer."

    add(library, contract, *lines(40))
    searcher = Searcher(library, FakeEmbeddings(), multilingual=True)
    chain = PageChain(searcher)
    stop, errors, asked = Event(), [], []

    def ask() -> None:
        question = "How many pallets does the Supplier deliver a month?"
        try:
            while not stop.is_set():
                texts = [found.chunk.text for found in searcher.search(question).evidence]
                if mode == "chain":
                    answer = chain.invoke(question)
                    texts = [*(c.quote for c in answer.citations), *(found.chunk.text for found in answer.evidence)]
                    assert answer.citations
                versions = {number for text in texts for number in re.findall(r"delivers (\d+)", text)}
                assert len(versions) == 1, texts
                asked.append(versions)
        except Exception as error:  # noqa: BLE001 -- told to the thread that waits
            errors.append(error)

    reader = Thread(target=ask)
    reader.start()
    try:
        for number in range(6):
            write_tiff(contract, [f"version {number}", f"page two of {number}"])
            add(library, contract, *lines(number))
    finally:
        stop.set()
        reader.join()
    assert errors == [] and asked


def test_vectors_are_searched_as_the_library_was_when_the_question_began(library: Library, contract: Path) -> None:
    add(library, contract, OLD)
    vector = FakeEmbeddings().embed_query(OLD)
    before = library.search_dense(vector, 10)
    with library.snapshot(), Library(library.folder) as beside:
        library.count_ready()
        add(beside, change(contract), NEW)
        assert dict(library.search_dense(vector, 10)) == pytest.approx(dict(before), abs=1e-5)
        assert len(library.chunks(key for key, _ in before)) == 2
    assert {key for key, _ in library.search_dense(vector, 10)}.isdisjoint(key for key, _ in before)


def test_a_page_that_cannot_be_read_again_keeps_its_text_and_is_to_be_looked_at(
    library: Library, contract: Path
) -> None:
    outcome = add(library, contract, OLD)
    engine = FakeEngine(NEW, raises={2: PageError("no power")})
    [again] = make_pipeline(library, engine).add([contract], refresh=True)
    assert (again.status, again.pages, again.reason) == ("updated", 2, "page 2: no power")
    record = library.find(outcome.doc_id)
    assert record.state == "review" and "no power" in record.reason
    assert (words(library, "ninety"), words(library, "forty")) == (1, 1)
    assert all(library.image_path(outcome.doc_id, number).is_file() for number in (1, 2))


def test_where_no_page_can_be_read_again_everything_stays_as_it_was(library: Library, contract: Path) -> None:
    outcome = add(library, contract, OLD)
    before = library.pages(outcome.doc_id)
    dead = FakeEngine(raises={1: PageError("no power"), 2: PageError("no power")})
    [again] = make_pipeline(library, dead).add([contract], refresh=True)
    assert again.status == "failed"
    assert library.pages(outcome.doc_id) == before and library.find(outcome.doc_id).state == "ready"
    engine = FakeEngine(NEW)
    list(make_pipeline(library, engine).add([contract], refresh=True))
    assert engine.calls == 2, "the next time it is tried again"


def test_a_refresh_that_was_stopped_goes_on_and_the_old_text_is_visible_until_it_is_done(
    library: Library, contract: Path
) -> None:
    outcome = add(library, contract, OLD)
    with pytest.raises(KeyboardInterrupt):
        stopping = FakeEngine(NEW, raises={2: KeyboardInterrupt()})
        list(make_pipeline(library, stopping).add([contract], refresh=True))
    assert (words(library, "forty"), words(library, "ninety")) == (2, 0)
    assert [page.text.markdown for page in library.pages(outcome.doc_id) if page.text] == [OLD, OLD]
    engine = FakeEngine(NEW)
    [again] = make_pipeline(library, engine).add([contract], refresh=True)
    assert (again.status, engine.calls) == ("updated", 1)
    assert (words(library, "forty"), words(library, "ninety")) == (0, 2)
    assert len(list(library.folder.glob("pages/*/*"))) == 2, "images that nothing names are deleted"
    assert not library.page_notes(outcome.doc_id, library.find(outcome.doc_id).reader + "; again")


@pytest.mark.parametrize("refresh", [False, True])
def test_a_page_is_not_read_twice_though_the_run_is_killed_between_reading_and_journal(
    library: Library, contract: Path, refresh: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if refresh:
        add(library, contract, OLD)
    stopped, engine = FakeEngine(NEW), FakeEngine(NEW)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Library, "save_page", killed)
        list(make_pipeline(library, stopped).add([contract], refresh=refresh))
    list(make_pipeline(library, engine).add([contract], refresh=refresh))
    assert (stopped.calls, engine.calls, words(library, "ninety")) == (1, 1, 2)
    list(make_pipeline(library, again := FakeEngine(NEW)).add([contract], refresh=True))
    assert again.calls == 2, "what was read is used for that run alone"


def killed(*arguments: object) -> None:
    raise KeyboardInterrupt


def test_images_that_no_page_names_any_more_are_deleted(library: Library, contract: Path) -> None:
    outcome = add(library, contract, OLD)
    before = {path.name for path in library.folder.glob("pages/*/*")}
    [again] = make_pipeline(library, FakeEngine(NEW), max_pixels=500_000).add([contract], refresh=True)
    after = {path.name for path in library.folder.glob("pages/*/*")}
    assert (len(before), len(after), before & after) == (2, 2, set())
    assert again.status == "updated" and library.image_path(outcome.doc_id, 2).name in after


def test_a_document_that_was_read_in_another_way_says_so_and_is_not_read_again(
    library: Library, contract: Path
) -> None:
    add(library, contract, OLD)
    engine = FakeEngine(NEW)
    engine.name = "fake 2.0"
    [outcome] = make_pipeline(library, engine).add([contract])
    assert (outcome.status, engine.calls) == ("present", 0)
    assert outcome.note == "read with fake 1.0; --refresh reads it as the settings are now"
    [outcome] = make_pipeline(library, engine).add([contract], refresh=True)
    assert (outcome.status, outcome.note, engine.calls) == ("updated", "", 2)
    assert library.find(outcome.doc_id).reader.startswith("fake 2.0; ") and words(library, "ninety") == 2
