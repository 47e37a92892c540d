"""The e-invoice that a PDF carries: Factur-X, ZUGFeRD 1 and 2, XRechnung (CII), UBL. Documents are untrusted."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

import pymupdf
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from ingest.fields.cii import CII_HEADS, read_cii
from ingest.fields.einvoice import Stated, local
from ingest.fields.ubl import UBL_ROOTS, read_ubl

_LARGEST = 10_000_000  # bytes of an XML that is read
_MOST = 50  # files of a PDF that are looked at
_PDF = b"%PDF-"
# What profiles call the invoice's file; others are looked at behind these.
_NAMES = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml", "order-x.xml", "cii.xml", "ubl.xml")
UNREADABLE = "The file carries an XML that was not read: it is not well-formed, or defines entities."


def read_attachment(original: Path) -> tuple[tuple[Stated, ...], tuple[str, ...]]:
    """What the e-invoice inside a PDF states.

    Args:
        original: the file; one that is no PDF, is encrypted or damaged carries nothing.

    Returns:
        What it states, empty where there is no e-invoice; and notes for a person.
    """
    notes: list[str] = []
    for content in _xml_files(original):
        try:
            root = parse_safely(content)
        except ValueError:
            notes.append(UNREADABLE)
            continue
        if found := read_invoice(root):
            return tuple(found), ()
    return (), tuple(dict.fromkeys(notes))


def parse_safely(content: bytes) -> Element:
    """Parse an XML that may be hostile: no document type, no entities, no network.

    Raises:
        ValueError: it is not well-formed, or wants one of these.
    """
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, LookupError, RecursionError) as error:
        raise ValueError(f"no safe XML: {error}") from error
    return root


def read_invoice(root: Element) -> list[Stated]:
    """What an e-invoice's XML states; empty where it is of another kind."""
    if any(local(child) in CII_HEADS for child in root):
        return read_cii(root)
    return read_ubl(root) if local(root) in UBL_ROOTS else []


def _xml_files(original: Path) -> Iterator[bytes]:
    """XML files within a PDF, those with an e-invoice's name first."""
    try:
        with original.open("rb") as file:
            if _PDF not in file.read(1024):
                return
        with pymupdf.open(original, filetype="pdf") as document:
            if not document.needs_pass:
                yield from _embedded(document)
    except (OSError, RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase):
        return


def _embedded(document: pymupdf.Document) -> Iterator[bytes]:
    names = document.embfile_names()[:_MOST]
    infos = [(name, document.embfile_info(name)) for name in names]
    known = [(name, str(info.get("filename") or name).casefold(), info) for name, info in infos]
    wanted = [(name, info) for name, file, info in known if file.endswith(".xml")]
    order = {file: number for number, file in enumerate(_NAMES)}
    wanted.sort(key=lambda pair: order.get(str(pair[1].get("filename") or pair[0]).casefold(), len(order)))
    for name, info in wanted:
        if int(info.get("length") or info.get("size") or 0) <= _LARGEST:
            content = bytes(document.embfile_get(name))
            if len(content) <= _LARGEST:
                yield content
