"""Full-text search: the same question finds the same passages, in the same order, in SQLite and on PostgreSQL."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, text, update

from ingest import passages
from ingest.database import Database
from ingest.fulltext import full_text, rebuild_fulltext
from ingest.registry import READY, RETIRED
from ingest.schema import documents
from ingest.tokens import terms
from ingest.types import Chunk
from tests.postgres_server import PostgresServer

pytestmark = pytest.mark.integration

TEXTS = [
    "The Supplier terminates this Agreement by giving ninety (90) days' notice. Notices are sent in writing.",
    "Termination for cause: the parties' obligations ended. Fees of 18,419.00 and 12.50 EUR; see clause 3.5.1 below.",
    "Die Vertragsparteien müssen fristgerecht kündigen; la société résilie le présent contrat.",
    "甲方应当在合同签订后三十日内支付全部费用。The Supplier agrees.",
    "乙方违约的，甲方有权解除合同并要求赔偿损失，费用由乙方承担。",
    "Cafe CAFÉ café ＣＡＦＥ résumé naïve Ångström straße STRASSE ﬁnance",
    "5 3 5 1 5.3 3.5 00 18419 foo_bar bar_foo _ __ a.b.c",
    "agreement agreement agreement party",
    "",
    "no other words here at all",
]
QUESTIONS = [
    *(
        "termination",
        "notices",
        "agreement party",
        "費用",
        "费用",
        "甲方 解除 合同",
        "18,419.00",
        "12.50",
        "3.5.1",
        "3.5",
    ),
    *("café", "cafe resume", "foo_bar", "strasse", "5", "missing", "the", "Ångström finance", "kundigen résilie", "00"),
    *("general", "general supplier"),  # in more than half of the chunks
    *("notice notices noticed", "3.3", "_", "parties' obligations", "\x00 nul", "a.b.c", "合"),
]
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    [word for line in TEXTS for word in line.split()]
)


def chunk(doc_id: str, position: int, body: str, *, title: str = "", heading: str = "") -> Chunk:
    return Chunk(f"{doc_id}-{position}", doc_id, 1, position, title, heading, body, 0, 1)


def enter(database: Database, doc_id: str, pieces: Sequence[Chunk], *, title: str = "", intro: str = "") -> None:
    """A visible document with these chunks."""
    values = {"name": f"{doc_id}.pdf", "media_type": "application/pdf", "size": 1, "page_count": 1, "added_at": ""}
    with database.writing() as connection:
        connection.execute(insert(documents).values(doc_id=doc_id, status=READY, title=title, intro=intro, **values))
        fill(connection, doc_id, pieces, title=title, intro=intro)


def fill(connection: Connection, doc_id: str, pieces: Sequence[Chunk], *, title: str = "", intro: str = "") -> None:
    vectors = np.zeros((len(pieces), 2), dtype=np.float32)
    passages.replace_passages(
        connection, doc_id, title=title, intro=intro, name=f"{doc_id}.pdf", pieces=pieces, vectors=vectors
    )


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer) -> Iterator[list[Database]]:
    """A library in SQLite, and one on PostgreSQL, with the same documents."""
    folder = tmp_path_factory.mktemp("fulltext")
    with opened(folder / "sqlite") as sqlite, opened(folder / "server", postgres.create_database()) as server:
        for database in (sqlite, server):
            for number, body in enumerate(TEXTS):
                title, doc_id = body[:30], f"d{number}"
                pieces = [
                    chunk(doc_id, 0, body, title=title, heading="General terms"),
                    chunk(doc_id, 1, TEXTS[number - 1] * 3, title=title, heading="General"),
                ]
                enter(database, doc_id, pieces, title=title, intro=body)
        yield [sqlite, server]


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty library: one test for each kind."""
    url = request.getfixturevalue("postgres").create_database() if request.param == "postgresql" else ""
    with opened(tmp_path / "library", url) as database:
        yield database


@contextmanager
def opened(folder: Path, url: str = "") -> Iterator[Database]:
    folder.mkdir()
    with closing(Database(folder, url)) as database:
        yield database


