"""Every scripted behaviour of a provider, through the real adapter and the real client."""

import asyncio
import resource
from contextlib import aclosing

import pytest

from chatbox.llm import errors
from chatbox.llm.adapter import Clocks
from chatbox.llm.errors import LLMError
from chatbox.llm.events import Finish, TextDelta, Usage
from tests.llm.conftest import SHORT, Caller, until_closed
from tests.upstream.broken import MODES as BROKEN
from tests.upstream.broken import SEPARATORS, UNICODE
from tests.upstream.dialects import MODES as DIALECTS
from tests.upstream.modes import COUNTED, MODES
from tests.upstream.samples import MARKDOWN, XSS

FINE = {
    "ok-20-1": "".join(f" t{n}" for n in range(20)),
    "ok-3-1-50": " t0 t1 t2",
    "echo": "Hello there",
    "markdown": MARKDOWN,
    "xss": XSS,
    "deepseek": "Four.",
    "openrouter": "Four.",
    "ollama": "Four.",
    "llamacpp": "Four.",
    "tools": "",
    "parts": "Four",
    "length": "Cut",
    "no-stream-options": " t0 t1 t2",
    "no-max-tokens": " t0 t1 t2",
    "nodone": "Four",
    "nofinish": "Four",
    "u2028": SEPARATORS,
    "utf8-split": UNICODE,
    "one-byte": UNICODE,
    "crlf-split": "Four",
    "bom": "Four",
    "nospace": "Four",
    "multiline": "Four",
    "exec-event": "Four",
    "gzip": "Four",
    "deflate": "Four",
    "json-plain": "Four",
    "nul-escape": "Fine\ufffd",
    "usage-missing": "Four",
    "usage-neg": "Four",
    "usage-huge": "Four",
    "usage-float": "Four",
}
FAILS: dict[str, tuple[type[LLMError], bool, str]] = {  # error, retryable, text before it
    "401": (errors.SecretRejected, False, ""),
    "402": (errors.CreditExhausted, False, ""),
    "404": (errors.ModelMissing, False, ""),
    "nosuch": (errors.ModelMissing, False, ""),
    "429": (errors.RateLimited, True, ""),
    "429-retry-after-120": (errors.RateLimited, True, ""),
    "500": (errors.Overloaded, True, ""),
    "529": (errors.Overloaded, True, ""),
    "echo-secret-401": (errors.SecretRejected, False, ""),
    "redirect": (errors.RedirectRefused, False, ""),
    "redirect@307": (errors.RedirectRefused, False, ""),
    "context-400": (errors.ContextExceeded, False, ""),
    "context-llamacpp": (errors.ContextExceeded, False, ""),
    "openrouter-error": (errors.UpstreamFailed, True, "One two"),
    "error-event": (errors.UpstreamFailed, False, "One two"),
    "json-error": (errors.UpstreamFailed, False, ""),
    "die@37": (errors.StreamBroken, True, "".join(f" t{n}" for n in range(37))),
    "cut@2": (errors.StreamBroken, True, " t0 t1"),
    "cleancut@2": (errors.StreamBroken, True, " t0 t1"),
    "longline": (errors.AnswerTooLarge, False, ""),
    "html200": (errors.AnswerUnreadable, False, ""),
    "json-array": (errors.AnswerUnreadable, False, ""),
    "brotli": (errors.AnswerUnreadable, False, ""),
    "two-json": (errors.AnswerUnreadable, False, ""),
    "nul": (errors.AnswerUnreadable, False, "Fine"),
    "invalid-utf8": (errors.AnswerUnreadable, False, "Fine"),
    "surrogate": (errors.AnswerUnreadable, False, "Fine"),
}
EXPIRES = {
    "silent": "first_token",
    "silent-headers": "first_token",
    "drip": "first_token",
    "comments-only": "first_token",
    "stall@2": "idle",
    "comments@2": "idle",
}
ELSEWHERE = {"429-then-ok", "503-then-ok", "nousage", "gzipbomb", "endless", "gzip-damaged"}


def test_every_mode_is_tried() -> None:
    tried = {name.partition("@")[0] for name in (*FINE, *FAILS, *EXPIRES, *ELSEWHERE)}
    assert tried >= set(MODES) | set(COUNTED) | set(BROKEN) | set(DIALECTS)


@pytest.mark.parametrize("model", FINE)
async def test_a_proper_answer_arrives_whole(caller: Caller, model: str) -> None:
    asked = await caller.ask(model)
    assert asked.failure is None
    assert asked.text == FINE[model]
    assert isinstance(asked.events[-1], Finish)


