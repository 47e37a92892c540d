"""``python -m tests.faults``: what the library survives, in figures. ``--quick`` is the short form for CI."""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.faults.kills import Bench

_KILLS, _QUICK_KILLS = 75, 15
# What else the suite runs, as pytest has it: each a promise of docs/reliability.md.
_SUITES = {
    "hostile files": ["tests/integration/test_torture.py", "tests/integration/test_hostile_files.py"],
    "worker processes": ["tests/integration/test_isolation.py", "tests/unit/test_workers.py"],
    "ghosts after deletion": ["tests/integration/test_deletion.py"],
    "several at once": ["tests/integration/test_two_at_once.py"],
    "damaged stores": ["tests/integration/test_vectors.py", "tests/integration/test_verification.py"],
    "backup": ["tests/integration/test_archive.py"],
}


def main() -> int:
    """Run the suite; the exit status is 1 where anything was lost, doubled or left behind."""
    options = argparse.ArgumentParser(prog="make faults", description=__doc__)
    options.add_argument("--quick", action="store_true", help="fewer kills, and nothing else")
    options.add_argument("--kills", type=int, help="how many")
    options.add_argument("--seed", type=int, default=7, help="of the random moments")
    chosen = options.parse_args()
    number = chosen.kills or (_QUICK_KILLS if chosen.quick else _KILLS)
    bad = _kills(number, chosen.seed)
    if not chosen.quick:
        bad += sum([_suite(name, files) for name, files in _SUITES.items()])
    return 1 if bad else 0


def _kills(number: int, seed: int) -> int:
    began = time.monotonic()
    survived: Counter[str] = Counter()
    tried: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="pagecite-faults-") as folder:
        for kill in Bench(Path(folder), seed).kills(number):
            tried[kill.work] += 1
            survived[kill.work] += not kill.problems
            for problem in kill.problems:
                print(f"  {kill.work}, killed {kill.moment}: {problem}", flush=True)  # noqa: T201
    for work in tried:
        print(f"  {work}: {survived[work]} of {tried[work]} kills survived")  # noqa: T201
    print(f"kills survived: {survived.total()} of {tried.total()} ({time.monotonic() - began:.0f} s)", flush=True)  # noqa: T201
    return tried.total() - survived.total()


def _suite(name: str, files: list[str]) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", *files]
    ended = subprocess.run(command, env=os.environ | {"TEST_FULL": "1"}, capture_output=True, text=True)
    print(f"{name}: {ended.stdout.strip().splitlines()[-1] if ended.stdout else 'nothing ran'}", flush=True)  # noqa: T201
    if ended.returncode:
        print(ended.stdout[-4000:] + ended.stderr[-2000:])  # noqa: T201
    return int(ended.returncode != 0)


if __name__ == "__main__":
    sys.exit(main())
