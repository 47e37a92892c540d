"""How much of a page's true text an OCR engine found.

The figure counts whole words and ignores their order, so that it says nothing about layout and everything
about reading: a word with one wrong letter, or run together with its neighbour, is a word lost.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

# A word is one ideograph or kana, which no space separates, or a run of other letters and digits.
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(f"[{_CJK}]|[^\\W_{_CJK}]+")


@dataclass(frozen=True, slots=True)
class WordRecall:
    """Words of the truth that were found, out of all of them.

    Attributes:
        found: words found, at most `total`.
        total: words in the truth.
    """

    found: int = 0
    total: int = 0

    @property
    def value(self) -> float:
        """Share found, 0..1; 1.0 where the truth has no word."""
        return self.found / self.total if self.total else 1.0

    def __add__(self, other: "WordRecall") -> "WordRecall":
        """Pool two counts, so that every word weighs the same (micro average)."""
        return WordRecall(self.found + other.found, self.total + other.total)


def words(text: str) -> list[str]:
    """Split text into normalised words.

    The text is brought to Unicode NFKC (full-width letters and ligatures become plain ones) and casefolded.
    A word is then a maximal run of letters and digits, except that each Chinese or Japanese character is a
    word of its own. Everything else (spaces, punctuation, symbols, underscores) only separates.

    Args:
        text: any text.

    Returns:
        The words, in the order of the text.
    """
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def word_recall(truth: str, found: Iterable[str]) -> WordRecall:
    """Count how many words of the truth were found, as multisets.

    A word that stands three times in the truth counts three times, and is found at most as often as it
    stands in the found text. Extra words cost nothing: this is recall, not precision.

    Args:
        truth: the page's true text.
        found: the lines that were read, in any order; a word never spans two of them.

    Returns:
        The count; its `value` is the recall.
    """
    wanted = Counter(words(truth))
    seen = Counter(word for line in found for word in words(line))
    return WordRecall(sum((wanted & seen).values()), sum(wanted.values()))
