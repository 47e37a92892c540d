"""Schemas: which fields a kind of document has, how they are labelled, and what such a document is recognised by.

Each is a small TOML file; docs/fields.md describes its keys. Those that come with Pagecite lie in ``schemas/``; an
admin's folder adds to them, and a file there that has the name of one of ours replaces it.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from ingest.errors import ConfigError
from ingest.fields.model import FieldKind

_SUFFIX = ".toml"
_LARGEST = 200_000  # bytes; such a file is written by hand
_Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
_SchemaName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
_Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


class Find(StrEnum):
    """How the embedded rules look for a field.

    ``label``: a label, and the value beside or below it. ``seller``: the letterhead, legal forms and first lines where
    no label names it. ``title``: the document's title. ``party``: the preamble of a contract, and its labels.
    ``clause``: the sentence that a label stands in. ``words``: an amount in words. ``sum``: the amounts beside all of
    its labels below the lines of an invoice, added up.
    """

    LABEL = "label"
    SELLER = "seller"
    TITLE = "title"
    PARTY = "party"
    CLAUSE = "clause"
    WORDS = "words"
    SUM = "sum"


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of a schema.

    Attributes:
        name: in snake_case, unique in its schema.
        kind: how its values are normalised.
        title: for people.
        title_zh: the same in Chinese; empty where there is none.
        labels: what stands before or above a value, in any language, the surest first. Case, width and punctuation do
            not matter.
        item: whether each line of the document has its own.
        find: how the embedded rules look for it.
    """

    name: str
    kind: FieldKind
    title: str
    title_zh: str = ""
    labels: tuple[str, ...] = ()
    item: bool = False
    find: Find = Find.LABEL


@dataclass(frozen=True, slots=True)
class Schema:
    """A kind of document.

    Attributes:
        name: ``invoice``, ``receipt``, ``contract``, ``vat-invoice``, or an admin's own.
        title: for people.
        fields: what it states.
        words: what such a document calls itself; each that stands in its title or first lines speaks for it.
        title_zh: the title in Chinese; empty where there is none.
    """

    name: str
    title: str
    fields: tuple[FieldSpec, ...]
    words: tuple[str, ...] = ()
    title_zh: str = ""

    def field(self, name: str) -> FieldSpec | None:
        """The field of a name; None where the schema has none."""
        return next((spec for spec in self.fields if spec.name == name), None)


class _FieldFile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: _Name
    kind: FieldKind
    title: _Words
    title_zh: str = ""
    labels: list[_Words] = Field(default_factory=list)
    item: bool = False
    find: Find = Find.LABEL


class _SchemaFile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: _SchemaName
    title: _Words
    title_zh: str = ""
    words: list[_Words] = Field(min_length=1)
    fields: list[_FieldFile] = Field(min_length=1)


def load_schemas(folder: Path | None = None) -> tuple[Schema, ...]:
    """Read the schemas that come with Pagecite, and those of an admin's folder.

    Args:
        folder: of ``*.toml`` files (setting `schemas`); None: ours alone.

    Returns:
        By name, each name once; the folder's win.

    Raises:
        ConfigError: the folder or a file cannot be read, or a file is no schema. The message names the file, the key
            and the remedy.
    """
    own = files("ingest.fields") / "schemas"
    found = {schema.name: schema for schema in map(_read, _toml_files(own))}
    found |= _folder_schemas(folder) if folder is not None else {}
    return tuple(found[name] for name in sorted(found))


def _folder_schemas(folder: Path) -> dict[str, Schema]:
    try:
        paths = list(_toml_files(folder))
    except OSError as error:
        raise ConfigError(
            f"PAGECITE_SCHEMAS = {folder}: the folder cannot be read ({error.strerror}). Name a folder of .toml files."
        ) from error
    found: dict[str, tuple[Schema, Traversable]] = {}
    for path in paths:
        schema = _read(path)
        if schema.name in found:
            other = found[schema.name][1].name
            raise ConfigError(f"{path}: name = {schema.name!r} is that of {other}, too. Rename one of them.")
        found[schema.name] = schema, path
    return {name: schema for name, (schema, _) in found.items()}


def _toml_files(folder: Traversable) -> Iterator[Traversable]:
    yield from sorted((path for path in folder.iterdir() if path.name.endswith(_SUFFIX)), key=lambda path: path.name)


def _read(path: Traversable) -> Schema:
    return _schema(_checked(_parsed(path), path), path)


def _parsed(path: Traversable) -> dict[str, Any]:
    try:
        content = path.read_bytes()
        if len(content) > _LARGEST:
            raise ConfigError(f"{path}: larger than {_LARGEST} bytes, so it is no schema. Take it out of the folder.")
        return tomllib.loads(content.decode("utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}). Mend its permissions, or remove it.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(
            f"{path}: not TOML in UTF-8 ({error}). Correct that place; docs/fields.md shows one."
        ) from error


def _checked(content: dict[str, Any], path: Traversable) -> _SchemaFile:
    try:
        return _SchemaFile.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = _key(first["loc"])
        remedy = {
            "missing": "Add it",
            "extra_forbidden": "There is no such key: correct or remove it",
        }.get(first["type"], f"{first['msg']}: correct it")
        raise ConfigError(f"{path}: {key}: {remedy}; docs/fields.md lists the keys.") from error


def _key(places: tuple[int | str, ...]) -> str:
    """A key as people count: ``fields[2].kind`` is the second field's."""
    text = ""
    for place in places:
        text += f"[{place + 1}]" if isinstance(place, int) else f".{place}"
    return text.removeprefix(".")


def _schema(content: _SchemaFile, path: Traversable) -> Schema:
    fields = tuple(
        FieldSpec(one.name, one.kind, one.title, one.title_zh, tuple(one.labels), one.item, one.find)
        for one in content.fields
    )
    names = [spec.name for spec in fields]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise ConfigError(f"{path}: two fields have name = {twice!r}. Rename or remove one of them.")
    return Schema(content.name, content.title, fields, tuple(content.words), content.title_zh)
