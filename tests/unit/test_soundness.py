"""How long a server is kept busy before its test pages come."""

import pytest

from ingest.hunyuan.soundness import blockers


@pytest.mark.parametrize(("seconds", "count"), [(0.2, 2), (0.1, 3), (0.02, 15)])
def test_a_faster_server_gets_more_texts_ahead_of_its_test_pages(seconds: float, count: int) -> None:
    assert blockers(seconds) == count


def test_a_slow_server_is_not_kept_busy_for_minutes() -> None:
    assert blockers(30.0) == 2


def test_a_server_that_refuses_the_texts_at_once_is_not_flooded_with_them() -> None:
    assert blockers(0.0) == 32