def found(database: Database, words: Sequence[str], doc_ids: Sequence[str] | None = None) -> dict[str, Any]:
    """All that full-text search says to a question; scores rounded."""
    with database.reading() as connection:
        chunks = passages.search_chunks(connection, words, 50, doc_ids)
        subjects = passages.search_documents(connection, words, 50)
        return {
            "chunks": [(key, round(score, 9)) for key, score in chunks],
            "documents": [(key, round(score, 9)) for key, score in subjects],
            "each": [passages.count_chunks_with(connection, word) for word in words],
            "all": passages.count_subjects(connection, words),
        }


def assert_alike(databases: list[Database], words: Sequence[str], doc_ids: Sequence[str] | None = None) -> None:
    first, second = (found(database, words, doc_ids) for database in databases)
    assert first == second


# Both kinds alike


@pytest.mark.parametrize("question", QUESTIONS)
def test_both_find_the_same_with_the_same_scores(databases: list[Database], question: str) -> None:
    assert_alike(databases, terms(question))
    assert_alike(databases, terms(question), ["d1", "d3", "nowhere"])


def test_questions_find_something_at_all(databases: list[Database]) -> None:
    answers = [found(databases[1], terms(question)) for question in QUESTIONS]
    assert sum(bool(answer["chunks"]) for answer in answers) > len(QUESTIONS) / 2
    assert sum(bool(answer["documents"]) for answer in answers) > len(QUESTIONS) / 2


@given(words=st.lists(WORDS, max_size=6))
@settings(max_examples=150, deadline=None)
def test_both_answer_any_words_alike(databases: list[Database], words: list[str]) -> None:
    assert_alike(databases, terms(" ".join(words)))


@given(lines=st.lists(st.lists(WORDS, max_size=8).map(" ".join), min_size=1, max_size=4), words=st.lists(WORDS))
@example(lines=["01:4", "", "0:2"], words=[])  # the last digit of a sum decides which comes first
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_both_index_any_text_alike(databases: list[Database], lines: list[str], words: list[str]) -> None:
    pieces = [chunk("d0", number, line, title=lines[-1], heading=lines[0]) for number, line in enumerate(lines)]
    for database in databases:
        with database.writing() as connection:
            fill(connection, "d0", pieces, title=lines[0], intro=lines[-1])
    assert_alike(databases, terms(" ".join([*lines, *words])))
    assert_alike(databases, terms(" ".join(words)))


@pytest.mark.parametrize(
    "word", ["x" * 5000, "費" * 3000, "Straße" * 900, "x" * 40_000, "".join(map(hex, range(9000)))]
)
def test_words_of_any_length_are_found_by_both(databases: list[Database], word: str) -> None:
    for database in databases:
        with database.writing() as connection:
            fill(connection, "d0", [chunk("d0", 0, f"short {word} words")])
    assert_alike(databases, terms(word))
    assert found(databases[1], terms(word))["chunks"]


# Each kind by itself


def test_only_visible_documents_are_found(database: Database) -> None:
    enter(database, "shown", [chunk("shown", 0, "forty pallets")], intro="forty pallets")
    enter(database, "hidden", [chunk("hidden", 0, "forty pallets")], intro="forty pallets")
    with database.writing() as connection:
        connection.execute(update(documents).where(documents.c.doc_id == "hidden").values(status=RETIRED))
    answer = found(database, ["pallets"])
    assert [key for key, _ in answer["chunks"]] == ["shown-0"]
    assert [key for key, _ in answer["documents"]] == ["shown"]


def test_the_best_come_first_and_equals_in_the_order_in_which_they_came(database: Database) -> None:
    enter(database, "b", [chunk("b", number, "forty pallets of cement") for number in range(5)])
    enter(database, "a", [chunk("a", 0, "pallets pallets pallets"), chunk("a", 1, "pallets", heading="pallets")])
    enter(database, "c", [chunk("c", number, "nothing of the kind") for number in range(20)])
    with database.reading() as connection:
        everything = [key for key, _ in passages.search_chunks(connection, ["pallets"], 50)]
        best = [key for key, _ in passages.search_chunks(connection, ["pallets"], 3)]
    assert everything == ["a-1", "a-0", "b-0", "b-1", "b-2", "b-3", "b-4"]
    assert best == everything[:3]


