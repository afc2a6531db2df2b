"""Whatever takes somebody's rights away ends all that is open under them, from whichever process.

Opened are a stream of events, a WebSocket, a turn's stream, a stream that began a turn, a request
that waits for a reply, and a program with an access token.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tests.running import Site, good, next_frame, refused, until
from tests.team import PASSWORD, USER, Team
from tests.upstream import Upstream

SECONDS = 10
"""Endings take one, the sentinel's second; this is for slow machines."""
NEW_PASSWORD = "another good password"
BODY = {"content": "Hi", "model": "up/ok-900-50"}


class Open:
    """Everything that a user has open in one browser, and a program's token."""

    def __init__(self, team: Team, browser: httpx.AsyncClient, stack: AsyncExitStack) -> None:
        self._team = team
        self._stack = stack
        self.browser = browser
        self.token: dict[str, str] = {}
        self.socket: ClientConnection | None = None
        self.streams: list[AsyncIterator[str]] = []
        self.waiting: asyncio.Task[httpx.Response] | None = None

    async def begin(self) -> None:
        body = {"username": USER, "password": PASSWORD, "kind": "api"}
        pair = good(await self._team.browser().post("/auth/login", json=body))
        self.token = {"Authorization": f"Bearer {pair['access_token']}"}
        cookie = {"Cookie": f"chatbox={self.browser.cookies['chatbox']}"}
        self.socket = await self._stack.enter_async_context(self._site.socket(headers=cookie))
        await next_frame(self.socket, "hello")
        session = good(await self.browser.post("/sessions", json={}))["id"]
        started = good(await self.browser.post(f"/sessions/{session}/messages", json=BODY))
        await self._stream("GET", "/events")
        await self._stream("GET", f"/turns/{started['turn']['id']}/events")
        await self._stream("POST", "/chat/stream", json=BODY)
        self.waiting = asyncio.create_task(self.browser.post("/chat", json=BODY))
        await until(lambda: self._site.server.hub.running_count == 3)
        await until(lambda: self._site.server.hub.viewer_count == 5)

    @property
    def _site(self) -> Site:
        return self._team.site

    async def _stream(self, method: str, url: str, **more: object) -> None:
        opened = self.browser.stream(method, url, **more)  # type: ignore[arg-type]
        lines = (await self._stack.enter_async_context(opened)).aiter_lines()
        await anext(lines)
        self.streams.append(lines)

    async def ends(self) -> None:
        """Wait until nothing is open any more."""
        assert self.socket is not None
        assert self.waiting is not None
        async with asyncio.timeout(SECONDS):
            assert await closing_code(self.socket) == 4401
            for lines in self.streams:
                with suppress(httpx.RemoteProtocolError):  # some are cut, not ended
                    async for _ in lines:
                        pass
            refused(await self.waiting, 401, "login_required")
        assert self._site.server.hub.viewer_count == 0

    async def is_out(self) -> None:
        """Nothing lets anybody in any more."""
        refused(await self.browser.get("/auth/me"), 401, "login_required")
        with_token = await self._team.browser().get("/auth/me", headers=self.token)
        refused(with_token, 401, "login_required")


async def closing_code(socket: ClientConnection) -> int:
    try:
        while True:
            await socket.recv()
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 0


@pytest.fixture
async def opened(team: Team, upstream: Upstream) -> AsyncIterator[Open]:
    new = {"name": "up", "base_url": upstream.base_url, "system": True}
    provider = good(await team.owner.post("/providers", json=new))
    slow = {"provider_id": provider["id"], "name": "ok-900-50"}
    good(await team.owner.post("/models/system", json=slow))
    async with AsyncExitStack() as stack:
        found = Open(team, await team.sign_in(USER), stack)
        await found.begin()
        yield found


async def suspended(team: Team) -> None:
    change = {"state": "suspended"}
    good(await team.owner.patch(f"/users/{team.id_of(USER)}", json=change))


async def deletes_itself(team: Team) -> None:
    assert (await team[USER].delete("/auth/me")).status_code == 204


async def password_changed(team: Team) -> None:
    body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    assert (await team[USER].post("/auth/password", json=body)).status_code == 204


def command(*arguments: str) -> Callable[[Team], Awaitable[None]]:
    """What a command in another process does to the file."""

    async def run(team: Team) -> None:
        data = team.site.server.config.data_path
        password = data.parent / "password"
        await asyncio.to_thread(password.write_text, NEW_PASSWORD)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "chatbox", "users", *arguments, "--data-dir", str(data)),
            cwd=Path(__file__).parents[2],
            env={**os.environ, "CHATBOX_PASSWORD_FILE": str(password)},
            stdout=asyncio.subprocess.PIPE,
        )
        await process.communicate()
        assert process.returncode == 0

    return run


STOPS_TURNS = {
    "suspended": suspended,
    "deletes itself": deletes_itself,
    "deleted by command": command("delete", USER, "--yes"),
}
ENDS_LOGINS = {
    "password changed": password_changed,
    "password set by command": command("passwd", USER),
}


@pytest.mark.parametrize("cause", STOPS_TURNS)
async def test_an_account_that_may_nothing_has_nothing_open(
    team: Team, opened: Open, cause: str
) -> None:
    await STOPS_TURNS[cause](team)
    await opened.ends()
    await opened.is_out()
    await until(lambda: team.site.server.hub.running_count == 0)


@pytest.mark.parametrize("cause", ENDS_LOGINS)
async def test_a_login_that_ended_has_nothing_open(team: Team, opened: Open, cause: str) -> None:
    await ENDS_LOGINS[cause](team)
    await opened.ends()
    await opened.is_out()
    assert team.site.server.hub.running_count == 3, "replies belong to the account"


async def test_another_role_holds_for_what_is_open_too(team: Team, opened: Open) -> None:
    change = {"role": "viewer"}
    good(await team.owner.patch(f"/users/{team.id_of(USER)}", json=change))
    await opened.ends()
    assert good(await opened.browser.get("/auth/me"))["role"] == "viewer"
    refused(await opened.browser.post("/chat", json=BODY), 403, "forbidden")
    with_token = await team.browser().post("/chat", json=BODY, headers=opened.token)
    refused(with_token, 403, "forbidden")
