"""The files of a library beside its database: page images and copies of the documents.

``pages/<doc_id>/0001-<hash>.webp`` · ``originals/<doc_id>``. An image is named by its content, so that another one
never takes the place of one that is shown. What is being written has the suffix ``.part``.
"""

import hashlib
import io
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from ingest.errors import DocumentError, LibraryNotWritable
from ingest.types import SourceDocument

_WEBP_QUALITY = 80
_PART = ".part"
_BLOCK = 1 << 20


class Shelves:
    """Page images and originals of one library."""

    def __init__(self, folder: Path) -> None:
        """Prepare; nothing is made before something is kept.

        Args:
            folder: the library's.
        """
        self._pages = folder / "pages"
        self._originals = folder / "originals"

    def image_path(self, doc_id: str, name: str) -> Path:
        """Where an image of a document is."""
        return self._pages / doc_id / name

    def original_path(self, doc_id: str) -> Path:
        """Where the copy of a document's file is."""
        return self._originals / doc_id

    def keep_image(self, doc_id: str, page_number: int, image: Image.Image) -> str:
        """Write a page's image; give back its file name.

        Raises:
            LibraryNotWritable: it cannot be written.
        """
        stream = io.BytesIO()
        image.save(stream, "WEBP", quality=_WEBP_QUALITY, method=2)
        data = stream.getvalue()
        name = f"{page_number:04d}-{hashlib.sha256(data).hexdigest()[:12]}.webp"
        with _written(self.image_path(doc_id, name)) as part:
            part.write(data)
        return name

    def keep_original(self, source: SourceDocument) -> None:
        """Copy a document's file, unless it is there.

        Raises:
            DocumentError: its content is no longer what was identified.
            LibraryNotWritable: the copy cannot be written.
        """
        target = self.original_path(source.doc_id)
        if target.is_file() and target.stat().st_size == source.size:
            return
        try:
            stream = source.path.open("rb")
        except OSError as error:
            raise DocumentError(f"cannot be read: {error.strerror or error}") from error
        with stream, _written(target) as part:
            digest = hashlib.sha256()
            while block := stream.read(_BLOCK):
                digest.update(block)
                part.write(block)
            if digest.hexdigest() != source.doc_id:
                raise DocumentError("the file changed while it was read; add it again when nobody writes to it")

    def remove(self, doc_id: str) -> None:
        """Delete all files of a document.

        Raises:
            LibraryNotWritable: one cannot be deleted.
        """
        folder = self._pages / doc_id
        try:
            if folder.is_dir():
                shutil.rmtree(folder)
            self.original_path(doc_id).unlink(missing_ok=True)
            _part_of(self.original_path(doc_id)).unlink(missing_ok=True)
        except OSError as error:
            raise LibraryNotWritable(
                f"{error.filename or folder} cannot be deleted ({error.strerror or error}); check permissions, then "
                "remove the document again."
            ) from error

    def remove_original(self, doc_id: str) -> None:
        """Delete the copy of a document's file."""
        self.original_path(doc_id).unlink(missing_ok=True)

    def tidy(self, doc_id: str, images: Collection[str]) -> None:
        """Delete a document's images other than the given ones, and what was only half written."""
        _part_of(self.original_path(doc_id)).unlink(missing_ok=True)
        folder = self._pages / doc_id
        if folder.is_dir():
            for path in folder.iterdir():
                if path.name not in images:
                    path.unlink(missing_ok=True)

    def documents(self) -> set[str]:
        """Ids of the documents that have files."""
        folders = [path.name for path in self._pages.glob("*")]
        return {*folders, *(path.name.removesuffix(_PART) for path in self._originals.glob("*"))}


def _part_of(target: Path) -> Path:
    return target.with_name(target.name + _PART)


@contextmanager
def _written(target: Path) -> Iterator[BinaryIO]:
    """A file to write, which takes its name when it is whole; half of it is not left behind."""
    part = _part_of(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("wb") as stream:
                yield stream
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise LibraryNotWritable(
            f"{target} cannot be written ({error.strerror or error}); check permissions and free space."
        ) from error
