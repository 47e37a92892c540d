"""What tests of several folders share."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests import databases, postgres_server
from tests.postgres_server import PostgresServer
from tests.tiny.pages import CHECKPOINT
from tests.vllm_server import ServerInfo, serving

_ON_VLLM = ("test_ocr_engines", "test_hunyuan_server", "test_hunyuan_tasks", "test_llm_server", "test_plugin")

# A loaded machine is no fault of what is tested.
settings.register_profile(
    "patient", parent=settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("patient")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where tests run in several processes, a file stays in one, and all that need vLLM, which is started once."""
    for item in items:
        group = "vllm" if item.path.stem in _ON_VLLM else f"{item.path.parent.name}-{item.path.stem}"
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def hunyuan_server() -> Iterator[ServerInfo]:
    """A real vLLM with the tiny checkpoint of HunyuanOCR's architecture and our plug-in; one for the whole run."""
    with serving(CHECKPOINT) as server:
        yield server


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A real PostgreSQL, empty; one for the whole run."""
    with postgres_server.serving() as server:
        yield server


@pytest.fixture(scope="session", autouse=True)
def _databases(request: pytest.FixtureRequest) -> Iterator[None]:
    """Where the libraries of all tests have their databases: in their folders, unless TEST_DATABASE says otherwise."""
    if not databases.on_server():
        yield
        return
    with databases.libraries_on(request.getfixturevalue("postgres")):
        yield
