"""From one person to a team and back, while the server runs: nothing is lost either way."""

import asyncio
import subprocess
import sys
from typing import Any

import httpx
import pytest

from tests.faults.api import ask, assert_sound, query
from tests.faults.conftest import SECRET
from tests.faults.processes import ROOT, Server, Upstream, _plain_environ

PASSWORD = "correct horse battery"
JSON = dict[str, Any]


def chatbox(server: Server, *arguments: str, code: int = 0) -> str:
    """Run a command beside the server; what it said."""
    password = server.data.parent / "password"
    password.write_text(f"{PASSWORD}\n")
    ended = subprocess.run(
        [sys.executable, "-m", "chatbox", *arguments, "--data-dir", str(server.data)],
        cwd=ROOT,
        env={**_plain_environ(), "CHATBOX_PASSWORD_FILE": str(password)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == code, ended.stdout + ended.stderr
    return ended.stdout


async def until_status(client: httpx.AsyncClient, status: int) -> None:
    async with asyncio.timeout(10):
        while (await client.get("/sessions")).status_code != status:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def sign_in(server: Server) -> httpx.AsyncClient:
    browser = server.client()
    body = {"username": "olga", "password": PASSWORD}
    assert (await browser.post("/auth/login", json=body)).status_code == 200
    return browser


async def sessions(client: httpx.AsyncClient) -> list[str]:
    return sorted(one["id"] for one in (await client.get("/sessions")).json()["items"])


async def start_team(server: Server, alone: httpx.AsyncClient, how: str) -> httpx.AsyncClient:
    if how == "command":
        said = await asyncio.to_thread(chatbox, server, "team", "enable", "--owner", "olga")
        assert "olga is its owner" in said
        await until_status(alone, 401)
        return await sign_in(server)
    browser = server.client()
    new = {"username": "olga", "password": PASSWORD}
    assert (await browser.post("/team", json=new)).status_code == 201
    return browser


async def end_team(server: Server, owner: httpx.AsyncClient, how: str) -> None:
    if how == "command":
        assert "one person's" in await asyncio.to_thread(chatbox, server, "team", "disable")
    else:
        assert (await owner.delete("/team")).status_code == 204


@pytest.mark.parametrize("how", ["command", "request"])
async def test_one_person_becomes_a_team_and_one_person_and_a_team_again(
    server: Server, upstream: Upstream, how: str
) -> None:
    async with server.client() as alone:
        for content in ("First", "Second"):
            await ask(alone, "echo", content)
        before = await sessions(alone)
        assert len(before) == 2

        owner = await start_team(server, alone, how)
        assert (await alone.get("/sessions")).status_code == 401
        assert await sessions(owner) == before
        assert (await ask(owner, "echo", "As a team"))["status"] == "done"
        made = await asyncio.to_thread(chatbox, server, "users", "create", "uma")
        assert "uma is a user now" in made

        await end_team(server, owner, how)
        await until_status(alone, 200)
        assert len(await sessions(alone)) == 3
        assert (await ask(alone, "echo", "Alone again"))["status"] == "done"

        said = await asyncio.to_thread(chatbox, server, "team", "enable")
        assert "signs in as before" in said
        await until_status(alone, 401)
        server.kill()
        server.start()
    again = await sign_in(server)
    assert len(await sessions(again)) == 4
    assert (await ask(again, "echo", "As before"))["status"] == "done"
    calls = upstream.requests("echo")
    assert [call["secret_end"] for call in calls] == [SECRET[-4:]] * 5
    for client in (owner, again):
        await client.aclose()
    assert server.stop() == 0
    assert_sound(server.database)
    owners = "SELECT count(*) FROM sessions JOIN users ON users.id = user_id WHERE role = 'owner'"
    assert query(server.database, owners) == [(5,)]
    actors = "SELECT DISTINCT action FROM audit WHERE actor = 'cli' ORDER BY action"
    assert ("team.enable",) in query(server.database, actors)
    doctor = await asyncio.to_thread(chatbox, server, "doctor", "--deep")
    assert "failure" not in doctor


def test_a_link_that_a_command_prints_works(server: Server) -> None:
    """The command knows the server's port from the same configuration."""
    port = httpx.URL(server.url).port
    said = chatbox(server, "team", "enable", "--port", str(port))
    (url,) = [word for word in said.split() if "/setup#" in word]
    assert url.startswith(f"{server.url}/setup#")
    body = {"token": url.partition("#")[2], "username": "olga", "password": PASSWORD}
    answer = httpx.post(f"{server.url}/api/v1/auth/setup", json=body, trust_env=False)
    assert answer.status_code == 201
