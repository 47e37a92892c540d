"""Numbers in a question's words."""

from ingest.values.numerals import find_english, han_number


def count_of(text: str) -> int | None:
    """A number in digits, in English or in Chinese words; None where the text is none."""
    if text.isdecimal():
        return int(text)
    han = han_number(text)
    if han is not None:
        return int(han)
    if text.lower() in ("a", "one"):
        return 1
    numerals = list(find_english(text))
    alone = len(numerals) == 1 and (numerals[0].start, numerals[0].end) == (0, len(text))
    return int(numerals[0].amount) if alone else None
