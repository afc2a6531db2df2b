"""Backups on a WebDAV server, such as Nextcloud's.

A file is sent under another name and moved when it is there whole. Lists are read for the names of
backups only, so no XML parser sees what a server says.
"""

import base64
import contextlib
import html
import re
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from chatbox.errors import BackupFailed
from chatbox.kit.egress_file import Answer
from chatbox.kit.files import size_of
from chatbox.system.backup.names import is_backup
from chatbox.system.backup.remote import Network, Origin, check_size, refusal
from chatbox.system.backup.target import Progress

_SCHEMES = {"davs": "https", "dav": "http", "https": "https", "http": "http"}
_HREF = re.compile(r"<(?:\w{1,60}:)?href>([^<]*)</")
_NAMES_ONLY = (
    b'<?xml version="1.0"?><propfind xmlns="DAV:"><prop><getcontentlength/></prop></propfind>'
)


class WebDav:
    """A collection; the last part of its path is made when it is missing."""

    def __init__(self, network: Network, address: str, *, user: str, password: str) -> None:
        scheme, _, rest = address.partition("://")
        self._origin = Origin(network, f"{_SCHEMES[scheme.lower()]}://{rest}")
        self.shown = address
        path = unquote(urlsplit(address).path).strip("/")
        self._folder = quote(f"/{path}/" if path else "/")
        self._headers = {}
        if user or password:
            pair = base64.b64encode(f"{user}:{password}".encode()).decode()
            self._headers["authorization"] = f"Basic {pair}"

    @property
    def staging(self) -> None:
        return None

    def prepare(self) -> None:
        """There is nothing to do before sending."""

    async def put(self, path: Path, name: str, progress: Progress) -> None:
        partial = f"{self._folder}{name}.partial"
        try:
            await self._send(path, partial, progress)
            check_size(self.shown, name, await self._ask("HEAD", partial), size_of(path))
            where = f"{self._origin.base}{self._folder}{name}"
            answer = await self._ask("MOVE", partial, {"destination": where, "overwrite": "F"})
            if not answer.is_good:
                raise refusal(self.shown, f"renaming {name}", answer)
        except BackupFailed:
            with contextlib.suppress(BackupFailed):
                await self._ask("DELETE", partial)
            raise

    async def _send(self, path: Path, partial: str, progress: Progress) -> None:
        answer = await self._ask("PUT", partial, body=path, progress=progress)
        if answer.status in (404, 409):
            await self._ask("MKCOL", self._folder)
            answer = await self._ask("PUT", partial, body=path, progress=progress)
        if not answer.is_good:
            raise refusal(self.shown, "storing", answer)

    async def names(self) -> list[str]:
        headers = {"depth": "1", "content-type": "application/xml"}
        answer = await self._ask("PROPFIND", self._folder, headers, body=_NAMES_ONLY)
        if not answer.is_good:
            raise refusal(self.shown, "listing", answer)
        paths = _HREF.findall(answer.body.decode(errors="replace"))
        names = (unquote(html.unescape(path.strip())).rpartition("/")[2] for path in paths)
        return list(filter(is_backup, names))

    async def delete(self, name: str) -> None:
        answer = await self._ask("DELETE", f"{self._folder}{name}")
        if not answer.is_good and answer.status != 404:
            raise refusal(self.shown, f"deleting {name}", answer)

    async def fetch(self, name: str, path: Path, progress: Progress) -> None:
        target = f"{self._folder}{quote(name)}"
        answer = await self._origin.fetch(target, self._headers, path, progress)
        if answer.status != 200:
            raise refusal(self.shown, f"fetching {name}", answer)

    async def _ask(
        self,
        method: str,
        path: str,
        headers: dict[str, str] | None = None,
        *,
        body: bytes | Path = b"",
        progress: Progress = lambda _step, _share: None,
    ) -> Answer:
        every = {**self._headers, **(headers or {})}
        return await self._origin.ask(method, path, every, body=body, progress=progress)


def is_webdav(address: str) -> bool:
    """Tell whether an address is that of a WebDAV folder. Raises BackupFailed."""
    scheme = address.partition("://")[0].lower()
    if scheme in _SCHEMES and "@" in address:
        raise BackupFailed(
            "The backup target must not hold a user name or a password: set backup.dav_user and "
            "backup.dav_password."
        )
    return scheme in _SCHEMES
