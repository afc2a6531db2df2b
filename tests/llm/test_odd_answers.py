"""Answers of real servers that bend the rules, through the real adapter over real sockets."""

from contextlib import aclosing

import pytest

from chatbox.kit.egress import Client
from chatbox.llm import errors
from chatbox.llm.adapter import Completion, Endpoint
from chatbox.llm.errors import LLMError
from chatbox.llm.events import Event
from chatbox.llm.messages import Message, TextPart
from chatbox.llm.openai import OpenAIAdapter
from tests.kit.test_wire import Server, once, serving
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
