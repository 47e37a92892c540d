"""A bill whose number stands behind a label that no rule knows, and what is stored of it."""

from pathlib import Path

from ingest.fields.finder import make_finder
from ingest.fields.model import Extraction
from ingest.library import Library
from ingest.settings import Settings
from tests.drawings import write_tiff
from tests.fakes import FakeEngine, make_pipeline

PAGE = ("INVOICE", "Our mark for this bill ZX-77/9", "Fernhill Ltd", "Invoice date 5 March 2024", "Total EUR 119.00")


def extraction(settings: Settings, folder: Path) -> Extraction:
    """What is stored of the bill.

    Args:
        settings: which library, and who is asked for fields.
        folder: for the file.
    """
    path = folder / "bill.tif"
    write_tiff(path, ["bill"])
    with Library(settings.library) as library:
        pipeline = make_pipeline(library, FakeEngine(*PAGE), finder=make_finder(settings))
        [outcome] = pipeline.add([path])
        record = library.fields(outcome.doc_id)
        assert record is not None
        return Extraction(record.schema, record.values, record.notes)
