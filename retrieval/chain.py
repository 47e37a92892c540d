"""The chain: a question in, a cited answer out, as a LangChain `Runnable`."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.utils import ConfigurableFieldSpec

from ingest.library import Library
from ingest.settings import Settings, load_settings
from retrieval.answerer import Answerer
from retrieval.filters import Filter
from retrieval.llm import build_llm
from retrieval.retriever import build_searcher
from retrieval.search import Searcher
from retrieval.threads import iterate
from retrieval.types import Answer, as_question


class PageChain(Runnable[Any, Answer]):
    """Answers questions about one library.

    Input: a string, a `Question`, or ``{"question": str, "history": [(question, answer), ...], "filter": ...}``.
    A filter may also come with the configuration, as ``{"configurable": {"filter": Filter(...)}}``.
    `invoke` gives an `Answer`; `stream` yields the answer's text in pieces as it is written and checked, then the
    finished `Answer`.
    """

    def __init__(
        self,
        searcher: Searcher,
        model: BaseChatModel | None = None,
        *,
        mark_unsupported: bool = False,
        ask_unstated: bool = False,
    ) -> None:
        """Put the parts together.

        Args:
            searcher: finds evidence.
            model: writes answers; None: quote mode.
            mark_unsupported: whether claims of the model that no page proves are shown, marked as such, instead of left
                out.
            ask_unstated: whether the model is asked for a kind of clause that is known where no sentence states one.
        """
        self.searcher = searcher
        self._answerer = Answerer(searcher, model, mark_unsupported=mark_unsupported, ask_unstated=ask_unstated)

    @property
    def config_specs(self) -> list[ConfigurableFieldSpec]:
        """What can be configured: the filter."""
        return [
            ConfigurableFieldSpec(
                id="filter", annotation=Filter | None, name="Filter", description="Which documents may answer."
            )
        ]

    @property
    def library(self) -> Library:
        """The library that is asked."""
        return self.searcher.library

    def invoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:
        """Answer a question.

        Raises:
            ValueError: the input is neither a string nor a question.
            PageciteError: the library, the embedding model or the LLM failed.
        """
        *_, answer = self.stream(input, config, **kwargs)
        assert isinstance(answer, Answer)
        return answer

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:
        """As `invoke`, without blocking the event loop; see `astream`."""
        answer = None
        async with aclosing(self.astream(input, config, **kwargs)) as pieces:
            async for piece in pieces:
                answer = piece
        assert isinstance(answer, Answer)
        return answer

    def stream(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Iterator[Any]:
        """Yield the answer's text as it comes (str), then the `Answer`.

        Raises:
            ValueError: the input is neither a string nor a question.
            PageciteError: the library, the embedding model or the LLM failed.
        """
        # Its type knows outputs of one kind only; ours are text and, last, the answer.
        transform: Any = self._transform
        yield from self._transform_stream_with_config(iter([input]), transform, config)

    async def astream(
        self, input: Any, config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncGenerator[Any, None]:
        """As `stream`, without blocking the event loop.

        When the task is cancelled, or the iteration is ended with `aclose`, the model's stream is closed with its next
        token; nothing waits for that.
        """
        async with aclosing(iterate(self.stream(input, config, **kwargs))) as pieces:
            async for piece in pieces:
                yield piece

    def _transform(self, inputs: Iterator[Any], config: RunnableConfig) -> Iterator[Any]:
        for value in inputs:
            yield from self._answerer.pieces(as_question(value), config)


def build_chain(
    library: Path | str | None = None, *, settings: Settings | None = None, model: BaseChatModel | None = None
) -> PageChain:
    """Build the chain of a library.

    Args:
        library: its folder; by default that of the settings.
        settings: read from the environment by default.
        model: any LangChain chat model; by default the one of the settings, or none: quote mode.

    Raises:
        ConfigError: a setting is wrong.
        LibraryError: the library cannot be opened, or was indexed with another embedding model.
        ModelError: the embedding model cannot be loaded.
    """
    chosen = settings or load_settings()
    if library is not None:
        chosen = chosen.model_copy(update={"library": Path(library)})
    return chain_of(build_searcher(chosen), chosen, model)


def chain_of(searcher: Searcher, settings: Settings, model: BaseChatModel | None = None) -> PageChain:
    """The chain around a searcher, as settings want it.

    Args:
        searcher: finds evidence.
        settings: which LLM, and what becomes of what no page proves.
        model: in place of the settings' LLM.

    Raises:
        ConfigError: a setting is wrong.
    """
    return PageChain(
        searcher,
        model or build_llm(settings),
        mark_unsupported=settings.unsupported_claims == "mark",
        ask_unstated=settings.unstated_clauses == "ask",
    )
