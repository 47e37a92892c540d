"""The fields of a document, from the best source there is."""

from collections.abc import Sequence
from pathlib import Path

from ingest.fields.asking import Asker
from ingest.fields.model import Extraction
from ingest.fields.schema import Schema
from ingest.types import PageText

# Raise it when the same document may give other fields, so that documents are looked at again.
VERSION = "1"


def extract(
    pages: Sequence[PageText], original: Path | None, schemas: Sequence[Schema], *, asker: Asker | None = None
) -> Extraction:
    """Find out what kind of document it is, and read its fields.

    Args:
        pages: all of its pages, in order.
        original: the file, where it is at hand: a PDF may carry an e-invoice.
        schemas: the kinds of documents there are, from `load_schemas`.
        asker: a model that is asked for fields; None: the embedded rules alone.

    Returns:
        What was found; nothing where no schema fits. Never raises on account of what a document holds.
    """
    return Extraction()
