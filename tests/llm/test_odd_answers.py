"""Answers of real servers that bend the rules, through the real adapter over real sockets."""

import json
from contextlib import aclosing

import pytest

from chatbox.kit.egress import Client
from chatbox.llm import errors
from chatbox.llm.adapter import Completion, Endpoint
from chatbox.llm.errors import LLMError
from chatbox.llm.events import Event, Finish, TextDelta
from chatbox.llm.messages import Message, TextPart
from chatbox.llm.openai import OpenAIAdapter
from tests.kit.test_wire import Server, answering, once, serving
from tests.llm.conftest import PATIENT

OK = b"HTTP/1.1 200 OK\r\n\r\n"


async def ask(server: Server, client: Client) -> list[Event]:
    """Ask once, and collect the answer."""
    endpoint = Endpoint(f"http://127.0.0.1:{server.port}/v1")
    completion = Completion("m", (Message("user", (TextPart("Hi"),)),))
    events: list[Event] = []
    async with aclosing(OpenAIAdapter().stream(client, endpoint, completion, PATIENT)) as batches:
        async for batch in batches:
            events += batch
    return events


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (b"HTTP/1.1 401 No\r\nContent-Length: 500\r\n\r\n{", errors.SecretRejected),
        (b"HTTP/1.1 401 No\r\nContent-Encoding: br\r\n\r\nx", errors.SecretRejected),
        (b"HTTP/1.1 502 No\r\nContent-Encoding: gzip\r\n\r\nx", errors.Overloaded),
        (
            b"HTTP/1.1 429 No\r\nRetry-After: Mon, 01 Jan 2000 00:00:00 +99999999999999\r\n\r\n",
            errors.RateLimited,
        ),
    ],
)
async def test_a_refusal_is_known_by_its_status(answer: bytes, failure: type[LLMError]) -> None:
    async with serving(once(answer)) as (server, client):
        with pytest.raises(failure):
            await ask(server, client)


def chunk(delta: object, **more: object) -> bytes:
    """One event with one choice."""
    choice = {"index": 0, "delta": delta, "finish_reason": None, **more}
    return b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n"


FOUR = chunk({"content": "Four"}, finish_reason="stop") + b"data: [DONE]\n\n"
A = chunk({"content": "A"})


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (b"Content-Encoding: none\r\n\r\n" + FOUR, "Four"),
        (b"\r\n" + FOUR + chunk({"content": "behind"}), "Four"),
        (b"\r\n" + A.replace(b"]}", b'],"error":false}') + FOUR, "AFour"),
        (b"\r\n" + chunk([]) + FOUR, "Four"),
        (b"\r\n" + chunk({"content": "A"}, index=0.0) + FOUR, "AFour"),
        (b"\r\n" + chunk({"content": "A", "reasoning": {"effort": "low"}}) + FOUR, "AFour"),
        (b"\r\n" + chunk({"content": "A", "reasoning_content": []}) + FOUR, "AFour"),
        (b"\r\n" + b'{"choices":[{"message":{"content":"Whole"}}]}', "Whole"),
    ],
)  # fmt: skip
async def test_an_answer_that_bends_the_rules_is_read(answer: bytes, text: str) -> None:
    async with serving(once(b"HTTP/1.1 200 OK\r\n" + answer)) as (server, client):
        events = await ask(server, client)
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == text
    assert events[-1] == Finish("stop")


@pytest.mark.parametrize(
    ("said", "reason"),
    [("STOP", "stop"), ("MAX_TOKENS", "length"), ("null", "stop"), ("", "stop"), ("odd", "other")],
)
async def test_reasons_are_read_in_any_case(said: str, reason: str) -> None:
    answer = OK + chunk({"content": "A"}, finish_reason=said) + b"data: [DONE]\n\n"
    async with serving(once(answer)) as (server, client):
        assert (await ask(server, client))[-1] == Finish(reason)  # type: ignore[arg-type]


async def test_a_reason_that_is_none_does_not_end_an_answer() -> None:
    async with serving(once(OK + chunk({"content": "A"}, finish_reason="null"))) as (
        server,
        client,
    ):
        with pytest.raises(errors.StreamBroken):
            await ask(server, client)


async def test_a_mark_of_byte_order_in_pieces_hides_nothing() -> None:
    pieces = (OK, b"\xef", b"\xbb", b"\xbf" + chunk({"content": "A"}), FOUR)
    async with serving(answering(*pieces, pause=0.05)) as (server, client):
        events = await ask(server, client)
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == "AFour"
