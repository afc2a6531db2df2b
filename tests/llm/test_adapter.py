"""What the adapter sends, how it lets go, and where it may not go."""

import asyncio

import pytest

from chatbox.kit.egress import Client, Policy
from chatbox.llm import errors
from chatbox.llm.adapter import Clocks, Completion, Endpoint
from chatbox.llm.events import Finish, ToolCallDelta
from chatbox.llm.messages import Message, TextPart
from chatbox.llm.openai import OpenAIAdapter
from tests.llm.conftest import PATIENT, SECRET, SHORT, Caller, until_closed
from tests.upstream.modes import MODES


async def test_tool_calls_arrive_in_fragments(caller: Caller) -> None:
    asked = await caller.ask("tools")
    calls = [event for event in asked.events if isinstance(event, ToolCallDelta)]
    assert (calls[0].id, calls[0].name) == ("call_1", "get_weather")
    assert "".join(call.arguments for call in calls) == '{"city":"Tokyo"}'
    assert asked.events[-1] == Finish("tool_calls")


async def test_what_was_asked_arrives_as_it_should(caller: Caller) -> None:
    await caller.ask("ok-1-0")
    [record] = caller.upstream.asked("ok-1-0")
    assert record.secret == SECRET
    assert record.headers["accept-encoding"] == "identity"
    assert record.headers["content-type"] == "application/json"
    assert "cookie" not in record.headers
    assert record.body["messages"] == [{"role": "user", "content": "Hello there"}]
    assert record.body["stream_options"] == {"include_usage": True}


async def test_concessions_are_made_once_each(caller: Caller) -> None:
    await caller.ask("no-stream-options")
    first, second = caller.upstream.asked("no-stream-options")
    assert "stream_options" in first.body
    assert "stream_options" not in second.body


@pytest.mark.parametrize("model", ["silent", "silent-headers", "ok-1000-5"])
async def test_a_cancelled_reader_closes_the_upstream_at_once(caller: Caller, model: str) -> None:
    task = asyncio.ensure_future(caller.ask(model))
    await asyncio.sleep(0.15)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(1):
        await until_closed(caller, model)


async def test_closing_the_generator_closes_the_upstream_at_once(caller: Caller) -> None:
    completion = caller.completion("ok-1000-5")
    stream = caller.adapter.stream(caller.client, caller.endpoint, completion, PATIENT)
    await anext(stream)
    await stream.aclose()
    async with asyncio.timeout(1):
        await until_closed(caller, "ok-1000-5")


async def test_a_connection_serves_many_answers(caller: Caller) -> None:
    for _ in range(5):
        await caller.ask("ok-2-1")
        await caller.ask("404")
    assert len(caller.upstream.connections) == 1


async def test_nothing_listens(caller: Caller) -> None:
    with pytest.raises(errors.ConnectFailed, match=r"No connection to 127.0.0.1:1 ") as caught:
        await ask_elsewhere("http://127.0.0.1:1/v1", allowed=[("127.0.0.1", 1)])
    assert caught.value.retryable


async def test_a_forbidden_address_is_not_tried(caller: Caller) -> None:
    with pytest.raises(errors.RefusedAddress):
        await ask_elsewhere(caller.upstream.base_url, allowed=[])
    with pytest.raises(errors.RefusedAddress):
        await ask_elsewhere("http://user:pw@127.0.0.1/v1", allowed=[])
    assert not caller.upstream.records


async def test_a_hanging_connect_ends_by_its_clock() -> None:
    async def never(host: str, port: int) -> list[str]:
        await asyncio.sleep(60)
        return []

    async with Client(Policy(), lookup=never) as client:
        endpoint = Endpoint("http://slow.test/v1")
        stream = OpenAIAdapter().stream(client, endpoint, question(), Clocks(connect=0.2))
        with pytest.raises(errors.ClockExpired) as caught:
            await anext(stream)
    assert caught.value.clock == "connect"


@pytest.mark.parametrize("secret", ["sk-canary\nx: y", "sk-canary\u00e9", "sk-canary\0", "sk-🔑"])
async def test_a_secret_that_cannot_be_sent_is_not_quoted(caller: Caller, secret: str) -> None:
    endpoint = Endpoint(caller.upstream.base_url, secret)
    with pytest.raises(errors.SecretRejected) as caught:
        await caller.adapter.list_models(caller.client, endpoint)
    chain: BaseException | None = caught.value
    while chain is not None:
        assert "canary" not in repr(chain) + str(chain)
        chain = chain.__cause__ or chain.__context__
    assert not caller.upstream.records


async def test_models_are_listed(caller: Caller) -> None:
    models = await caller.adapter.list_models(caller.client, caller.endpoint)
    assert {model.name for model in models} >= set(MODES)
    assert models[0].context_window == 8_192


async def test_operator_headers_are_sent_and_replace_ours(caller: Caller) -> None:
    headers = (("x-title", "chatbox"), ("Authorization", "Bearer other-canary"))
    endpoint = Endpoint(caller.upstream.base_url + "/", SECRET, headers)
    await caller.adapter.list_models(caller.client, endpoint)
    [record] = caller.upstream.records
    assert record.path == "/v1/models"
    assert record.secret == "other-canary"
    assert record.headers["x-title"] == "chatbox"


async def test_a_hundred_answers_at_once(caller: Caller) -> None:
    answers = await asyncio.gather(*(caller.ask("ok-20-5") for _ in range(100)))
    assert {asked.text for asked in answers} == {"".join(f" t{n}" for n in range(20))}


async def test_no_clock_is_left_running(caller: Caller) -> None:
    before = len(asyncio.all_tasks())
    await caller.ask("silent", clocks=SHORT)
    await caller.ask("die@3")
    await asyncio.sleep(0.05)
    assert len(asyncio.all_tasks()) <= before + 1  # the upstream's own


def question() -> Completion:
    """Any question."""
    return Completion("m", (Message("user", (TextPart("Hi"),)),))


async def ask_elsewhere(base_url: str, *, allowed: list[tuple[str, int]]) -> None:
    """Ask at another address."""
    async with Client(Policy(allowed)) as client:
        async for _ in OpenAIAdapter().stream(client, Endpoint(base_url), question(), PATIENT):
            pass
