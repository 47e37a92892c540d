"""Comparing an answer with the expected one: by the amounts and dates in it, by its words, by its very letters."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date

from ingest.scripts import is_cjk
from retrieval.quotes import numbers_of

# Gives the amounts, numbers and dates of a text, each as all ways to read it, in one spelling: "USD 1,234.50" and
# "1234.5" give the same. The place to put another way of reading values in.
ValueReader = Callable[[str], Sequence[frozenset[str]]]

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = rf"(?P<name>{'|'.join(_MONTHS)})[a-z]{{0,6}}\.?"
_DATES = (
    re.compile(r"\b(?P<year>[12]\d{3})-(?P<month>\d{1,2})-(?P<day>\d{1,2})\b"),
    re.compile(r"(?P<year>[12]\d{3})\s{0,2}年\s{0,2}(?P<month>\d{1,2})\s{0,2}月\s{0,2}(?P<day>\d{1,2})\s{0,2}日"),
    re.compile(rf"\b{_MONTH}\s{{1,3}}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s{{1,3}}(?P<year>[12]\d{{3}})\b"),
    re.compile(
        rf"\b(?P<day>\d{{1,2}})\.?(?:st|nd|rd|th)?(?:\s(?:day\s)?of)?\s{{1,3}}{_MONTH},?\s{{1,3}}(?P<year>[12]\d{{3}})\b"
    ),
)
_ARTICLES = frozenset(("a", "an", "the"))
_MARKS = re.compile(r"\[\d{1,3}\]")


def values_in(text: str) -> list[frozenset[str]]:
    """Dates (as ``2024-05-04``) and numbers (as ``1234.5``) of a text; a date's own numbers are not among them.

    Dates written as 05/04/2024 are taken for three numbers: which is the month is anyone's guess.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    found: set[str] = set()

    def keep(match: re.Match[str]) -> str:
        try:
            found.add(_date(match).isoformat())
        except ValueError:
            return match.group()
        return " "

    for pattern in _DATES:
        plain = pattern.sub(keep, plain)
    return [frozenset((value,)) for value in sorted(found | numbers_of(plain))]


def _date(match: re.Match[str]) -> date:
    parts = match.groupdict()
    month = _MONTHS.index(parts["name"]) + 1 if "name" in parts else int(parts["month"])
    return date(int(parts["year"]), month, int(parts["day"]))


def values_match(expected: str, given: str, read: ValueReader = values_in) -> bool | None:
    """Whether an answer has all amounts, numbers and dates of the expected one; None where that has none."""
    wanted = read(expected)
    present = frozenset().union(*read(without_marks(given)))
    return all(readings & present for readings in wanted) if wanted else None


def token_f1(expected: str, given: str) -> float:
    """Harmonic mean of precision and recall of an answer's words, 0..1; order does not count, repetition does.

    As SQuAD measures it (Rajpurkar et al., "SQuAD: 100,000+ Questions for Machine Comprehension of Text", EMNLP 2016):
    without case, punctuation and articles. Of Chinese and Japanese each character is a word (CMRC 2018). Two texts
    without any word are equal.
    """
    wanted, present = Counter(_words(expected)), Counter(_words(without_marks(given)))
    if not wanted or not present:
        return float(wanted == present)
    shared = (wanted & present).total()
    return 2 * shared / (wanted.total() + present.total())


def contains(expected: str, texts: Iterable[str]) -> bool:
    """Whether one of the texts has the expected words, letter by letter but for case, width and white space."""
    wanted = folded(expected)
    return any(wanted in folded(text) for text in texts)


def folded(text: str) -> str:
    """A text for comparison: NFKC, no case, no white space."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def without_marks(text: str) -> str:
    """An answer's text without the numbers of its citations, which are no part of what it says."""
    return _MARKS.sub(" ", text)


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text).casefold()
    spaced = "".join(f" {character} " if is_cjk(character) else character for character in plain)
    return [word for word in re.findall(r"\w+", spaced) if word not in _ARTICLES]
