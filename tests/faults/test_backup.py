"""Backups under load: every one opens, is sound and holds all that was acknowledged before it."""

import asyncio
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx

from chatbox.db.replace import settle
from tests.faults.api import assert_sound, query
from tests.faults.processes import ROOT, Server, _plain_environ

WRITERS = 8
SECONDS = 60 * float(os.environ.get("CHATBOX_BACKUP_MINUTES", "0.1"))
MEGABYTES = int(os.environ.get("CHATBOX_BACKUP_MEGABYTES", "8"))
EVERY = 2.0


class Ledger:
    """What was acknowledged when, and how long each write took; kept outside the server."""

    def __init__(self) -> None:
        self.sessions: list[tuple[float, str]] = []
        self.messages: list[tuple[float, str]] = []
        self.waits: list[float] = []
        self.held: list[int] = []
        self._end = time.time() + SECONDS

    def is_over(self) -> bool:
        """The time is up and enough backups are checked; a machine that is busy gets longer."""
        late = time.time() - self._end
        return late > 60 or (late > 0 and len(self.held) >= 3 and self.held[-1] > 0)

    async def ask(self, client: httpx.AsyncClient, path: str, body: object, status: int) -> None:
        begun = time.monotonic()
        answer = await client.post(path, json=body)
        self.waits.append(time.monotonic() - begun)
        assert answer.status_code == status, answer.text

    async def write(self, client: httpx.AsyncClient) -> None:
        while not self.is_over():
            session, message = str(uuid.uuid4()), str(uuid.uuid4())
            await self.ask(client, "/sessions", {"id": session, "title": "t"}, 201)
            self.sessions.append((time.time(), session))
            body = {"content": "Hi", "message_id": message, "model": "up/ok-3-1"}
            await self.ask(client, f"/sessions/{session}/messages", body, 202)
            self.messages.append((time.time(), message))
            await asyncio.sleep(0.02)

    def quantile(self, share: float) -> float:
        return sorted(self.waits)[int(share * (len(self.waits) - 1))]


def fill(database: Path) -> None:
    """Give the file some size, in a session that nobody lists."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        for number in range(MEGABYTES):
            connection.execute(
                "INSERT INTO sessions (public_id, user_id, title, system_prompt, created_at, "
                "updated_at, active_at, deleted_at) "
                "VALUES (?, 1, '', hex(randomblob(500000)), 0, 0, 0, ?)",
                (f"filler-{number}", int(time.time() * 1000)),
            )


def command(server: Server, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "chatbox", name, "--data-dir", str(server.data), *arguments]
    return subprocess.run(
        line, cwd=ROOT, env=_plain_environ(), check=False, capture_output=True, text=True
    )


async def back_up_by_command(server: Server, target: Path, ledger: Ledger) -> None:
    """Another process, as cron would start it, beside the server's own backups."""
    while not ledger.is_over():
        done = await asyncio.to_thread(command, server, "backup", str(target))
        if done.returncode != 0:
            assert "Another backup" in done.stderr, done.stderr
        await asyncio.sleep(2 * EVERY)


def begun(backup: Path) -> float:
    """The time in a backup's name."""
    stamp = backup.name.removeprefix("chatbox-").partition(".")[0]
    return (
        time.mktime(time.strptime(stamp[:17], "%Y-%m-%dT%H%M%S"))
        - time.timezone
        + (int(stamp[17:20]) / 1000)
    )


def check(backup: Path, ledger: Ledger, key: Path) -> int:
    """Compare a backup with the ledger as it was when the backup began; answer how much it held."""
    cut = begun(backup)
    assert_sound(backup)
    ask_doctor(backup, key)
    held = 0
    for table, entries in (("sessions", ledger.sessions), ("messages", ledger.messages)):
        due = {name for at, name in list(entries) if at < cut}
        stored = {row[0] for row in query(backup, f"SELECT public_id FROM {table}")}  # noqa: S608
        assert due <= stored, f"{len(due - stored)} acknowledged {table} are not in {backup}"
        held += len(due)
    return held


def ask_doctor(backup: Path, key: Path) -> None:
    """Let the doctor look at it as the database of an installation."""
    with tempfile.TemporaryDirectory(dir=backup.parents[1]) as folder:
        data = Path(folder) / "data"
        data.mkdir(mode=0o700)
        shutil.copy2(backup, data / "chatbox.db")
        shutil.copy2(key, folder)
        line = [sys.executable, "-m", "chatbox", "doctor", "--deep", "--data-dir", str(data)]
        done = subprocess.run(
            line, cwd=ROOT, env=_plain_environ(), check=False, capture_output=True, text=True
        )
    assert done.returncode == 0, done.stdout + done.stderr


