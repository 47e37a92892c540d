"""Imports run one way, app → retrieval → ingest, and importing does no work."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
PACKAGES = ("app", "ingest", "retrieval")
ALLOWED = {
    "app": {"app", "retrieval", "ingest"},
    "retrieval": {"retrieval", "ingest"},
    "ingest": {"ingest"},
}
# What retrieval may use of ingest: the shared types, the settings, the errors, the library and what belongs to it.
SHARED = {
    "ingest.types",
    "ingest.boxes",
    "ingest.settings",
    "ingest.errors",
    "ingest.fields",
    "ingest.schema",
    "ingest.library",
    "ingest.records",
    "ingest.invisible",
    "ingest.scripts",
    "ingest.stopwords",
    "ingest.tokens",
    "ingest.values",
    "ingest.embeddings",
    "ingest.hub",
}
# A type that the library's methods take and give.
SHARED_NAMES = {"ingest.passages.Vectors"}
# They measure reading and adding too; nothing else imports them.
FREE = {Path("retrieval/benchmark.py"), Path("retrieval/baseline.py")}
MEASURING = {"retrieval.benchmark", "retrieval.baseline"}
HEAVY = ("torch", "transformers", "sentence_transformers", "streamlit", "chromadb", "rapidocr", "onnxruntime", "openai")

SWITCHES = ("ORT_DISABLE_TELEMETRY", "HF_HUB_DISABLE_TELEMETRY")


def sources(package: str) -> list[Path]:
    return [path.relative_to(ROOT) for path in sorted((ROOT / package).rglob("*.py"))]


def imports(source: str, module: str) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of everything that a module imports, wherever in it the statement stands."""
    package = module.rpartition(".")[0]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base] if base else above)
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def faults(path: Path, source: str) -> list[str]:
    """What is wrong with the imports of a file, one line each."""
    package = path.parts[0]
    module = ".".join(path.with_suffix("").parts)
    found = []
    for line, name in imports(source, module):
        top = name.partition(".")[0]
        if top in PACKAGES and top not in ALLOWED[package]:
            found.append(f"{path}:{line}: {package} imports {name}")
        elif package == "retrieval" and top == "ingest" and path not in FREE and not is_shared(name):
            found.append(f"{path}:{line}: retrieval imports {name}, which is not shared")
        elif path not in FREE and any(name == tool or name.startswith(tool + ".") for tool in MEASURING):
            found.append(f"{path}:{line}: {name} is for measuring")
    return found


def is_shared(name: str) -> bool:
    return name in SHARED_NAMES or any(name == module or name.startswith(module + ".") for module in SHARED)


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_run_one_way(package: str) -> None:
    files = sources(package)
    assert files
    assert [fault for path in files for fault in faults(path, (ROOT / path).read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("ingest/x.py", "import retrieval.chain"),
        ("ingest/x.py", "def f():\n    from app import chat"),
        ("retrieval/x.py", "import app"),
        ("retrieval/x.py", "from ingest import pipeline"),
        ("retrieval/x.py", "from ingest.pipeline import Pipeline"),
        ("retrieval/x.py", "from ingest.passages import count_chunks"),
        ("retrieval/x.py", "import ingest"),
        ("retrieval/x.py", "from retrieval.benchmark import main"),
        ("app/x.py", "from retrieval import baseline"),
        ("retrieval/x.py", "from ingest import *"),
    ],
)
def test_a_wrong_arrow_is_found(path: str, source: str) -> None:
    assert len(faults(Path(path), source)) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("app/x.py", "from retrieval import build_chain\nfrom ingest.pipeline import Pipeline\nimport app.chat"),
        ("retrieval/x.py", "from ingest.library import Library\nfrom ingest import types\nimport ingest.settings"),
        ("retrieval/x.py", "from .chain import PageChain\nimport json"),
        ("retrieval/benchmark.py", "from ingest.pipeline import Pipeline"),
        ("ingest/x.py", "from ingest.library import Library"),
    ],
)
def test_a_right_arrow_passes(path: str, source: str) -> None:
    assert faults(Path(path), source) == []


def loaded_by(statement: str) -> set[str]:
    """Top-level names of all modules that a new process has loaded after a statement."""
    code = f"import sys\n{statement}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("module", ["ingest.cli", "ingest.settings", "ingest.ocr", "retrieval", "retrieval.types"])
def test_importing_loads_no_models_and_no_servers(module: str) -> None:
    assert loaded_by(f"import {module}") & set(HEAVY) == set()


def test_importing_writes_nothing(tmp_path: Path) -> None:
    modules = [".".join(path.with_suffix("").parts) for package in PACKAGES for path in sources(package)]
    statement = "\n".join(f"import {module}" for module in modules if not module.endswith("__main__"))
    subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{statement}"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    assert list(tmp_path.iterdir()) == []


def test_importing_ingest_turns_telemetry_off() -> None:
    """All of our code comes by here before a dependency is loaded that would report (docs/privacy.md)."""
    code = f"import os, ingest; print(*map(os.environ.get, {SWITCHES!r}))"
    environment = {name: value for name, value in os.environ.items() if name not in SWITCHES}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["1"] * len(SWITCHES)
