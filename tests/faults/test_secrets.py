"""A provider's secret appears nowhere but in the request it belongs to."""

import base64
import os
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.faults.api import ask, make_session, query, send
from tests.faults.conftest import SECRET, connect
from tests.faults.processes import Server, Upstream

SECOND = "second-canary-Qk77Lm"
THIRD = "sk-third-canary-Wd20Xy"


async def test_a_secret_is_in_no_log_answer_or_file(
    make_server: Callable[..., Server], upstream: Upstream
) -> None:
    server = make_server("--log-level", "debug").start()
    heard: list[bytes] = []

    async def hear(response: httpx.Response) -> None:
        heard.append(await response.aread() + str(response.headers).encode())

    async with server.client() as client:
        client.event_hooks["response"].append(hear)
        await use_secrets(client, upstream)
        assert {call["secret_end"] for call in upstream.requests("echo")} == {SECRET[-4:]}
    server.kill()
    wal = server.database.with_name("chatbox.db-wal")
    assert wal.stat().st_size > 0
    server.start()
    assert server.stop() == 0
    places = [*server.data.rglob("*"), server.log, server.output]
    found = [
        (str(place), canary)
        for canary in (SECRET, SECOND, THIRD)
        for place in places
        if place.is_file() and holds(place.read_bytes(), canary)
    ]
    assert found == []
    for canary in (SECRET, SECOND, THIRD):
        assert not any(holds(body, canary) for body in heard)


async def use_secrets(client: httpx.AsyncClient, upstream: Upstream) -> None:
    """Everything that touches a secret, the ways that fail among them."""
    (first,) = (await client.get("/providers")).json()["items"]
    new = {"name": "second", "base_url": upstream.base_url, "secret": SECOND}
    second = (await client.post("/providers", json=new)).json()
    assert second["has_secret"]
    assert (await client.post("/providers", json={**new, "nope": SECOND})).status_code == 400
    assert (await client.post("/providers", json=new)).status_code == 409
    url = f"/providers/{second['id']}"
    for change in ({"secret": THIRD}, {"secret": [THIRD]}, {"secret": THIRD, "base_url": THIRD}):
        await client.patch(url, json=change)
    await client.patch(url, json={"secret": f"{THIRD}\nx: y"})
    await client.post(f"{url}/test")
    await client.post(f"{url}/models/refresh")
    for model in ("echo", "echo-secret-401", "401", "redirect", "html200", "die@3"):
        body = {"content": "Hi", "model": f"up/{model}"}
        stream = await client.post("/chat/stream", json=body)
        assert b"event: done" in stream.content
    body = {"content": "Hi", "model": "second/echo-secret-401"}
    answer = await client.post("/chat", json=body)
    assert (answer.status_code, answer.json()["code"]) == (502, "provider_failed")
    for path in ("/providers", url, "/models", "/sessions", "/settings", "/info", "/admin/stats"):
        assert (await client.get(path)).status_code == 200
    told = {
        "Authorization": f"Bearer {SECOND}",
        "Cookie": THIRD,
        "X-Request-ID": f"{THIRD} {SECOND}",
    }
    assert (await client.get("/info", headers=told)).status_code == 200
    assert (await client.get(str(client.base_url.copy_with(path="/metrics")))).status_code == 200
    assert first["secret_hint"].endswith(SECRET[-4:])


def holds(content: bytes, canary: str) -> bool:
    plain = canary.encode()
    packed = [base64.b64encode(b"\0" * offset + plain)[4:-4] for offset in range(3)]
    return plain in content or plain.hex().encode() in content or any(p in content for p in packed)


def test_a_wrong_master_key_refuses_the_start(make_server: Callable[..., Server]) -> None:
    server = make_server()
    key = server.data.with_name("data.master-key")
    right = key.read_text()
    key.write_text(base64.b64encode(os.urandom(32)).decode())
    wrong = server.refused()
    assert "master key" in wrong
    assert "Traceback" not in wrong
    assert right.strip() not in wrong
    key.write_text("not a key")
    assert str(key) in server.refused()
    key.unlink()
    assert str(key) in server.refused()
    assert not key.exists(), "a new key would make the secrets unreadable for ever"
    server.start(master_key=right)


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("UPDATE providers SET base_url = replace(base_url, '127.0.0.1', 'localhost')", "host"),
        ("UPDATE providers SET base_url = base_url || '/?@evil.test'", None),
        (
            "UPDATE providers SET secret = (SELECT secret FROM providers WHERE name = 'other') "
            "WHERE name = 'up'",
            "row",
        ),
        (
            "UPDATE providers SET secret = CAST(substr(secret, 1, 50) || x'00' AS BLOB)",
            "bytes",
        ),
    ],
)
async def test_a_secret_opens_only_at_its_own_place(
    make_server: Callable[..., Server], upstream: Upstream, sql: str, what: str | None
) -> None:
    """Whoever can write the file can still not send a stored secret elsewhere."""
    server = make_server().start()
    await connect(server, name="other", base_url=upstream.base_url, secret=SECOND)
    assert server.stop() == 0
    query(server.database, sql)
    server.start()
    upstream.forget()
    async with server.client() as client:
        started = await send(client, await make_session(client), "echo")
        for _ in range(2):
            reply = await ask(client, "echo")
        if what is None:  # the same origin: its own server may be asked anything
            return
        assert (reply["status"], reply["error"]["code"]) == ("failed", "secret_required")
        assert "Enter it again" in reply["error"]["detail"]
        assert started["reply"]["status"] == "pending"
    assert upstream.requests() == []


def test_the_prepared_key_is_outside_the_data_directory(prepared: Path) -> None:
    assert not list((prepared / "data").rglob("*key*"))
