"""The fields of a document, from the best source there is: its e-invoice, a model, the embedded rules."""

from collections.abc import Sequence
from pathlib import Path

from ingest.fields.asking import Asker
from ingest.fields.attachments import read_attachment
from ingest.fields.merging import contradictions, from_answers, from_stated, merged
from ingest.fields.model import ADJUSTMENTS, Extraction
from ingest.fields.recognising import recognise
from ingest.fields.rules import by_rule
from ingest.fields.schema import Schema
from ingest.fields.view import build_view
from ingest.types import PageText

# Raise it when the same document may give other fields, so that documents are looked at again.
VERSION = "2"
INVOICE = "invoice"


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
        What was found; nothing where no schema fits. Of each field the value of the best source: an e-invoice's, a
        model's that a page shows, a rule's, a model's that no page shows.
    """
    stated, notes = read_attachment(original) if original is not None else ((), ())
    schema = next((one for one in schemas if one.name == INVOICE), None) if stated else None
    schema = schema or recognise(pages, schemas)
    if schema is None:
        return Extraction(notes=notes)
    view = build_view(schema, pages)
    ruled = by_rule(view, list(pages))
    if stated:
        known = from_stated(view, stated, ruled)
        wrong, unshown = contradictions(view, known, ruled)
        # What the XML leaves out may still stand on the page; lines are the XML's or the page's, never mixed.
        # Discounts and charges that it leaves out are none: it states its sums.
        items = any(value.item >= 0 for value in known)
        left = [one for one in ruled if not (items and one.item >= 0) and one.name not in ADJUSTMENTS]
        values = merged(known, left)
        return Extraction(schema.name, values, notes + unshown, wrong)
    answers, said = from_answers(view, pages, asker) if asker is not None else ((), ())
    return Extraction(schema.name, merged(answers, ruled), notes + said)
