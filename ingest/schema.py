"""The library's tables. SQLite is the truth, vectors included; Chroma is made from it."""

from sqlalchemy import (
    BigInteger,
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

FORMAT_VERSION = 3

# Sorted by its characters on every server, as SQLite does.
TEXT = Text().with_variant(Text(collation="C"), "postgresql")

metadata = MetaData()

# format: version of these tables; embedding_model: what the vectors come from; library_id: made once, of 32 hexadecimal
# digits; purges: how often something was removed; purged: how many of those removals are wiped from the files
facts = Table("facts", metadata, Column("name", TEXT, primary_key=True), Column("value", TEXT, nullable=False))

documents = Table(
    "documents",
    metadata,
    Column("doc_id", TEXT, primary_key=True),
    Column("name", TEXT, nullable=False),
    Column("title", TEXT, nullable=False, default=""),
    Column("intro", TEXT, nullable=False, default=""),
    Column("media_type", TEXT, nullable=False),
    Column("size", BigInteger, nullable=False),
    # 0: it was never opened
    Column("page_count", Integer, nullable=False),
    # pending: being read, not visible to questions; ready: visible; failed; retired: an older version of a file, kept,
    # not visible; removed: its removal is begun and must be finished
    Column("status", TEXT, nullable=False),
    Column("reason", TEXT, nullable=False, default=""),
    # whose pages are visible; empty where none are
    Column("reader", TEXT, nullable=False, default="", server_default=""),
    # of a retired document: the one that took its place
    Column("superseded_by", TEXT, nullable=False, default="", server_default=""),
    Column("added_at", TEXT, nullable=False),
)

# Where documents were seen. While a changed file is read, its path leads to the old version and to the new one.
paths = Table(
    "paths",
    metadata,
    Column("doc_id", TEXT, ForeignKey("documents.doc_id", ondelete="CASCADE"), primary_key=True),
    Column("path", TEXT, primary_key=True),
    # bytes, and the time of modification in ns, as they were when the file was read; NULL where unknown
    Column("size", BigInteger),
    Column("modified", BigInteger),
    # which content this is of those that were seen at the path, from 1
    Column("version", Integer, nullable=False, default=1, server_default="1"),
    Index("paths_by_path", "path"),
)

# The journal: a page read by the same reader (engine, versions and settings that matter) is never read again. Rows of
# several readers stand beside each other while a document is read anew; those of `documents.reader` are visible.
pages = Table(
    "pages",
    metadata,
    Column("doc_id", TEXT, ForeignKey("documents.doc_id", ondelete="CASCADE"), primary_key=True),
    Column("page_number", Integer, primary_key=True),
    Column("reader", TEXT, primary_key=True),
    Column("engine", TEXT, nullable=False),
    Column("source", TEXT, nullable=False),
    Column("blocks", TEXT, nullable=False),
    Column("lines", TEXT, nullable=False),
    Column("warnings", TEXT, nullable=False),
    Column("confidence", Float, nullable=False),
    # its file in pages/<doc_id>/; empty where there is none
    Column("image", TEXT, nullable=False, default="", server_default=""),
    # pending; done; review (done, but a person should look at it) or failed, both with the reason
    Column("status", TEXT, nullable=False),
    Column("reason", TEXT, nullable=False, default=""),
)

# What engines read from page images, so that the same image is never read twice by the same engine: a new version of a
# document has most of its pages in common with the old one. A row for each document, so that it goes with it.
readings = Table(
    "readings",
    metadata,
    Column("image_hash", TEXT, primary_key=True),
    Column("engine", TEXT, primary_key=True),
    Column("doc_id", TEXT, ForeignKey("documents.doc_id", ondelete="CASCADE"), primary_key=True),
    Column("recognition", TEXT, nullable=False),
    Index("readings_by_document", "doc_id"),
)

chunks = Table(
    "chunks",
    metadata,
    Column("row", Integer, primary_key=True, autoincrement=True),
    Column("chunk_id", TEXT, nullable=False, unique=True),
    Column("doc_id", TEXT, ForeignKey("documents.doc_id", ondelete="CASCADE"), nullable=False),
    Column("page_number", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("title", TEXT, nullable=False),
    Column("heading", TEXT, nullable=False),
    Column("text", TEXT, nullable=False),
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
    Column("doc_id", TEXT, nullable=False),
    sqlite_autoincrement=True,
)

# The kind of each document whose fields were looked for, by its schema's name; empty where no schema describes it.
extractions = Table(
    "extractions",
    metadata,
    Column("doc_id", TEXT, ForeignKey("documents.doc_id", ondelete="CASCADE"), primary_key=True),
    Column("schema", TEXT, nullable=False),
    # what looked for them: a change of it means that fields are to be looked for again
    Column("version", TEXT, nullable=False),
    # JSON list of sentences
    Column("notes", TEXT, nullable=False, default="[]"),
)

# Values that were found, corrections by hand among them (extractor ``hand``).
fields = Table(
    "fields",
    metadata,
    Column("doc_id", TEXT, ForeignKey("documents.doc_id", ondelete="CASCADE"), primary_key=True),
    Column("name", TEXT, primary_key=True),
    # which of the document's lines; -1: the whole document
    Column("item", Integer, primary_key=True, default=-1),
    Column("kind", TEXT, nullable=False),
    Column("raw", TEXT, nullable=False),
    Column("value", TEXT, nullable=False),
    # amounts, numbers and percentages in ten-thousandths, so that sums are exact on every server; NULL of other kinds
    Column("scaled", BigInteger),
    # 0: on no page
    Column("page_number", Integer, nullable=False),
    # JSON list of [x0, y0, x1, y1]
    Column("boxes", TEXT, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("extractor", TEXT, nullable=False),
    Index("fields_by_name", "name", "value"),
)

# Values set by hand. They hold whenever the document's fields are looked for again.
corrections = Table(
    "corrections",
    metadata,
    Column("doc_id", TEXT, ForeignKey("documents.doc_id", ondelete="CASCADE"), primary_key=True),
    Column("name", TEXT, primary_key=True),
    Column("item", Integer, primary_key=True, default=-1),
    # as it was typed; empty: the field has no value
    Column("raw", TEXT, nullable=False),
    Column("author", TEXT, nullable=False),
    Column("made_at", TEXT, nullable=False),
)

# Checks that failed: totals that do not add up, a wrong check digit of a tax number, a second invoice of one number.
findings = Table(
    "findings",
    metadata,
    Column("row", Integer, primary_key=True, autoincrement=True),
    Column("doc_id", TEXT, ForeignKey("documents.doc_id", ondelete="CASCADE"), nullable=False),
    # the check's name: net-plus-tax, lines-sum, words-amount, tax-id, dates, currency, duplicate, xml
    Column("check", TEXT, nullable=False),
    # JSON list of the names of the fields that it concerns
    Column("fields", TEXT, nullable=False),
    # JSON: the code of what is wrong, and its values (`Fault.stored`); of older versions a sentence
    Column("message", TEXT, nullable=False),
    # of a duplicate: the other document; else empty
    Column("other", TEXT, nullable=False, default=""),
    Index("findings_by_document", "doc_id"),
)
