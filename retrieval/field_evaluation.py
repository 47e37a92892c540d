"""Fields measured from the command line, and for `make eval`: on files as they are, or on a library's documents."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path

from ingest.errors import AmbiguousDocument, DocumentError, DocumentNotFound, LibraryError, PageError
from ingest.fields.extracting import extract
from ingest.fields.files import PageSource
from ingest.fields.model import Extraction
from ingest.fields.schema import Schema, load_schemas
from ingest.library import Library
from ingest.settings import Settings
from retrieval.field_labels import LabelledFields, load_labels
from retrieval.field_measuring import Measured, measure_fields, score_lines, source_lines, totals
from retrieval.field_sets import FieldSet, field_sets
from retrieval.libraries import digest_of

Extract = Callable[[LabelledFields], Extraction]


class Where(StrEnum):
    """What is measured: files, read for it; a library's stored values; its pages, looked at anew."""

    FILES = "files"
    STORED = "stored"
    PAGES = "pages"


def evaluate_fields(settings: Settings, labels: Path, where: Where, *, misses: int | None) -> Iterator[str]:
    """Lines of the report on a label file.

    Args:
        settings: how pages are read, and which schemas there are.
        labels: the label file.
        where: what is measured.
        misses: so many lines on what is not as labelled; None: none.

    Raises:
        ConfigError, LibraryError: a file, a setting or the library is not as it should be.
        DocumentError: a document cannot be read.
    """
    known = load_labels(labels)
    schemas = load_schemas(settings.schemas)
    if where is Where.FILES:
        measured = measure_fields(known, _of_files(PageSource(settings), labels.parent, schemas), schemas)
        yield from _report(measured, misses)
        return
    if not Library.exists(settings.library, settings.database_url.get_secret_value()):
        raise LibraryError(f"No library in {settings.library}; run `ingest add PATH` first.")
    with Library.of(settings) as library:
        ids, absent = _matched(library, known, labels.parent)
        there = [one for one in known if one.file in ids]
        waiting: list[str] = []
        reading = _stored(library, ids, waiting) if where is Where.STORED else _anew(library, ids, schemas)
        measured = measure_fields(there, reading, schemas)
    yield from _report(measured, misses)
    if absent:
        yield f"{len(absent)} of {len(known)} labelled files are not in the library and are counted in no figure"
    if waiting:
        yield f"the fields of {len(waiting)} documents were never looked for; `ingest fields --refresh` does that"
    yield from [f"{name}: {why}" for name, why in absent.items()][: misses or 0]


def _report(measured: list[Measured], misses: int | None) -> Iterator[str]:
    yield from score_lines(measured)
    yield from source_lines(measured)
    yield from [line for one in measured for line in one.misses][: misses or 0]


def _matched(library: Library, known: Iterable[LabelledFields], folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Ids of the labelled documents by their files, and why others have none.

    The file itself tells its document, whatever it is called in the library; where it is not at hand, its name does.
    """
    ids: dict[str, str] = {}
    absent: dict[str, str] = {}
    for one in known:
        path = folder / one.file
        record = library.document(digest_of(path)) if path.is_file() else None
        try:
            record = record or library.find(Path(one.file).name)
        except (DocumentNotFound, AmbiguousDocument) as error:
            absent[one.file] = str(error)
            continue
        if library.fields(record.doc_id) is not None:
            ids[one.file] = record.doc_id
        else:
            absent[one.file] = f"it is {record.status}"
    return ids, absent


def _stored(library: Library, ids: Mapping[str, str], waiting: list[str]) -> Extract:
    """What the library holds, corrections by hand among it; notes the files whose fields nobody has looked for."""

    def read(one: LabelledFields) -> Extraction:
        record = library.fields(ids[one.file])
        if record is None or not record.version:
            waiting.append(one.file)
        return Extraction(record.schema, record.values) if record else Extraction()

    return read


def _anew(library: Library, ids: Mapping[str, str], schemas: tuple[Schema, ...]) -> Extract:
    def read(one: LabelledFields) -> Extraction:
        record = library.document(ids[one.file])
        pages = list(library.texts(record.doc_id, record.reader)) if record else []
        return extract(pages, library.original_path(ids[one.file]), schemas)

    return read


def _of_files(source: PageSource, folder: Path, schemas: tuple[Schema, ...], *, xml: bool = True) -> Extract:
    def read(one: LabelledFields) -> Extraction:
        path = folder / one.file
        try:
            return extract(source.pages(path), path if xml else None, schemas)
        except (DocumentError, PageError) as error:
            raise DocumentError(f"{path}: {error}") from error

    return read


def field_figures(data: Path, settings: Settings) -> Iterator[tuple[str, list[str]]]:
    """Lines on the sets of labelled documents, each with what it says of bars that were not reached."""
    source = PageSource(settings)
    schemas = load_schemas(settings.schemas)
    for one in field_sets(data):
        yield f"\nfields, {one.title}", []
        try:
            measured = measure_fields(one.labels, _of_files(source, one.folder, schemas, xml=one.xml), schemas)
        except DocumentError as error:
            yield f"  not measured: {error}", [f"fields, {one.title}: not measured, {error}"]
            continue
        yield from _lines(one, measured)


def _lines(one: FieldSet, measured: list[Measured]) -> Iterator[tuple[str, list[str]]]:
    yield f"{'':<18}precision  recall      F1  values  bar (recall)", []
    for name, score in totals(measured).items():
        figures = f"{name:<18}{score.precision:>9.3f}{score.recall:>8.3f}{score.f1:>8.3f}{score.labelled:>8}"
        bar = one.bars.get(name)
        if bar is None:
            yield figures, []
            continue
        short = score.recall < bar - 1e-9
        verdict = f"fields, {one.title}: recall of {name} is {score.recall:.4f}, at least {bar:g} was wanted"
        yield f"{figures}  {bar:g}, {'SHORT' if short else 'reached'}", [verdict] if short else []
