"""PostgreSQL: the database on a server, named by a URL."""

from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError

from ingest.errors import ConfigError, LibraryError, LibraryNotWritable
from ingest.fulltext.postings import POSTINGS
from ingest.schema import metadata

_SETTING = "PAGECITE_DATABASE_URL"
_SCHEMES = ("postgresql", "postgresql+psycopg")
_DEFAULTS = {"connect_timeout": "10", "application_name": "pagecite", "client_encoding": "utf8"}
_TABLES = tuple(table.name for table in (*metadata.sorted_tables, *POSTINGS.sorted_tables))

_NOT_WRITABLE = {
    "25006": f"it is read-only; name the primary server in {_SETTING}",
    "42501": f"let its user create and change tables there (GRANT), or name another user in {_SETTING}",
    "53100": "free some space on the server's disk, then run the same command again",
}
_UNUSABLE = {
    "22021": "its encoding is not UTF8; make another with `createdb --encoding=UTF8 --template=template0`",
    "22P05": "its encoding is not UTF8; make another with `createdb --encoding=UTF8 --template=template0`",
    "3F000": f"make the schema that {_SETTING} names in search_path (CREATE SCHEMA)",
    "53200": "the server has too little memory; try again when it has less to do",
    "58030": "the server cannot read its disk; see its log, and put back a backup where data is lost",
    "58P01": "files of the server are missing; see its log, and put back a backup",
    "XX001": "its data is damaged; put back a backup",
    "XX002": "an index is damaged; run REINDEX DATABASE on it",
}
_BUSY = ("40001", "40P01", "55P03")  # serialization failure, deadlock, lock not available
# The server, or libpq before there is a session, says it in words alone. Messages of other languages get the last hint.
_WORDS = (
    ("password", f"check user and password in {_SETTING}"),
    ("role", f"check user and password in {_SETTING}"),
    ("pg_hba.conf", "let this machine and user in, in the server's pg_hba.conf"),
    ("does not exist", "make it with `createdb`, or name another"),
    ("too many", "it has no connection left; end some processes, or raise max_connections"),
    ("connection slots", "it has no connection left; end some processes, or raise max_connections"),
    ("starting up", "try again in a moment"),
    ("", f"see whether the server runs, and check {_SETTING}"),
)


class PostgresServer:
    """One database, or a schema of one where the URL's options name it in search_path."""

    def __init__(self, url: str, busy_seconds: float) -> None:
        """Prepare; nothing is opened.

        Args:
            url: ``postgresql://USER:PASSWORD@HOST:PORT/DATABASE``.
            busy_seconds: how long to wait for another writer.

        Raises:
            ConfigError: it is no such URL.
        """
        self._url = _parsed(url)
        self._busy_seconds = busy_seconds
        self.place = _place(self._url)
        # A reader sees the state of its first statement throughout. Writers take turns, as with SQLite, so that what a
        # transaction has read holds until it writes. SERIALIZABLE would let them work beside each other, but has a
        # transaction begun again now and then, and a ``with`` block cannot be. After the wait each statement must see
        # what the writer before has committed: READ COMMITTED.
        self.begin_reading = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        self.begin_writing = (
            f"BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = '{busy_seconds * 1000:.0f}ms'; "
            "SELECT pg_advisory_xact_lock(hashtext('pagecite'), hashtext(current_schema()))"
        )

    def engine(self) -> Engine:
        """Connections to the server.

        Raises:
            ConfigError: the driver is not installed.
        """
        try:
            return create_engine(
                self._url,
                isolation_level="AUTOCOMMIT",  # `Database` begins transactions itself
                # No statement is prepared: its plan would not look at the words, and PgBouncer would lose it.
                connect_args={"prepare_threshold": None},
                pool_pre_ping=True,  # a server that was started again costs no error
                pool_timeout=self._busy_seconds,
            )
        except ImportError as error:
            raise ConfigError(
                f"{_SETTING} needs a package that is missing: run `pip install 'pagecite[postgres]'`."
            ) from error

    def check(self, connection: Connection) -> None:
        """Make sure that a library can be made in an empty database.

        Raises:
            LibraryError: it cannot.
        """
        encoding = connection.scalar(text("SHOW server_encoding"))
        if encoding != "UTF8":
            raise LibraryError(f"{self.place} cannot be used: {_UNUSABLE['22P05']} (it is {encoding}).")

    def tidy(self, connection: Connection) -> bool:
        """Have the server reuse the room of deleted rows now; outside a transaction."""
        # What others are vacuuming already is left to them.
        connection.execute(text(f"VACUUM (SKIP_LOCKED) {', '.join(_TABLES)}"))
        return True

    def explain(self, error: DBAPIError) -> LibraryError:
        """What an error of the server means to people (postgresql.org/docs/current/errcodes-appendix.html)."""
        code = getattr(error.orig, "sqlstate", None) or ""
        reason = _reason(error.orig)
        if code in _BUSY:
            return LibraryError(f"{self.place} was busy ({reason}); try again after the other job.")
        if code in _NOT_WRITABLE:
            return LibraryNotWritable(f"{self.place} cannot be written ({reason}); {_NOT_WRITABLE[code]}.")
        if code in _UNUSABLE:
            return LibraryError(f"{self.place} cannot be used ({reason}); {_UNUSABLE[code]}.")
        if code and not code.startswith(("08", "28", "3D", "53", "57")):
            return LibraryError(f"{self.place}: {reason}.")
        remedy = next(remedy for words, remedy in _WORDS if words in reason)
        return LibraryError(f"{self.place} cannot be used ({reason}); {remedy}.")


def _parsed(url: str) -> URL:
    """The URL with our driver and defaults. Errors never show it: it has a password."""
    form = "postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with %-codes for special characters such as @ (%40)"
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # Not `from error`, which may quote a part of the password.
        raise ConfigError(f"{_SETTING} is not a URL of the form {form}.") from None
    if parsed.drivername not in _SCHEMES or "@" in f"{parsed.host}{parsed.database}":
        raise ConfigError(f"{_SETTING} is not a URL of the form {form}.")
    defaults = {name: value for name, value in _DEFAULTS.items() if name not in parsed.query}
    return parsed.set(drivername=_SCHEMES[-1]).update_query_dict(defaults)


def _place(url: URL) -> str:
    """What messages call the database."""
    host = url.host or url.query.get("host") or "this machine"
    port = f":{url.port}" if url.port else ""
    return f"PostgreSQL database {url.database or url.username or ''} on {host}{port}"


def _reason(error: Any) -> str:
    """The first thing that the server or its client library says, without the frame."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    return lines[0].rpartition("FATAL:")[2].strip().rstrip(".")
