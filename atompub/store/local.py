"""Blobs as files in the data directory: `media/ab/abcdef…`.

A file appears under its name only when it is whole and on the disk: it is written under another
name, synced, renamed, and the folders that changed are synced too.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from atompub.errors import NotFound, StoreUnavailable
from atompub.names import new_id
from atompub.store.blobs import Blob

HEAD = 512
"""Octets kept to see what a blob looks like."""
UNFINISHED = ".part"
KEY = re.compile(r"[0-9a-z]{26}")


class LocalBlobs:
    """Blobs in a folder, which is made when it is first needed."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)

    def put(self, chunks: Iterable[bytes]) -> Blob:
        """See `Blobs.put`."""
        key = new_id() + new_id()
        path = self._path(key)
        unfinished = path.with_name(key + UNFINISHED)
        with _translated():
            _make_folder(self._folder)
            _make_folder(path.parent)
            try:
                blob = _write(unfinished, key, chunks)
                unfinished.rename(path)
                _sync_folder(path.parent)
            except BaseException:
                with suppress(OSError):
                    unfinished.unlink(missing_ok=True)
                raise
        return blob

    def open(self, key: str) -> IO[bytes]:
        """See `Blobs.open`."""
        with _translated():
            try:
                return self._path(key).open("rb")
            except FileNotFoundError:
                raise NotFound("the media is gone") from None

    def delete(self, key: str) -> None:
        """See `Blobs.delete`."""
        with _translated():
            for name in (key, key + UNFINISHED):
                self._path(key).with_name(name).unlink(missing_ok=True)

    def older_than(self, instant: float) -> Iterator[str]:
        """See `Blobs.older_than`; unfinished ones too."""
        with _translated():
            for folder in sorted(self._folder.glob("??")):
                for entry in os.scandir(folder):
                    key = entry.name.removesuffix(UNFINISHED)
                    if KEY.fullmatch(key) and entry.stat().st_mtime < instant:
                        yield key

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / key


def _write(path: Path, key: str, chunks: Iterable[bytes]) -> Blob:
    digest, length, head = hashlib.sha256(), 0, b""
    with path.open("xb", buffering=0) as file:
        for chunk in chunks:
            _write_all(file, chunk)
            digest.update(chunk)
            length += len(chunk)
            head = head if len(head) >= HEAD else (head + chunk)[:HEAD]
        os.fsync(file.fileno())
    return Blob(key, length, digest.hexdigest(), head)


def _write_all(file: IO[bytes], chunk: bytes) -> None:
    left = memoryview(chunk)
    while left:
        left = left[file.write(left) :]


def _make_folder(folder: Path) -> None:
    """Make a folder that is missing, synced into the one above; a missing store is not made."""
    if folder.is_dir():
        return
    with suppress(FileExistsError):
        folder.mkdir()
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno or 0).lower()
        raise StoreUnavailable(f"the media folder cannot be used: {reason}") from error
