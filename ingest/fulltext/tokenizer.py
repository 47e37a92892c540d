"""The tokens of FTS5, made by FTS5 itself: so an index beside SQLite finds, folds and stems as SQLite's own does."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from ingest.fulltext.fts5 import TOKENIZER


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A token somewhere in a text.

    Attributes:
        token: as FTS5 indexes it, folded and stemmed.
        text: number of the text, from 0.
        column: number of its column, from 0.
        place: number of the token in the column, from 0.
    """

    token: str
    text: int
    column: int
    place: int


def tokenize(texts: Sequence[Sequence[str]]) -> Iterator[Occurrence]:
    """All tokens of texts, by token, text, column and place.

    Args:
        texts: the columns of each, all of the same number.
    """
    columns = [f"c{number}" for number in range(len(texts[0]))] if texts else []
    if not columns:
        return
    with closing(sqlite3.connect(":memory:")) as connection:
        # A token that is cut off at FTS5's limit of 32 KiB may end within a character.
        connection.text_factory = lambda data: data.decode("utf-8", errors="replace")
        connection.execute(f'CREATE VIRTUAL TABLE texts USING fts5({", ".join(columns)}, tokenize = "{TOKENIZER}")')
        connection.execute("CREATE VIRTUAL TABLE tokens USING fts5vocab(texts, instance)")
        marks = ", ".join("?" * (1 + len(columns)))
        connection.executemany(
            f"INSERT INTO texts (rowid, {', '.join(columns)}) VALUES ({marks})",
            ((number, *text) for number, text in enumerate(texts)),
        )
        for token, number, column, place in connection.execute("SELECT term, doc, col, offset FROM tokens"):
            yield Occurrence(token, number, columns.index(column), place)


def phrases(words: Sequence[str]) -> list[list[str]]:
    """The tokens of each word, in order. Most have one, ``12.50`` has two, and a word of signs alone has none."""
    found: list[list[tuple[int, str]]] = [[] for _ in words]
    for occurrence in tokenize([[word] for word in words]):
        found[occurrence.text].append((occurrence.place, occurrence.token))
    return [[token for _, token in sorted(pairs)] for pairs in found]
