"""Question in, cited answer out: the Python chain API.

>>> from retrieval import build_chain
>>> answer = build_chain(library="data/library").invoke("When does the lease end?")  # doctest: +SKIP
>>> answer.citations[0].page_number  # doctest: +SKIP
2
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from retrieval.chain import build_chain
    from retrieval.filters import Filter
    from retrieval.ledger.frames import build_ledger
    from retrieval.retriever import build_retriever

__all__ = ["Filter", "build_chain", "build_ledger", "build_retriever"]


def __getattr__(name: str) -> Any:
    # Loaded on use: the models' packages take seconds, and `retrieval.types` needs none of them.
    if name == "build_chain":
        from retrieval.chain import build_chain

        return build_chain
    if name == "build_ledger":
        from retrieval.ledger.frames import build_ledger

        return build_ledger
    if name == "build_retriever":
        from retrieval.retriever import build_retriever

        return build_retriever
    if name == "Filter":
        from retrieval.filters import Filter

        return Filter
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
