"""nginx before chatbox, with the very text of docs/proxies.md but for ports, TLS and places."""

import asyncio
import os
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from chatbox.cli.doctor_stream import check_address
from chatbox.cli.findings import Finding
from tests.running import SECRET, Site, config_in, events_of, good, next_frame, next_of, refused
from tests.scripts.places import free_port
from tests.team import PASSWORD as TEAM_PASSWORD
from tests.team import USER, Template, run_team
from tests.upstream import Upstream

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "proxies.md"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
TEAM_SOCKET = "ws://chat.example.com/api/v1/ws"
ALONE, TEAM = "## For one person", "## For a team"
ORIGIN, PASSWORD = "https://chat.example.com", ("you", "secret")

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


def configuration(folder: Path, chatbox_port: int, port: int, *, heading: str) -> str:
    """The documented text around which nginx needs a few lines to run as a test."""
    text = DOCUMENT.read_text().partition(heading)[2]
    text = text.partition("```nginx\n")[2].partition("```")[0]
    changes = {
        r"127\.0\.0\.1:8000": f"127.0.0.1:{chatbox_port}",
        r"listen 443 ssl;": f"listen 127.0.0.1:{port};",
        r"ssl_certificate\S* .*;": "",
    }
    if heading == ALONE:
        changes[r"/etc/nginx/chatbox\.htpasswd"] = str(folder / "htpasswd")
    for old, new in changes.items():
        assert re.search(old, text), old
        text = re.sub(old, new, text)
    owner = "user root;" if os.geteuid() == 0 else ""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    return f"""
        daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/log; {owner}
        events {{}}
        http {{ access_log off; {places} {text} }}
    """


@pytest.fixture
async def proxied(site: Site, upstream: Upstream, tmp_path: Path) -> AsyncIterator[str]:
    """nginx before a server whose provider `up` is the scripted one; its address."""
    new = {"name": "up", "base_url": upstream.base_url, "secret": SECRET}
    good(await site.client.post("/providers", json=new))
    (tmp_path / "htpasswd").write_text("you:{PLAIN}secret\n")
    async with running_nginx(tmp_path, site.port, heading=ALONE) as address:
        yield address


@asynccontextmanager
async def running_nginx(folder: Path, chatbox_port: int, *, heading: str) -> AsyncIterator[str]:
    """Run nginx with one of the documented texts; its address."""
    port = free_port()
    text = configuration(folder, chatbox_port, port, heading=heading)
    (folder / "nginx.conf").write_text(text)
    command = [str(NGINX), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]
    nginx = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)  # noqa: ASYNC220
    try:
        while True:
            assert nginx.poll() is None, nginx.stderr and nginx.stderr.read()
            try:
                (await asyncio.open_connection("127.0.0.1", port))[1].close()
                break
            except OSError:
                await asyncio.sleep(0.02)
        yield f"127.0.0.1:{port}"
    finally:
        nginx.terminate()
        nginx.communicate()


def browser(address: str, **headers: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=f"http://{address}/api/v1",
        headers={"Host": "chat.example.com", "Origin": ORIGIN, **headers},
        auth=PASSWORD,
        trust_env=False,
        timeout=30,
    )


async def test_a_reply_arrives_as_it_grows(proxied: str, upstream: Upstream) -> None:
    """The provider sends for seconds; the first text is read while it still does."""
    async with browser(proxied) as client:
        question = {"content": "Count", "model": "up/ok-400-50"}
        async with client.stream("POST", "/chat/stream", json=question) as response:
            assert response.status_code == 200
            events = events_of(response)
            turn = (await anext(events)).data["turn_id"]
            assert (await next_of(events, "delta")).data["text"]
            assert good(await client.get(f"/turns/{turn}"))["status"] in ("pending", "running")
        good(await client.post(f"/turns/{turn}/stop"))


async def test_a_socket_is_passed_on(proxied: str, site: Site) -> None:
    async with connect(socket_url(proxied), origin=ORIGIN, proxy=None) as socket:
        await next_frame(socket, "hello")
        await site.session(title="news")
        assert "news" in str(await next_frame(socket, "session"))


async def test_other_sites_and_strangers_stay_outside(proxied: str) -> None:
    async with browser(proxied, Origin="https://elsewhere.example") as client:
        refused(await client.post("/sessions", json={}), 403, "foreign_origin")
        with pytest.raises(InvalidStatus) as stopped:
            await connect(socket_url(proxied), origin="https://elsewhere.example", proxy=None)
        assert stopped.value.response.status_code == 403
        client.auth = None
        assert (await client.get("/sessions")).status_code == 401


async def test_the_doctor_gets_through_with_a_login(proxied: str) -> None:
    def findings(login: str) -> list[Finding]:
        return list(check_address(f"http://{proxied}", login))

    (stopped,) = await asyncio.to_thread(findings, "")
    assert "--login-file" in stopped.text
    found = await asyncio.to_thread(findings, ":".join(PASSWORD))
    assert {one.check: one.state for one in found} == dict.fromkeys(
        ("address", "clock", "stream"), "ok"
    )


async def test_a_team_signs_in_through_the_proxy(
    data_dir: Path, team_template: Template, tmp_path: Path
) -> None:
    config = config_in(data_dir, team=True, public_url=ORIGIN, trusted_proxies="127.0.0.1")
    async with (
        run_team(config, team_template) as team,
        running_nginx(tmp_path, team.site.port, heading=TEAM) as address,
        browser(address) as client,
    ):
        client.auth = None
        client.headers["X-Forwarded-For"] = "203.0.113.77"
        body = {"username": USER, "password": TEAM_PASSWORD}
        answer = await client.post("/auth/login", json=body)
        assert answer.status_code == 200
        assert answer.headers["strict-transport-security"]
        cookie = "; ".join(f"{one.name}={one.value}" for one in client.cookies.jar)
        client.headers["Cookie"] = cookie
        (login, *_) = good(await client.get("/auth/logins"))["items"]
        assert (login["current"], login["address"]) == (True, "127.0.0.1")
        host, _, port = address.partition(":")
        there = {"origin": ORIGIN, "host": host, "port": int(port), "proxy": None}
        with pytest.raises(InvalidStatus):
            await connect(TEAM_SOCKET, **there)
        known = {"Cookie": cookie}
        async with connect(TEAM_SOCKET, additional_headers=known, **there) as socket:
            await next_frame(socket, "hello")


def test_the_doctor_sends_no_password_in_the_clear() -> None:
    (refusal,) = check_address("http://chat.example.com", "you:secret")
    assert "in the clear" in refusal.text
    assert "secret" not in refusal.text


def socket_url(address: str) -> str:
    user, password = PASSWORD
    return f"ws://{user}:{password}@{address}/api/v1/ws"
