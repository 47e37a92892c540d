"""What must hold for every answer, whatever the documents say."""

import re
import string
import unicodedata
from html.parser import HTMLParser

from markdown_it import MarkdownIt

from ingest.library import Library
from ingest.scripts import han_share
from ingest.tokens import terms
from ingest.values import find_values
from retrieval.claims import ClaimParser
from retrieval.metrics import folded
from retrieval.quotes import numbers_of
from retrieval.types import Answer

LIVE = {"link_open", "image", "html_inline", "html_block"}
HARMLESS_TAGS = {"div", "span", "b", "style"}
HARMLESS_ATTRIBUTES = {"class", "tabindex", "role"}
_ESCAPED = re.compile(rf"(?:\\[{re.escape(string.punctuation)}]|[^{re.escape(string.punctuation)}])*")
_LEAST_SHARED = 0.5  # of a statement's words, that its cited pages have


def assert_sound(answer: Answer, library: Library) -> None:
    """Each statement is proved on the page that it cites, of this library, and nothing in the text is alive."""
    pages = {citation.number: _page(library, citation) for citation in answer.citations}
    evidence = {found.chunk.chunk_id: found.chunk for found in answer.evidence}
    for citation in answer.citations:
        chunk = evidence[citation.chunk_id]
        assert (chunk.doc_id, chunk.page_number) == (citation.doc_id, citation.page_number)
        assert folded(citation.quote) in folded(pages[citation.number]), citation
        assert citation.boxes and citation.image_path.is_file()
    if answer.answered:
        parser = ClaimParser()
        for claim in [*parser.feed(answer.text), *parser.finish()]:
            assert claim.evidence and set(claim.evidence) <= pages.keys(), claim
            page = " ".join(pages[number] for number in claim.evidence)
            assert numbers_of(claim.text) <= numbers_of(page), claim
            words = set(terms(claim.text))
            if is_translated(claim.text, page):
                continue
            assert len(words & set(terms(page))) >= _LEAST_SHARED * len(words), claim
    assert live_parts(answer.text) == []
    assert invisible_in(answer.text) == []


def is_translated(claim: str, page: str) -> bool:
    """Whether a statement is in another script than its page, and rests on its numbers."""
    return (han_share(claim) > 0.5) != (han_share(page) > 0.5) and bool(find_values(claim, ".", names=False))


def live_parts(markdown: str) -> list[str]:
    """Links, images and HTML that a renderer of Markdown would make of a text."""
    tokens = [token for block in MarkdownIt("commonmark").parse(markdown) for token in (block, *(block.children or ()))]
    return [token.type for token in tokens if token.type in LIVE]


def invisible_in(text: str) -> list[str]:
    """Control and format characters, as names."""
    return [ascii(c) for c in text if unicodedata.category(c) in ("Cc", "Cf") and c not in "\n\t"]


def is_literal(label: str) -> bool:
    """Whether every sign of a Markdown label is shown as it is; the invisible joiner keeps addresses from linking."""
    return _ESCAPED.fullmatch(label) is not None and "\\:\\/\\/" not in label


def html_faults(html: str) -> list[str]:
    """Elements and attributes that are not our own harmless ones."""
    parser = _Elements()
    parser.feed(html)
    return parser.faults


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.faults += [tag] if tag not in HARMLESS_TAGS else []
        self.faults += [f"{tag} {name}" for name, _ in attrs if name not in HARMLESS_ATTRIBUTES]


def _page(library: Library, citation: object) -> str:
    [record] = library.pages(citation.doc_id, [citation.page_number])  # type: ignore[attr-defined]
    assert record.text is not None
    return " ".join(line.text for line in record.text.lines)
