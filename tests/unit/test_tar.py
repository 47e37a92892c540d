"""The archive's form: a tar that anybody can open, of which no bit can be changed unnoticed."""

import io
import subprocess
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.archive.tar import TarReader, TarWriter
from ingest.errors import ArchiveError

pytestmark = pytest.mark.unit

ENTRIES = {"manifest.json": b"{}", "originals/abc": b"x" * 1300, "pages/abc/0001.webp": b"", "library": b"y" * 512}
MADE_AT = 1_790_000_000


def written(entries: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    writer = TarWriter(stream, io.BytesIO(), MADE_AT)
    for name, content in entries.items():
        writer.add_bytes(name, content)
    writer.finish()
    return stream.getvalue()


def read(archive: bytes) -> dict[str, bytes]:
    reader = TarReader(io.BytesIO(archive), io.BytesIO(), "backup.tar")
    return {name: b"".join(reader.pieces(name, size)) for name, size in reader.entries()}


ARCHIVE = written(ENTRIES)


def test_what_is_written_is_read() -> None:
    assert read(ARCHIVE) == ENTRIES
    assert read(written({})) == {}


def test_tar_and_sha256sum_open_and_check_an_archive_too(tmp_path: Path) -> None:
    (tmp_path / "backup.tar").write_bytes(ARCHIVE)
    subprocess.run(["tar", "xf", "backup.tar"], cwd=tmp_path, check=True)
    checked = subprocess.run(["sha256sum", "--check", "SHA256SUMS"], cwd=tmp_path, capture_output=True, check=True)
    assert checked.stdout.count(b": OK") == len(ENTRIES)


def test_a_flipped_bit_in_any_byte_is_noticed() -> None:
    for place in range(len(ARCHIVE)):
        damaged = bytearray(ARCHIVE)
        damaged[place] ^= 1 << place % 8
        with pytest.raises(ArchiveError, match=r"^backup\.tar .*nothing of it is imported"):
            read(bytes(damaged))


def test_every_truncation_is_noticed_and_so_is_what_is_appended() -> None:
    for length in range(len(ARCHIVE)):
        with pytest.raises(ArchiveError):
            read(ARCHIVE[:length])
    with pytest.raises(ArchiveError, match="something follows its end"):
        read(ARCHIVE + bytes(512))


@given(st.binary(max_size=2000))
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(ArchiveError):
        read(content)


def member(kind: bytes, name: str = "originals/abc", **values: object) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.mode, info.mtime = kind, 0o644, MADE_AT
    for key, value in values.items():
        setattr(info, key, value)
    return info


@pytest.mark.parametrize(
    "info",
    [
        member(tarfile.SYMTYPE, linkname="/etc/passwd"),
        member(tarfile.LNKTYPE, linkname="../../etc/passwd"),
        member(tarfile.DIRTYPE),
        member(tarfile.FIFOTYPE),
        member(tarfile.CHRTYPE),
        member(tarfile.GNUTYPE_SPARSE, size=0),
        member(tarfile.XHDTYPE, size=0),
        member(tarfile.GNUTYPE_LONGNAME, size=0),
        member(tarfile.REGTYPE, size=-1),
        member(tarfile.REGTYPE, name="合同.pdf"),
    ],
    ids=lambda info: f"{info.type!r} {info.name}",
)
def test_only_plain_files_with_plain_names_are_read(info: tarfile.TarInfo) -> None:
    archive = info.tobuf(tarfile.GNU_FORMAT, "utf-8", "strict") + bytes(10 * 1024)
    with pytest.raises(ArchiveError):
        read(archive)


def test_a_size_that_the_archive_does_not_have_is_refused_before_it_is_believed() -> None:
    huge = member(tarfile.REGTYPE, size=1 << 50).tobuf(tarfile.GNU_FORMAT, "ascii", "strict")
    with pytest.raises(ArchiveError, match="is cut off"):
        read(huge + bytes(4096))


def test_a_missing_an_additional_and_an_exchanged_entry_are_noticed() -> None:
    for entries in (
        {name: content for name, content in ENTRIES.items() if name != "library"},
        ENTRIES | {"originals/def": b"more"},
        ENTRIES | {"library": b"z" * 512},
    ):
        # The list of the good archive below the entries of the other.
        other = written(entries)
        start = ARCHIVE.index(b"SHA256SUMS")
        forged = other[: other.index(b"SHA256SUMS")] + ARCHIVE[start:]
        forged += bytes(-len(forged) % 10240)
        with pytest.raises(ArchiveError):
            read(forged)
