"""Backups in an S3-compatible store and on a WebDAV server, over real HTTP on loopback.

The servers here are small, but judge what comes by the protocols' own rules: the store works out
every signature itself from what arrived.
"""

import asyncio
import base64
import hashlib
import hmac
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.sax.saxutils import escape

import pytest

from chatbox.config import Backup
from chatbox.db.database import Database
from chatbox.errors import BackupFailed
from chatbox.kit.egress import Client, Policy
from chatbox.system.backup import s3
from chatbox.system.backup.make import Made, back_up
from chatbox.system.backup.names import Keep, name_at
from chatbox.system.backup.places import open_remote, plan_of
from chatbox.system.backup.remote import Network
from chatbox.system.backup.state import last_backup
from tests.running import config_in

ACCESS, SECRET = "AKEXAMPLE", "canary-secret-key/+Xy"
USER, PASSWORD = "me", "canary-password"


class Store(ThreadingHTTPServer):
    """Files by path; `broken` is what goes wrong."""

    daemon_threads = True

    def __init__(self, handler: type["Handler"]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.files: dict[str, bytes] = {}
        self.folders = {"/"}
        self.broken = ""
        self.seen: list[str] = []

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    """What both kinds of server do alike."""

    protocol_version = "HTTP/1.1"
    server: Store

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    @property
    def key(self) -> str:
        return unquote(urlsplit(self.path).path)

    def taken(self) -> bytes:
        self.server.seen.append(f"{self.command} {self.path}")
        return self.rfile.read(int(self.headers.get("content-length", 0)))

    def answer(self, status: int, body: bytes = b"", *, length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_HEAD(self) -> None:
        self.taken()
        if self.may() and self.key in self.server.files:
            size = len(self.server.files[self.key])
            self.answer(200, length=size - (self.server.broken == "short"))
        else:
            self.answer(404)

    def give(self) -> None:
        found = self.server.files.get(self.key)
        self.answer(404) if found is None else self.answer(200, found)

    def do_DELETE(self) -> None:
        self.taken()
        if self.may():
            found = self.server.files.pop(self.key, None)
            self.answer(403 if self.server.broken == "keeps" else 204 if found is not None else 404)

    def may(self) -> bool:
        raise NotImplementedError


class S3Handler(Handler):
    """PUT, HEAD, DELETE and ListObjectsV2, two names a page."""

    def do_PUT(self) -> None:
        body = self.taken()
        if not self.may():
            return
        if hashlib.sha256(body).hexdigest() != self.headers["x-amz-content-sha256"]:
            self.answer(400, b"<Error><Code>XAmzContentSHA256Mismatch</Code></Error>")
            return
        self.server.files[self.key] = body
        self.answer(200)

    def do_GET(self) -> None:
        self.taken()
        if not self.may():
            return
        if not urlsplit(self.path).query:
            self.give()
            return
        query = dict(parse_qsl(urlsplit(self.path).query))
        assert (self.key, query["list-type"]) == ("/bucket", "2")
        after = query.get("continuation-token", "")
        keys = sorted(name.removeprefix("/bucket/") for name in self.server.files)
        keys = [key for key in keys if key.startswith(query["prefix"]) and key > after]
        text = "".join(f"<Contents><Key>{escape(key)}</Key></Contents>" for key in keys[:2])
        if self.server.broken == "endless":
            text += f"<NextContinuationToken>{len(self.server.seen)}</NextContinuationToken>"
        elif keys[2:]:
            text += f"<NextContinuationToken>{escape(keys[1])}</NextContinuationToken>"
        self.answer(200, f"<ListBucketResult>{text}</ListBucketResult>".encode())

    def may(self) -> bool:
        if self.headers["authorization"] == self.expected() and self.server.broken != "denied":
            return True
        self.answer(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
        return False

    def expected(self) -> str:
        """Sign what arrived, as the description of the protocol says."""
        split = urlsplit(self.path)
        names = self.headers["authorization"].split("SignedHeaders=")[1].split(",")[0]
        assert {"host", "x-amz-content-sha256", "x-amz-date"} <= set(names.split(";"))
        signed = "".join(f"{name}:{self.headers[name].strip()}\n" for name in names.split(";"))
        query = "&".join(sorted(split.query.split("&"))) if split.query else ""
        payload = self.headers["x-amz-content-sha256"]
        canonical = f"{self.command}\n{split.path}\n{query}\n{signed}\n{names}\n{payload}"
        date = self.headers["x-amz-date"]
        scope = f"{date[:8]}/eu-test-1/s3/aws4_request"
        key = b"AWS4" + SECRET.encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        text = f"AWS4-HMAC-SHA256\n{date}\n{scope}\n{digest}"
        signature = hmac.digest(key, text.encode(), "sha256").hex()
        return (
            f"AWS4-HMAC-SHA256 Credential={ACCESS}/{scope},SignedHeaders={names},"
            f"Signature={signature}"
        )


class DavHandler(Handler):
    """PUT, MOVE, MKCOL, PROPFIND, HEAD and DELETE."""

    def do_PUT(self) -> None:
        body = self.taken()
        if not self.may():
            return
        if self.key.rpartition("/")[0] + "/" not in self.server.folders:
            self.answer(409)
            return
        self.server.files[self.key] = body
        self.answer(201)

    def do_GET(self) -> None:
        self.taken()
        if self.may():
            self.give()

    def do_MKCOL(self) -> None:
        self.taken()
        if self.may():
            self.server.folders.add(self.key)
            self.answer(201)

    def do_MOVE(self) -> None:
        self.taken()
        if self.may():
            assert self.headers["overwrite"] == "F"
            target = urlsplit(self.headers["destination"])
            assert target.netloc == self.headers["host"]
            self.server.files[unquote(target.path)] = self.server.files.pop(self.key)
            self.answer(201)

    def do_PROPFIND(self) -> None:
        self.taken()
        if self.may():
            assert self.headers["depth"] == "1"
            paths = [self.path, *(name.replace(" ", "%20") for name in self.server.files)]
            blank = " " * (100_000 if self.server.broken == "blank" else 1)
            items = [f"<d:response><d:href>{blank}{path}\n</d:href></d:response>" for path in paths]
            items.append(f"<d:href>{blank}<d:none/>")
            self.answer(207, f"<d:multistatus>{''.join(items)}</d:multistatus>".encode())

    def may(self) -> bool:
        pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if self.headers["authorization"] == f"Basic {pair}" and self.server.broken != "denied":
            return True
        self.answer(401)
        return False


@pytest.fixture(params=["s3", "webdav"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    handler = S3Handler if request.param == "s3" else DavHandler
    with closing(_Running(Store(handler))) as running:
        yield running.store


class _Running:
    def __init__(self, store: Store) -> None:
        self.store = store
        self._thread = threading.Thread(target=store.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self.store.shutdown()
        self._thread.join()
        self.store.server_close()


FOLDER = "/bucket/my backups/"


def settings(store: Store) -> Backup:
    if store.RequestHandlerClass is DavHandler:
        target = f"dav://{store.address}{FOLDER}".rstrip("/").replace(" ", "%20")
        return Backup(target=target, dav_user=USER, dav_password=PASSWORD)
    return Backup(
        target="s3://bucket/my backups",
        s3_endpoint=f"http://{store.address}",
        s3_region="eu-test-1",
        s3_access_key=ACCESS,
        s3_secret_key=SECRET,
    )


async def run(data: Path, backup: Backup, keep: Keep = Keep()) -> Made:  # noqa: B008 - frozen
    policy = Policy()
    async with Client(policy) as client:
        config = config_in(
            data,
            backup=Backup(
                **{name: getattr(backup, name) for name in backup.__struct_fields__}
                | {"keep": keep.newest}
            ),
        )
        made = await back_up(plan_of(config, Network(client, policy)))
    assert policy.allowed == frozenset()
    return made


async def fill(path: Path) -> None:
    """Make a file that is sent in many pieces."""
    database = await Database.open(path)
    async with database.write() as writer:
        await writer.execute("UPDATE users SET settings = hex(randomblob(1600000))")
    await database.close()


def partials(data: Path) -> list[Path]:
    return list(data.rglob("*.partial"))


async def test_a_backup_is_stored_whole(store: Store, data_dir: Path) -> None:
    await fill(data_dir / "chatbox.db")
    made = await run(data_dir, settings(store))
    assert made.attempt.size > 3_000_000
    (path,) = store.files
    assert path == FOLDER + made.attempt.name
    assert len(store.files[path]) == made.attempt.size
    assert store.files[path].startswith(b"SQLite format 3\x00")
    assert not partials(data_dir)
    assert not (data_dir / "backups").exists()
    assert last_backup(data_dir).last_good == made.attempt


async def test_older_ones_are_deleted_and_nothing_else(store: Store, data_dir: Path) -> None:
    old = [name_at(number * 3_600_000, sealed=number % 2 == 0) for number in range(5)]
    store.folders.add(FOLDER)
    for name in [*old, "notes & more.txt"]:
        store.files[FOLDER + name] = b"x"
    elsewhere = f"/bucket/other/{old[0]}"
    if store.RequestHandlerClass is S3Handler:
        store.files[elsewhere] = b"x"
    made = await run(data_dir, settings(store), Keep(newest=3))
    assert made.deleted == old[:3]
    left = {FOLDER + name for name in [*old[3:], made.attempt.name, "notes & more.txt"]}
    assert set(store.files) - {elsewhere} == left


async def run_command(store: Store, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`chatbox` as a process, configured by its environment."""
    backup = settings(store)
    given = {name: getattr(backup, name) for name in backup.__struct_fields__}
    environ = {f"CHATBOX_BACKUP_{name.upper()}": str(value) for name, value in given.items()}
    command = [sys.executable, "-m", "chatbox", *arguments]
    return await asyncio.to_thread(
        subprocess.run, command, env={**os.environ, **environ}, capture_output=True, text=True
    )


async def test_a_backup_is_listed_and_restored_from_its_address(
    store: Store, data_dir: Path, tmp_path: Path
) -> None:
    made = await run(data_dir, settings(store))
    where = ("--data-dir", str(data_dir))
    listed = await run_command(store, "backup", "--list", *where)
    assert (listed.stdout, listed.returncode) == (f"{made.attempt.name}\n", 0)
    await fill(data_dir / "chatbox.db")
    address = f"{made.attempt.where}/{made.attempt.name}"
    restored = await run_command(store, "restore", address, "--yes", *where)
    assert restored.returncode == 0, restored.stderr
    assert store.files[FOLDER + made.attempt.name] == (data_dir / "chatbox.db").read_bytes()
    assert not partials(data_dir)
    missing = await run_command(store, "restore", f"{address}x", "--yes", *where)
    assert missing.returncode == 2
    assert "answered 404 to fetching" in missing.stderr
    for shown in (listed, restored, missing):
        assert "canary" not in shown.stdout + shown.stderr
    assert not partials(data_dir)


async def test_a_disk_that_cannot_take_a_fetched_backup_is_told(
    store: Store, data_dir: Path, tmp_path: Path
) -> None:
    made = await run(data_dir, settings(store))
    policy = Policy()
    async with Client(policy) as client:
        config = config_in(data_dir, backup=settings(store))
        target = open_remote(config, Network(client, policy), made.attempt.where)
        with pytest.raises(BackupFailed, match="cannot be read or written here: No such file"):
            await target.fetch(made.attempt.name, tmp_path / "none" / "file", lambda *_: None)


@pytest.mark.parametrize("broken", ["denied", "short"])
async def test_what_was_not_stored_is_a_failed_backup(
    store: Store, data_dir: Path, broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    old = name_at(0, sealed=False)
    store.folders.add(FOLDER)
    store.files[FOLDER + old] = b"x"
    store.broken = broken
    await fill(data_dir / "chatbox.db")
    with caplog.at_level(logging.DEBUG), pytest.raises(BackupFailed) as failure:
        await run(data_dir, settings(store), Keep(newest=1))
    said = str(failure.value)
    assert ("401" in said or "403" in said) if broken == "denied" else "as it was sent" in said
    state = last_backup(data_dir)
    assert state.last_good is None
    assert "canary" not in said + caplog.text + (data_dir / "chatbox.backup.json").read_text()
    assert store.files == {FOLDER + old: b"x"}
    assert not partials(data_dir)


async def test_a_deletion_that_fails_is_a_warning(store: Store, data_dir: Path) -> None:
    store.folders.add(FOLDER)
    store.files[FOLDER + name_at(0, sealed=False)] = b"x"
    store.broken = "keeps"
    made = await run(data_dir, settings(store), Keep(newest=1))
    assert "Old backups could not be deleted" in made.attempt.warning
    assert made.attempt.is_good


@pytest.mark.parametrize("store", ["webdav"], indirect=True)
async def test_a_list_of_blanks_holds_nothing_up(store: Store, data_dir: Path) -> None:
    old = name_at(0, sealed=False)
    store.folders.add(FOLDER)
    store.files[FOLDER + old] = b"x"
    store.broken = "blank"
    assert (await run(data_dir, settings(store), Keep(newest=1))).deleted == [old]


@pytest.mark.parametrize("store", ["s3"], indirect=True)
async def test_a_list_that_never_ends_is_given_up(
    store: Store, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3, "MOST_PAGES", 5)
    store.broken = "endless"
    made = await run(data_dir, settings(store), Keep(newest=1))
    assert "holds too much to list" in made.attempt.warning


async def test_a_server_that_is_away_is_told(store: Store, data_dir: Path) -> None:
    backup = settings(store)
    store.shutdown()
    store.server_close()
    with pytest.raises(BackupFailed, match="No connection to 127.0.0.1"):
        await run(data_dir, backup)
    assert not partials(data_dir)


@pytest.mark.parametrize(
    ("backup", "said"),
    [
        (Backup(target="s3://"), "s3://bucket/prefix"),
        (Backup(target="s3://bucket"), "s3_access_key"),
        (Backup(target="s3://b", s3_access_key="a", s3_secret_key="b", s3_endpoint="x"), "http"),
        (Backup(target="davs://me:canary@host/x"), "must not hold"),
        (Backup(target="davs://"), "no host"),
    ],
)
def test_a_malformed_target_is_refused(data_dir: Path, backup: Backup, said: str) -> None:
    policy = Policy()
    with pytest.raises(BackupFailed, match=said) as failure:
        plan_of(config_in(data_dir, backup=backup), Network(Client(policy), policy))
    assert "canary" not in str(failure.value)
