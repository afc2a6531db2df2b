"""The server's own backups: when they are made, and what is known of them."""

import asyncio
import logging
from pathlib import Path

import pytest

from chatbox.config import Backup, Storage
from chatbox.db.lock import BackupLock
from chatbox.errors import BackupFailed, StartRefused
from chatbox.kit.clock import now_ms
from chatbox.kit.egress import Client, Policy
from chatbox.system.backup.make import back_up
from chatbox.system.backup.places import plan_of, schedule_of
from chatbox.system.backup.remote import Network
from chatbox.system.backup.schedule import Schedule
from chatbox.system.backup.state import FILE, Attempt, last_backup, note_attempt
from tests.running import config_in, run_site, until

ATTEMPT = Attempt(at=0, seconds=1.0, where="/somewhere", name="chatbox-x.db", size=1)
NOWHERE = Network(Client(Policy()), Policy())
HOUR = 3_600_000


def schedule(data: Path, hours: float = 24, **backup: object) -> Schedule:
    config = config_in(data, backup=Backup(every_hours=hours, **backup))  # type: ignore[arg-type]
    found = schedule_of(config, NOWHERE)
    assert found is not None
    return found


def made(data: Path) -> list[Path]:
    return sorted((data / "backups").glob("chatbox-*.db*"))


def partials(data: Path) -> list[Path]:
    return list(data.rglob("*.partial"))


async def test_a_server_makes_backups_by_itself(data_dir: Path) -> None:
    config = config_in(data_dir, backup=Backup(every_hours=0.5 / 3600, keep=2))
    async with run_site(config) as site:
        await site.session(title="kept")
        await until(lambda: len(made(data_dir)) >= 2)
        first = made(data_dir)[0]
        await until(lambda: not first.exists())
    assert last_backup(data_dir).last == last_backup(data_dir).last_good
    assert not partials(data_dir)


async def test_a_stopping_server_does_not_wait_for_a_backup(data_dir: Path) -> None:
    config = config_in(data_dir, backup=Backup(every_hours=1, passphrase="x" * 12))
    async with run_site(config):
        await until(lambda: bool(partials(data_dir) or made(data_dir)))
    assert not partials(data_dir)


async def test_a_backup_is_made_when_the_last_one_is_old_enough(data_dir: Path) -> None:
    for age, due in ((23, False), (25, True), (-1, True)):
        note_attempt(data_dir, Attempt(now_ms() - age * HOUR, 1.0, "/x", "n", size=1))
        before = len(made(data_dir))
        await schedule(data_dir).tick()
        assert len(made(data_dir)) - before == due
        await schedule(data_dir).tick()
        assert len(made(data_dir)) - before == due


async def test_a_failed_backup_is_logged_remembered_and_tried_again_sooner(
    data_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await schedule(data_dir).tick()
    good = last_backup(data_dir).last_good
    (data_dir / "blocked").mkdir(mode=0o700)
    failing = schedule(data_dir, target=str(data_dir / "blocked"))
    (data_dir / "blocked").rmdir()
    (data_dir / "blocked").write_text("a file")
    note_attempt(data_dir, Attempt(0, 1.0, "/x", "n", size=1))
    with caplog.at_level(logging.ERROR):
        await failing.tick()
    assert "the backup failed" in caplog.text
    state = last_backup(data_dir)
    assert state.last is not None
    assert "blocked cannot be used" in state.last.error
    assert state.last_good is not None
    assert state.last_good != good
    note_attempt(data_dir, Attempt(now_ms() - 2 * HOUR, 1.0, "/x", "n", error="no"))
    await schedule(data_dir).tick()
    assert last_backup(data_dir).last == last_backup(data_dir).last_good


async def test_two_backups_at_once_are_one_too_many(data_dir: Path) -> None:
    plan = plan_of(config_in(data_dir, backup=Backup(passphrase="a passphrase")), NOWHERE)
    outcomes = await asyncio.gather(back_up(plan), back_up(plan), return_exceptions=True)
    (failure,) = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert isinstance(failure, BackupFailed)
    assert "Another backup" in str(failure)
    assert last_backup(data_dir).last_good is not None


async def test_a_backup_by_hand_is_no_failure_of_the_schedule(
    data_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with BackupLock(data_dir), caplog.at_level(logging.INFO):
        await schedule(data_dir).tick()
    assert [record.levelname for record in caplog.records] == ["INFO"]
    assert last_backup(data_dir).last is None


async def test_a_cancelled_backup_leaves_nothing(data_dir: Path) -> None:
    plan = plan_of(config_in(data_dir, backup=Backup(passphrase="a passphrase")), NOWHERE)
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()

    def progress(step: str, share: float) -> None:
        loop.call_soon_threadsafe(begun.set)

    work = asyncio.create_task(back_up(plan, progress))
    await begun.wait()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert not partials(data_dir)
    assert list((data_dir / "backups").iterdir()) == []
    assert last_backup(data_dir).last is None


async def test_a_disk_without_room_is_left_alone(data_dir: Path) -> None:
    config = config_in(data_dir, storage=Storage(least_free_bytes=10**18))
    with pytest.raises(BackupFailed, match="not enough room"):
        await back_up(plan_of(config, NOWHERE))
    assert list((data_dir / "backups").iterdir()) == []


def test_a_configuration_that_cannot_work_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(StartRefused, match="unknown kind"):
        schedule(tmp_path, target="gopher://host")
    with pytest.raises(StartRefused, match="too short"):
        schedule(tmp_path, passphrase="short")
    with pytest.raises(StartRefused, match="cannot be read"):
        schedule(tmp_path, passphrase_file=str(tmp_path / "missing"))
    assert schedule_of(config_in(tmp_path), NOWHERE) is None


def test_a_damaged_state_counts_as_none(tmp_path: Path) -> None:
    assert last_backup(tmp_path).last is None
    note_attempt(tmp_path, ATTEMPT)
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    (tmp_path / FILE).write_text("{")
    assert last_backup(tmp_path).last is None
    note_attempt(tmp_path, ATTEMPT)
    assert last_backup(tmp_path).last_good == ATTEMPT


async def test_a_lock_that_cannot_be_written_is_a_failure(
    data_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (data_dir / BackupLock.FILE).mkdir()
    await schedule(data_dir).tick()
    assert [record.message for record in caplog.records] == ["the backup failed"]
