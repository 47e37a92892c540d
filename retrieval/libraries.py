"""Libraries of labelled documents, kept between runs: what was ingested by the same code is not ingested again.

A library is kept under a key of all that may change what is in it: the documents and their names, the source of the
whole ``ingest`` package, the installed packages, and every setting but those of storing and of answering. So a
kept library is what a fresh one would be, and a new setting counts until it is known not to.
"""

import hashlib
import inspect
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

from pydantic import SecretStr

from ingest.errors import LibraryError
from ingest.library import Library
from ingest.settings import PREFIX, Settings

# Where a library is, and who answers from it.
_STORING = ("library", "database_url", "chroma_url")
_ANSWERING = (
    "reranker",
    "llm_base_url",
    "llm_model",
    "llm_api_key",
    "llm_timeout",
    "unsupported_claims",
    "unstated_clauses",
    "language",
)
_KEPT = 2  # libraries of one set: that of today and that of a branch beside it
_DONE = "complete"


@dataclass(frozen=True, slots=True)
class KeptLibrary:
    """A library of labelled documents.

    Attributes:
        settings: those of the caller, with this library.
        seconds: what ingesting took; None where it was kept from an earlier run.
        faults: documents that are not there as a whole, each with its reason.
    """

    settings: Settings
    seconds: float | None
    faults: tuple[str, ...]


def provide(name: str, files: Mapping[str, Path], settings: Settings, cache: Path) -> KeptLibrary:
    """The library of some files, from the cache where one of the same key is there.

    Args:
        name: of the set, for people who look into the cache.
        files: by the names they get in the library.
        settings: how to read and embed.
        cache: folder to keep libraries in.

    Raises:
        LibraryError: the documents could not be ingested.
    """
    folder = cache / f"{name}-{fingerprint(files, settings)[:16]}"
    update = {"library": folder, **{field: _default(field) for field in _STORING[1:] if field in Settings.model_fields}}
    own = settings.model_copy(update=update)
    seconds = None
    if not (folder / _DONE).is_file():
        seconds = _ingest(files, own)
        (folder / _DONE).touch()
        _prune(cache, name, folder)
    with Library(folder) as library:
        faults = tuple(f"{one.name}: {one.reason or one.status}" for one in library.documents() if one.state != "ready")
    return KeptLibrary(own, seconds, faults)


def _default(field: str) -> object:
    return Settings.model_fields[field].get_default(call_default_factory=True)


def fingerprint(files: Mapping[str, Path], settings: Settings) -> str:
    """A key of all that may change what is in a library."""
    ignored = {*_STORING, *_ANSWERING}
    parts = {
        "files": {name: digest_of(path) for name, path in files.items()},
        "code": {str(path.relative_to(_code())): digest_of(path) for path in _code().rglob("*.py")},
        "packages": sorted(f"{one.name}=={one.version}" for one in distributions()),
        "python": sys.version,
        "settings": {name: repr(value) for name, value in settings if name not in ignored},
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _code() -> Path:
    """The folder of the package that reads, cuts and embeds."""
    return Path(inspect.getfile(Settings)).parent


def digest_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex: a document's id."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _ingest(files: Mapping[str, Path], settings: Settings) -> float:
    """Add the files with the `ingest` command, as a user would; gives back the seconds it took."""
    with tempfile.TemporaryDirectory(prefix="pagecite-files-") as copies:
        for name, path in files.items():
            shutil.copyfile(path, Path(copies) / name)
        command = [sys.executable, "-m", "ingest.cli", "add", copies]
        start = time.perf_counter()
        done = subprocess.run(command, env=_environment(settings), capture_output=True, text=True, errors="replace")
        seconds = time.perf_counter() - start
    if missing := _missing(files, settings.library):
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        cause = said[-1] if said else f"exit status {done.returncode}"
        raise LibraryError(f"{len(missing)} documents could not be ingested, {missing[0]} among them: {cause}")
    return seconds


def _missing(files: Mapping[str, Path], folder: Path) -> list[str]:
    """Files that the library knows nothing of; one that failed is known, with its reason."""
    if not Library.exists(folder):
        return list(files)
    with Library(folder) as library:
        known = {Path(path).name for record in library.documents() for path in record.paths}
    return [name for name in files if name not in known]


def _environment(settings: Settings) -> dict[str, str]:
    """This process's variables with every setting spelled out, so that no ``.env`` file changes one."""
    found = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    for name, value in settings:
        if isinstance(value, SecretStr):
            value = value.get_secret_value()
        if value is not None:
            found[PREFIX + name.upper()] = str(value)
    return found


def _prune(cache: Path, name: str, newest: Path) -> None:
    """Delete older libraries of a set but a few."""
    # The key has 16 characters: no other set's name fits.
    others = [folder for folder in cache.glob(f"{name}-{'?' * 16}") if folder != newest]
    for folder in sorted(others, key=lambda path: -path.stat().st_mtime)[_KEPT - 1 :]:
        shutil.rmtree(folder, ignore_errors=True)