async def check_all(targets: list[Path], ledger: Ledger, key: Path) -> None:
    """Check every backup as it appears; all but the newest of each target make room."""
    seen: set[Path] = set()
    is_over = False
    while not is_over:
        is_over = ledger.is_over()
        for target in targets:
            found = sorted(target.glob("chatbox-*.db"))
            for backup in found:
                if backup not in seen:
                    ledger.held.append(await asyncio.to_thread(check, backup, ledger, key))
                    seen.add(backup)
            for backup in found[:-1]:
                backup.unlink()
        await asyncio.sleep(0.2)


async def test_every_backup_holds_what_was_acknowledged_before_it(
    make_server: Callable[..., Server], tmp_path: Path
) -> None:
    """Five minutes of a larger file: CHATBOX_BACKUP_MINUTES=5 CHATBOX_BACKUP_MEGABYTES=100."""
    server = make_server()
    fill(server.database)
    own, others = tmp_path / "own", tmp_path / "others"
    server.start(backup_every_hours=str(EVERY / 3600), backup_target=str(own))
    ledger = Ledger()
    async with server.client() as client:
        await asyncio.gather(
            *(ledger.write(client) for _ in range(WRITERS)),
            back_up_by_command(server, others, ledger),
            check_all([own, others], ledger, server.data.with_name("data.master-key")),
        )
    assert server.stop() == 0
    assert "the backup failed" not in server.log.read_text()
    assert_sound(server.database)
    held = ledger.held
    assert len(held) >= 3
    assert max(held) > 0
    figures = f"{len(held)} backups, {len(ledger.waits)} writes, of the last backup {max(held)}"
    waits = f"p50 {ledger.quantile(0.5):.3f} s, p99 {ledger.quantile(0.99):.3f} s"
    print(f"{figures}; {waits}, longest {max(ledger.waits):.3f} s")  # noqa: T201  (-rP shows it)
    newest = max([*own.glob("chatbox-*.db"), *others.glob("chatbox-*.db")], key=begun)
    await restored_backup_serves(server, newest, ledger)


async def restored_backup_serves(server: Server, backup: Path, ledger: Ledger) -> None:
    """The backup takes the place of the database, and a server works with it."""
    done = command(server, "restore", str(backup), "--yes")
    assert done.returncode == 0, done.stderr
    assert len(list(server.data.glob("replaced-*/chatbox.db"))) == 1
    server.start()
    _, session = [entry for entry in ledger.sessions if entry[0] < begun(backup)][-1]
    async with server.client() as client:
        assert (await client.get(f"/sessions/{session}")).status_code == 200
        assert (await client.post("/sessions", json={})).status_code == 201
    assert server.stop() == 0
    assert_sound(server.database)


async def test_a_restore_refuses_a_live_server(server: Server, tmp_path: Path) -> None:
    done = await asyncio.to_thread(command, server, "backup", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    (backup,) = (tmp_path / "out").iterdir()
    done = await asyncio.to_thread(command, server, "restore", str(backup), "--yes")
    assert done.returncode == 2
    assert f"process {server.pid}" in done.stderr
    async with server.client() as client:
        assert (await client.post("/sessions", json={})).status_code == 201


def test_a_restore_killed_at_any_moment_leaves_one_whole_database(
    make_server: Callable[..., Server], tmp_path: Path, rounds: int
) -> None:
    """100 rounds with CHATBOX_FAULT_ROUNDS=200."""
    server = make_server()
    assert command(server, "backup", str(tmp_path)).returncode == 0
    (backup,) = tmp_path.glob("chatbox-*.db")
    chance, outcomes = random.Random(), set()
    for number in range(max(3, rounds // 2)):
        query(server.database, "UPDATE users SET name = ?", f"old {number}")
        line = [sys.executable, "-m", "chatbox", "restore", str(backup), "--yes"]
        line += ["--data-dir", str(server.data)]
        with subprocess.Popen(
            line, cwd=ROOT, env=_plain_environ(), stdout=subprocess.DEVNULL
        ) as process:
            awaited = server.data / chance.choice(["chatbox.restoring", "chatbox.restore.partial"])
            while not awaited.exists() and process.poll() is None:
                pass
            time.sleep(chance.choice([0, 0, 0.001, 0.002, 0.005]))
            process.kill()
        told = settle(server.data)
        assert settle(server.data) is None
        assert_sound(server.database)
        name = query(server.database, "SELECT name FROM users")[0][0]
        assert name in ("Owner", f"old {number}")
        if told is not None:
            assert ("undone" in told) == (name != "Owner")
        outcomes.add((name == "Owner", told is not None))
        assert not list(server.data.glob("*.partial*"))
    print(f"restored or not, settled or not: {sorted(outcomes)}")  # noqa: T201  (-rP shows it)
    server.start()
    assert server.stop() == 0


async def test_a_killed_backup_leaves_nothing_after_the_next_start(
    make_server: Callable[..., Server],
) -> None:
    server = make_server()
    (server.data / "chatbox.backup-1.partial").write_text("plain text of a backup to be sealed")
    (server.data / "chatbox.restore.partial").write_text("plain text of an unsealed backup")
    server.start()
    assert not list(server.data.glob("*.partial"))
    assert server.stop() == 0
