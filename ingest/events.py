"""What a run tells scripts: with ``--json`` one JSON object a line, as it happens. `docs/cli.md` describes each."""

import json
from dataclasses import asdict, dataclass, field
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Start:
    """A run begins.

    Attributes:
        command: ``add``, ``sync``, ``watch`` or ``reindex``.
        library: its folder.
        dry_run: whether everything is only worked out, and told as `Planned`.
    """

    event: ClassVar[str] = "start"
    command: str
    library: str
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A document is opened.

    Attributes:
        doc_id: its id.
        name: its file name.
        pages: how many it has.
    """

    event: ClassVar[str] = "document"
    doc_id: str
    name: str
    pages: int


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a document is done, now or in an earlier run.

    Attributes:
        doc_id: the document.
        done: number of its pages that are done.
        of: number of its pages.
    """

    event: ClassVar[str] = "page"
    doc_id: str
    done: int
    of: int


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one file.

    Attributes:
        path: the file.
        status: ``added``, ``updated``, ``present``, ``moved``, ``removed`` or ``failed``.
        doc_id: its id, empty where it could not be opened.
        pages: number of pages that can be asked about.
        reason: why it, or some of its pages, failed; empty where nothing did.
        note: what else a person should know, for example where a document lay before.
        warnings: what a person should know about its pages, those that need review first.
    """

    event: ClassVar[str] = "outcome"
    path: str
    status: str
    doc_id: str = ""
    pages: int = 0
    reason: str = ""
    note: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Planned:
    """What a sync would do with one file.

    Attributes:
        path: the file.
        action: ``add``, ``update``, ``finish``, ``move``, ``touch``, ``remove``, ``keep`` or ``fail``.
        old: where a document that is moved lies before; else empty.
        reason: why it cannot be read or is kept, or what else a person should know; else empty.
    """

    event: ClassVar[str] = "planned"
    path: str
    action: str
    old: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """What goes on beside pages, for example that another process is waited for."""

    event: ClassVar[str] = "note"
    text: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The last event of a run that came to its end.

    Attributes:
        counts: number of files by what became of them.
        pages: number of pages of the documents added and updated.
        review: number of pages that need a person's look.
        exit_status: of the command.
        seconds: how long it took.
    """

    event: ClassVar[str] = "summary"
    counts: dict[str, int]
    pages: int
    review: int
    exit_status: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Error:
    """The last event of a run that was stopped, or could not begin or go on.

    Attributes:
        message: why.
        counts: number of files by what became of them, up to then.
        exit_status: of the command.
        seconds: how long it took.
    """

    event: ClassVar[str] = "error"
    message: str
    exit_status: int
    counts: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0


Event = Start | Document | Page | Result | Planned | Note | Summary | Error


def as_line(event: Event) -> str:
    """An event as one line of JSON, without the line break.

    ASCII alone: right in every locale, and names that are no UTF-8 survive.
    """
    return json.dumps({"event": event.event, **asdict(event)})
