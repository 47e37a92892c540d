"""A document's title, found from what stands on its first pages."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ingest.scripts import has_han
from ingest.types import Block, PageText

_TYPES = re.compile(
    r"\b(agreement|contract|lease|amendment|addendum|invoice|receipt|statement of work|purchase order|order form|"
    r"policy|deed|memorandum|schedule|licen[cs]e|rechnung|vertrag|facture|contrat|credit note|gutschrift|avoir|"
    r"report|plan|terms|conditions|delivery note|quotation|certificate|undertaking|guarantee|letter)\b"
    r"|合同|协议|发票|收据|订单|报价|补充|章程|条款|证明|通知|报告|契約|請求書",
    re.IGNORECASE,
)
_NAMED_IN_TEXT = re.compile(
    r"\bTHIS\s+((?:[A-Z][\w&'’/-]*\s+|and\s+|of\s+|for\s+){1,8}?(?:AGREEMENT|CONTRACT|LEASE|AMENDMENT|ADDENDUM|DEED))\b",
    re.IGNORECASE,
)
_NOT_A_TITLE = re.compile(
    r"^(exhibit|appendix|annex|execution (copy|version)|confidential|page|seite|source:|www\.|https?:|table of contents"
    r"|contents|draft|copy|\W*\d+\W*$|第?\s*\d+\s*页)|@",
    re.IGNORECASE,
)
# Numbers of contracts, invoices and orders, wherever they stand: INV-2024-0117, TW-3391, 24117586.
_IDENTIFIER = re.compile(r"\b(?=[A-Z]*[-/]?[A-Z-/]*\d)[A-Z\d]+(?:[-/][A-Z\d]+)+\b|\b\d{6,12}\b")
_IDENTIFIERS = 12
_MAX_CHARS = 140
_FIRST_BLOCKS = 14
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
    blocks = [block for page in pages[:2] for block in page.blocks if block.kind not in ("picture", "formula")]
    body = " ".join(_until_table(block for page in pages[:2] for block in page.blocks if block.kind != "page-footer"))
    intro = body[:_INTRO_CHARS].strip()
    numbers = [found for page in pages[:2] for line in page.lines for found in _IDENTIFIER.findall(line.text)]
    further = [number for number in dict.fromkeys(numbers) if number not in intro][:_IDENTIFIERS]
    title = _best_title(blocks[:_FIRST_BLOCKS]) or _named(body) or _first_heading(blocks) or name.rpartition(".")[0]
    return Subject(title=title[:_MAX_CHARS], intro=" ".join([intro, *further]))


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


def _best_title(blocks: list[Block]) -> str:
    scored = [(_score(block, plain(block)), -index, plain(block)) for index, block in enumerate(blocks)]
    best = max(scored, default=(0.0, 0, ""))
    return best[2] if best[0] >= 3 else ""


def _score(block: Block, text: str) -> float:
    if not 4 <= len(text) <= _MAX_CHARS or _NOT_A_TITLE.search(text) or block.kind == "table":
        return 0.0
    kind = _TYPES.search(text)
    letters = [character for character in text if character.isalpha()]
    capitals = sum(character.isupper() for character in letters) / len(letters) if letters else 0.0
    score = 3.0 if kind else 0.0
    score += 1.5 if block.kind in ("title", "section-header") else 0.0
    score += 1.0 if capitals > 0.7 else 0.0
    # A title ends with what it is: "SUPPLY AGREEMENT", "采购合同".
    score += 1.0 if kind and text.rstrip(" .:").lower().endswith(kind.group().lower()) else 0.0
    # Sentences and numbered clauses are no titles.
    score -= 2.5 if text.endswith((".", ";", ",", "。", "；", "，")) or re.match(r"\d+[.)、]", text) else 0.0
    score -= 1.0 if len(text) > (30 if has_han(text) else 90) else 0.0
    return score


def _named(text: str) -> str:
    found = _NAMED_IN_TEXT.search(text)
    return found.group(1).strip() if found else ""


def _first_heading(blocks: list[Block]) -> str:
    headings = [plain(block) for block in blocks if block.kind in ("title", "section-header")]
    return next((text for text in headings if 4 <= len(text) <= _MAX_CHARS and not _NOT_A_TITLE.search(text)), "")