@pytest.mark.parametrize("model", FAILS)
async def test_a_fault_is_named(caller: Caller, model: str) -> None:
    kind, retryable, text = FAILS[model]
    asked = await caller.ask(model)
    assert type(asked.failure) is kind
    assert asked.failure.retryable is retryable
    assert asked.failure.sent_output is bool(text)
    assert asked.text == text
    assert len(caller.upstream.asked(model)) == 1
    assert caller.upstream.canary_hits == 0


@pytest.mark.parametrize("model", EXPIRES)
async def test_a_silent_provider_ends_by_the_clock_that_fits(caller: Caller, model: str) -> None:
    asked = await caller.ask(model, clocks=SHORT)
    assert isinstance(asked.failure, errors.ClockExpired)
    assert asked.failure.clock == EXPIRES[model]
    await until_closed(caller, model)


async def test_the_total_clock_ends_what_never_ends(caller: Caller) -> None:
    asked = await caller.ask("ok-10000-5", clocks=Clocks(total=0.3))
    assert isinstance(asked.failure, errors.ClockExpired)
    assert asked.failure.clock == "total"
    assert asked.text.startswith(" t0 t1")


async def test_data_resets_the_idle_clock(caller: Caller) -> None:
    clocks = Clocks(first_token=5.0, idle=1.0, total=60.0)
    asked = await caller.ask("ok-5-300", clocks=clocks)
    assert asked.failure is None


async def test_a_reader_that_takes_its_time_is_not_an_idle_provider(caller: Caller) -> None:
    completion = caller.completion("ok-5-1")
    stream = caller.adapter.stream(caller.client, caller.endpoint, completion, SHORT)
    pieces = []
    async with aclosing(stream) as events:
        async for batch in events:
            is_first = not pieces
            pieces += batch
            if is_first:
                await asyncio.sleep(0.8)
    assert isinstance(pieces[-1], Finish)


async def test_usage_that_never_comes_is_not_waited_for_long(caller: Caller) -> None:
    asked = await caller.ask("nousage", clocks=SHORT)
    assert asked.failure is None
    assert asked.events == [TextDelta("Four"), Finish("stop")]


@pytest.mark.parametrize("model", ["429-then-ok", "503-then-ok"])
async def test_the_second_try_may_succeed(caller: Caller, model: str) -> None:
    first, second = await caller.ask(model), await caller.ask(model)
    assert first.failure is not None
    assert first.failure.retryable
    assert second.text == " t0 t1 t2"


async def test_retry_after_is_handed_on(caller: Caller) -> None:
    asked = await caller.ask("429-retry-after-120")
    assert asked.failure is not None
    assert asked.failure.retry_after == 120.0


async def test_what_came_before_damage_counts_and_others_run_while_it_is_unpacked(
    caller: Caller,
) -> None:
    turns = 0

    async def take_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    others = asyncio.create_task(take_turns())
    asked = await caller.ask("gzip-damaged")
    others.cancel()
    assert isinstance(asked.failure, errors.AnswerUnreadable)
    count = asked.text.count(" ")
    assert count > 1_000
    assert asked.text == "".join(f" t{n}" for n in range(count))
    assert turns >= 4


@pytest.mark.parametrize("model", ["gzipbomb", "endless"])
async def test_an_answer_without_end_stops_at_the_cap(caller: Caller, model: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    asked = await caller.ask(model, keep=False)
    assert isinstance(asked.failure, errors.AnswerTooLarge)
    assert 1_000_000 < asked.size < 32_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64_000


@pytest.mark.parametrize(
    ("model", "usage"),
    [
        ("usage-neg", Usage(0, 0)),
        ("usage-huge", Usage(10**9, 10**9)),
        ("usage-float", Usage(12, 0)),
        ("usage-missing", None),
    ],
)
async def test_odd_usage_is_clamped(caller: Caller, model: str, usage: Usage | None) -> None:
    asked = await caller.ask(model)
    assert [event for event in asked.events if isinstance(event, Usage)] == [usage] * bool(usage)


async def test_context_limits_are_read(caller: Caller) -> None:
    for model, limit in (("context-400", 8192), ("context-llamacpp", 4096)):
        failure = (await caller.ask(model)).failure
        assert isinstance(failure, errors.ContextExceeded)
        assert failure.limit == limit
