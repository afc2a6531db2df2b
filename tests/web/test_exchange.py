"""One line a request, one line a turn, one name for both."""

import logging
from collections.abc import Callable
from typing import Any

import pytest

from chatbox.cli.logs import Json
from tests.running import Site, until

Lines = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Lines:
    """The fields of the lines of an event so far."""
    caplog.set_level(logging.DEBUG)

    def find(event: str) -> list[dict[str, Any]]:
        found = [record for record in caplog.records if record.getMessage() == event]
        return [{"level": record.levelname, **vars(record)} for record in found]

    return find


async def test_a_request_is_logged_by_its_template(chat: Site, lines: Lines) -> None:
    session = await chat.session(title="x")
    await chat.client.get(f"/sessions/{session['id']}")
    line = lines("request")[-1]
    assert line["route"] == "/api/v1/sessions/{session_id}"
    assert (line["method"], line["status"], line["level"]) == ("GET", 200, "INFO")
    assert line["bytes"] > 0
    assert line["ms"] >= 0
    assert session["id"] not in str(line)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/", "/favicon.svg", "/c/x"])
async def test_what_is_asked_for_all_the_time_is_logged_quietly(
    site: Site, lines: Lines, path: str
) -> None:
    await site.client.get(site.url + path)
    assert lines("request")[-1]["level"] == "DEBUG"


async def test_a_socket_is_logged_when_it_ends(site: Site, lines: Lines) -> None:
    async with site.socket():
        assert not [line for line in lines("request") if line["method"] == "WS"]
    await until(lambda: any(line["method"] == "WS" for line in lines("request")))
    (line,) = [line for line in lines("request") if line["method"] == "WS"]
    assert (line["route"], line["status"]) == ("/api/v1/ws", 101)


async def test_a_turn_is_logged_without_a_word_of_it(
    chat: Site, lines: Lines, caplog: pytest.LogCaptureFixture
) -> None:
    said = "canary-words-that-nobody-logs"
    answer = await chat.say(said)
    for model in ("die@3", "401", "html200", "u2028"):
        await chat.stream(said, f"up/{model}")
    turns = lines("turn")
    assert [turn["status"] for turn in turns[:3]] == ["done", "interrupted", "failed"]
    assert turns[0]["turn_id"] == answer["turn"]["id"]
    assert turns[0]["first_token_seconds"] <= turns[0]["seconds"]
    assert turns[2]["code"] == "secret_rejected"
    assert turns[2]["first_token_seconds"] is None
    assert turns[0]["output_tokens"] == answer["message"]["usage"]["output_tokens"]
    written = "\n".join(Json().format(record) for record in caplog.records)
    assert said not in written
    assert answer["message"]["text"] not in written


async def test_a_turn_carries_the_id_of_the_request_that_began_it(
    chat: Site, caplog: pytest.LogCaptureFixture
) -> None:
    shown: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: shown.append(Json().format(record))  # type: ignore[method-assign]
    logging.getLogger("chatbox").addHandler(handler)
    caplog.set_level(logging.INFO)
    try:
        body = {"content": "Hello", "model": "up/echo"}
        headers = {"X-Request-ID": "from.the-proxy_1"}
        await chat.client.post("/chat", json=body, headers=headers)
    finally:
        logging.getLogger("chatbox").removeHandler(handler)
    assert [line for line in shown if '"event":"turn"' in line and "from.the-proxy_1" in line]
    assert [line for line in shown if '"event":"request"' in line and "from.the-proxy_1" in line]


@pytest.mark.parametrize("given", ["12345678", "from.the-proxy_1", "a" * 64])
async def test_an_id_that_was_given_is_kept(site: Site, given: str) -> None:
    for path in ("/api/v1/info", "/healthz", "/", "/api/v1/nothing"):
        answer = await site.client.get(site.url + path, headers={"X-Request-ID": given})
        assert answer.headers.get_list("x-request-id") == [given]
    refused = await site.client.get("/info", headers={"X-Request-ID": given, "Host": "evil.test"})
    assert refused.headers["x-request-id"] == refused.json()["request_id"] == given


@pytest.mark.parametrize(
    "given", ["", "short", "a" * 65, "has space in it", 'quote"quote"', "é" * 9]
)
async def test_an_id_that_could_break_a_line_is_replaced(site: Site, given: str) -> None:
    answer = await site.client.get("/info", headers={"X-Request-ID": given.encode()})
    assert len(answer.headers["x-request-id"]) == 36
