"""What is known of a library as a whole: a few names with a value each."""

from sqlalchemy import Connection, select

from ingest.database import upsert
from ingest.schema import facts

MODEL = "embedding_model"
LIBRARY_ID = "library_id"
# How often something was removed, and how many of these removals are wiped from the database's files.
PURGES, PURGED = "purges", "purged"


def get_fact(connection: Connection, name: str) -> str:
    """A fact's value; empty where it is not known."""
    return connection.scalar(select(facts.c.value).where(facts.c.name == name)) or ""


def set_fact(connection: Connection, name: str, value: str) -> None:
    """Note a fact."""
    upsert(connection, facts, {"name": name, "value": value}, ("name",))


def get_count(connection: Connection, name: str) -> int:
    """A fact that counts; 0 where it is not known."""
    return int(get_fact(connection, name) or 0)
