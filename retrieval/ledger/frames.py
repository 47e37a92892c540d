"""The ledger as pandas tables, for those who compute themselves."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from langchain_core.language_models import BaseChatModel
from sqlalchemy import Select, select

from ingest.fields.model import WHOLE
from ingest.library import Library
from ingest.schema import documents, extractions, fields, findings
from ingest.settings import Settings, load_settings
from retrieval.ledger.asking import Ledger
from retrieval.ledger.model import SCALE
from retrieval.ledger.views import FAILED, READY, boxes_from
from retrieval.llm import build_llm
from retrieval.types import Answer

if TYPE_CHECKING:
    import pandas as pd

_PLACE = ("page_number", "boxes", "confidence", "extractor")


class LedgerFrames:
    """The ledger of a library, read anew at each look. Amounts are `decimal.Decimal`, exact."""

    def __init__(self, library: Library, model: BaseChatModel | None = None) -> None:
        """Prepare.

        Args:
            library: open; `close` closes it.
            model: reads questions that the embedded parser does not understand.
        """
        self._library = library
        self._ledger = Ledger(library, model)

    @property
    def documents(self) -> "pd.DataFrame":
        """A row for each document that is visible or failed: ``doc_id``, ``name``, ``status``, ``schema`` and more."""
        d = documents.c
        columns = (d.doc_id, d.name, d.title, d.status, d.reason, d.added_at, extractions.c.schema)
        source = documents.outerjoin(extractions, extractions.c.doc_id == d.doc_id)
        query = select(*columns).select_from(source).where(d.status.in_((READY, FAILED)))
        return self._frame(query.order_by(d.name, d.doc_id), [column.name for column in columns])

    @property
    def values(self) -> "pd.DataFrame":
        """A row for each value of a whole document: ``doc_id``, ``name``, ``value``, ``amount``, ``raw``, its place."""
        return self._values(of_items=False)

    @property
    def items(self) -> "pd.DataFrame":
        """A row for each value of a document's lines, and for each party of a contract; ``item`` counts from 0."""
        return self._values(of_items=True)

    @property
    def findings(self) -> "pd.DataFrame":
        """A row for each failed check: ``doc_id``, ``check``, ``fields`` (JSON), ``message``, ``other``."""
        columns = [findings.c[name] for name in ("doc_id", "check", "fields", "message", "other")]
        source = findings.join(documents, documents.c.doc_id == findings.c.doc_id)
        query = select(*columns).select_from(source).where(documents.c.status == READY).order_by(findings.c.row)
        return self._frame(query, [column.name for column in columns])

    def ask(self, question: str) -> Answer | None:
        """Answer a question from the ledger; None where it is none that the ledger can answer.

        Raises:
            LibraryError: the library cannot be read.
        """
        return self._ledger.answer(question)

    def close(self) -> None:
        """Close the library."""
        self._library.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _values(self, *, of_items: bool) -> "pd.DataFrame":
        names = ("doc_id", "name", *(("item",) if of_items else ()), "kind", "value", "scaled", "raw", *_PLACE)
        place = fields.c.item != WHOLE if of_items else fields.c.item == WHOLE
        query = (
            select(*(fields.c[name] for name in names))
            .join(documents, documents.c.doc_id == fields.c.doc_id)
            .where(documents.c.status == READY, place)
            .order_by(fields.c.doc_id, fields.c.item, fields.c.name)
        )
        frame = self._frame(query, names)
        frame["boxes"] = [boxes_from(boxes) for boxes in frame["boxes"]]
        amounts = [None if scaled is None else Decimal(scaled) / SCALE for scaled in frame.pop("scaled")]
        frame.insert(frame.columns.get_loc("value") + 1, "amount", amounts)
        return frame

    def _frame(self, query: Select[Any], columns: Sequence[str]) -> "pd.DataFrame":
        import pandas as pd  # loaded on use: it takes half a second

        with self._library.reading() as connection:
            rows = [tuple(row) for row in connection.execute(query)]
        # As they come: integers beside NULL would else become floats.
        return pd.DataFrame(rows, columns=list(columns), dtype=object)


def build_ledger(
    library: Path | str | None = None, *, settings: Settings | None = None, model: BaseChatModel | None = None
) -> LedgerFrames:
    """Open the ledger of a library.

    Args:
        library: its folder; by default that of the settings.
        settings: read from the environment by default.
        model: any LangChain chat model; by default the one of the settings, or none.

    Raises:
        ConfigError: a setting is wrong.
        LibraryError: the library cannot be opened.
    """
    chosen = settings or load_settings()
    if library is not None:
        chosen = chosen.model_copy(update={"library": Path(library)})
    return LedgerFrames(Library.of(chosen), model or build_llm(chosen))
