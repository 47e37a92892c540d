"""The database, in SQLite and on PostgreSQL: one writer at a time, readers undisturbed, errors in plain words."""

import os
import shutil
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from sqlalchemy import delete, func, insert, select, text, update

from ingest import database as module
from ingest.database import Database, continue_numbers, upsert
from ingest.errors import ConfigError, LibraryError, LibraryNotWritable
from ingest.files import LIBRARY_FILE, MARKER_FILE
from ingest.schema import FORMAT_VERSION, changes, chunks, documents, facts, paths
from tests.postgres_server import PASSWORD, USER, PostgresServer, serving

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
Open = Callable[[], Database]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """One test for each kind of database: empty for SQLite."""
    return str(request.getfixturevalue("postgres").create_database()) if request.param == "postgresql" else ""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for a library."""
    made = tmp_path / "library"
    made.mkdir()
    return made


@pytest.fixture
def open_database(folder: Path, url: str) -> Iterator[Open]:
    """Opens the database of the folder, as often as wanted."""
    with ExitStack() as opened:
        yield lambda: opened.enter_context(closing(Database(folder, url)))


@pytest.fixture
def database(open_database: Open) -> Database:
    return open_database()


def get(database: Database, name: str) -> str:
    with database.reading() as connection:
        return connection.scalar(select(facts.c.value).where(facts.c.name == name)) or ""


def put(database: Database, name: str, value: str) -> None:
    with database.writing() as connection:
        upsert(connection, facts, {"name": name, "value": value}, ["name"])


def document(doc_id: str, **more: object) -> dict[str, object]:
    values = {"doc_id": doc_id, "name": "a.pdf", "media_type": "application/pdf", "size": 1, "page_count": 1}
    return {**values, "status": "ready", "added_at": "", **more}


def python(code: str, *arguments: object) -> "subprocess.Popen[str]":
    """Another process, which has our code."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


# Rows


def test_a_row_that_is_there_gets_the_new_values(database: Database) -> None:
    put(database, "colour", "red")
    put(database, "colour", "blue")
    assert get(database, "colour") == "blue"


def test_several_rows_go_in_at_once_and_none_does_nothing(database: Database) -> None:
    put(database, "b", "old")
    with database.writing() as connection:
        upsert(connection, facts, [{"name": name, "value": "new"} for name in "abc"], ["name"])
        upsert(connection, facts, [], ["name"])
    assert [get(database, name) for name in "abc"] == ["new"] * 3


