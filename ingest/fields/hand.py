"""Fields as people name and set them on the command line: ``total=1234.50``, ``item_amount[2]=12.00``."""

import getpass
import re
from dataclasses import dataclass

from ingest.errors import FieldError
from ingest.fields.finder import Finder
from ingest.fields.model import WHOLE, Extractor, FieldValue
from ingest.fields.records import LedgerRecord
from ingest.fields.typed import normalise_typed

_NAME = re.compile(r"(?P<name>[^\[\]=]+)(?:\[(?P<number>\d{1,6})\])?")


@dataclass(frozen=True, slots=True)
class Place:
    """A field of a document.

    Attributes:
        name: the field's.
        item: which of the document's lines, from 0; `WHOLE` for all of it.
    """

    name: str
    item: int = WHOLE


def label(name: str, item: int) -> str:
    """A field as people name it: lines are counted from 1."""
    return name if item == WHOLE else f"{name}[{item + 1}]"


def place_of(typed: str, record: LedgerRecord, finder: Finder) -> Place:
    """The field of a document that a person named.

    Raises:
        FieldError: documents of its kind have no such field.
    """
    found = _NAME.fullmatch(typed.strip())
    name = found["name"].strip() if found else typed
    kinds = finder.kinds.get(record.schema) or finder.kinds_of("")
    if found is None or name not in kinds:
        what = f"{record.schema} has" if record.schema else "No document has"
        no = "no" if record.schema else "a"
        raise FieldError(f"{what} {no} field {typed}; there are: {', '.join(kinds)}.")
    number = found["number"]
    if name in finder.items and (number is None or int(number) < 1):
        raise FieldError(f"Each line has its own {name}; say which: {name}[1] is that of the first.")
    if number is not None and name not in finder.items:
        raise FieldError(f"{name} belongs to the whole document; name it without [{number}].")
    return Place(name, int(number) - 1 if number is not None else WHOLE)


def value_of(typed: str, record: LedgerRecord, finder: Finder) -> FieldValue:
    """The value that a person sets: ``NAME=VALUE``.

    Raises:
        FieldError: there is no such field, or the value is none of its kind.
    """
    name, equals, raw = typed.partition("=")
    if not equals:
        raise FieldError(f"{typed} sets nothing; write NAME=VALUE, like total=1234.50.")
    place = place_of(name, record, finder)
    kind = finder.kinds_of(record.schema)[place.name]
    try:
        value = normalise_typed(kind, raw)
    except FieldError as error:
        raise FieldError(f"{label(place.name, place.item)}: {error}") from error
    return FieldValue(place.name, kind, " ".join(raw.split()), value, extractor=Extractor.HAND, item=place.item)


def nothing_at(place: Place, record: LedgerRecord, finder: Finder) -> FieldValue:
    """What a person sets to say that a field has no value."""
    kind = finder.kinds_of(record.schema)[place.name]
    return FieldValue(place.name, kind, "", "", extractor=Extractor.HAND, item=place.item)


def current_user() -> str:
    """The name of the operating system's user.

    Raises:
        FieldError: it does not say.
    """
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError) as error:
        raise FieldError("The system does not say who you are; give --author NAME.") from error
