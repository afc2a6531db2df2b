"""The table of behaviours; the package's docstring says what each does."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from functools import partial

from tests.upstream import broken, dialects, wire
from tests.upstream.exchange import Exchange
from tests.upstream.samples import MARKDOWN, XSS

Mode = Callable[[Exchange], Awaitable[None]]

_OK = re.compile(r"ok-([0-9]+)-([0-9]+)(?:-([0-9]+))?")
_WORD = re.compile(r"\S+\s*|\s+")


def find_mode(model: str) -> Mode | None:
    """Look a model name up; what follows `@` is a number or a key."""
    name, _, argument = model.partition("@")
    if match := _OK.fullmatch(name):
        chunks, interval, first = (int(group or 0) for group in match.groups())
        return partial(paced, chunks=chunks, interval=interval / 1000, first=first / 1000)
    if name in COUNTED:
        return partial(COUNTED[name], n=int(argument or 3))
    return MODES.get(name)


async def paced(x: Exchange, *, chunks: int, interval: float, first: float) -> None:
    """Send numbered chunks at a fixed pace, all streams driven by one timer."""
    if not x.body.get("stream"):
        await asyncio.sleep(first)
        x.reply(200, wire.whole("".join(f" t{n}" for n in range(chunks))))
        return
    x.head()
    x.send(wire.chunk({"role": "assistant", "content": ""}))
    finished = asyncio.get_running_loop().create_future()
    times = x.record.chunk_times

    def step(when: float) -> float | None:
        if x.transport.is_closing() or len(times) == chunks:
            if not finished.done():
                finished.set_result(None)
            return None
        x.send(wire.numbered(len(times)), chunks=1)
        return when + interval

    x.ticker.at(asyncio.get_running_loop().time() + first, step)
    await finished
    counts = {"prompt_tokens": 10, "completion_tokens": chunks, "total_tokens": 10 + chunks}
    x.send(wire.finish() + wire.usage(counts) + wire.DONE)


async def say(x: Exchange, *, words: str, pause: float = 0.0) -> None:
    """Send a text word by word."""
    if not x.body.get("stream"):
        x.reply(200, wire.whole(words))
        return
    x.head()
    for piece in _WORD.findall(words):
        x.send(wire.text(piece), chunks=1)
        await x.flow()
        await asyncio.sleep(pause)
    x.send(wire.finish() + wire.usage() + wire.DONE)


async def echo(x: Exchange) -> None:
    """Say what was asked."""
    await say(x, words=x.question)


async def markdown(x: Exchange) -> None:
    """Say the given markdown, or the built-in one."""
    _, given, words = x.question.partition("markdown:")
    await say(x, words=words if given else MARKDOWN)


async def status(x: Exchange, *, code: int, message: str = "Scripted error") -> None:
    """Answer with an error."""
    x.reply(code, wire.error(message))


async def limited(x: Exchange, *, after: str) -> None:
    """Answer 429 with Retry-After."""
    x.reply(429, wire.error("Rate limit reached", "rate_limit_exceeded"), {"Retry-After": after})


async def odd_fails(x: Exchange, *, code: int) -> None:
    """Fail on every odd request."""
    if x.attempts % 2:
        x.reply(code, wire.error("Try again"), {"Retry-After": "0"})
    else:
        await paced(x, chunks=3, interval=0.001, first=0.0)


async def echo_secret(x: Exchange) -> None:
    """Give the secret away in the message."""
    x.reply(401, wire.error(f"Incorrect API key provided: {x.record.secret}.", "invalid_api_key"))


async def redirect(x: Exchange) -> None:
    """Point to the canary."""
    port = x.transport.get_extra_info("sockname")[1]
    code = int(x.record.model.partition("@")[2] or 302)
    x.head(code, {"Location": f"http://127.0.0.1:{port}/_control/canary"}, kind="text/plain")


async def without(x: Exchange, *, field: str, words: str) -> None:
    """Refuse a field, answer when it is absent."""
    if field in x.body:
        x.reply(400, wire.error(words))
    else:
        await paced(x, chunks=3, interval=0.001, first=0.0)


COUNTED: dict[str, Callable[..., Awaitable[None]]] = {
    "die": broken.die,
    "cut": broken.cut,
    "cleancut": broken.cleancut,
    "stall": broken.stall,
    "comments": broken.comments,
}
MODES: dict[str, Mode] = {
    "echo": echo,
    "markdown": markdown,
    "xss": partial(say, words=XSS),
    **{str(code): partial(status, code=code) for code in (401, 402, 404, 429, 500, 529)},
    "429-retry-after-120": partial(limited, after="120"),
    "429-then-ok": partial(odd_fails, code=429),
    "503-then-ok": partial(odd_fails, code=503),
    "echo-secret-401": echo_secret,
    "redirect": redirect,
    "no-stream-options": partial(
        without,
        field="stream_options",
        words="Unrecognized request argument supplied: stream_options",
    ),
    "no-max-tokens": partial(
        without,
        field="max_tokens",
        words="Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
    ),
    **dialects.MODES,
    **broken.MODES,
}