def test_a_row_of_keys_alone_leaves_what_is_there_as_it_is(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(insert(documents), document("d"))
        connection.execute(insert(paths), {"doc_id": "d", "path": "/a", "size": 7})
        upsert(connection, paths, {"doc_id": "d", "path": "/a"}, ["doc_id", "path"])
        assert connection.scalar(select(paths.c.size)) == 7


def test_rows_go_with_their_document(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(insert(documents), document("d"))
        connection.execute(insert(paths), {"doc_id": "d", "path": "/a"})
        connection.execute(delete(documents))
        assert connection.scalar(select(func.count()).select_from(paths)) == 0


def test_text_that_no_database_takes_is_stored_with_replacement_characters(database: Database) -> None:
    put(database, "odd", "a\0b\ud800c 费用 \U0001f600")
    assert get(database, "odd") == "a\ufffdb\ufffdc 费用 \U0001f600"


def test_names_sort_by_their_characters_on_every_server(database: Database) -> None:
    names = ["Zebra.pdf", "a.pdf", "B.pdf", "ä.pdf", "甲.pdf", "_.pdf", "a b.pdf", "ab.pdf"]
    with database.writing() as connection:
        connection.execute(insert(documents), [document(name, name=name) for name in names])
        assert connection.scalars(select(documents.c.name).order_by(documents.c.name)).all() == sorted(names)


def test_files_of_any_size_have_a_place(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(insert(documents), document("d", size=2**40))
        connection.execute(insert(paths), {"doc_id": "d", "path": "/a", "size": 2**40, "modified": 2**60})
        assert connection.scalar(select(paths.c.modified)) == 2**60


def test_rows_entered_with_their_numbers_are_not_in_the_way_of_new_ones(database: Database) -> None:
    chunk = {"page_number": 1, "position": 0, "title": "", "heading": "", "text": "", "line_start": 0, "line_end": 0}
    with database.writing() as connection:
        connection.execute(insert(documents), document("d"))
        continue_numbers(connection)
        for row in (1, 2, 3):
            values = {**chunk, "row": row, "chunk_id": f"c{row}", "doc_id": "d", "vector": b""}
            connection.execute(insert(chunks), values)
        continue_numbers(connection)
        connection.execute(insert(chunks), {**chunk, "chunk_id": "new", "doc_id": "d", "vector": b""})
        connection.execute(insert(changes), {"doc_id": "d"})
        assert connection.scalar(select(chunks.c.row).where(chunks.c.chunk_id == "new")) == 4
        assert connection.scalar(select(changes.c.seq)) == 1


# Transactions


def test_a_failure_takes_back_all_that_was_written(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.writing() as connection:
        upsert(connection, facts, {"name": "half", "value": "written"}, ["name"])
        raise ZeroDivisionError
    assert get(database, "half") == ""
    put(database, "half", "whole")
    assert get(database, "half") == "whole"


def test_a_statement_that_fails_is_told_and_takes_back_the_rest(database: Database) -> None:
    with pytest.raises(LibraryError, match=database.place), database.writing() as connection:
        upsert(connection, facts, {"name": "half", "value": "written"}, ["name"])
        connection.execute(text("SELECT nonsense FROM nowhere"))
    assert get(database, "half") == ""


def test_a_reader_sees_one_state_whatever_is_written_meanwhile(open_database: Open) -> None:
    reader, writer = open_database(), open_database()
    put(writer, "state", "old")
    with reader.reading() as connection:
        query = select(facts.c.value).where(facts.c.name == "state")
        assert connection.scalar(query) == "old"
        put(writer, "state", "new")
        assert connection.scalar(query) == "old"
    assert get(reader, "state") == "new"


def test_a_reader_cannot_write_on_a_server(postgres: PostgresServer, folder: Path) -> None:
    with closing(Database(folder, postgres.create_database())) as database:
        with pytest.raises(LibraryNotWritable, match="read-only"), database.reading() as connection:
            connection.execute(delete(facts))


def test_opening_and_reading_wait_for_no_writer(open_database: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = open_database()
    monkeypatch.setattr(module, "_BUSY_SECONDS", 0.1)
    with writer.writing() as connection:
        upsert(connection, facts, {"name": "state", "value": "unfinished"}, ["name"])
        assert get(open_database(), "state") == ""


def test_a_writer_that_waited_long_enough_is_told_to_try_again(
    open_database: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = open_database()
    monkeypatch.setattr(module, "_BUSY_SECONDS", 0.1)
    other = open_database()
    with writer.writing(), pytest.raises(LibraryError, match=r"was busy.*try again"), other.writing():
        pass
    put(other, "state", "written")


def test_more_threads_than_connections_are_told_to_try_again(
    open_database: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_BUSY_SECONDS", 0.1)
    database = open_database()
    with ExitStack() as readers, pytest.raises(LibraryError, match=r"was busy.*try again"):
        for _ in range(100):
            readers.enter_context(database.reading())


def test_what_a_writer_has_read_holds_until_it_writes(database: Database) -> None:
    put(database, "count", "0")

    def count() -> None:
        for _ in range(20):
            with database.writing() as connection:
                known = connection.scalar(select(facts.c.value).where(facts.c.name == "count")) or ""
                connection.execute(update(facts).where(facts.c.name == "count").values(value=str(int(known) + 1)))

    threads = [threading.Thread(target=count) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert get(database, "count") == "100"


_COUNTING = """
import sys
from pathlib import Path
from sqlalchemy import select
from ingest.database import Database, upsert
from ingest.schema import facts
print("ready", flush=True)
sys.stdin.readline()
database = Database(Path(sys.argv[1]), sys.argv[2])
for _ in range(10):
    with database.writing() as connection:
        known = connection.scalar(select(facts.c.value).where(facts.c.name == "count")) or "0"
        upsert(connection, facts, {"name": "count", "value": str(int(known) + 1)}, ["name"])
"""


def test_processes_that_make_a_library_at_once_share_it_and_take_turns(folder: Path, url: str) -> None:
    processes = [python(_COUNTING, folder, url) for _ in range(4)]
    for process in processes:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.wait() for process in processes] == [0] * 4
    with closing(Database(folder, url)) as database:
        assert get(database, "count") == "40"
        assert len(get(database, "library_id")) == 32


_WRITING = """
import sys
from pathlib import Path
from ingest.database import Database, upsert
from ingest.schema import facts
with Database(Path(sys.argv[1]), sys.argv[2]).writing() as connection:
    upsert(connection, facts, {"name": "state", "value": "unfinished"}, ["name"])
    print("written", flush=True)
    sys.stdin.readline()
"""


def test_a_writer_that_is_killed_leaves_nothing_and_holds_nobody_up(folder: Path, url: str) -> None:
    process = python(_WRITING, folder, url)
    assert process.stdout is not None and process.stdout.readline() == "written\n"
    process.kill()
    process.wait()
    with closing(Database(folder, url)) as database:
        assert get(database, "state") == ""
        put(database, "state", "written")


# Which library it is


def test_a_library_keeps_its_id(folder: Path, url: str) -> None:
    with closing(Database(folder, url)) as database:
        first = get(database, "library_id")
    with closing(Database(folder, url)) as database:
        assert get(database, "library_id") == first
        assert get(database, "format") == str(FORMAT_VERSION)


def test_a_library_of_a_newer_format_is_not_touched(open_database: Open) -> None:
    put(open_database(), "format", "99")
    with pytest.raises(LibraryError, match="update Pagecite"):
        open_database()


def test_a_library_of_no_format_is_called_damaged(open_database: Open) -> None:
    put(open_database(), "format", "")
    with pytest.raises(LibraryError, match="damaged"):
        open_database()


@pytest.mark.parametrize("what_is_left", ["nothing", "an empty file"])
def test_an_empty_database_does_not_take_the_place_of_one_that_is_lost(
    folder: Path, url: str, postgres: PostgresServer, what_is_left: str
) -> None:
    Database(folder, url).close()
    original = folder / "originals" / "d1"
    original.parent.mkdir()
    original.write_text("contract")
    if url:
        url = postgres.create_database()
    else:
        (folder / LIBRARY_FILE).unlink()
        if what_is_left == "an empty file":
            (folder / LIBRARY_FILE).touch()
    before = sorted(path.name for path in folder.iterdir())
    with pytest.raises(LibraryError, match="put back a backup"):
        Database(folder, url)
    assert original.read_text() == "contract"
    assert sorted(path.name for path in folder.iterdir()) == before


def test_a_folder_whose_database_is_on_a_server_is_not_opened_without_it(
    folder: Path, postgres: PostgresServer
) -> None:
    Database(folder, postgres.create_database()).close()
    with pytest.raises(LibraryError, match="on a server; name it in PAGECITE_DATABASE_URL"):
        Database(folder)
    assert not (folder / LIBRARY_FILE).exists()


def test_a_folder_with_a_database_of_its_own_gets_no_other(folder: Path, postgres: PostgresServer) -> None:
    Database(folder).close()
    with pytest.raises(LibraryError, match=r"database of its own.*--library"):
        Database(folder, postgres.create_database())
    assert not (folder / MARKER_FILE).exists()


def test_folder_and_server_database_of_two_libraries_do_not_go_together(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    urls = {}
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        urls[name] = postgres.create_database()
        Database(tmp_path / name, urls[name]).close()
    with pytest.raises(LibraryError, match="is not that of the library folder"):
        Database(tmp_path / "one", urls["two"])
    (tmp_path / "new").mkdir()
    with pytest.raises(LibraryError, match="is not that of the library folder"):
        Database(tmp_path / "new", urls["two"])
    assert list((tmp_path / "new").iterdir()) == []


def test_a_folder_marked_by_a_process_that_was_killed_is_taken_up(folder: Path, postgres: PostgresServer) -> None:
    known = "0123456789abcdef" * 2
    (folder / MARKER_FILE).write_text(f'{{"library_id": "{known}"}}')
    with closing(Database(folder, postgres.create_database())) as database:
        assert get(database, "library_id") == known


def test_two_schemas_of_one_database_hold_two_libraries(tmp_path: Path, postgres: PostgresServer) -> None:
    url = postgres.create_database()
    with postgres.connect(url.rpartition("/")[2]) as connection:
        connection.execute("CREATE SCHEMA one")
        connection.execute("CREATE SCHEMA two")
    with ExitStack() as opened:
        libraries = []
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            place = f"{url}?options=-csearch_path%3D{name}"
            libraries.append(opened.enter_context(closing(Database(tmp_path / name, place))))
        with libraries[0].writing() as connection:
            upsert(connection, facts, {"name": "state", "value": "mine"}, ["name"])
            put(libraries[1], "state", "yours")
        assert [get(library, "state") for library in libraries] == ["mine", "yours"]


# A file that is damaged, or cannot be written


def filled(folder: Path) -> Path:
    """A library's SQLite file of some hundred pages."""
    with closing(Database(folder)) as database, database.writing() as connection:
        connection.execute(insert(documents), [document(f"d{number}", intro="x" * 2000) for number in range(400)])
    return folder / LIBRARY_FILE


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda data: b"garbage!" * 512 + data[4096:], id="a garbled header"),
        pytest.param(lambda data: data[:400_000] + bytes(8192) + data[408_192:], id="pages of zeros"),
        pytest.param(lambda data: data[: len(data) // 2], id="a file cut off"),
        pytest.param(lambda data: b"no database, but long enough to look at " * 400, id="another file"),
    ],
)
def test_a_damaged_file_is_called_so_and_is_not_written(folder: Path, damage: Callable[[bytes], bytes]) -> None:
    path = filled(folder)
    path.write_bytes(damage(path.read_bytes()))
    before = path.read_bytes()
    with pytest.raises(LibraryError, match=r"is damaged.*put back a backup"):
        with closing(Database(folder)) as database, database.reading() as connection:
            connection.execute(select(documents)).all()
    assert path.read_bytes() == before


_LIMITED = """
import os, resource, sys
from contextlib import closing
from pathlib import Path
from sqlalchemy import insert
from ingest.database import Database
from ingest.errors import LibraryError
from ingest.schema import facts
folder, how = Path(sys.argv[1]), sys.argv[2]
if how == "other user" and os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    with closing(Database(folder)) as database:
        if how == "file size":
            resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
        for start in range(10):
            with database.writing() as connection:
                rows = [{"name": f"{start}-{number}", "value": "x" * 500} for number in range(400)]
                connection.execute(insert(facts), rows)
except LibraryError as error:
    print(type(error).__name__, error)
"""


def limited(folder: Path, how: str, *before: str) -> str:
    """What a process says that writes to a library under a limit."""
    command = [*before, sys.executable, "-c", _LIMITED, str(folder), how]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.stderr == ""
    return done.stdout


def assert_whole(folder: Path) -> None:
    """All of a transaction is there or nothing, and the library goes on."""
    with closing(Database(folder)) as database:
        with database.reading() as connection:
            assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
            written = connection.scalar(select(func.count()).where(facts.c.name.like("%-%")))
            assert written is not None and written % 400 == 0
        put(database, "state", "written")


def test_a_disk_that_refuses_to_grow_a_file_costs_the_transaction_alone(folder: Path) -> None:
    said = limited(folder, "file size")
    assert said.startswith("LibraryNotWritable") and "free some space" in said
    assert_whole(folder)


def test_a_full_disk_costs_the_transaction_alone(folder: Path) -> None:
    mount = f'mount -t tmpfs -o size=1m tmpfs "{folder}"'
    own_mounts = ["unshare", "--mount", "sh", "-c"]
    if subprocess.run([*own_mounts, mount], capture_output=True).returncode:
        pytest.skip("needs the right to mount a small disk")
    small = [*own_mounts, f'{mount} && "$@" && cp "{folder}"/* "{folder.parent}"']
    said = limited(folder, "disk", *small, "sh")
    assert said.startswith("LibraryNotWritable") and "free some space" in said
    for path in folder.parent.glob(LIBRARY_FILE + "*"):
        shutil.move(path, folder)
    assert_whole(folder)


def _open_to_others(tmp_path: Path) -> None:
    for place in (tmp_path, *tmp_path.parents):
        # pytest's own folders, and those of each process of a run in several.
        if place.stat().st_uid == os.getuid() and place.name.startswith(("pytest-", "popen-")):
            place.chmod(0o755)
    tmp_path.chmod(0o755)


def test_a_folder_that_nobody_may_look_into_is_named_with_the_remedy(tmp_path: Path, folder: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs the right to be another user")
    Database(folder).close()
    _open_to_others(tmp_path)
    folder.chmod(0o700)
    said = limited(folder, "other user")
    assert said.startswith("Library") and "check permissions" in said


def test_a_folder_without_permission_is_named_with_the_remedy(tmp_path: Path, folder: Path) -> None:
    Database(folder).close()
    _open_to_others(tmp_path)
    folder.chmod(0o555)
    before = (folder / LIBRARY_FILE).read_bytes()
    try:
        said = limited(folder, "other user")
    finally:
        folder.chmod(0o755)
    assert said.startswith("LibraryNotWritable") and "check permissions" in said
    assert (folder / LIBRARY_FILE).read_bytes() == before


# A server that cannot be used


def test_without_the_driver_the_command_that_installs_it_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ConfigError, match=r"pip install 'pagecite\[postgres\]'"):
        Database(folder, "postgresql://localhost/library")


@pytest.mark.parametrize(
    "url",
    [
        "library",
        "mysql://user:hunter2@localhost/library",
        "sqlite:////hunter2/library.sqlite3",
        "postgresql+psycopg2://user:hunter2@localhost/library",
        "postgresql://user:p@hunter2@localhost/library",
        "postgresql://user:p@hunter2:5432@localhost/library",
        "postgresql://user:p@h/hunter2@localhost/library",
        "postgresql://user:p@ss:hunter2/library",
        "postgresql://user:hunter2@localhost:port/library",
    ],
)
def test_what_is_no_url_of_a_server_is_refused_without_showing_it(folder: Path, url: str) -> None:
    with pytest.raises(ConfigError, match="PAGECITE_DATABASE_URL is not a URL of the form") as caught:
        Database(folder, url)
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


def refused(folder: Path, url: str, kind: type[LibraryError] = LibraryError) -> str:
    """What is said of a server's database that cannot be used; the password is not."""
    with pytest.raises(kind) as caught:
        Database(folder, url)
    shown = "".join(traceback.format_exception(caught.value))
    assert PASSWORD not in shown and "hunter2" not in shown and url not in shown
    assert list(folder.iterdir()) == []
    return str(caught.value)


def test_a_wrong_password_is_told_with_user_and_place(folder: Path, postgres: PostgresServer) -> None:
    said = refused(folder, postgres.url("postgres", password="hunter2"))
    assert f"postgres on 127.0.0.1:{postgres.port}" in said and USER in said and "check user and password" in said


def test_a_missing_database_is_told_with_the_command_that_makes_it(folder: Path, postgres: PostgresServer) -> None:
    said = refused(folder, postgres.url("nowhere"))
    assert 'database "nowhere" does not exist' in said and "createdb" in said


@pytest.mark.parametrize("place", ["127.0.0.1:1", "no-such-host.invalid"])
def test_a_server_that_is_not_there_is_named(folder: Path, postgres: PostgresServer, place: str) -> None:
    said = refused(folder, f"postgresql://user:hunter2@{place}/library")
    assert place in said and "see whether the server runs" in said


def test_a_user_who_may_not_make_tables_is_told_so(folder: Path, postgres: PostgresServer) -> None:
    url = postgres.create_database()
    with postgres.connect() as connection:
        connection.execute("DROP ROLE IF EXISTS guest")
        connection.execute("CREATE ROLE guest LOGIN PASSWORD 'hunter2'")
    name = url.rpartition("/")[2]
    said = refused(folder, postgres.url(name, user="guest", password="hunter2"), LibraryNotWritable)
    assert "permission denied" in said and "GRANT" in said


def test_a_user_who_may_only_read_can_read(folder: Path, postgres: PostgresServer) -> None:
    url = postgres.create_database()
    name = url.rpartition("/")[2]
    Database(folder, url).close()
    with postgres.connect(name) as connection:
        connection.execute("CREATE ROLE reader LOGIN PASSWORD 'reader'")
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
    with closing(Database(folder, postgres.url(name, user="reader", password="reader"))) as database:
        assert get(database, "format") == str(FORMAT_VERSION)
        with pytest.raises(LibraryNotWritable, match=r"permission denied.*GRANT"):
            put(database, "state", "written")


def test_a_server_that_only_lets_read_is_told_from_one_that_is_away(folder: Path, postgres: PostgresServer) -> None:
    url = postgres.create_database()
    Database(folder, url).close()
    with postgres.connect() as connection:
        connection.execute(f"ALTER DATABASE {url.rpartition('/')[2]} SET default_transaction_read_only = on".encode())
    with closing(Database(folder, url)) as database:
        assert get(database, "format") == str(FORMAT_VERSION)
        with pytest.raises(LibraryNotWritable, match=r"read-only.*name the primary server"):
            put(database, "state", "written")


def test_a_full_disk_of_the_server_costs_the_transaction_alone(folder: Path) -> None:
    with serving(small_disk="16m") as server:
        with server.connect() as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{server.folder}/small'".encode())
        with closing(Database(folder, server.create_database("TABLESPACE small"))) as database:
            with pytest.raises(LibraryNotWritable, match="free some space on the server's disk"):
                with database.writing() as connection:
                    rows = [document(f"d{number}", intro=os.urandom(4000).hex()) for number in range(3000)]
                    connection.execute(insert(documents), rows)
            with database.reading() as connection:
                assert connection.scalar(select(func.count()).select_from(documents)) == 0
            put(database, "state", "written")


def test_a_database_that_cannot_hold_chinese_is_refused_from_the_start(folder: Path, postgres: PostgresServer) -> None:
    url = postgres.create_database("ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0")
    assert "encoding is not UTF8" in refused(folder, url)


def test_a_schema_that_is_not_there_is_told(folder: Path, postgres: PostgresServer) -> None:
    said = refused(folder, postgres.create_database() + "?options=-csearch_path%3Dnowhere")
    assert "make the schema" in said


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    """A server that a test may stop."""
    with serving() as server:
        yield server


def test_a_server_that_was_started_again_costs_no_error(folder: Path, own_server: PostgresServer) -> None:
    with closing(Database(folder, own_server.create_database())) as database:
        put(database, "state", "written")
        own_server.stop()
        own_server.start()
        assert get(database, "state") == "written"


def test_a_server_that_stops_is_told_and_nothing_is_half_written(folder: Path, own_server: PostgresServer) -> None:
    with closing(Database(folder, own_server.create_database())) as database:
        with pytest.raises(LibraryError, match="see whether the server runs"), database.writing() as connection:
            upsert(connection, facts, {"name": "state", "value": "half"}, ["name"])
            own_server.stop()
            upsert(connection, facts, {"name": "state", "value": "whole"}, ["name"])
        with pytest.raises(LibraryError, match="see whether the server runs"):
            get(database, "state")
        own_server.start()
        assert get(database, "state") == ""
        put(database, "state", "written")
