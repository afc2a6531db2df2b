"""What a failed write teaches about the disk, and how room comes back."""

import asyncio
import os
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

import chatbox.db  # noqa: F401  (chooses the SQLite library for the next line)
from chatbox.db.condition import Condition
from chatbox.errors import StorageFailed, StorageFull

import sqlite3  # isort: skip

MB = 1024 * 1024
FULL, IO_ERROR, SYNC_ERROR, CORRUPT, CONSTRAINT, BUSY = 13, 10, 1034, 11, 19, 5


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A disk of 1 GB; the only entry is how much of it is free."""
    free = [900 * MB]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1024 * MB, 0, free[0]))
    return free


@pytest.fixture
def condition(tmp_path: Path, disk: list[int]) -> Condition:
    return Condition(tmp_path / "chatbox.db", ballast_bytes=2 * MB, least_free_bytes=40 * MB)


def failure(code: int) -> sqlite3.Error:
    made = sqlite3.OperationalError("made up")
    made.sqlite_errorcode = code
    return made


def states(condition: Condition) -> list[str]:
    seen: list[str] = []
    condition.changed = lambda: seen.append(condition.state)
    return seen


async def test_a_full_disk_gives_up_the_ballast_and_recovers_by_itself(
    condition: Condition, disk: list[int], tmp_path: Path
) -> None:
    seen = states(condition)
    ballast = tmp_path / "chatbox.ballast"
    await condition.recover()
    assert ballast.stat().st_blocks * 512 >= 2 * MB
    assert ballast.stat().st_mode & 0o777 == 0o600
    disk[0] = 0
    condition.note(failure(FULL))
    assert not ballast.exists()
    with pytest.raises(StorageFull):
        condition.check()
    condition.check(urgent=True)
    await condition.recover()
    assert condition.state == "full"
    disk[0] = 300 * MB
    await condition.recover()
    condition.check()
    assert ballast.exists()
    assert seen == ["full", "ok"]


@pytest.mark.parametrize("code", [IO_ERROR, SYNC_ERROR, CORRUPT])
async def test_after_a_failed_sync_nothing_is_written_any_more(
    condition: Condition, code: int
) -> None:
    seen = states(condition)
    condition.note(failure(code))
    condition.note(failure(FULL))
    await condition.recover()
    with pytest.raises(StorageFailed, match="restarted"):
        condition.check(urgent=True)
    assert seen == ["broken"]


@pytest.mark.parametrize("code", [CONSTRAINT, BUSY, 0])
def test_other_failures_mean_nothing_for_the_disk(condition: Condition, code: int) -> None:
    condition.note(failure(code))
    assert condition.state == "ok"


def test_nothing_is_begun_without_room(
    condition: Condition, disk: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    condition.check_room()
    disk[0] = 30 * MB
    condition.check_room()  # the disk was looked at just now
    monkeypatch.setattr("chatbox.db.condition.LOOK_SECONDS", 0.0)
    condition.check()
    with pytest.raises(StorageFull, match="Only 31 MB are free"):
        condition.check_room()


def test_a_small_disk_needs_less(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(64 * MB, 0, 4 * MB))
    Condition(tmp_path / "chatbox.db", least_free_bytes=64 * MB).check_room()


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="needs posix_fallocate")
def test_a_ballast_that_finds_no_room_leaves_nothing(
    condition: Condition, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", refuse)
    asyncio.run(condition.recover())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root mounts")
def test_a_file_system_that_became_read_only_is_broken(tmp_path: Path) -> None:
    mount = ["mount", "-t", "tmpfs", "-o", "ro,size=1m", "tmpfs", str(tmp_path)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        condition = Condition(tmp_path / "chatbox.db", ballast_bytes=MB)
        condition.note(failure(IO_ERROR))
        assert condition.state == "broken"
        condition = Condition(tmp_path / "chatbox.db", ballast_bytes=MB)
        condition.note(failure(FULL))
        assert condition.state == "full"
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)
