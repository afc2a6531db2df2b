"""Backups in an S3-compatible store, with addresses in path style.

Every request is signed, the body's digest with it: the store refuses what did not arrive as it was
sent. Lists are read for the names of backups only, so no XML parser sees what a server says.
"""

import contextlib
import hashlib
import html
import re
import threading
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from chatbox.errors import BackupFailed
from chatbox.kit.egress_file import Answer
from chatbox.kit.files import Stopped, pieces_of, size_of
from chatbox.kit.sigv4 import (
    EMPTY_SHA256,
    Credentials,
    encode_path,
    encode_query,
    signed_headers,
)
from chatbox.kit.tasks import stoppable
from chatbox.system.backup.names import is_backup
from chatbox.system.backup.remote import Network, Origin, check_size, refusal
from chatbox.system.backup.target import Progress

LARGEST = 5 * 1024**3
"""What S3 takes in one request."""
MOST_PAGES = 1_000
"""How long a list may be: a page has a thousand names."""
_KEY = re.compile(r"<Key>([^<]*)</Key>")
_MORE = re.compile(r"<NextContinuationToken>([^<]*)</NextContinuationToken>")
_CODE = re.compile(r"<Code>(\w{1,60})</Code>")


class S3:
    """A bucket, and a prefix within it."""

    def __init__(
        self, network: Network, address: str, *, endpoint: str, credentials: Credentials
    ) -> None:
        bucket, _, prefix = address.removeprefix("s3://").partition("/")
        if not re.fullmatch(r"[A-Za-z0-9._-]+", bucket):
            raise BackupFailed(f"The backup target {address} must look like s3://bucket/prefix.")
        if not (credentials.access_key and credentials.secret_key):
            raise BackupFailed(
                f"The backup target {address} needs backup.s3_access_key and backup.s3_secret_key."
            )
        self.shown = address
        self._bucket = f"/{bucket}"
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._credentials = credentials
        region = credentials.region
        self._origin = Origin(network, endpoint or f"https://s3.{region}.amazonaws.com")

    @property
    def staging(self) -> None:
        return None

    def prepare(self) -> None:
        """There is nothing to do before sending."""

    async def put(self, path: Path, name: str, progress: Progress) -> None:
        size = size_of(path)
        if size > LARGEST:
            raise BackupFailed(f"{self.shown} takes no file of more than 5 GB.")
        digest = await stoppable(partial(_digest, path))
        target = self._path(name)
        answer = await self._ask("PUT", target, body=path, sha256=digest, progress=progress)
        if not answer.is_good:
            raise self._refusal(f"storing {name}", answer)
        try:
            check_size(self.shown, name, await self._ask("HEAD", target), size)
        except BackupFailed:
            with contextlib.suppress(BackupFailed):
                await self.delete(name)
            raise

    async def names(self) -> list[str]:
        found: list[str] = []
        query = {"list-type": "2", "prefix": self._prefix}
        for _ in range(MOST_PAGES):
            answer = await self._ask("GET", self._bucket, encode_query(query))
            if not answer.is_good:
                raise self._refusal("listing", answer)
            text = answer.body.decode(errors="replace")
            keys = (html.unescape(key) for key in _KEY.findall(text))
            names = (key[len(self._prefix) :] for key in keys if key.startswith(self._prefix))
            found += filter(is_backup, names)
            more = _MORE.search(text)
            if more is None:
                return found
            query["continuation-token"] = html.unescape(more[1])
        raise BackupFailed(
            f"{self.shown} holds too much to list. Give backups a prefix of their own."
        )

    async def delete(self, name: str) -> None:
        answer = await self._ask("DELETE", self._path(name))
        if not answer.is_good:
            raise self._refusal(f"deleting {name}", answer)

    async def fetch(self, name: str, path: Path, progress: Progress) -> None:
        target = self._path(name)
        answer = await self._origin.fetch(target, self._signed("GET", target), path, progress)
        if answer.status != 200:
            raise self._refusal(f"fetching {name}", answer)

    def _path(self, name: str) -> str:
        return encode_path(f"{self._bucket}/{self._prefix}{name}")

    async def _ask(  # noqa: PLR0913 - what a request is made of
        self,
        method: str,
        path: str,
        query: str = "",
        *,
        body: bytes | Path = b"",
        sha256: str = EMPTY_SHA256,
        progress: Progress = lambda _step, _share: None,
    ) -> Answer:
        headers = self._signed(method, path, query, sha256=sha256)
        target = f"{path}?{query}" if query else path
        return await self._origin.ask(method, target, headers, body=body, progress=progress)

    def _signed(
        self, method: str, path: str, query: str = "", *, sha256: str = EMPTY_SHA256
    ) -> dict[str, str]:
        headers = signed_headers(
            method,
            path,
            query,
            {"host": self._origin.netloc},
            sha256=sha256,
            credentials=self._credentials,
            now=datetime.now(UTC),
        )
        del headers["host"]  # the client sends it
        return headers

    def _refusal(self, doing: str, answer: Answer) -> BackupFailed:
        code = _CODE.search(answer.body.decode(errors="replace"))
        return refusal(self.shown, doing, answer, code=code[1] if code else "")


def _digest(path: Path, stop: threading.Event) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for piece in pieces_of(file):
            if stop.is_set():
                raise Stopped
            digest.update(piece)
    return digest.hexdigest()
