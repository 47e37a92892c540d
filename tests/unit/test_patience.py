"""A process has its time for a task; that for which the machine kept it waiting does not count."""

import os

import pytest

from ingest.patience import Patience, held_up

pytestmark = pytest.mark.unit


class Machine:
    """A clock, and how long each thread of a process has waited for a processor."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waits = {1: 7.0, 2: 3.0}

    def patience(self, seconds: float) -> Patience:
        return Patience(seconds, 42, clock=lambda: self.now, waits=lambda _: dict(self.waits))


@pytest.fixture
def machine() -> Machine:
    return Machine()


def test_on_a_quiet_machine_the_time_is_what_it_says(machine: Machine) -> None:
    patience = machine.patience(120)
    assert patience.left() == 120
    machine.now += 119
    assert patience.left() == 1
    machine.now += 1
    assert patience.left() == 0


def test_time_without_a_processor_is_added_of_the_thread_that_waited_longest(machine: Machine) -> None:
    patience = machine.patience(120)
    machine.now += 120
    machine.waits = {1: 7.0 + 50, 2: 3.0 + 80, 3: 60.0}
    assert patience.left() == 80
    machine.now += 80
    assert patience.left() == 0


def test_a_process_that_sleeps_gets_no_more_time(machine: Machine) -> None:
    patience = machine.patience(120)
    machine.waits = {}  # threads that ended, or a system that does not tell
    machine.now += 121
    assert patience.left() == 0


def test_there_is_an_end_to_it_however_busy_the_machine_is(machine: Machine) -> None:
    patience = machine.patience(120)
    machine.now += 2399
    machine.waits[1] += 2399
    assert patience.left() == 1
    machine.now += 1
    machine.waits[1] += 1
    assert patience.left() == 0


def test_linux_tells_how_long_each_thread_waited() -> None:
    if not os.path.exists(f"/proc/self/task/{os.getpid()}/schedstat"):
        pytest.skip("this system does not tell")
    assert held_up(os.getpid())[os.getpid()] >= 0
    assert held_up(2**30) == {}
