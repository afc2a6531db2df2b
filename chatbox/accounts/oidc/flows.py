"""Who has set out to a provider: remembered in memory for ten minutes, a thousand at most.

Of one network there are a hundred at most, so that nobody pushes out everybody else's.

A flow belongs to the browser that began it: its cookie must come back with the answer, so that
nobody can be made to finish what somebody else began. It is used up by the first answer.
"""

import base64
import hashlib
import hmac
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from urllib.parse import unquote

import msgspec

from chatbox.kit.clock import now_ms
from chatbox.kit.networks import neighbourhood

SECONDS = 600.0
MOST = 1_000
MOST_OF_ONE = 100
LONGEST_PATH = 1_000
_LOCAL = re.compile(r"/(?:[!-.0-\[\]-~][!-\[\]-~]*)?")  # no space, control, backslash nor "//"


class Flow(msgspec.Struct, frozen=True):
    """One way to the provider and back.

    `user` is the key of the account that the identity is to be linked to or that proves itself
    anew; None when somebody signs in. `began` is in milliseconds of the wall clock.
    """

    nonce: str
    verifier: str
    browser: bytes
    next: str
    began: int
    network: str
    user: int | None = None
    links: bool = False
    is_fresh: bool = False


class Started(msgspec.Struct, frozen=True):
    """What a new flow takes along: `state` in the address, `browser` in the cookie."""

    state: str
    browser: str
    flow: Flow


class Flows:
    """The flows that are under way, oldest first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: OrderedDict[bytes, tuple[float, Flow]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._open)

    def begin(
        self,
        next_path: str,
        address: str,
        *,
        user: int | None = None,
        links: bool = False,
        is_fresh: bool = False,
    ) -> Started:
        """Remember a flow; the oldest make room."""
        network = neighbourhood(address)
        self._make_room(network)
        state, browser = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        flow = Flow(
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            browser=_hash(browser),
            next=local_path(next_path),
            began=now_ms(),
            network=network,
            user=user,
            links=links,
            is_fresh=is_fresh,
        )
        self._open[_hash(state)] = (self._clock(), flow)
        return Started(state, browser, flow)

    def finish(self, state: str, browser: str) -> Flow | None:
        """Take a flow out; None when there is none, or when another browser began it."""
        self._forget_old()
        _, flow = self._open.pop(_hash(state), (0.0, None))
        if flow is None or not hmac.compare_digest(flow.browser, _hash(browser)):
            return None
        return flow

    def _make_room(self, network: str) -> None:
        self._forget_old()
        own = [key for key, (_, flow) in self._open.items() if flow.network == network]
        if len(own) >= MOST_OF_ONE:
            del self._open[own[0]]
        elif len(self._open) >= MOST:
            self._open.popitem(last=False)

    def _forget_old(self) -> None:
        limit = self._clock() - SECONDS
        while self._open and next(iter(self._open.values()))[0] < limit:
            self._open.popitem(last=False)


def challenge_of(verifier: str) -> str:
    """What proves the verifier without telling it (RFC 7636, S256)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def local_path(text: str) -> str:
    """A path of this site, or `/` for everything that a browser might take for another place."""
    seen = text
    for _ in range(3):  # however often it will be decoded
        if not _LOCAL.fullmatch(seen) or len(seen) > LONGEST_PATH:
            return "/"
        seen = unquote(seen)
    return "/" if text.startswith("/api/") else text


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
