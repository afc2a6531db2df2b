"""Looks at a server from outside, and times how the pieces of a streamed answer arrive."""

import asyncio
import time
from base64 import b64encode

import httpx
import msgspec

from chatbox.kit.egress import Client, InvalidURL, Policy, check_url
from chatbox.kit.egress_address import host_of, port_of

_SECONDS = 20.0
_THIS_COMPUTER = ("127.0.0.1", "::1", "localhost")


class NoAnswer(Exception):
    """The address cannot be asked, or nobody answers; the text is a sentence."""


class Arrival(msgspec.Struct, frozen=True):
    """An answer. `spread` is the time between its first piece and its last, in seconds."""

    status: int
    kind: str
    server: str
    date: str
    spread: float


async def arrival_of(url: str, login: str = "") -> Arrival:
    """Ask for a stream as a browser would; raises `NoAnswer`.

    `login` is `user:password` for a proxy that asks for it (RFC 7617); in the clear it goes to
    this computer alone.
    """
    try:
        parsed = check_url(url)
        if login and parsed.scheme != "https" and host_of(parsed) not in _THIS_COMPUTER:
            raise NoAnswer(f"The password is not sent to {url} in the clear: name the https one.")
        policy = Policy([(host_of(parsed), port_of(parsed))])
        async with Client(policy) as client, asyncio.timeout(_SECONDS):
            return await _ask(client, url, login)
    except InvalidURL as problem:
        raise NoAnswer(f"{url} is not an address: {problem}") from problem
    except TimeoutError as problem:
        raise NoAnswer(f"{url} does not answer within {_SECONDS:.0f} seconds.") from problem
    except (httpx.TransportError, OSError) as problem:
        raise NoAnswer(f"{url} cannot be reached: {problem}") from problem


async def _ask(client: Client, url: str, login: str) -> Arrival:
    headers = {"Accept": "text/event-stream", "Accept-Encoding": "gzip"}
    if login:
        headers["Authorization"] = f"Basic {b64encode(login.encode()).decode()}"
    async with client.stream("GET", url, headers=headers) as answer:
        times = [time.monotonic() async for piece in answer.aiter_raw() if piece]
        return Arrival(
            status=answer.status_code,
            kind=answer.headers.get("content-type", ""),
            server=answer.headers.get("via") or answer.headers.get("server", ""),
            date=answer.headers.get("date", ""),
            spread=times[-1] - times[0] if times else 0.0,
        )
