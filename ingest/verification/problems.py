"""What verification finds."""

from dataclasses import dataclass
from enum import StrEnum

REPAIR = "`ingest verify --repair` mends it"
RESTORE = "import a backup, or remove the document and add its file again"
REINDEX = "`ingest reindex` makes chunks and vectors again from the stored pages"


class Kind(StrEnum):
    """What a problem is about."""

    DATABASE = "database"
    DOCUMENT = "document"
    ORIGINAL = "original"
    PAGE = "page"
    IMAGE = "image"
    UNFINISHED = "unfinished page"
    READING = "reading"
    FIELD = "field"
    CHUNK = "chunk"
    VECTOR = "vector"
    FULL_TEXT = "full text"
    CHROMA = "chroma"
    LEFTOVER = "leftover"
    REMOVAL = "removal"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it must be.

    Attributes:
        kind: what it is about.
        where: document and page, or file, for people.
        what: what is wrong, in words that go on from `where` after a colon.
        remedy: what mends it.
        mendable: whether `ingest.repair` can mend it.
        doc_id: the document, where it is about one.
        page_number: the page, 1-based; 0 where it is about none.
        path: the file or folder, where it is about one: relative to the library's folder.
    """

    kind: Kind
    where: str
    what: str
    remedy: str
    mendable: bool = False
    doc_id: str = ""
    page_number: int = 0
    path: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; {self.remedy}"


@dataclass(frozen=True, slots=True)
class Note:
    """Something that a person may want to know, though it is no problem.

    Attributes:
        where: document, for people.
        what: in words that go on from `where` after a colon.
    """

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"
