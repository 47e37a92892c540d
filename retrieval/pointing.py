"""Pages that a question points at: "on page 5", "on the cover page", 第三页, 最后一页."""

import re
import unicodedata
from dataclasses import dataclass

_NUMBERS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
).split()
_DIGITS_ZH = "一二三四五六七八九十"
_NUMBER = rf"\d{{1,4}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))}"
_COUNTED = re.compile(
    rf"\b(?:pages?|slides?|p\.|pp\.)\s*(?:no\.?|number|\#)?\s*\(?(?P<first>{_NUMBER})\b"
    rf"(?:\s*(?P<link>-|–|to|and|&|,)\s*(?P<last>{_NUMBER})\b)?"
    rf"|第\s*(?P<han>\d{{1,4}}|[{_DIGITS_ZH}]{{1,3}})\s*页",
    re.IGNORECASE,
)
_FROM_END = re.compile(r"\b(?:last|final|closing)\s+(?:page|slide)\b|最后一页|末页|尾页", re.IGNORECASE)
_BEFORE_LAST = re.compile(
    r"\b(?:second(?:[\s-]+to)?[\s-]+last|penultimate|next[\s-]to[\s-]last)\s+(?:page|slide)\b|倒数第二页", re.IGNORECASE
)
_FIRST = re.compile(r"\b(?:cover|title|front|first)[\s-]+(?:page|slide)\b|首页|封面", re.IGNORECASE)
# A line that is a page's number and nothing else: 5, - 5 -, Page 5 of 12, 第5页 共12页.
_PRINTED = re.compile(
    r"^\W{0,3}(?:page\s+|第\s*)?(\d{1,4})(?:\s*页)?(?:\W{0,3}(?:of|/|共)\s*\d{1,4}(?:\s*页)?)?\W{0,3}$",
    re.IGNORECASE | re.MULTILINE,
)
_MOST = 20  # pages in "pages 3 to 9"; more of them point nowhere


@dataclass(frozen=True, slots=True)
class Pointer:
    """Pages of whatever document is asked about.

    Attributes:
        numbers: 1-based; -1 is the last page, -2 the one before it.
    """

    numbers: frozenset[int] = frozenset()

    @property
    def from_end(self) -> bool:
        """Whether one must know how many pages a document has."""
        return any(number < 0 for number in self.numbers)

    def is_printed_in(self, text: str) -> bool:
        """Whether a line of a text is the printed number of a page that is pointed at."""
        return any(int(number) in self.numbers for number in _PRINTED.findall(text))

    def meets(self, page_number: int, page_count: int = 0) -> bool:
        """Whether a page is pointed at.

        Args:
            page_number: 1-based.
            page_count: of its document; needed where `from_end`.
        """
        return page_number in self.numbers or (page_count > 0 and page_number - page_count - 1 in self.numbers)


def pointed_at(question: str) -> Pointer:
    """Read which pages a question points at; none of them where it names no page."""
    text = unicodedata.normalize("NFKC", question)
    found: set[int] = set()
    for match in _COUNTED.finditer(text):
        found |= _counted(match)
    if _BEFORE_LAST.search(text):
        found.add(-2)
    elif _FROM_END.search(text):
        found.add(-1)
    if _FIRST.search(text):
        found.add(1)
    return Pointer(frozenset(found))


def _counted(match: re.Match[str]) -> set[int]:
    if match["han"]:
        return {_han(match["han"])} - {0}
    first, last = _number(match["first"]), _number(match["last"] or match["first"])
    if match["link"] and match["link"].casefold() in ("-", "–", "to") and 0 < last - first < _MOST:
        return set(range(first, last + 1)) - {0}
    return {first, last} - {0}


def _number(word: str) -> int:
    return int(word) if word.isdecimal() else _NUMBERS.index(word.casefold()) + 1


def _han(word: str) -> int:
    """A number up to 99, in digits or as 三, 十二, 二十, 二十一."""
    if word.isdecimal():
        return int(word)
    tens, ten, ones = word.rpartition("十")
    value = {"": 0} | {digit: number for number, digit in enumerate(_DIGITS_ZH, start=1)}
    if not ten:
        return value.get(word, 0)
    return value.get(tens, 0) * 10 + value.get(ones, 0) if tens else 10 + value.get(ones, 0)
