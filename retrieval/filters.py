"""Which documents a question may be answered from: given by the caller, or read from the question."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from retrieval.kinds import DocumentType

_LISTS = ("documents", "types", "parties", "folders")


@dataclass(frozen=True, slots=True)
class Filter:
    """Documents that may answer. What is empty does not restrict; of several values of one kind any may fit.

    Attributes:
        documents: file names, titles, paths or ids (of an id its first six characters or more).
        types: `DocumentType`s by name: contract, invoice, receipt, credit note, order, quotation, delivery note, other.
        parties: names that stand at the beginning of the document; legal forms such as Ltd need not be given.
        dated_from: first day of the document's own date.
        dated_to: last day of it, included.
        folders: where the files were added from: a path, or its last parts (``suppliers/2024``).

    Raises:
        ValueError: a type is unknown, a value has another form, or the dates are the wrong way round.
    """

    documents: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    dated_from: date | None = None
    dated_to: date | None = None
    folders: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in _LISTS:
            object.__setattr__(self, name, _texts(name, getattr(self, name)))
        known = [str(one) for one in DocumentType]
        if unknown := [one for one in self.types if one not in known]:
            raise ValueError(f"There is no document type {unknown[0]!r}; choose among {', '.join(known)}.")
        for name in ("dated_from", "dated_to"):
            object.__setattr__(self, name, _day(name, getattr(self, name)))
        if self.dated_from and self.dated_to and self.dated_from > self.dated_to:
            raise ValueError(f"The filter's dates are the wrong way round: {self.dated_from} is after {self.dated_to}.")

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))


def as_filter(value: object) -> Filter | None:
    """Read a filter: a `Filter`, a mapping with its fields, or None; an empty one is None.

    Raises:
        ValueError: it has another form.
    """
    if value is None or value == "":
        return None
    if isinstance(value, Filter):
        return value or None
    if not isinstance(value, Mapping):
        raise ValueError("A filter is a retrieval.Filter or a mapping with its fields.")
    known = {field.name for field in fields(Filter)}
    if unknown := [str(name) for name in value if name not in known]:
        raise ValueError(f"A filter has no {unknown[0]!r}; it has {', '.join(sorted(known))}.")
    return Filter(**{str(name): given for name, given in value.items()}) or None


def filter_of(config: Mapping[str, Any] | None) -> Filter | None:
    """The filter of a LangChain configuration: ``config["configurable"]["filter"]``.

    Raises:
        ValueError: it has another form.
    """
    return as_filter(((config or {}).get("configurable") or {}).get("filter"))


def _texts(name: str, value: object) -> tuple[str, ...]:
    values = (value,) if isinstance(value, str) else value
    if not isinstance(values, (tuple, list, set, frozenset)) or not all(isinstance(one, str) for one in values):
        raise ValueError(f"The filter's {name} are texts, for example {name}=('...',).")
    return tuple(dict.fromkeys(text for one in values if (text := str(one).strip())))


def _day(name: str, value: object) -> date | None:
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"The filter's {name} is {value!r}; write a day as 2024-03-31.") from None
