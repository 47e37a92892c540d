"""Words of a question: which of them may be names, and how names are compared."""

import re
import unicodedata
from dataclasses import dataclass

from ingest.scripts import has_han, is_cjk
from ingest.stopwords import STOP_EN
from retrieval.words import LEGAL_FORMS

WORD = re.compile(r"[^\W_]+")
# Places inside a document, months and people's titles: alone they name no document, capitalised or not.
_NO_NAMES = frozenset(
    "page pages figure figures fig table tables chart charts graph map image picture photo slide slides chapter "
    "chapters section sections article clause exhibit appendix annex schedule paragraph part item mr mrs ms dr prof "
    "january february march april may june july august september october november december".split()
)
_SHORT_NUMBER = 4  # digits: a year, a page, an amount; a longer one may be a document's number


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text in small letters, with its place."""

    text: str
    start: int
    end: int
    marked: bool  # has a capital or a digit: perhaps part of a name


def tokens(text: str) -> list[Token]:
    """Words of scripts with spaces, and numbers, also where they touch Chinese."""
    found = []
    for match in WORD.finditer(text):
        start = match.start()
        for piece in re.split(r"([\u3000-\u9fff\uf900-\ufaff]+)", match.group()):
            if piece and not is_cjk(piece[0]):
                found.append(Token(piece.casefold(), start, start + len(piece), is_marked(piece)))
            start += len(piece)
    return found


def is_marked(word: str) -> bool:
    """Whether a word has a capital or a digit."""
    return any(character.isupper() or character.isdigit() for character in word)


def is_acronym(span: str) -> bool:
    """Whether a span is one word in capitals, such as IBAN."""
    return span.isalpha() and span.isupper() and not has_han(span)


def can_name(word: str) -> bool:
    """Whether a word can name something by itself."""
    short = len(word) == 1 or (word.isdigit() and len(word) <= _SHORT_NUMBER)
    return not short and word not in _NO_NAMES and word not in LEGAL_FORMS and word not in STOP_EN


def spaced(text: str) -> str:
    """The words of a text as names are compared: in small letters, each between single spaces."""
    return _spaced(text).casefold()


def speaks_of(text: str, name: str) -> bool:
    """Whether a text has a name. "Turnkey" is not in what is said of a turnkey solution; "lease" is in any "Lease"."""
    wanted, there = spaced(name), _spaced(text)
    places = (match.start() for match in re.finditer(re.escape(wanted), there.casefold()))
    return any(name.islower() or not there[start : start + len(wanted)].islower() for start in places)


def _spaced(text: str) -> str:
    return f" {' '.join(WORD.findall(unicodedata.normalize('NFKC', text)))} "
