"""What may be in a request body, on every route that takes one: never a 5xx."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from chatbox.web import boundary
from chatbox.web.boundary import DISCARD_SECONDS, DISCARDED_BYTES, LOOK_UP_SECONDS
from tests.running import UNKNOWN, Site, config_in, refused, run_site

FORGED = (
    "user_id",
    "owner_id",
    "role",
    "is_admin",
    "created_at",
    "version",
    "status",
    "turn_id",
    "deleted_at",
)
ODD_VALUES: tuple[Any, ...] = ([], {}, 10**30, "\x00", "x" * 5_000)
NOT_JSON = (b"{", b'{"a":', b'"', b"nul", b"{} {}", b"\xff\xfe", b"\x00", b"{'a': 1}", b"[1,]")
NOT_UTF8 = (b'{"title":"\xff"}', b'{"content":"\xc3"}', b'{"\xed\xa0\x80":1}')


@pytest.fixture
async def writes(chat: Site) -> dict[tuple[str, str], dict[str, Any]]:
    """Every route that takes a body, with one that is good."""
    answer = await chat.say("Hello")
    session, reply = answer["session_id"], answer["message"]["id"]
    provider = (await chat.client.get("/providers")).json()["items"][0]
    new = {"name": "other", "base_url": provider["base_url"], "enabled": False}
    return {
        ("POST", "/sessions"): {"title": "x"},
        ("PATCH", f"/sessions/{session}"): {"title": "x"},
        ("POST", f"/sessions/{session}/messages"): {"content": "x"},
        ("POST", "/chat"): {"content": "x"},
        ("POST", "/chat/stream"): {"content": "x"},
        ("PATCH", f"/messages/{reply}"): {"pinned": True},
        ("POST", f"/messages/{reply}/regenerate"): {"model": "up/echo"},
        ("POST", "/providers"): new,
        ("PATCH", f"/providers/{provider['id']}"): {"enabled": True},
        ("POST", "/providers/detect/use"): {"name": "Ollama"},
        ("POST", "/models"): {"provider_id": provider["id"], "name": "x"},
        ("PATCH", "/models/up%2Fecho"): {"enabled": True},
        ("PATCH", "/settings"): {"theme": "dark"},
        ("PATCH", "/settings/system"): {"turns_per_user": 5},
        ("POST", "/settings/system/revert"): {"id": 1},
    }


async def send(client: httpx.AsyncClient, method: str, url: str, body: Any) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    return await client.request(method, url, content=content, headers=headers)


async def test_broken_json_is_a_400_everywhere(chat: Site, writes: Any) -> None:
    for method, url in writes:
        for body in (*NOT_JSON, *NOT_UTF8):
            refused(await send(chat.client, method, url, body), 400, "invalid_request")


async def test_wrong_types_are_a_400_everywhere(chat: Site, writes: Any) -> None:
    wrong: list[Any] = [[], "", 7, [{}], {"": 1}]
    for (method, url), good in writes.items():
        for body in wrong:
            refused(await send(chat.client, method, url, body), 400, "invalid_request")
        for field in good:
            for value in ODD_VALUES:
                answer = await send(chat.client, method, url, good | {field: value})
                assert answer.status_code < 500 or answer.json()["code"] == "provider_failed"


async def test_empty_and_null_bodies_are_never_a_5xx(chat: Site, writes: Any) -> None:
    for method, url in writes:
        for body in (b"", b"null", b"{}"):
            answer = await send(chat.client, method, url, body)
            assert answer.status_code < 500, f"{method} {url} {body!r}: {answer.text}"


async def test_fields_that_are_not_the_callers_are_refused_everywhere(
    chat: Site, writes: Any
) -> None:
    passed = []
    for (method, url), good in writes.items():
        for field in FORGED:
            answer = await send(chat.client, method, url, good | {field: "1"})
            if answer.status_code != 400 or field not in answer.json()["detail"]:
                passed.append((method, url, field, answer.status_code))
    assert not passed


async def test_a_client_made_id_never_overwrites(chat: Site) -> None:
    first = await chat.session(title="First")
    answer = await chat.client.post("/sessions", json={"id": first["id"], "title": "Second"})
    refused(answer, 409, "already_exists")
    assert (await chat.client.get(f"/sessions/{first['id']}")).json() == first
    said = await chat.say("Hello")
    stored = (await chat.messages(said["session_id"]))[0]
    body = {"content": "Mine now", "message_id": stored["id"]}
    answer = await chat.client.post(f"/sessions/{said['session_id']}/messages", json=body)
    refused(answer, 409, "already_exists")
    assert (await chat.messages(said["session_id"]))[0] == stored


@pytest.mark.parametrize("depth", [100, 10_000, 1_000_000])
async def test_deep_json_is_refused(client: httpx.AsyncClient, depth: int) -> None:
    for body in (
        b"[" * depth,
        b'{"a":' * depth + b"1" + b"}" * depth,
        b'{"title":' + b"[" * depth + b"]" * depth + b"}",
    ):
        if len(body) < 4 * 1024 * 1024:
            answer = await send(client, "POST", "/sessions", body)
            problem = refused(answer, 400, "invalid_request")
            assert "too deeply" in problem["detail"]


async def test_brackets_inside_text_are_not_nesting(client: httpx.AsyncClient) -> None:
    prompt = '[{"' * 500 + "\\" + '"]}'
    answer = await client.post("/sessions", json={"system_prompt": prompt})
    assert answer.status_code == 201
    assert answer.json()["system_prompt"] == prompt


async def test_huge_numbers_are_refused_or_kept_but_never_crash(client: httpx.AsyncClient) -> None:
    for number in (10**30, -(10**30), 2**63, 2**64, 1e308):
        for field in ("seed", "max_tokens", "temperature"):
            answer = await client.post("/sessions", json={"params": {field: number}})
            assert answer.status_code == 400, f"{field}={number}: {answer.text}"
    for word in (b"NaN", b"Infinity", b"-Infinity", b"1e999"):
        body = b'{"params":{"temperature":' + word + b"}}"
        refused(await send(client, "POST", "/sessions", body), 400, "invalid_request")


async def test_nul_and_odd_characters_survive(client: httpx.AsyncClient) -> None:
    title = "a\x00b\u2028c\U0001f469\u200d\U0001f680\r\nd"
    created = (await client.post("/sessions", json={"title": title})).json()
    assert created["title"] == title
    answer = await client.get(f"/sessions/{created['id']}")
    assert answer.json()["title"] == title


async def test_lone_surrogates_are_refused(client: httpx.AsyncClient) -> None:
    for text in (rb"\ud800", rb"\udfff", rb"\ud800\ud800"):
        body = b'{"title":"' + text + b'"}'
        refused(await send(client, "POST", "/sessions", body), 400, "invalid_request")


async def test_a_doubled_key_counts_once(client: httpx.AsyncClient) -> None:
    answer = await send(client, "POST", "/sessions", b'{"title":"one","title":"two"}')
    assert answer.status_code in (201, 400)
    assert len((await client.get("/sessions")).json()["items"]) <= 1


async def test_a_body_that_is_too_large_is_refused(tmp_path: Any) -> None:
    config = config_in(tmp_path)
    limits = type(config.limits)(body_bytes=10_000)
    async with run_site(config_in(tmp_path, limits=limits)) as site:
        body = json.dumps({"system_prompt": "x" * 10_000}).encode()
        refused(await send(site.client, "POST", "/sessions", body), 413, "body_too_large")
        fitting = json.dumps({"system_prompt": "x" * 9_000}).encode()
        assert (await send(site.client, "POST", "/sessions", fitting)).status_code == 201


async def test_an_endless_body_is_cut_at_the_limit(site: Site, client: httpx.AsyncClient) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 65_536
            yield b"x" * 65_536

    headers = {"Content-Type": "application/json"}
    async with asyncio.timeout(30):
        with contextlib.suppress(httpx.WriteError, httpx.ReadError):  # closed while we talked
            answer = await client.post("/sessions", content=endless(), headers=headers)
            assert answer.status_code == 413
    assert sent < site.server.config.limits.body_bytes + 2 * DISCARDED_BYTES
    assert (await client.get("/info")).status_code == 200


async def test_a_length_of_five_gigabytes_is_refused_before_it_is_read(site: Site) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(
        f"POST /api/v1/sessions HTTP/1.1\r\nHost: localhost:{site.port}\r\n"
        "Content-Type: application/json\r\nContent-Length: 5000000000\r\n\r\n".encode()
    )
    async with asyncio.timeout(DISCARD_SECONDS / 2):
        assert b" 413 " in await reader.readline()
    writer.close()
    await writer.wait_closed()


async def test_half_a_body_is_let_go_when_the_server_stops(site: Site) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(
        f"POST /api/v1/sessions HTTP/1.1\r\nHost: localhost:{site.port}\r\n"
        'Content-Type: application/json\r\nContent-Length: 50\r\n\r\n{"ti'.encode()
    )
    await asyncio.sleep(2 * LOOK_UP_SECONDS)
    site.server.hub.stopping = True
    async with asyncio.timeout(5):
        answer = await reader.read()
    assert b" 503 " in answer.partition(b"\r\n")[0]
    assert b"shutting_down" in answer
    assert b"retry-after: 2" in answer
    writer.close()


async def test_half_a_body_is_waited_for_only_so_long(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boundary, "PATIENCE_SECONDS", 0.3)
    monkeypatch.setattr(boundary, "LATE_DISCARD_SECONDS", 0.1)
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(
        f"POST /api/v1/sessions HTTP/1.1\r\nHost: localhost:{site.port}\r\n"
        'Content-Type: application/json\r\nContent-Length: 50\r\n\r\n{"ti'.encode()
    )
    async with asyncio.timeout(5):
        answer = await reader.read()
    assert b" 408 " in answer.partition(b"\r\n")[0]
    assert b"body_timeout" in answer
    writer.close()


async def test_odd_query_values_are_never_a_5xx(client: httpx.AsyncClient) -> None:
    urls = [
        f"{path}?{name}={value}"
        for path in ("/sessions", "/models", f"/sessions/{UNKNOWN}/messages")
        for name in ("limit", "cursor", "q", "archived", "from", "enabled")
        for value in ("", "-1", "%00", "%ED%A0%80", "1e9", "9" * 30, "W10")
    ]
    for url in urls:
        answer = await client.get(url)
        assert answer.status_code < 500, f"{url}: {answer.text}"
