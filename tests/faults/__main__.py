"""``python -m tests.faults``: what the library survives, in figures. ``--quick`` is the short form for CI."""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from tests.faults import suites
from tests.faults.kills import Bench, Kill
from tests.faults.work import WORKS, Work

_KILLS, _QUICK_KILLS = 105, 14


def main() -> int:
    """Run the suite; the exit status is 1 where anything was lost, doubled or left behind, or a test failed."""
    options = argparse.ArgumentParser(prog="make faults", description=__doc__)
    options.add_argument("--quick", action="store_true", help="fewer kills, and nothing else")
    options.add_argument("--kills", type=int, help="how many")
    options.add_argument("--seed", type=int, default=7, help="of the random moments")
    names = [work.name for work in WORKS]
    options.add_argument("--work", choices=names, action="append", default=[], help="kill this work alone")
    chosen = options.parse_args()
    works = [work for work in WORKS if work.name in (chosen.work or names)]
    kills = _kill(chosen.kills or (_QUICK_KILLS if chosen.quick else _KILLS), chosen.seed, works)
    ran = {} if chosen.quick else {name: _run(name, files) for name, files in suites.SUITES.items()}
    return _sum(kills, ran)


def _kill(number: int, seed: int, works: list[Work]) -> list[Kill]:
    began = time.monotonic()
    kills: list[Kill] = []
    with tempfile.TemporaryDirectory(prefix="pagecite-faults-") as folder:
        for kill in Bench(Path(folder), seed).kills(number, works):
            if kills and kills[-1].work != kill.work:
                _tell_work(kills)
            kills.append(kill)
            _say(f"  {kill.work}, killed {kill.moment}: {'; '.join(kill.problems) or 'survived'}")
    _tell_work(kills)
    _say(f"  {time.monotonic() - began:.0f} s for all kills")
    return kills


def _tell_work(kills: list[Kill]) -> None:
    """Tell of the work that the last kill broke off."""
    of_it = [kill for kill in kills if kill.work == kills[-1].work]
    named = sum(kill.named for kill in of_it)
    _say(f"  {kills[-1].work}: {_survived(of_it)} kills survived, {named} of them at named moments")


def _survived(kills: Iterable[Kill]) -> str:
    ends = [not kill.problems for kill in kills]
    return f"{sum(ends)} of {len(ends)}"


def _run(name: str, files: tuple[str, ...]) -> suites.Ran:
    ran = suites.run(files)
    skipped = f", {ran.skipped} skipped" if ran.skipped else ""
    _say(f"  {name}: {ran.passed} passed, {len(ran.failed)} failed{skipped}")
    if ran.status:
        _say("\n".join(f"    {failed}" for failed in ran.failed) + f"\n{ran.output[-4000:]}")
    return ran


def _sum(kills: list[Kill], ran: dict[str, suites.Ran]) -> int:
    """The figures that count, and the exit status."""
    _say(f"kills survived: {_survived(kills)}")
    _say(f"lost: {sum(kill.lost for kill in kills)}, pages read twice: {sum(kill.twice for kill in kills)}")
    ghosts = sum(kill.ghosts for kill in kills)
    if ran:
        hostile = ran[suites.HOSTILE]
        _say(f"files tried: {hostile.files}, failed: {len(hostile.failed)}")
        ghosts += len(ran[suites.GHOSTS].failed)
    _say(f"ghosts found: {ghosts}")
    return int(any(kill.problems for kill in kills) or any(one.status for one in ran.values()))


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
