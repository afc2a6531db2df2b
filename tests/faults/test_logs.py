"""What a real server writes to its log: objects, one a line, and never a word of a chat."""

import json
from collections.abc import Callable

from tests.faults.api import make_session
from tests.faults.processes import Server

SAID = "words-of-a-chat-5Jq"


async def test_a_log_in_json_is_one_object_a_line(make_server: Callable[..., Server]) -> None:
    server = make_server("--log-level", "debug", "--log-format", "json").start()
    async with server.client() as client:
        session = await make_session(client)
        named = {"X-Request-ID": "proxy-request-0001"}
        for model in ("echo", "401", "die@3", "html200", "429-then-ok"):
            body = {"content": SAID, "model": f"up/{model}"}
            answer = await client.post("/chat/stream", json=body, headers=named)
            assert answer.headers["x-request-id"] == "proxy-request-0001"
        assert (await client.post("/chat", json={"content": SAID, "nope": SAID})).status_code == 400
        await client.get(f"/sessions/{SAID}")
    assert server.stop() == 0
    text = server.log.read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert all({"time", "level", "logger", "event"} <= line.keys() for line in lines)
    turns = [line for line in lines if line["event"] == "turn"]
    assert [turn["status"] for turn in turns] == [
        "done",
        "failed",
        "interrupted",
        "failed",
        "done",
    ]
    assert {turn["request_id"] for turn in turns} == {"proxy-request-0001"}
    assert turns[-1]["retries"] == 1
    routes = {line["route"] for line in lines if line["event"] == "request"}
    assert {"/api/v1/chat/stream", "/api/v1/sessions/{session_id}"} <= routes
    assert SAID not in text
    assert session not in text
