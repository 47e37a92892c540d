"""What an archive says of itself, in its first entry."""

from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingest.errors import ArchiveError

KIND = "pagecite-archive"
VERSION = 1
# Names of entries, in their order; after the manifest and the database come originals and page images.
MANIFEST, DATABASE = "manifest.json", "library.sqlite3"
ORIGINALS, PAGES = "originals", "pages"
MOST_BYTES = 100_000


class Head(BaseModel):
    """What the manifests of all versions have.

    Attributes:
        kind: that it is an archive of ours.
        version: of the archive's form.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: str
    version: int = Field(ge=1)


class Manifest(Head):
    """The archive's first entry.

    Attributes:
        library_format: of the tables in its database, `ingest.schema.FORMAT_VERSION`.
        library_id: the library's, 32 hexadecimal digits.
        made_at: UTC, ISO 8601.
        embedding_model: what its vectors come from.
        documents: their number; unfinished, failed and retired ones included.
        pages: rows of its journal.
        chunks: their number.
    """

    library_format: int = Field(ge=1)
    library_id: str = Field(pattern=r"^[0-9a-f]{32}$")
    made_at: datetime
    embedding_model: str
    documents: int = Field(ge=0)
    pages: int = Field(ge=0)
    chunks: int = Field(ge=0)


def now() -> datetime:
    """The time, in whole seconds of UTC."""
    return datetime.now(UTC).replace(microsecond=0)


def read_manifest(content: bytes, name: str, library_format: int) -> Manifest:
    """The manifest of an archive.

    Args:
        content: the entry's.
        name: what the archive is called in messages.
        library_format: the newest that can be read.

    Raises:
        ArchiveError: it is not one, or of a newer version of Pagecite.
    """
    try:
        head = Head.model_validate_json(content)
        if head.kind != KIND:
            raise ArchiveError(f"{name} was not written by `ingest export`.")
        if head.version > VERSION:
            raise _newer(name, f"archive {head.version}, this one reads {VERSION}")
        manifest = Manifest.model_validate_json(content)
    except ValidationError as error:
        raise ArchiveError(f"{name} is damaged: its manifest cannot be read.") from error
    if manifest.library_format > library_format:
        raise _newer(name, f"format {manifest.library_format}, this one reads {library_format}")
    return manifest


def _newer(name: str, versions: str) -> ArchiveError:
    return ArchiveError(f"{name} was written by a newer version of Pagecite ({versions}); update Pagecite.")
