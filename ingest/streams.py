"""Standard output kept for what a script reads."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


@contextmanager
def own_stdout() -> Iterator[TextIO]:
    """Stdout for us alone: what libraries, and the processes we start, write there meanwhile goes to stderr."""
    try:
        theirs, stderr = sys.stdout.fileno(), sys.stderr.fileno()
    except (AttributeError, OSError, ValueError):  # no file behind it: closed, or a test's
        yield sys.stdout
        return
    sys.stdout.flush()
    kept = os.dup(theirs)
    os.dup2(stderr, theirs)
    try:
        with open(kept, "w", encoding="ascii", closefd=False) as stream:
            yield stream
    finally:
        sys.stdout.flush()
        os.dup2(kept, theirs)
        os.close(kept)
