"""The doctor's look from outside: the address that people use, its clock, and its streams."""

import asyncio
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

from chatbox.cli.findings import Finding, failure, fine, warning
from chatbox.kit.egress_trial import Arrival, NoAnswer, arrival_of
from chatbox.system.trial import EVENTS, PAUSE_SECONDS

_TRIES = 3
_LEEWAY_SECONDS = 60.0


def check_address(url: str, login: str = "") -> Iterator[Finding]:
    """Check the address that people open, with a trial stream through all that lies between."""
    address = url.rstrip("/")
    try:
        arrival = asyncio.run(_try_stream(f"{address}/healthz/stream", login))
    except NoAnswer as problem:
        yield failure("address", f"{problem} Check the address, and whether the server runs.")
        return
    if arrival.status != 200 or not arrival.kind.startswith("text/event-stream"):
        yield failure("address", _foreign(address, arrival))
        return
    yield fine("address", f"A chatbox answers at {address}.")
    yield _clock(address, arrival)
    yield _stream(address, arrival)


async def _try_stream(url: str, login: str) -> Arrival:
    """Take the best of a few tries: this computer may be busy and read late, too."""
    arrival = await arrival_of(url, login)
    for _ in range(_TRIES - 1):
        if arrival.status == 200 and _is_held(arrival):
            arrival = await arrival_of(url, login)
    return arrival


def _is_held(arrival: Arrival) -> bool:
    return arrival.spread < (EVENTS - 1) * PAUSE_SECONDS / 2


def _stream(address: str, arrival: Arrival) -> Finding:
    if not _is_held(arrival):
        return fine("stream", "Streams come through as they are written.")
    by = f" ({arrival.server})" if arrival.server else ""
    return failure(
        "stream",
        f"The proxy at {address}{by} holds back the stream: {EVENTS} events, sent within "
        f"{(EVENTS - 1) * PAUSE_SECONDS:.1f} s, came within {arrival.spread:.1f} s. Switch off its "
        'buffering; see docs/operations.md, "Behind a proxy".',
    )


def _clock(address: str, arrival: Arrival) -> Finding:
    try:
        there = parsedate_to_datetime(arrival.date).timestamp()
    except ValueError:
        return fine("clock", f"{address} does not tell its time.")
    apart = abs(there - time.time())
    if apart > _LEEWAY_SECONDS:
        return warning(
            "clock", f"The clocks of {address} and of this computer are {apart:.0f} s apart."
        )
    return fine("clock", f"The clock of {address} agrees with this computer's.")


def _foreign(address: str, arrival: Arrival) -> str:
    if arrival.status == 421:
        return (
            f"The server at {address} does not answer under this name. Use the address that it "
            "prints at its start."
        )
    if arrival.status in (401, 403):
        return (
            f"The proxy at {address} asks for a password ({arrival.status}). Name a file that "
            "holds `user:password` with --login-file."
        )
    if arrival.status in (502, 503, 504):
        return f"The proxy at {address} answers, but finds no chatbox ({arrival.status})."
    return (
        f"What answers at {address} is no chatbox of this version: status {arrival.status}, "
        f"{arrival.kind or 'no content type'}. Check the address."
    )
