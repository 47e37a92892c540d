"""Backups: a library in one file, and back.

The file is a plain tar: ``manifest.json`` · ``library.sqlite3`` (all rows that cannot be made again, whichever kind of
database they come from) · ``originals/<doc_id>`` · ``pages/<doc_id>/<image>`` · ``SHA256SUMS``.
"""

from ingest.archive.export import Exported, export_library
from ingest.archive.manifest import Manifest
from ingest.archive.restore import Imported, import_library

__all__ = ["Exported", "Imported", "Manifest", "export_library", "import_library"]
