"""A scripted upstream and a real client that may reach it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from chatbox.kit.egress import Client, Policy
from chatbox.llm.adapter import Clocks, Completion, Endpoint, Params
from chatbox.llm.errors import LLMError
from chatbox.llm.events import Event, TextDelta
from chatbox.llm.messages import Message, TextPart
from chatbox.llm.openai import OpenAIAdapter
from tests.upstream import Upstream

SECRET = "sk-canary-0123456789"
SHORT = Clocks(connect=5.0, first_token=0.3, idle=0.3, total=20.0)
PATIENT = Clocks(connect=5.0, first_token=20.0, idle=20.0, total=60.0)


class Asked:
    """What one call gave."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.size = 0
        self.failure: LLMError | None = None

    @property
    def text(self) -> str:
        """The answer's words."""
        return "".join(event.text for event in self.events if isinstance(event, TextDelta))


class Caller:
    """Asks the scripted upstream through the real adapter and client."""

    def __init__(self, upstream: Upstream, client: Client) -> None:
        self.upstream = upstream
        self.client = client
        self.adapter = OpenAIAdapter()
        self.endpoint = Endpoint(upstream.base_url, SECRET)

    def completion(self, model: str, words: str = "Hello there") -> Completion:
        """A small question."""
        message = Message("user", (TextPart(words),))
        return Completion(model, (message,), Params(max_tokens=50))

    async def ask(self, model: str, *, clocks: Clocks = PATIENT, keep: bool = True) -> Asked:
        """Ask, and collect everything or only its size."""
        asked = Asked()
        stream = self.adapter.stream(self.client, self.endpoint, self.completion(model), clocks)
        try:
            async with aclosing(stream) as events:
                async for batch in events:
                    asked.size += sum(len(e.text) for e in batch if isinstance(e, TextDelta))
                    if keep:
                        asked.events += batch
        except LLMError as failure:
            asked.failure = failure
        shown = repr(asked.failure)
        assert SECRET not in shown
        assert asked.failure is None or "<" not in asked.failure.detail
        return asked


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    """A scripted upstream of its own for each test."""
    async with Upstream() as up, Client(Policy([("127.0.0.1", up.port)])) as client:
        yield Caller(up, client)


async def until_closed(caller: Caller, model: str) -> None:
    """Wait until the upstream has seen the end of its connection."""
    async with asyncio.timeout(5):
        while any(record.ended is None for record in caller.upstream.asked(model)):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert all(record.ended_by == "peer" for record in caller.upstream.asked(model))
