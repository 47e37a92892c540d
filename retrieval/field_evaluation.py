"""Fields measured from the command line, and for `make eval`: on files as they are, or on a library's documents."""

from collections.abc import Callable, Iterator
from pathlib import Path

from ingest.errors import DocumentError, LibraryError, PageError
from ingest.fields.extracting import extract
from ingest.fields.files import PageSource
from ingest.fields.model import Extraction
from ingest.fields.schema import Schema, load_schemas
from ingest.library import Library
from ingest.settings import Settings
from retrieval.field_labels import LabelledFields, load_labels
from retrieval.field_measuring import Measured, measure_fields, score_lines, totals
from retrieval.field_sets import FieldSet, field_sets

Extract = Callable[[LabelledFields], Extraction]


def evaluate_fields(settings: Settings, labels: Path, *, in_library: bool, misses: int | None) -> Iterator[str]:
    """Lines of the report on a label file.

    Args:
        settings: how pages are read, and which schemas there are.
        labels: the label file.
        in_library: whether the documents are those of the library, as it has read them; else the files are read.
        misses: so many lines on what is not as labelled; None: none.

    Raises:
        ConfigError, LibraryError: a file, a setting or the library is not as it should be.
        DocumentError, PageError: a document cannot be read.
    """
    known = load_labels(labels)
    schemas = load_schemas(settings.schemas)
    if in_library:
        if not Library.exists(settings.library, settings.database_url.get_secret_value()):
            raise LibraryError(f"No library in {settings.library}; run `ingest add PATH` first.")
        with Library.of(settings) as library:
            measured = measure_fields(known, _of_library(library, schemas), schemas)
    else:
        measured = measure_fields(known, _of_files(PageSource(settings), labels.parent, schemas), schemas)
    yield from score_lines(measured)
    yield from [line for one in measured for line in one.misses][: misses or 0]


def _of_library(library: Library, schemas: tuple[Schema, ...]) -> Extract:
    def read(one: LabelledFields) -> Extraction:
        record = library.find(Path(one.file).name)
        pages = list(library.texts(record.doc_id, record.reader))
        return extract(pages, library.original_path(record.doc_id), schemas)

    return read


def _of_files(source: PageSource, folder: Path, schemas: tuple[Schema, ...], *, xml: bool = True) -> Extract:
    def read(one: LabelledFields) -> Extraction:
        path = folder / one.file
        return extract(source.pages(path), path if xml else None, schemas)

    return read


def field_figures(data: Path, settings: Settings) -> Iterator[tuple[str, list[str]]]:
    """Lines on the sets of labelled documents, each with what it says of bars that were not reached."""
    source = PageSource(settings)
    schemas = load_schemas(settings.schemas)
    for one in field_sets(data):
        yield f"\nfields, {one.title}", []
        try:
            measured = measure_fields(one.labels, _of_files(source, one.folder, schemas, xml=one.xml), schemas)
        except (DocumentError, PageError) as error:
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
