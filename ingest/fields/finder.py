"""What looks for fields, and its work on one document."""

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ingest.errors import was_interrupted
from ingest.fields.model import Extraction, FieldKind
from ingest.fields.storing import Found
from ingest.journal import is_read
from ingest.limits import limits_of
from ingest.pool import Pool
from ingest.settings import Settings
from ingest.types import PageText

if TYPE_CHECKING:
    from ingest.fields.schema import Schema
    from ingest.library import Library

logger = logging.getLogger(__name__)

# Pages that are looked at: an invoice or a contract states its fields on its first and last ones, and a book of
# thousands must not be in memory at once.
_FIRST, _LAST = 150, 50


class Extract(Protocol):
    """Reads the fields of a document; see `ingest.fields.extracting.extract`. It can be pickled."""

    def __call__(self, pages: Sequence[PageText], original: Path | None, images: Mapping[int, Path]) -> Extraction:
        """Read the fields; a model may look at the page images, by page number."""
        ...


@dataclass(frozen=True, slots=True)
class Finder:
    """What looks for fields.

    Attributes:
        version: a change of it means that fields are to be looked for again.
        extract: does the work, in a worker process: it opens files, which may be hostile.
        kinds: how fields are normalised, by their names, of each schema, in its order.
        items: names of fields that each of a document's lines has.
    """

    version: str
    extract: Extract
    kinds: Mapping[str, Mapping[str, FieldKind]] = field(default_factory=dict)
    items: frozenset[str] = frozenset()

    def kinds_of(self, schema: str) -> dict[str, FieldKind]:
        """The kinds of a schema's fields; of fields that it has not, as another schema has them."""
        others = {name: kind for kinds in self.kinds.values() for name, kind in kinds.items()}
        return others | dict(self.kinds.get(schema, {}))


class Hands(Protocol):
    """Where the work is done."""

    def __call__(self, work: Callable[[], Extraction]) -> Extraction:
        """Have it done.

        Raises:
            PageError: it took too much time or memory, or killed its process.
        """
        ...


def make_finder(settings: Settings) -> Finder:
    """What looks for fields, as the settings have it.

    Raises:
        ConfigError: a schema of the admin's folder is wrong, or the model that is to be asked is not set.
    """
    from ingest.fields.askers import RULES, check_asker
    from ingest.fields.extracting import VERSION
    from ingest.fields.schema import load_schemas

    schemas = load_schemas(settings.schemas)
    asked = check_asker(settings)
    digest = hashlib.sha256(repr(schemas).encode()).hexdigest()[:12]
    kinds = {schema.name: {spec.name: spec.kind for spec in schema.fields} for schema in schemas}
    items = frozenset(spec.name for schema in schemas for spec in schema.fields if spec.item)
    by = "" if asked == RULES else f"; {asked}"
    return Finder(f"{VERSION}; schemas {digest}{by}", partial(_extract, schemas, settings), kinds, items)


def _extract(
    schemas: "tuple[Schema, ...]",
    settings: Settings,
    pages: Sequence[PageText],
    original: Path | None,
    images: Mapping[int, Path],
) -> Extraction:
    from ingest.fields.askers import asker_of
    from ingest.fields.extracting import extract

    return extract(pages, original, schemas, asker=asker_of(settings, images))


def find_fields(library: "Library", finder: Finder, doc_id: str, reader: str, hands: Hands) -> Found:
    """Look for a document's fields on its stored pages; nothing is read again.

    Whatever goes wrong with that is noted, and tried again when fields are looked for next time.

    Args:
        library: where they are.
        finder: what looks.
        doc_id: the document.
        reader: whose pages.
        hands: where it is done.
    """
    notes = library.page_notes(doc_id, reader)
    numbers = [number for number, (status, _) in notes.items() if is_read(status)]
    if len(numbers) > _FIRST + _LAST:
        numbers = [*numbers[:_FIRST], *numbers[-_LAST:]]
    records = library.pages(doc_id, numbers, reader=reader)
    pages = [page.text for page in records if page.text is not None]
    images = {page.page_number: library.image_of(doc_id, page) for page in records if page.image}
    original = library.original_path(doc_id)
    try:
        extraction = hands(partial(finder.extract, pages, original if original.is_file() else None, images))
    except CancelledError:
        raise
    except Exception as error:  # a document is worth having without its fields
        if was_interrupted(error):
            raise
        logger.warning("%s: fields", doc_id, exc_info=error)
        note = f"Its fields could not be looked for ({error}); `ingest fields --refresh` tries again."
        return Found(Extraction(notes=(note,)), "", finder.kinds_of(""))
    return Found(extraction, finder.version, finder.kinds_of(extraction.schema))


class WorkerHands:
    """One worker process of its own, started with the first document."""

    def __init__(self, settings: Settings) -> None:
        """Prepare."""
        self._pool: Pool[None] = Pool(_nothing, 1, limits_of(settings))

    def __call__(self, work: Callable[[], Extraction]) -> Extraction:
        """See `Hands`."""
        return self._pool.perform("", work)

    def close(self) -> None:
        """End the process."""
        self._pool.close()


def _nothing() -> None:
    """The work needs nothing beside what it brings."""
