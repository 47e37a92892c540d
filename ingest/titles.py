"""A document's title, found from what stands on its first pages."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ingest.scripts import has_han
from ingest.types import Block, PageText

# What a document calls itself, and what may also be a part of one.
_TYPES = re.compile(
    r"\b(agreement|contract|lease|amendment|addendum|invoice|receipt|statement of work|purchase order|order form|"
    r"deed|memorandum|licen[cs]e|rechnung|vertrag|facture|contrat|credit note|gutschrift|avoir|delivery note|"
    r"quotation)\b"
    r"|合同|协议|发票|收据|订单|报价|契約|請求書",
    re.IGNORECASE,
)
_PARTS = re.compile(
    r"\b(policy|schedule|report|plan|terms|conditions|certificate|undertaking|guarantee|letter)\b|补充|章程|条款|证明|通知|报告",
    re.IGNORECASE,
)
# A title that many documents have needs its number: "INVOICE TW-3391".
_BARE = re.compile(r"(tax )?(invoice|receipt|credit note|purchase order|rechnung|facture)", re.IGNORECASE)
_NUMBERED = re.compile(
    r"(?:invoice|receipt|credit note|order|rechnung|rechnungsnummer|facture)\s*"
    r"(?:(?:no|nr|number|n°|#)[.:#\s]*|[:\s]\s*(?=[A-Z]+[-/]))"
    r"((?=[A-Z/-]*\d)[A-Z\d][A-Z\d/-]{2,})",
    re.IGNORECASE,
)
_NAMED_IN_TEXT = re.compile(
    r"\bTHIS\s+((?:[A-Z][\w&'’/-]*\s+|and\s+|of\s+|for\s+){1,8}?(?:AGREEMENT|CONTRACT|LEASE|AMENDMENT|ADDENDUM|DEED))\b",
    re.IGNORECASE,
)
_NOT_A_TITLE = re.compile(
    r"^(exhibit|dated|appendix|annex|execution (copy|version)|confidential|page|seite|source:|www\.|https?:"
    r"|table of contents|contents|draft|copy|\W*\d+\W*$|第?\s*\d+\s*页)|@",
    re.IGNORECASE,
)
# Numbers of contracts, invoices and orders, wherever they stand: INV-2024-0117, TW-3391, 24117586.
_IDENTIFIER = re.compile(r"\b(?=[A-Z]*[-/]?[A-Z-/]*\d)[A-Z\d]+(?:[-/][A-Z\d]+)+\b|\b\d{6,12}\b")
_IDENTIFIERS = 12
_MAX_CHARS = 140
_FIRST_BLOCKS = 14
_TITLE_LINES = 3
_ENOUGH = 3.0
_HEADINGS = ("title", "section-header")
_NO_TITLE = ("picture", "formula", "table", "page-footer")
_INTRO_CHARS = 700
_MIN_INTRO_CHARS = 150


@dataclass(frozen=True, slots=True)
class Subject:
    """What a document is about.

    Attributes:
        title: for example ``WEB SITE HOSTING AGREEMENT``; the file's name without suffix where nothing better is found.
        intro: the beginning of its text, where contracts name their parties and invoices the seller, and its numbers.
    """

    title: str
    intro: str


def find_subject(pages: list[PageText], name: str) -> Subject:
    """Find a document's title and introduction.

    Args:
        pages: its pages in order; only the first two are looked at.
        name: the file's name, the last resort.
    """
    first = pages[:2]
    body = " ".join(_until_table(block for page in first for block in page.blocks if block.kind != "page-footer"))
    intro = body[:_INTRO_CHARS].strip()
    lines = [line.text for page in first for line in page.lines]
    numbers = dict.fromkeys(found for line in lines for found in _IDENTIFIER.findall(line))
    further = [number for number in numbers if number not in intro][:_IDENTIFIERS]
    title = next(filter(None, map(_best_title, first)), "") or _named(body) or _first_heading(first)
    title = _with_number(title, lines) or name.rpartition(".")[0]
    return Subject(title=title[:_MAX_CHARS], intro=" ".join([intro, *further]))


def _with_number(title: str, lines: list[str]) -> str:
    number = _NUMBERED.search(" ".join(lines)) if _BARE.fullmatch(title) else None
    return f"{title} {number.group(1)}" if number else title


def _until_table(blocks: Iterable[Block]) -> Iterator[str]:
    """Texts of the blocks before the first table with something above it: an invoice's lines do not introduce it."""
    chars = 0
    for block in blocks:
        if block.kind == "table" and chars >= _MIN_INTRO_CHARS:
            return
        text = plain(block)
        chars += len(text)
        yield text


def plain(block: Block) -> str:
    """A block's text on one line, without the marks of headings and tables."""
    text = re.sub(r"\|[-|: ]+\|\n?", " ", block.markdown).replace("|", " ")
    return re.sub(r"\s+", " ", re.sub(r"^#+\s*|^- ", "", text)).strip()


def _best_title(page: PageText) -> str:
    """The block, or line of a short block, that looks most like a title; the first of equals; empty where none does."""
    candidates: list[tuple[str, str]] = []
    for block in page.blocks[:_FIRST_BLOCKS]:
        if block.kind not in _NO_TITLE:
            lines = page.lines[block.line_start : block.line_end]
            candidates.append((block.kind, plain(block)))
            candidates += [(block.kind, line.text.strip()) for line in lines[:_TITLE_LINES] if len(lines) > 1]
    scored = [(_score(kind, text), -index, text) for index, (kind, text) in enumerate(candidates)]
    best = max(scored, default=(0.0, 0, ""))
    return best[2] if best[0] >= _ENOUGH else ""


def _score(block_kind: str, text: str) -> float:
    if not 4 <= len(text) <= _MAX_CHARS or _NOT_A_TITLE.search(text):
        return 0.0
    kind = _TYPES.search(text) or _PARTS.search(text)
    letters = [character for character in text if character.isalpha()]
    capitals = sum(character.isupper() for character in letters) / len(letters) if letters else 0.0
    score = 0.0 if kind is None else 3.0 if _TYPES.search(text) else 1.0
    score += 1.5 if block_kind in _HEADINGS else 0.0
    score += 1.0 if capitals > 0.7 else 0.0
    # A title ends with what it is: "SUPPLY AGREEMENT", "采购合同".
    score += 1.0 if kind and text.rstrip(" .:").lower().endswith(kind.group().lower()) else 0.0
    # Sentences and numbered clauses are no titles.
    sentence = text.endswith((".", ";", ",", ":", "。", "；", "，")) or re.match(r"\d+[.)、]", text)
    score -= 2.5 if sentence else 0.0
    score -= 1.0 if len(text) > (30 if has_han(text) else 90) else 0.0
    # "Term of Agreement", "Agreement and ...": about an agreement, not its name.
    score -= (
        2.0 if re.match(r"(term|scope|agreement|amendment|duration|copies) (of|to|and)\b", text, re.IGNORECASE) else 0.0
    )
    return score


def _named(text: str) -> str:
    found = _NAMED_IN_TEXT.search(text)
    return found.group(1).strip() if found else ""


def _first_heading(pages: list[PageText]) -> str:
    headings = [plain(block) for page in pages for block in page.blocks if block.kind in _HEADINGS]
    return next((text for text in headings if 4 <= len(text) <= _MAX_CHARS and not _NOT_A_TITLE.search(text)), "")
