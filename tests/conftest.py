"""What tests of several folders share."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests import databases, postgres_server
from tests.postgres_server import PostgresServer
from tests.tiny.pages import CHECKPOINT
from tests.vllm_server import ServerInfo, serving

# A loaded machine is no fault of what is tested.
settings.register_profile(
    "patient", parent=settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("patient")


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
