"""Texts made comparable: letters and digits alone, without case, width and accents."""

import unicodedata

from ingest.scripts import has_han


def folded(text: str) -> str:
    """Letters and digits of a text, as labels and names are compared."""
    return "".join(piece for piece, _ in fold_places(text))


def fold_places(text: str) -> list[tuple[str, int]]:
    """The folded characters of a text, each with the offset that it comes from."""
    found = []
    for place, character in enumerate(text):
        plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", character)).casefold()
        found += [(one, place) for one in plain if one.isalnum() and not unicodedata.combining(one)]
    return found


def word_start(text: str, place: int) -> int:
    """Where the word that an offset lies in begins."""
    while not parts_words(text, place):
        place -= 1
    return place


def parts_words(text: str, place: int) -> bool:
    """Whether a word may end before an offset and another begin there."""
    if not 0 < place < len(text):
        return True
    before, after = text[place - 1], text[place]
    if not (before.isalnum() or before == "_") or not (after.isalnum() or after == "_"):
        return True
    # Chinese has no spaces; letters and digits part where OCR lost one: "No87654321", "TOTAL9.00".
    return has_han(before) or has_han(after) or before.isdigit() != after.isdigit()
