"""Questions to begin with, for the sample documents that are in the library."""

import json
from collections.abc import Collection
from pathlib import Path

_FILE = Path(__file__).parent.parent / "data" / "sample_questions.json"
_MOST = 6


def suggest(names: Collection[str], language: str, file: Path = _FILE) -> list[str]:
    """Suggested questions about documents of the library, those in the interface's language first.

    Args:
        names: file names of the documents that can be asked.
        language: ``en`` or ``zh``.
        file: the sample questions; where there are none, nothing is suggested.
    """
    if not file.is_file():
        return []
    entries = json.loads(file.read_text(encoding="utf-8"))
    fitting = [entry for entry in entries if entry["suggested"] and entry["file"] in names]
    return [entry["question"] for entry in sorted(fitting, key=lambda entry: entry["language"] != language)][:_MOST]
