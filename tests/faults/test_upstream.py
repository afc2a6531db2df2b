"""Providers that fail, stall, flood and lie: what came is kept, the reason told, memory flat."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from tests.faults.api import JSON, ask, following, make_session, numbered, query, send
from tests.faults.processes import HAS_PROC, Server, Upstream, copy_prepared
from tests.upstream.broken import SEPARATORS, UNICODE

MEBIBYTE = 1024 * 1024
CLOCKS = {
    "upstream_first_token_seconds": "0.6",
    "upstream_local_first_token_seconds": "0.6",
    "upstream_idle_seconds": "0.6",
    "upstream_total_seconds": "4",
}


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory, prepared: Path) -> Iterator[Server]:
    """A server with short clocks, for all tests of this module."""
    folder = copy_prepared(prepared, tmp_path_factory.mktemp("impatient"))
    server = Server(folder).start(**CLOCKS)
    yield server
    server.kill()


@pytest.fixture
def server(impatient: Server, upstream: Upstream) -> Server:
    return impatient


@pytest.fixture
async def client(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with server.client() as open_client:
        yield open_client


@pytest.mark.parametrize(
    ("model", "calls", "status", "code"),
    [
        ("429-then-ok", 2, "done", None),
        ("503-then-ok", 2, "done", None),
        ("429-retry-after-120", 1, "failed", "rate_limited"),
        ("529", 3, "failed", "provider_overloaded"),
        ("500", 3, "failed", "provider_overloaded"),
        ("401", 1, "failed", "secret_rejected"),
        ("402", 1, "failed", "credit_exhausted"),
        ("404", 1, "failed", "model_missing"),
        ("redirect", 1, "failed", "redirect_refused"),
    ],
)
async def test_retries_come_before_output_only_and_the_reason_is_kept(
    client: httpx.AsyncClient, upstream: Upstream, model: str, calls: int, status: str, code: str
) -> None:
    session = await make_session(client)
    reply = await finished(client, session, model)
    assert len(upstream.requests(model)) == calls
    assert reply["status"] == status
    assert (reply["error"] and reply["error"]["code"]) == code
    assert (await client.get(f"/sessions/{session}")).json()["message_count"] == 2


@pytest.mark.parametrize("model", ["die@37", "cut@37", "cleancut@37"])
async def test_what_came_before_the_line_broke_is_kept(
    client: httpx.AsyncClient, upstream: Upstream, model: str
) -> None:
    reply = await ask(client, model)
    assert (reply["status"], reply["text"]) == ("interrupted", numbered(37))
    assert reply["error"]["code"] == "stream_broken"
    assert len(upstream.requests(model)) == 1, "a retry after output would double it"


@pytest.mark.parametrize(
    ("model", "words", "text"),
    [
        ("silent", "did not begin", ""),
        ("silent-headers", "did not begin", ""),
        ("drip", "did not begin", ""),
        ("comments-only", "did not begin", ""),
        ("stall@4", "nothing more", numbered(4)),
        ("ok-1000-50", "not finished within", None),
    ],
)
async def test_the_clock_that_ran_out_is_named(
    server: Server, client: httpx.AsyncClient, upstream: Upstream, model: str, words: str, text: str
) -> None:
    if model == "ok-1000-50":  # a local model may take its time: 4 s and its first token's 0.6 s
        begun = await send(client, await make_session(client), model)
        await asyncio.sleep(5.5)
        reply = (await client.get(f"/messages/{begun['reply']['id']}")).json()
    else:
        reply = await ask(client, model)
    assert reply["error"]["code"] == "clock_expired"
    assert words in reply["error"]["detail"]
    if text is not None:
        assert reply["text"] == text
    assert all(call["ended_by"] == "peer" for call in upstream.requests(model))


@pytest.mark.parametrize(
    ("model", "text"),
    [
        ("u2028", SEPARATORS),
        ("utf8-split", UNICODE),
        ("one-byte", UNICODE),
        ("crlf-split", "Four"),
        ("bom", "Four"),
        ("nospace", "Four"),
        ("multiline", "Four"),
        ("nodone", "Four"),
        ("exec-event", "Four"),
        ("gzip", "Four"),
        ("nousage", "Four"),
        ("json-plain", "Four"),
    ],
)
async def test_odd_answers_are_read_to_the_letter(
    client: httpx.AsyncClient, model: str, text: str
) -> None:
    """Over the wire as well: the stream, the stored text, and the stream once more."""
    started = await send(client, await make_session(client), model)
    url = f"/turns/{started['turn']['id']}/events"
    for _ in range(2):
        async with following(client, url) as events:
            said = [event.data["text"] async for event in events if event.kind == "delta"]
        assert "".join(said) == text
    reply = (await client.get(f"/messages/{started['reply']['id']}")).json()
    assert (reply["status"], reply["text"]) == ("done", text)


@pytest.mark.skipif(not HAS_PROC, reason="needs Linux's /proc")
@pytest.mark.parametrize(
    ("model", "codes"),
    [
        ("html200", {"answer_unreadable"}),
        ("json-array", {"answer_unreadable"}),
        ("json-error", {"upstream_failed"}),
        ("longline", {"answer_too_large"}),
        ("two-json", {"answer_unreadable"}),
        ("nul", {None, "answer_unreadable"}),
        ("nul-escape", {None}),
        ("invalid-utf8", {None, "answer_unreadable"}),
        ("surrogate", {None, "answer_unreadable"}),
    ],
)
async def test_garbage_ends_soon_and_tells_no_markup(
    server: Server, client: httpx.AsyncClient, model: str, codes: set[str | None]
) -> None:
    await ask(client, "ok-1-1")
    before, begin = server.rss, time.monotonic()
    reply = await ask(client, model)
    assert time.monotonic() - begin < 2.0 + server.waited
    assert (reply["error"] and reply["error"]["code"]) in codes
    assert "<" not in str(reply["error"])
    assert "\0" not in reply["text"]
    assert server.rss - before < 16 * MEBIBYTE


@pytest.mark.skipif(not HAS_PROC, reason="needs Linux's /proc")
@pytest.mark.parametrize("model", ["gzipbomb", "endless"])
async def test_a_flood_is_stopped_at_the_cap(
    server: Server, client: httpx.AsyncClient, upstream: Upstream, model: str
) -> None:
    """Memory is watched while it happens; the text so far stays readable."""
    await ask(client, "ok-1-1")
    before = highest = server.rss
    started = await send(client, await make_session(client), model)
    turn = f"/turns/{started['turn']['id']}"
    while (await client.get(turn)).json()["status"] == "running":
        highest = max(highest, server.rss)
        await asyncio.sleep(0.02)
    highest = max(highest, server.rss)
    reply = (await client.get(f"/messages/{started['reply']['id']}")).json()
    assert reply["status"] == "interrupted"
    assert reply["error"]["code"] == "answer_too_large"
    assert reply["text"]
    assert highest - before < 64 * MEBIBYTE, f"{(highest - before) / MEBIBYTE:.0f} MB more"
    assert all(call["ended"] for call in upstream.requests(model))


@pytest.mark.skipif(not HAS_PROC, reason="needs Linux's /proc")
async def test_stop_closes_the_upstream_within_a_second(
    server: Server, client: httpx.AsyncClient, upstream: Upstream
) -> None:
    for model in ("ok-3000-1-5000@first", "ok-3000-10@stream", "stall@3", "silent"):
        started = await send(client, await make_session(client), model)
        await asyncio.sleep(0.25)
        pressed, waited = time.time(), server.waited
        answer = await client.post(f"/turns/{started['turn']['id']}/stop")
        assert answer.status_code == 202
        await settle(upstream, model)
        (call,) = upstream.requests(model)
        assert call["ended_by"] == "peer"
        assert call["ended"] - pressed < 1.0 + server.waited - waited
        reply = (await client.get(f"/messages/{started['reply']['id']}")).json()
        assert reply["status"] == "stopped"
        assert reply["text"] == numbered(reply["text"].count(" "))
        assert reply["usage"]["output_tokens"] >= reply["text"].count(" ")
        again = await client.post(f"/turns/{started['turn']['id']}/stop")
        assert again.json()["status"] == "stopped"


async def settle(upstream: Upstream, model: str) -> None:
    for _ in range(100):
        if upstream.requests(model)[0]["ended"]:
            return
        await asyncio.sleep(0.05)


async def test_nothing_is_left_running(
    client: httpx.AsyncClient, server: Server, upstream: Upstream
) -> None:
    """The last test of the module: after all those failures no turn and no call hangs."""
    assert (await client.get(server.url + "/readyz")).json()["running_turns"] == 0
    assert all(call["ended"] for call in upstream.requests())
    assert query(server.database, "SELECT count(*) FROM journal") == [(0,)]


async def finished(client: httpx.AsyncClient, session: str, model: str) -> JSON:
    started = await send(client, session, model)
    async with following(client, f"/turns/{started['turn']['id']}/events") as events:
        async for _ in events:
            pass
    reply: JSON = (await client.get(f"/messages/{started['reply']['id']}")).json()
    return reply
