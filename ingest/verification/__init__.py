"""Whether a library is as it must be: every document, page, image, chunk, vector and index entry, and no other.

Nothing is written. A few pages or chunks are in memory at once, however large the library is. Other processes may work
on it meanwhile: what looks wrong is looked at again before it is told.
"""

from ingest.verification.database import check_file
from ingest.verification.problems import Kind, Note, Problem
from ingest.verification.verify import Verification

__all__ = ["Kind", "Note", "Problem", "Verification", "check_file"]
