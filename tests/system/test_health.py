"""What the server tells about itself."""

import asyncio

import chatbox
from chatbox.db import SQLITE_VERSION
from tests.running import Site, good, refused


async def test_info_says_what_this_is_and_nothing_secret(chat: Site) -> None:
    info = good(await chat.client.get("/info"))
    assert set(info) == {
        "name",
        "version",
        "commit",
        "sqlite_version",
        "mode",
        "demo_model",
        "limits",
        "storage",
    }
    assert (info["name"], info["version"]) == ("chatbox", chatbox.__version__)
    assert info["sqlite_version"] == SQLITE_VERSION
    assert info["mode"] == "single-user"
    assert info["demo_model"] == {"state": "off", "detail": None}
    assert info["limits"]["body_bytes"] == chat.server.config.limits.body_bytes
    assert info["storage"] == {"state": "ok", "detail": ""}


async def test_a_server_that_works_is_alive_and_ready(chat: Site) -> None:
    assert good(await chat.client.get(f"{chat.url}/healthz")) == {"status": "ok"}
    ready = good(await chat.client.get(f"{chat.url}/readyz"))
    assert ready["status"] == "ok"
    assert ready["running_turns"] == 0
    await chat.begin((await chat.session(model="up/stall@1"))["id"])
    assert good(await chat.client.get(f"{chat.url}/readyz"))["running_turns"] == 1


async def test_a_server_that_cannot_write_is_alive_but_not_ready(site: Site) -> None:
    await site.server.database._writer.execute_fetchall("PRAGMA query_only = ON")
    answer = await site.client.get(f"{site.url}/readyz")
    problem = refused(answer, 503, "not_ready")
    assert "database" in problem["detail"]
    assert answer.headers["retry-after"]
    assert good(await site.client.get(f"{site.url}/healthz")) == {"status": "ok"}
    await site.server.database._writer.execute_fetchall("PRAGMA query_only = OFF")
    refused(await site.client.get(f"{site.url}/readyz"), 503, "not_ready")
    assert good(await site.client.get("/info"))["storage"]["state"] == "broken"


async def test_a_stopping_server_takes_no_new_turns_and_is_not_ready(chat: Site) -> None:
    session = await chat.session()
    await chat.server.turns.drain(0.0)
    url = f"/sessions/{session['id']}/messages"
    answer = await chat.client.post(url, json={"content": "x"})
    refused(answer, 503, "shutting_down")
    assert answer.headers["retry-after"]
    assert await chat.messages(session["id"]) == []
    refused(await chat.client.get(f"{chat.url}/readyz"), 503, "not_ready")


async def test_a_trial_stream_comes_piece_by_piece(site: Site) -> None:
    pieces = []
    async with site.client.stream("GET", f"{site.url}/healthz/stream") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["x-accel-buffering"] == "no"
        async for piece in response.aiter_raw():
            pieces.append(piece)
    assert b"".join(pieces).count(b"event: trial\n") == 5
    assert len(pieces) > 1


async def test_a_few_trial_streams_run_at_once(site: Site) -> None:
    url = f"{site.url}/healthz/stream"
    answers = await asyncio.gather(*(site.client.get(url) for _ in range(12)))
    assert {answer.status_code for answer in answers} == {200, 429}
    assert (await site.client.get(url)).status_code == 200
