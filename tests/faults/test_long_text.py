"""A megabyte of nonsense as a message: explained or answered, and nobody else waits for it."""

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.faults.api import make_session, query
from tests.faults.processes import HAS_PROC, Server, Upstream, copy_prepared

MILLION = 1_000_000
TEXTS = {
    "one letter": "a" * MILLION,
    "spaces": "x" + " " * (MILLION - 2) + "x",
    "emoji": "👩" * MILLION,
    "chinese": "漢" * MILLION,
    "newlines": "x" + "\n" * (MILLION - 1),
    "no words": "qzjxkvbp" * (MILLION // 8),
}
PROMPT_SECONDS = 0.5

pytestmark = pytest.mark.skipif(not HAS_PROC, reason="needs Linux's /proc")


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory, prepared: Path) -> Iterator[Server]:
    """A server whose models take nearly anything."""
    server = Server(copy_prepared(prepared, tmp_path_factory.mktemp("wide")))
    query(server.database, "UPDATE models SET context_window = 40000000")
    server.start()
    yield server
    server.kill()


async def longest_wait(server: Server, done: asyncio.Event) -> float:
    """Ask for the health all the time; answer the longest wait, less what the kernel took."""
    longest = 0.0
    async with server.client() as client:
        await client.get(server.url + "/healthz")
        while not done.is_set():
            begin, waited = time.monotonic(), server.waited
            assert (await client.get(server.url + "/healthz")).status_code == 200
            longest = max(longest, time.monotonic() - begin - (server.waited - waited))
            await asyncio.sleep(0.005)
    return longest


async def chat(server: Server, text: str, model: str) -> tuple[httpx.Response, float]:
    """Say a text while the health is watched."""
    done = asyncio.Event()
    watching = asyncio.create_task(longest_wait(server, done))
    try:
        async with server.client() as client:
            answer = await client.post("/chat", json={"content": text, "model": f"up/{model}"})
    finally:
        done.set()
    return answer, await watching


@pytest.mark.parametrize("name", TEXTS)
async def test_a_message_beyond_the_window_is_explained(
    make_server: Callable[..., Server], wide: Server, upstream: Upstream, name: str
) -> None:
    answer, longest = await chat(wide, TEXTS[name], "ok-2-1@unlisted")  # a window of 8,192
    assert (answer.status_code, answer.json()["code"]) == (400, "message_too_long_for_context")
    assert answer.json()["tokens"] > answer.json()["budget"]
    assert len(answer.text) < 2_000
    assert longest < PROMPT_SECONDS
    assert upstream.requests("ok-2-1@unlisted") == []


@pytest.mark.parametrize("name", TEXTS)
async def test_a_message_within_the_window_is_answered(
    wide: Server, upstream: Upstream, name: str
) -> None:
    answer, longest = await chat(wide, TEXTS[name], "ok-20-10")
    assert answer.status_code == 200, answer.text[:300]
    assert longest < PROMPT_SECONDS
    (call,) = upstream.requests("ok-20-10")
    assert call["body"]["messages"][-1]["content"] == TEXTS[name]
    async with wide.client() as client:
        session = answer.json()["session_id"]
        messages = (await client.get(f"/sessions/{session}/messages")).json()["items"]
        assert messages[0]["text"] == TEXTS[name]


async def test_more_than_a_body_may_hold_is_refused(wide: Server) -> None:
    async with wide.client() as client:
        session = await make_session(client)
        body = {"content": "a" * 5_000_000, "model": "up/echo"}
        answer = await client.post(f"/sessions/{session}/messages", json=body)
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
        body["content"] = "a" * 1_600_000
        answer = await client.post(f"/sessions/{session}/messages", json=body)
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
