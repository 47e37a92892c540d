"""Where quoted words stand on a page: letter by letter, else as OCR may have misread them."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from ingest.scripts import join
from ingest.types import PageText
from ingest.values import Value, ValueKind, find_values
from ingest.values.model import fold
from retrieval.units import Span, Unit

# Of the letters, how many must agree in order where a quote does not stand letter by letter (rapidfuzz's ratio, in
# percent: each wrong letter of n costs 100/n). Good OCR misreads about one letter in a hundred on scans, bad OCR one in
# twenty; below 90, other clauses of the same kind begin to look alike.
THRESHOLD = 90.0
# Shorter quotes must stand letter by letter: there one letter makes another word.
MIN_FUZZY = 16
# A word of this many letters may have a wrong one; shorter words, where that is another word (may, must), may not.
_WORD_RATIO = 80.0
_LOOKS = {"rn": "m", "vv": "w", "cl": "d", "1": "l", "i": "l", "0": "o", "5": "s", "8": "b"}
_ALIKE = re.compile("|".join(_LOOKS))
_NEGATIONS = re.compile(
    r"\b(?:not|no|nor|never|neither|without|non|except|unless|n't|cannot|nicht|kein\w*)\b|[不无未非勿莫免]"
)
_SAME = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})


@dataclass(frozen=True, slots=True)
class _Letters:
    """A page's letters without white space and case, each with its place."""

    text: str
    places: tuple[tuple[int, int], ...]  # line, offset


class Locator:
    """Finds quotes on one page."""

    def __init__(self, page: PageText) -> None:
        self._page = page
        self._letters = _letters(page)

    def find(self, quote: str) -> Unit | None:
        """The words of the page that a quote repeats; None where they do not stand there.

        First letter by letter, but for case, width, dashes, quotation marks and white space. Then with `THRESHOLD` of
        the letters, for quotes of `MIN_FUZZY` letters and more: no number, date or negation may differ, no word may
        stand on one side only, and no short word may be another.

        Args:
            quote: words, perhaps over several lines.
        """
        wanted = _fold(quote)
        letters = self._letters
        if not wanted:
            return None
        start = letters.text.find(wanted)
        if start >= 0:
            return _unit(self._page, letters, start, start + len(wanted))
        if len(wanted) < MIN_FUZZY or len(wanted) > len(letters.text):
            return None
        found = fuzz.partial_ratio_alignment(wanted, letters.text, score_cutoff=THRESHOLD)
        if found is None:
            return None
        unit = _unit(self._page, letters, found.dest_start, found.dest_end)
        return unit if _says_the_same(quote, unit.text) else None


def _fold(text: str) -> str:
    plain = fold(text).translate(_SAME)
    return "".join(unicodedata.normalize("NFKC", plain).casefold().split())


def _letters(page: PageText) -> _Letters:
    text: list[str] = []
    places: list[tuple[int, int]] = []
    for index, line in enumerate(page.lines):
        for offset, character in enumerate(line.text):
            for letter in _fold(character):
                text.append(letter)
                places.append((index, offset))
    return _Letters("".join(text), tuple(places))


def _unit(page: PageText, letters: _Letters, start: int, end: int) -> Unit:
    """The words from one letter to another, whole."""
    (first, a), (last, b) = letters.places[start], letters.places[end - 1]
    spans = []
    for index in range(first, last + 1):
        text = page.lines[index].text
        left = _word_start(text, a) if index == first else 0
        right = _word_end(text, b + 1) if index == last else len(text)
        if text[left:right].strip():
            spans.append(Span(index, left, right))
    return Unit(join([page.lines[span.line].text[span.start : span.end] for span in spans]), tuple(spans))


def _word_start(text: str, place: int) -> int:
    while place and _in_word(text[place]) and _in_word(text[place - 1]):
        place -= 1
    return place


def _word_end(text: str, place: int) -> int:
    while 0 < place < len(text) and _in_word(text[place]) and _in_word(text[place - 1]):
        place += 1
    return place


def _in_word(character: str) -> bool:
    # Chinese words are not set apart: there each character may be the first.
    return character.isascii() and character.isalnum()


def _says_the_same(quote: str, words: str) -> bool:
    """Whether two texts differ in letters only, as OCR misreads them, and not in what they say."""
    return (
        _values(quote) == _values(words)
        and Counter(_NEGATIONS.findall(quote.casefold())) == Counter(_NEGATIONS.findall(words.casefold()))
        and _same_words(_split(quote), _split(words))
    )


def _values(text: str) -> Counter[frozenset[str]]:
    return Counter(value.readings for value in find_values(text) if not _is_word(value))


def _is_word(value: Value) -> bool:
    """Whether what looks like a value is a name, or a word with a letter misread as a digit: 1iable."""
    letters = sum(character.isalpha() for character in value.text)
    return value.kind is ValueKind.NAME or (
        value.kind is ValueKind.ID and letters > 3 and letters == len(value.text) - 1
    )


def _split(text: str) -> list[str]:
    """The words of a text, with letters that look alike to OCR as one."""
    words = re.findall(r"[^\W_\u3000-\u9fff]+", fold(text).casefold())
    return [_ALIKE.sub(lambda found: _LOOKS[found.group()], word) for word in words]


def _same_words(one: list[str], other: list[str]) -> bool:
    for change in Levenshtein.opcodes(one, other):
        if change.tag == "equal":
            continue
        left = "".join(one[change.src_start : change.src_end])
        right = "".join(other[change.dest_start : change.dest_end])
        # One letter may be a speck; words that OCR joined or parted are one here.
        if max(len(left), len(right)) > 1 and fuzz.ratio(left, right) <= _WORD_RATIO:
            return False
    return True
