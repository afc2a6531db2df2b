"""Backups in a directory."""

import asyncio
import time
from pathlib import Path

from chatbox.errors import BackupFailed
from chatbox.kit.files import sync_folder
from chatbox.kit.tasks import uncancelled
from chatbox.system.backup.names import is_backup
from chatbox.system.backup.target import Progress

_FORGOTTEN_SECONDS = 24 * 3600.0


class Folder:
    """A directory, made when it is missing, perhaps on a slow network. Files are made in it under
    hidden names first."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def shown(self) -> str:
        return str(self._path)

    @property
    def staging(self) -> Path:
        return self._path

    def prepare(self) -> None:
        try:
            self._path.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._sweep()
        except OSError as failure:
            raise self._refusal(failure) from failure

    async def put(self, path: Path, name: str, progress: Progress) -> None:
        await uncancelled(asyncio.to_thread(self._put, path, self._path / name))

    async def names(self) -> list[str]:
        return await asyncio.to_thread(self._names)

    async def delete(self, name: str) -> None:
        await uncancelled(asyncio.to_thread(self._delete, self._path / name))

    def _put(self, path: Path, target: Path) -> None:
        try:
            path.replace(target)
            sync_folder(self._path)
        except OSError as failure:
            raise self._refusal(failure) from failure

    def _names(self) -> list[str]:
        try:
            return [file.name for file in self._path.iterdir() if is_backup(file.name)]
        except OSError as failure:
            raise self._refusal(failure) from failure

    def _delete(self, target: Path) -> None:
        try:
            target.unlink(missing_ok=True)
        except OSError as failure:
            raise self._refusal(failure) from failure

    def _sweep(self) -> None:
        """Delete what a killed backup left; a day old, for another one may be at work."""
        for file in self._path.glob(".chatbox-*.partial"):
            if file.stat().st_mtime < time.time() - _FORGOTTEN_SECONDS:
                file.unlink(missing_ok=True)

    def _refusal(self, failure: OSError) -> BackupFailed:
        return BackupFailed(f"The directory {self._path} cannot be used: {failure.strerror}.")
