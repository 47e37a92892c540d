"""The library's tables. SQLite is the truth, vectors included; Chroma is made from it."""

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

FORMAT_VERSION = 1

metadata = MetaData()

# format version, embedding model and dimension, index generation
facts = Table("facts", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))

documents = Table(
    "documents",
    metadata,
    Column("doc_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("title", Text, nullable=False, default=""),
    Column("intro", Text, nullable=False, default=""),
    Column("media_type", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("page_count", Integer, nullable=False),
    # pending: being read, not visible to questions; ready; failed
    Column("status", Text, nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("added_at", Text, nullable=False),
)

paths = Table(
    "paths",
    metadata,
    Column("doc_id", Text, ForeignKey("documents.doc_id", ondelete="CASCADE"), primary_key=True),
    Column("path", Text, primary_key=True),
)

# The journal: a page read by the same reader (engine, versions and settings that matter) is never read again.
pages = Table(
    "pages",
    metadata,
    Column("doc_id", Text, ForeignKey("documents.doc_id", ondelete="CASCADE"), primary_key=True),
    Column("page_number", Integer, primary_key=True),
    Column("reader", Text, nullable=False),
    Column("engine", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("blocks", Text, nullable=False),
    Column("lines", Text, nullable=False),
    Column("warnings", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    # done, review (done, but a person should look at it) or failed, both with the reason
    Column("status", Text, nullable=False),
    Column("reason", Text, nullable=False, default=""),
)

# What engines read from page images, so that the same image is never read twice by the same engine: a new version of a
# document has most of its pages in common with the old one. A row for each document, so that it goes with it.
readings = Table(
    "readings",
    metadata,
    Column("image_hash", Text, primary_key=True),
    Column("engine", Text, primary_key=True),
    Column("doc_id", Text, ForeignKey("documents.doc_id", ondelete="CASCADE"), primary_key=True),
    Column("recognition", Text, nullable=False),
    Index("readings_by_document", "doc_id"),
)

chunks = Table(
    "chunks",
    metadata,
    Column("row", Integer, primary_key=True, autoincrement=True),
    Column("chunk_id", Text, nullable=False, unique=True),
    Column("doc_id", Text, ForeignKey("documents.doc_id", ondelete="CASCADE"), nullable=False),
    Column("page_number", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("heading", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("line_start", Integer, nullable=False),
    Column("line_end", Integer, nullable=False),
    # float32, little-endian, of length 1
    Column("vector", LargeBinary, nullable=False),
    Index("chunks_by_document", "doc_id", "position"),
)

# One row for each change of a document's visibility, so that every process can bring its Chroma in step.
changes = Table(
    "changes",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("doc_id", Text, nullable=False),
    sqlite_autoincrement=True,
)

# Full-text tables of SQLite FTS5. Their text is made by `ingest.tokens.terms`; Porter stems its English words.
FULL_TEXT = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS chunk_terms USING fts5("
    'title, heading, body, tokenize = "porter unicode61 remove_diacritics 2")',
    "CREATE VIRTUAL TABLE IF NOT EXISTS document_terms USING fts5("
    'title, intro, name, doc_id UNINDEXED, tokenize = "porter unicode61 remove_diacritics 2")',
)
