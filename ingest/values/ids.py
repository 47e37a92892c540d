"""Numbers of documents, accounts and clauses, addresses of the web and of mail."""

import re

from ingest.values.currencies import codes
from ingest.values.model import Scan, ValueKind

_ADDRESS = re.compile(
    r"\b(?:https?://|www\.)[^\s<>\"')\]}，。；]+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE | re.ASCII
)
# Letters and digits, or digits with hyphens and strokes: INV-2024-0117, TW-3391, 8.1(b) is none.
_TOKEN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]+(?:[-/_.#:][A-Za-z0-9]+)*(?![A-Za-z0-9])")
# 10kg, 30th, 5k, 30-day, mid-2024: numbers, with something at them.
_NUMBER = re.compile(r"\d+(?:\.\d+)*[A-Za-z]{1,4}|\d+(?:-[a-z]+)+|[a-z]+-\d+")
_PRICE = re.compile(r"([A-Za-z]+)\d+(?:\.\d+)?")
_LONG = 5  # digits of a part that is no amount, in 12345-67
# Groups of four: accounts, cards.
_ACCOUNT = re.compile(r"(?<![\w.,])(?:[A-Z]{2}\d{2}|\d{4})(?: (?:\d{4}|[A-Z]{4})){2,7}(?: \d{1,4})?(?![\w])")


def find_ids(scan: Scan) -> None:
    """Note all identifiers. Their reading has neither separators nor small letters: ``INV20240117``."""
    for pattern in (_ADDRESS, _ACCOUNT, _TOKEN):
        for match in pattern.finditer(scan.folded):
            if pattern is _TOKEN and not _identifies(match.group()):
                continue
            text = match.group().rstrip(".,;:!?")
            if scan.is_free(match.start(), match.start() + len(text)):
                scan.add(ValueKind.ID, frozenset((squashed(text),)), match.start(), match.start() + len(text))


def squashed(text: str) -> str:
    """Letters and digits of an identifier, as capitals."""
    return re.sub(r"[\W_]", "", text).upper()


def _identifies(token: str) -> bool:
    has_digit = any(character.isdigit() for character in token)
    if not has_digit or _NUMBER.fullmatch(token):
        return False
    price = _PRICE.fullmatch(token)
    if price and codes(price.group(1)):
        return False
    if any(character.isalpha() for character in token):
        return True
    parts = re.split(r"[-/_#]", token)
    if len(parts) < 2 or "." in token or ":" in token:
        return False
    # 30-60 and 2024/25 are two numbers.
    return len(parts) > 2 or any(part.startswith("0") or len(part) >= _LONG for part in parts)
