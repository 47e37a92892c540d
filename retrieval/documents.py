"""Chunks as LangChain documents, and back: the one place that knows the metadata keys."""

from pathlib import Path

from langchain_core.documents import Document

from ingest.types import Chunk
from retrieval.types import Evidence


def to_document(evidence: Evidence) -> Document:
    """A LangChain document whose metadata names file, page, chunk and page image."""
    chunk = evidence.chunk
    return Document(
        id=chunk.chunk_id,
        page_content=chunk.text,
        metadata={
            "doc_id": chunk.doc_id,
            "source": evidence.source,
            "page_number": chunk.page_number,
            "chunk_id": chunk.chunk_id,
            "image_path": str(evidence.image_path),
            "title": chunk.title,
            "heading": chunk.heading,
            "position": chunk.position,
            "line_start": chunk.line_start,
            "line_end": chunk.line_end,
            "score": evidence.score,
            "similarity": evidence.similarity,
        },
    )


def from_document(document: Document) -> Evidence:
    """The evidence that `to_document` made a document of."""
    data = document.metadata
    chunk = Chunk(
        chunk_id=data["chunk_id"],
        doc_id=data["doc_id"],
        page_number=data["page_number"],
        position=data["position"],
        title=data["title"],
        heading=data["heading"],
        text=document.page_content,
        line_start=data["line_start"],
        line_end=data["line_end"],
    )
    return Evidence(chunk, data["source"], Path(data["image_path"]), data["score"], data["similarity"])
