"""The original files, compressed and named by what is in them; a file is there whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    import zstandard

#: Level 1 packs exports to about a tenth already, as fast as they can be read.
_LEVEL = 1
_CHUNK = 1 << 20
_UNFINISHED = ".unfinished-"


class ChangedFileError(OSError):
    """A file that changed between being recognised and being archived."""


def archived(folder: Path, digest: str) -> Path:
    """Return where the file with this SHA-256 is kept."""
    return folder / f"{digest}.zst"


def keep(folder: Path, path: Path, digest: str) -> bool:
    """Compress ``path`` into ``folder``, unless it is there; return whether it was put there now.

    The copy is written under another name, flushed to the disk and renamed, so that a file that is there is whole.

    Raises:
        ChangedFileError: the file no longer has that digest.
    """
    target = archived(folder, digest)
    if target.exists():
        return False
    folder.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=_UNFINISHED, dir=folder)
    try:
        with os.fdopen(descriptor, "wb") as packed:
            _pack(path, packed, digest)
            packed.flush()
            os.fsync(packed.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return True


def _pack(path: Path, packed: IO[bytes], digest: str) -> None:
    seen = hashlib.sha256()
    with path.open("rb") as file, _compressor().stream_writer(packed, closefd=False) as writer:
        while chunk := file.read(_CHUNK):
            seen.update(chunk)
            writer.write(chunk)
    if seen.hexdigest() != digest:
        raise ChangedFileError(str(path))


def _compressor() -> zstandard.ZstdCompressor:
    import zstandard  # noqa: PLC0415  only needed when a file comes in

    return zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True)


class Keeping:
    """An original on its way into the archive, in a thread of its own: compressing leaves the processor to DuckDB."""

    def __init__(self, folder: Path, path: Path, digest: str) -> None:
        self._target = archived(folder, digest)
        self._finished = False
        self._pool = ThreadPoolExecutor(1)
        self._new = self._pool.submit(keep, folder, path, digest)

    def finish(self) -> None:
        """Wait until the file is kept.

        Raises:
            ChangedFileError: the file no longer has its digest.
        """
        self._new.result()
        self._finished = True

    def close(self) -> None:
        """Stop; what was put there for an import that came to nothing is taken away again."""
        self._pool.shutdown()
        if not self._finished and self._new.exception() is None and self._new.result():
            self._target.unlink(missing_ok=True)


def keeping(folder: Path, path: Path, digest: str) -> closing[Keeping]:
    """Begin to keep ``path``; the file stays if ``finish`` is called before the block ends."""
    return closing(Keeping(folder, path, digest))


#: Which originals were written anew (digest of the original -> digest of what is kept, "" when nothing is).
REWRITTEN = "rewritten.json"


def rewrite(folder: Path, digest: str, data: bytes | None) -> None:
    """Put ``data`` in the place of an archived file, or nothing when it is None; the name stays.

    The note of it is written first: a file that differs from its digest and is not noted would be a damaged one.
    """
    note = rewritten(folder) | {digest: hashlib.sha256(data).hexdigest() if data is not None else ""}
    _replace(folder / REWRITTEN, json.dumps(note, indent=1, sort_keys=True).encode())
    if data is None:
        archived(folder, digest).unlink(missing_ok=True)
    else:
        _replace(archived(folder, digest), _compressor().compress(data))


def rewritten(folder: Path) -> dict[str, str]:
    """Return the originals that were written anew, and the digest of what is kept of each."""
    path = folder / REWRITTEN
    return dict(json.loads(path.read_text("utf-8"))) if path.exists() else {}


def _replace(path: Path, data: bytes) -> None:
    descriptor, name = tempfile.mkstemp(prefix=_UNFINISHED, dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def sweep(folder: Path) -> None:
    """Remove what a process that died was still writing; only while no other process can be importing."""
    for leftover in folder.glob(f"{_UNFINISHED}*"):
        leftover.unlink(missing_ok=True)


@contextmanager
def unpacked(folder: Path, digest: str) -> Iterator[IO[bytes]]:
    """Give the original bytes of an archived file to read."""
    import zstandard  # noqa: PLC0415  only needed when a file is asked back

    with archived(folder, digest).open("rb") as packed, zstandard.ZstdDecompressor().stream_reader(packed) as reader:
        yield reader
