"""From files to a library: the one place where reading, cutting, embedding and storing meet."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from pathlib import Path

from langchain_core.embeddings import Embeddings

from ingest.entry import Begun, Entry, Run, has_arrived
from ingest.errors import BrokenFile, DocumentBusy, DocumentError, DocumentGone
from ingest.fields.finder import Finder, find_fields, make_finder
from ingest.files import find_files, identify
from ingest.flow import Job, page_flow
from ingest.indexing import embed, prepare, reindex
from ingest.journal import is_read
from ingest.library import Library
from ingest.locks import Claim
from ingest.ocr import OcrEngine
from ingest.outcomes import ADDED, FAILED, PRESENT, UPDATED, Outcome, Progress, Silent
from ingest.reading import reading_of
from ingest.records import DocumentRecord
from ingest.registry import PENDING, READY, RETIRED
from ingest.settings import Settings
from ingest.types import PageText, SourceDocument
from ingest.workers import View

__all__ = ("Outcome", "Pipeline", "Progress", "reindex")


class Pipeline:
    """Adds files to a library."""

    def __init__(
        self,
        library: Library,
        settings: Settings,
        engine: OcrEngine,
        embeddings: Embeddings,
        *,
        passwords: Sequence[str] = (),
        finder: Finder | None = None,
    ) -> None:
        """Prepare.

        Args:
            library: where to.
            settings: how.
            engine: reads pages.
            embeddings: makes vectors.
            passwords: to try on encrypted files; kept nowhere.
            finder: looks for fields; None: the one that the settings name.

        Raises:
            ConfigError: a schema of fields is wrong.
            IndexMismatch: the library's vectors come from another embedding model than the setting's.
        """
        library.check_model(settings.embedding_model, claim=True)
        self._library = library
        self._settings = settings
        self._engine = engine
        self._embeddings = embeddings
        self._passwords = tuple(passwords)
        self._finder = finder or make_finder(settings)

    def add(
        self,
        paths: Iterable[Path],
        progress: Progress | None = None,
        *,
        keep_paths: bool = True,
        refresh: bool = False,
    ) -> Iterator[Outcome]:
        """Add files and folders, one outcome a file, in their order; one file's failure does not touch the others.

        Stopped at any moment and called again, it goes on with the pages that are not done. Documents that another
        process works on come last: they are waited for.

        Args:
            paths: files and folders.
            progress: is told how it goes.
            keep_paths: whether to note where the files were; not for uploads, whose place is gone afterwards.
            refresh: read all their pages again, also those that are done, and ask the engine anew.

        Raises:
            LibraryError: the library itself cannot be written.
            ModelError: the engine's server cannot be reached or must not be used.
        """
        self._library.sweep()
        view = View(self._settings, reading_of(self._settings, self._engine), self._passwords)
        claims: dict[str, Claim] = {}
        try:
            with page_flow(self._library, self._engine, view) as flow:
                run = Run(flow, progress or Silent(), keep_paths, refresh, claims)
                busy: list[Path] = []
                yield from self._deal_with(find_files(paths), run, busy)
                for path in busy:
                    yield from self._deal_with([path], run, None)
        finally:
            for claim in claims.values():
                claim.release()

    def _deal_with(self, paths: Iterable[Path], run: Run, busy: list[Path] | None) -> Iterator[Outcome]:
        """Add files; those that another process works on are put into `busy`, or waited for where that is None."""
        reading: deque[Begun] = deque()
        publishing: deque[Future[Outcome]] = deque()
        for path in paths:
            try:
                reading.append(self._begin(path, run, wait=busy is None))
            except DocumentBusy:
                assert busy is not None
                busy.append(path)
            # Documents go on being read while those before them are waited for, embedded and stored.
            while reading and (len(reading) > run.flow.most or has_arrived(reading[0])):
                publishing.append(self._hand_over(reading.popleft(), run))
            while publishing and (len(publishing) > run.flow.most or publishing[0].done()):
                yield publishing.popleft().result()
        while reading or publishing:
            if reading:
                publishing.append(self._hand_over(reading.popleft(), run))
            while publishing and (not reading or publishing[0].done()):
                yield publishing.popleft().result()

    def _begin(self, path: Path, run: Run, *, wait: bool) -> Begun:
        """Enter a file and send its pages on their way.

        Raises:
            DocumentBusy: another process works on it, and it is not to be waited for.
        """
        try:
            source = identify(path)
        except DocumentError as error:
            return Outcome(path, FAILED, reason=str(error))
        if source.doc_id in run.under_way:
            return source  # the same bytes under another name
        waiting = f"waiting for another process, which works on {source.name}"
        claim = self._library.claim(source.doc_id, wait=wait, notify=lambda: run.progress.note(waiting))
        run.claims[source.doc_id] = claim
        try:
            begun = self._send(source, run)
        except DocumentError as error:
            begun = Outcome(path, FAILED, source.doc_id, reason=str(error))
        if not isinstance(begun, Entry):
            run.release(source.doc_id)
        return begun

    def _send(self, source: SourceDocument, run: Run) -> Begun:
        known = self._library.document(source.doc_id)
        whole = known is not None and not run.refresh and self._is_whole(known)
        if known and whole and known.status == READY:
            self._note_path(source, run)
            return replace(self._present(source, known), note=_difference(known.reader, run.flow.reader))
        # Read from our own copy: the user's file may change meanwhile.
        self._library.keep_original(source)
        kept = replace(source, path=self._library.original_path(source.doc_id))
        if known and whole:
            self._enter(source, known.page_count, known.reader, run)
            return self._send_pages(Entry(source, Job(kept, reader=known.reader), known.page_count, known.reader), run)
        try:
            count = run.flow.open(kept)
        except DocumentError as error:
            self._library.refuse(source, str(error), keep_path=run.keep_paths)
            raise
        if self._enter(source, count, run.reader, run) != PENDING:
            self._library.expect(source.doc_id, run.reader, count)
        before = known.reader if known else ""
        return self._send_pages(Entry(source, Job(kept, refresh=run.refresh, reader=run.reader), count, before), run)

    def _send_pages(self, entry: Entry, run: Run) -> Entry:
        doc_id = entry.source.doc_id
        run.progress.document(doc_id, entry.source.name, entry.page_count)
        run.under_way.add(doc_id)
        done = self._library.done_pages(doc_id, entry.job.reader)
        for number in range(1, entry.page_count + 1):
            if number in done:
                run.progress.page(doc_id)
            else:
                run.flow.submit(entry.job, number, run.progress.page)
        return entry

    def _enter(self, source: SourceDocument, page_count: int, reader: str, run: Run) -> str:
        return self._library.begin(source, page_count, reader, keep_path=run.keep_paths, drop_old=self._drops_old)

    def _note_path(self, source: SourceDocument, run: Run) -> None:
        if run.keep_paths:
            self._library.note_path(source, drop_old=self._drops_old)

    @property
    def _drops_old(self) -> bool:
        return self._settings.old_versions == "drop"

    def _is_whole(self, record: DocumentRecord) -> bool:
        """Whether all pages of a document were read, and are visible or of an older version."""
        if record.status not in (READY, RETIRED):
            return False
        notes = self._library.page_notes(record.doc_id, record.reader)
        return len(notes) == record.page_count and all(is_read(status) for status, _ in notes.values())

    def _present(self, source: SourceDocument, record: DocumentRecord) -> Outcome:
        notes = self._library.page_notes(record.doc_id, record.reader)
        reviews = tuple(reason for status, reason in notes.values() if is_read(status) and reason)
        pages = sum(is_read(status) for status, _ in notes.values())
        warnings = (*reviews, *self._library.warnings(record.doc_id))
        return Outcome(source.path, PRESENT, source.doc_id, pages, warnings=warnings)

    def _hand_over(self, begun: Begun, run: Run) -> "Future[Outcome]":
        """Wait for a document's pages, then have it made visible."""
        if isinstance(begun, Entry):
            run.flow.finish(begun.job, run.progress.page)
            return run.flow.publish(lambda: self._outcome(begun, run))
        if isinstance(begun, SourceDocument):
            return run.flow.publish(lambda: self._twin(begun, run))
        return run.flow.publish(lambda: begun)

    def _twin(self, source: SourceDocument, run: Run) -> Outcome:
        """The outcome for a document that was added under another name just before."""
        self._note_path(source, run)
        record = self._library.document(source.doc_id)
        if record is None:
            return Outcome(source.path, FAILED, source.doc_id, reason="it was removed while it was read")
        present = self._present(source, record)
        if record.status != READY:
            return replace(present, status=FAILED, reason=record.reason)
        return present if self._is_whole(record) else replace(present, reason=record.reason)

    def _outcome(self, entry: Entry, run: Run) -> Outcome:
        source = entry.source
        try:
            return self._publish(entry, run)
        except (DocumentError, DocumentGone) as error:
            return Outcome(source.path, FAILED, source.doc_id, reason=str(error))
        finally:
            run.release(source.doc_id)

    def _publish(self, entry: Entry, run: Run) -> Outcome:
        source, reader, failures = entry.source, entry.job.reader, entry.job.failures
        reason = "; ".join(failures[number] for number in sorted(failures))
        if len(failures) == entry.page_count:
            self._fail(entry, reason)
            raise BrokenFile(f"no page could be read: {reason}")
        if entry.job.pages and len(failures) == len(entry.job.pages) and (unchanged := self._unchanged(entry)):
            return replace(unchanged, reason=reason)
        warnings: list[str] = []
        texts = _noting(self._library.texts(source.doc_id, reader), warnings)
        subject, chunks = prepare(texts, source.name, self._settings.chunk_chars)
        vectors = embed(self._embeddings, chunks)
        notes = self._library.page_notes(source.doc_id, reader).values()
        found = find_fields(
            self._library, self._finder, source.doc_id, reader, partial(run.flow.perform, source.doc_id)
        )
        replaced = self._library.publish(
            source, reader, subject, chunks, vectors, found=found, drop_old=self._drops_old
        )
        warnings += self._library.warnings(source.doc_id)
        reviews = [said for status, said in notes if is_read(status) and said]
        pages = sum(is_read(status) for status, _ in notes)
        status = UPDATED if replaced or entry.reader else ADDED
        return Outcome(source.path, status, source.doc_id, pages, reason, (*reviews, *warnings))

    def _unchanged(self, entry: Entry) -> Outcome | None:
        """The outcome where the pages that failed before failed again, and all else is visible already."""
        record = self._library.document(entry.source.doc_id)
        if record is None or record.status != READY or record.reader != entry.job.reader:
            return None
        notes = self._library.page_notes(record.doc_id, record.reader)
        same = record.reason == "; ".join(said for _, said in notes.values() if said)
        return self._present(entry.source, record) if same else None

    def _fail(self, entry: Entry, reason: str) -> None:
        """Note that no page of a document could be read. What is visible of an earlier reading stays as it was."""
        self._library.mark_failed(entry.source.doc_id, reason)
        if entry.reader:
            self._library.give_up(entry.source.doc_id, entry.job.reader)


def _noting(pages: Iterable[PageText], warnings: list[str]) -> Iterator[PageText]:
    """The pages, with their warnings noted on the way."""
    for page in pages:
        warnings += page.warnings
        yield page


def _difference(reader: str, wanted: str) -> str:
    """What to say where a document was read in another way than the settings have it; empty where it was not."""
    if reader == wanted:
        return ""
    engine, now = (key.partition("; ")[0] for key in (reader, wanted))
    how = engine if engine != now else "other settings"
    return f"read with {how}; --refresh reads it as the settings are now"
