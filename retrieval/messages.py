"""Answers as LangChain messages, with citations as langchain-core's standard annotations, and back."""

import re
from pathlib import Path
from typing import Any

from langchain_core.messages import AIMessage
from langchain_core.messages.content import Citation as StandardCitation
from langchain_core.messages.content import create_citation, create_text_block

from retrieval.phrases import UNSUPPORTED
from retrieval.types import Answer, Citation

_MARK = re.compile(r"\s?\[(\d{1,3})\]")


def to_message(answer: Answer) -> AIMessage:
    """An answer as a message of one text block, with an annotation for each citation number in its text.

    ``start_index`` and ``end_index`` are offsets into the answer's text and cover the words that the citation proves:
    from the end of the marks before them to their own mark. ``extras`` has ``number``, ``doc_id``, ``source``,
    ``page_number`` (1-based), ``boxes`` (``[x0, y0, x1, y1]`` in fractions of the page image), ``image_path`` and
    ``chunk_id``: JSON throughout. `AIMessage.response_metadata` says under ``pagecite`` whether the question was
    answered, what to know, and the counts of claims.
    """
    by_number = {citation.number: citation for citation in answer.citations}
    annotations: list[Any] = []
    start = stop = end = 0  # of the words that are proven, and of the marks behind them
    for match in _MARK.finditer(answer.text):
        if answer.text[end : match.start()].strip():
            # Words stand between this mark and the one before: those are what it proves.
            start, stop = _first(answer.text, end, match.start()), match.start()
        end = match.end()
        citation = by_number.get(int(match[1]))
        if citation is not None:
            annotations.append(_annotation(citation, start, stop))
    facts = {
        "question": answer.question,
        "answered": answer.answered,
        "documents": list(answer.documents),
        "warnings": list(answer.warnings),
        "supported_claims": answer.claims.supported,
        "unsupported_claims": answer.claims.unsupported,
    }
    block = create_text_block(answer.text, annotations=annotations)
    return AIMessage(content_blocks=[block], response_metadata={"pagecite": facts})


def _first(text: str, start: int, end: int) -> int:
    """Where the words begin, behind claims that are shown as unsupported and the white space between claims."""
    start = max([start, *(match.end() for match in UNSUPPORTED.finditer(text, start, end))])
    return start + len(text[start:end]) - len(text[start:end].lstrip())


def _annotation(citation: Citation, start: int, end: int) -> StandardCitation:
    return create_citation(
        id=f"lc_{citation.chunk_id}_{citation.number}_{start}",
        title=citation.title,
        start_index=start,
        end_index=end,
        cited_text=citation.quote,
        number=citation.number,
        doc_id=citation.doc_id,
        source=citation.source,
        page_number=citation.page_number,
        boxes=[list(box) for box in citation.boxes],
        image_path=str(citation.image_path),
        chunk_id=citation.chunk_id,
    )


def citations_of(message: AIMessage) -> tuple[Citation, ...]:
    """The citations of a message that `to_message` made, each once, in the order of their numbers."""
    found: dict[int, Citation] = {}
    for block in message.content_blocks:
        for annotation in block.get("annotations") or () if block["type"] == "text" else ():
            if annotation["type"] == "citation":
                citation = _citation(annotation)
                found[citation.number] = citation
    return tuple(found[number] for number in sorted(found))


def _citation(annotation: Any) -> Citation:
    extras = annotation["extras"]
    return Citation(
        number=extras["number"],
        doc_id=extras["doc_id"],
        source=extras["source"],
        title=annotation["title"],
        page_number=extras["page_number"],
        quote=annotation["cited_text"],
        boxes=tuple((x0, y0, x1, y1) for x0, y0, x1, y1 in extras["boxes"]),
        image_path=Path(extras["image_path"]),
        chunk_id=extras["chunk_id"],
    )
