"""Terms of the full-text index: words, and bigrams where a script has no spaces."""

import re
import unicodedata

from ingest.scripts import is_cjk

_RUN = re.compile(r"\w+(?:[.,'’]\w+)*")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?:\D|$))")


def terms(text: str) -> list[str]:
    """Split text into index terms, in order.

    Text is folded by NFKC and case. Words stay whole; a word with inner points or apostrophes also gives its
    parts; thousands separators are dropped from numbers. A run of CJK characters gives its overlapping pairs
    (a single character gives itself). The same function serves documents and questions.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    found: list[str] = []
    for run in _RUN.findall(folded):
        for piece in _split_scripts(run):
            found += _bigrams(piece) if is_cjk(piece[0]) else _word_terms(piece)
    return found


def _split_scripts(run: str) -> list[str]:
    pieces: list[str] = []
    for character in run:
        if pieces and is_cjk(pieces[-1][-1]) == is_cjk(character):
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def _bigrams(run: str) -> list[str]:
    return [run] if len(run) == 1 else [run[index : index + 2] for index in range(len(run) - 1)]


def _word_terms(word: str) -> list[str]:
    word = word.strip(".,'’_")
    if not word:
        return []
    if _NUMBER.fullmatch(word):
        return [_THOUSANDS.sub("", word)]
    parts = [part for part in re.split(r"[.,'’]", word) if part]
    # "party's" is found by "party"; "s" alone says nothing.
    return parts if len(parts) == 1 else [part for part in parts if len(part) > 1] or parts