def test_of_a_deleted_document_no_word_is_left_and_scores_are_as_if_it_had_never_been(database: Database) -> None:
    enter(database, "stays", [chunk("stays", 0, "forty pallets of cement")], intro="forty pallets")
    before = found(database, ["pallets", "cement"])
    enter(database, "goes", [chunk("goes", 0, "forty pallets, secretword")], intro="secretword")
    assert found(database, ["pallets", "cement"]) != before
    with database.writing() as connection:
        passages.delete_passages(connection, "goes")
    assert found(database, ["pallets", "cement"]) == before
    assert found(database, ["secretword"])["each"] == [0]


def test_a_document_entered_again_is_found_by_its_new_words_alone(database: Database) -> None:
    enter(database, "one", [chunk("one", 0, "forty pallets"), chunk("one", 1, "cement")], intro="forty pallets")
    with database.writing() as connection:
        fill(connection, "one", [chunk("one", 0, "thirty crates")], intro="thirty crates")
    assert found(database, ["pallets"])["each"] == found(database, ["cement"])["each"] == [0]
    assert [key for key, _ in found(database, ["crates"])["documents"]] == ["one"]


def test_the_index_can_be_made_again_from_the_chunks(database: Database) -> None:
    for number, body in enumerate(TEXTS):
        doc_id = f"d{number}"
        enter(database, doc_id, [chunk(doc_id, 0, body, title="Title"), chunk(doc_id, 1, body * 2)], intro=body)
    enter(database, "wordless", [], title="Nothing but a picture")
    before = [found(database, terms(question)) for question in [*QUESTIONS, "picture"]]
    with database.writing() as connection:
        full_text(connection).reset()
    assert not any(found(database, terms(question))["chunks"] for question in QUESTIONS)
    with database.writing() as connection:
        rebuild_fulltext(connection)
    assert [found(database, terms(question)) for question in [*QUESTIONS, "picture"]] == before


def test_a_large_index_is_made_again_as_a_whole(database: Database) -> None:
    enter(database, "long", [chunk("long", number, f"number n{number}") for number in range(1203)])
    with database.writing() as connection:
        rebuild_fulltext(connection)
        assert passages.count_chunks_with(connection, "number") == 1203
        assert passages.count_chunks_with(connection, "n1202") == 1


def test_readers_search_the_old_index_until_the_new_one_is_whole(database: Database) -> None:
    enter(database, "one", [chunk("one", 0, "forty pallets")])
    before = found(database, ["pallets"])
    with database.writing() as connection:
        full_text(connection).reset()
        assert found(database, ["pallets"]) == before
        rebuild_fulltext(connection)


def test_an_index_whose_files_are_garbled_is_made_again(tmp_path: Path) -> None:
    with opened(tmp_path / "library") as database:
        enter(database, "one", [chunk("one", 0, "forty pallets")])
        with database.writing() as connection:
            connection.execute(text("UPDATE chunk_terms_data SET block = zeroblob(40)"))
            connection.execute(text("DELETE FROM document_terms_docsize"))
    with closing(Database(tmp_path / "library")) as database:
        with database.writing() as connection:
            rebuild_fulltext(connection)
        assert [key for key, _ in found(database, ["pallets"])["chunks"]] == ["one-0"]


@pytest.mark.parametrize("count", [1, 30])
def test_deleted_words_leave_the_file_itself(tmp_path: Path, count: int) -> None:
    with opened(tmp_path / "library") as database:
        enter(database, "stays", [chunk("stays", 0, "forty pallets")], intro="forty pallets")
        for number in range(count):
            doc_id = f"d{number}"
            enter(database, doc_id, [chunk(doc_id, 0, f"xyzzy{number} plugh")], title=f"Xyzzy{number}")
        with database.writing() as connection:
            for number in range(count):
                passages.delete_passages(connection, f"d{number}")
                connection.execute(delete(documents).where(documents.c.doc_id == f"d{number}"))
        assert b"xyzzy" in raw(tmp_path)
        database.tidy()
        assert b"xyzzy" not in raw(tmp_path).lower() and b"plugh" not in raw(tmp_path)
        assert found(database, ["pallets"])["each"] == [1]


def raw(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
