"""Libraries that tests fill as an ingest does, without reading anything."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ingest.chunks import cut
from ingest.embeddings import embedding_text
from ingest.fields.storing import Found
from ingest.files import identify
from ingest.library import Library
from ingest.titles import find_subject
from ingest.types import Block, PageText, Recognition, SourceDocument, TextLine, TextSource
from tests.drawings import draw_page
from tests.fakes import FakeEmbeddings

READER = "fake 1.0; test"
MODEL = "fake-model"


def write_file(folder: Path, name: str, content: str = "") -> Path:
    """A file that is taken for a PDF; its bytes are its own."""
    path = folder / name
    path.write_bytes(b"%PDF-1.7\n" + (content or name).encode())
    return path


def page_of(source: SourceDocument, number: int, lines: Sequence[str], review: str = "") -> PageText:
    """A page with one paragraph."""
    boxes = [(0.1, 0.1 + 0.03 * index, 0.9, 0.12 + 0.03 * index) for index in range(len(lines))]
    found = tuple(TextLine(text, box, 0.9) for text, box in zip(lines, boxes, strict=True))
    block = Block("text", "\n".join(lines), (0.1, 0.1, 0.9, 0.5), 0, len(lines))
    return PageText(source.doc_id, number, (block,), found, "fake 1.0", TextSource.OCR, review=review)


def read_pages(
    library: Library, source: SourceDocument, texts: Sequence[Sequence[str]], reader: str = READER
) -> list[PageText]:
    """Enter a document and its pages, as read; nothing becomes visible."""
    library.check_model(MODEL, claim=True)
    library.begin(source, len(texts), reader)
    library.keep_original(source)
    pages = [page_of(source, number, lines) for number, lines in enumerate(texts, 1)]
    for page in pages:
        # Images that differ: each is named by its content.
        image = library.keep_image(
            source.doc_id, page.page_number, draw_page(" ".join(map(str, page.lines[:1])), (200, 280))
        )
        library.save_page(reader, page, image)
        key = hashlib.sha256(image.encode()).hexdigest()
        library.keep_reading(source.doc_id, key, "fake 1.0", Recognition(page.lines))
    return pages


def add(
    library: Library, path: Path, texts: Sequence[Sequence[str]], reader: str = READER, *, found: Found | None = None
) -> SourceDocument:
    """Enter a document with its pages and make it visible."""
    source = identify(path)
    pages = read_pages(library, source, texts, reader)
    subject = find_subject(pages, source.name)
    pieces = cut(pages, title=subject.title, size=200)
    vectors = np.asarray(FakeEmbeddings().embed_documents(list(map(embedding_text, pieces))), dtype=np.float32)
    library.publish(source, reader, subject, pieces, vectors, found=found)
    return source
