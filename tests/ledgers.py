"""Ledgers that tests fill as an ingest does, without reading anything."""

from pathlib import Path

from ingest.library import Library
from retrieval.ledger.filling import Check, Entry, fill

_BILL = {"currency": "EUR", "seller": "Acme Tools GmbH", "buyer": "Pemberton Labs Ltd", "issue_date": "2024-03-05"}


def bill(
    name: str, total: str = "", *, schema: str = "invoice", checks: tuple[Check, ...] = (), **values: str
) -> Entry:
    """An invoice with a total; a value given as empty text is left out."""
    stated = _BILL | {"number": name.removesuffix(".pdf"), "total": total} | values
    return Entry(name, schema, {field: value for field, value in stated.items() if value}, checks=checks)


def contract(name: str, *parties: str, **values: str) -> Entry:
    return Entry(name, "contract", {"title": "Supply Agreement", **values}, parties)


def broken(name: str) -> Entry:
    return Entry(name, None, status="failed", reason="The file is damaged.")


def library_of(folder: Path, *entries: Entry) -> Library:
    library = Library(folder)
    fill(library, entries)
    return library
