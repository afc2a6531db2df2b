"""A zip archive (APPNOTE.TXT 6.3.10) that is taken away while it is written.

The sizes of a file stand behind it, so nothing has to be known beforehand and nothing is kept.
"""

from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile


class _Shelf:
    """What the archive writes to: a stream without a place to go back to."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits anywhere else."""

    def close(self) -> None:
        """Nothing is open."""

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


class Archive:
    """Every call answers the bytes that came of it; compressing takes time, so use a thread."""

    def __init__(self) -> None:
        self._shelf = _Shelf()
        self._zip = ZipFile(self._shelf, "w", ZIP_DEFLATED)
        self._file: IO[bytes] | None = None

    def file(self, name: str, data: bytes) -> bytes:
        """Write a file that is small."""
        return self.begin(name) + self.add(data)

    def begin(self, name: str) -> bytes:
        """End the file before, and begin one."""
        self._end_file()
        self._file = self._zip.open(name, "w", force_zip64=True)
        return self._shelf.take()

    def add(self, data: bytes) -> bytes:
        """Write to the file that was begun last."""
        if self._file is not None:
            self._file.write(data)
        return self._shelf.take()

    def end(self) -> bytes:
        """End the archive; an abandoned one has to be ended, too."""
        self._end_file()
        self._zip.close()
        return self._shelf.take()

    def _end_file(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
