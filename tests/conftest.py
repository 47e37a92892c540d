"""What tests of several folders share."""

from collections.abc import Iterator

import pytest

from tests.tiny.pages import CHECKPOINT
from tests.vllm_server import ServerInfo, serving


@pytest.fixture(scope="session")
def hunyuan_server() -> Iterator[ServerInfo]:
    """A real vLLM with the tiny checkpoint of HunyuanOCR's architecture and our plug-in; one for the whole run."""
    with serving(CHECKPOINT) as server:
        yield server
