"""The ledger as pandas tables, for those who compute themselves; the tables that ``ingest fields --export`` writes."""

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from langchain_core.language_models import BaseChatModel

from ingest.fields.frames import TableName, frame
from ingest.library import Library
from ingest.settings import Settings, load_settings
from retrieval.ledger.asking import Ledger
from retrieval.llm import build_llm
from retrieval.types import Answer

if TYPE_CHECKING:
    import pandas as pd


class LedgerFrames:
    """The ledger of a library, read anew at each look. Amounts are `decimal.Decimal`, exact; dates are dates."""

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
        """A row for each visible document, a column for each field."""
        return self._frame(TableName.DOCUMENTS)

    @property
    def items(self) -> "pd.DataFrame":
        """A row for each line of an invoice."""
        return self._frame(TableName.ITEMS)

    @property
    def values(self) -> "pd.DataFrame":
        """A row for each value, with its page, its confidence and the checks that it failed."""
        return self._frame(TableName.VALUES)

    @property
    def findings(self) -> "pd.DataFrame":
        """A row for each failed check."""
        return self._frame(TableName.FINDINGS)

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

    def _frame(self, table: TableName) -> "pd.DataFrame":
        return frame(self._library.ledger(), table)


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
