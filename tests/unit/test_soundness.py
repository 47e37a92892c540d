"""How long a server is kept busy before its test pages come."""

import pytest
from PIL.Image import Image

from ingest.hunyuan import soundness
from ingest.hunyuan.model import Reply
from ingest.hunyuan.prompts import PromptSet, Request
from ingest.hunyuan.soundness import blockers, prove


class Server:
    """Reads no page, and texts at a known speed, on a clock that only it moves.

    Attributes:
        texts: long ones that it was sent.
    """

    def __init__(self, *, way: float, reading: float) -> None:
        self.texts = 0
        self._way = way
        self._reading = reading
        self._now = 0.0

    def monotonic(self) -> float:
        return self._now

    async def block(self, text: str) -> None:
        long = len(text) > 100
        self.texts += long
        self._now += self._way + self._reading * long

    async def ask(self, image: Image, request: Request) -> Reply:
        return Reply("")


@pytest.mark.parametrize(("seconds", "count"), [(0.2, 2), (0.1, 3), (0.02, 15)])
def test_a_faster_server_gets_more_texts_ahead_of_its_test_pages(seconds: float, count: int) -> None:
    assert blockers(seconds) == count


def test_a_slow_server_is_not_kept_busy_for_minutes() -> None:
    assert blockers(30.0) == 2


def test_a_server_that_refuses_the_texts_at_once_is_not_flooded_with_them() -> None:
    assert blockers(0.0) == 32


@pytest.mark.parametrize("way", [0.001, 2.0])
async def test_a_server_far_away_is_kept_busy_as_one_nearby(way: float, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(way=way, reading=0.021)
    monkeypatch.setattr(soundness, "time", server)
    proof = await prove(server.ask, server.block, PromptSet(version="1.0", language="en"), context=0)
    assert not proof.sound
    assert server.texts == 1 + 15  # one to know how fast it is
