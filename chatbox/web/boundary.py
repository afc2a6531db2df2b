"""The boundary: the outermost layer, which every request passes, static files and 404s included.

In single-user mode there is no login, so this is the whole defence against other web sites: the
Host must be this server's own (DNS rebinding), Origin and Sec-Fetch-Site must not be foreign
(CSRF, WebSocket hijacking), and bodies must be JSON, which no form can send. A team's server that
was not told its public address answers under any name: cookies are bound to the name as well.
Litestar's own middleware runs after routing and does not see all requests, hence a plain ASGI
wrapper.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from chatbox.errors import (
    BodyTimeout,
    BodyTooLarge,
    ChatboxError,
    ForeignOrigin,
    InvalidRequest,
    NotReady,
    ShuttingDown,
    UnsupportedMediaType,
    WrongHost,
)
from chatbox.web.entrance import ANONYMOUS_BYTES, Entrance
from chatbox.web.exchange import Exchange
from chatbox.web.hosts import Hosts
from chatbox.web.problems import MEDIA_TYPE, problem_body

Scope = Any
Receive = Any
Send = Any
App = Callable[[Scope, Receive, Send], Any]

BODY_SECONDS = 30.0
PATIENCE_SECONDS = 10.0
LEAST_RATE = 1024
"""A body has `PATIENCE_SECONDS`, and a second more for so many bytes of it."""
LOOK_UP_SECONDS = 0.5
DISCARD_SECONDS = 10.0
LATE_DISCARD_SECONDS = 2.0
DISCARDED_BYTES = 64 * 1024 * 1024
DEEPEST_JSON = 64
_NESTING = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[{]|[\]}]')
_HOST = re.compile(r"[a-z0-9._-]+(:[0-9]{1,5})?|\[[0-9a-f:.]+\](:[0-9]{1,5})?")
_UNSAFE_FETCH = (b"cross-site", b"same-site")
SIGNED_IN_ELSEWHERE = "/api/v1/auth/oidc/callback"
"""Where an identity provider sends people back to; what comes with them is judged there."""


class Boundary:
    """Wraps the application; `hosts` answers the hosts it may be called by, `open` what is open."""

    def __init__(  # noqa: PLR0913 - built once, in app.py
        self,
        app: App,
        *,
        hosts: Callable[[], Hosts],
        body_bytes: int,
        is_stopping: Callable[[], bool],
        observe: Callable[[Exchange], None],
        entrance: Entrance,
    ) -> None:
        self.open: Counter[str] = Counter()
        self._app = app
        self._hosts = hosts
        self._body_bytes = body_bytes
        self._is_stopping = is_stopping
        self._observe = observe
        self._entrance = entrance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, then pass on; log and count what came of it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        exchange = Exchange(scope, send)
        scope.setdefault("state", {})["request_id"] = exchange.request_id
        self.open[exchange.kind] += 1
        place = self._entrance.enter(scope)
        try:
            await self._answer(exchange, scope, receive, place)
        finally:
            self.open[exchange.kind] -= 1
            self._entrance.leave(place)
            exchange.log()
            self._observe(exchange)

    async def _answer(self, exchange: Exchange, scope: Scope, receive: Receive, place: str) -> None:
        try:
            self._entrance.check_room(place)
            headers = _single_headers(scope)
            self._check_host(scope, headers)
            self._check_origin(scope, headers)
            if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD", "OPTIONS"):
                receive = await self._body(scope, headers, receive)
        except ChatboxError as refused:
            await self._refuse(scope, receive, exchange, refused)
            return
        if scope["type"] == "http" and scope["method"] == "HEAD" and not _is_api(scope["path"]):
            scope = {**scope, "method": "GET"}  # the HTTP server leaves the body out
        try:
            await self._app(scope, receive, exchange.send)
        finally:
            exchange.routed(scope.get("path_template"))

    def _check_host(self, scope: Scope, headers: dict[bytes, bytes]) -> None:
        hosts, host = self._hosts(), _host_of(headers)
        if not _HOST.fullmatch(host) or not (hosts.any or host in hosts.names):
            raise WrongHost(f"This server does not answer as {host[:100]!r}. Open {hosts.address}.")
        scope["state"]["is_secure"] |= host == hosts.secure

    def _check_origin(self, scope: Scope, headers: dict[bytes, bytes]) -> None:
        origin = headers.get(b"origin")
        if origin is not None:
            scheme, _, host = origin.decode("latin-1").lower().partition("://")
            hosts = self._hosts()
            own = (_host_of(headers),) if hosts.any else hosts.names
            schemes = ("https",) if host == hosts.secure else ("http", "https")
            if scheme not in schemes or host not in own:
                raise ForeignOrigin
        fetch_site = headers.get(b"sec-fetch-site", b"none")
        if fetch_site in _UNSAFE_FETCH and not _is_navigation(scope, headers):
            raise ForeignOrigin

    async def _body(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive) -> Receive:
        """Read the whole body within its limits and hand it on as one piece."""
        length = headers.get(b"content-length", b"0")
        if not length.isdigit():
            raise InvalidRequest("The Content-Length is not a number.")
        if int(length) > self._body_bytes:
            raise self._too_large()
        body = await self._read(scope, receive)
        if body:
            _check_json(headers, body)
        return _replaying(body, receive)

    async def _read(self, scope: Scope, receive: Receive) -> bytes:
        pieces: list[bytes] = []
        size, free = 0, ANONYMOUS_BYTES
        began = asyncio.get_running_loop().time()
        while True:
            patience = min(BODY_SECONDS, PATIENCE_SECONDS + size / LEAST_RATE)
            message = await self._next(receive, began + patience)
            if message["type"] == "http.disconnect":
                raise NotReady("The request was given up.")
            pieces.append(message.get("body", b""))
            size += len(pieces[-1])
            if size > self._body_bytes:
                raise self._too_large()
            if size > free:
                await self._entrance.check_known(scope)
                free = self._body_bytes
            if not message.get("more_body"):
                return b"".join(pieces)

    async def _next(self, receive: Receive, deadline: float) -> dict[str, Any]:
        """Wait for the next piece, but look up now and then: a slow one must not delay the end."""
        clock = asyncio.get_running_loop().time
        while (left := deadline - clock()) > 0:
            try:
                async with asyncio.timeout(min(left, LOOK_UP_SECONDS)):
                    message: dict[str, Any] = await receive()
                    return message
            except TimeoutError:
                if self._is_stopping():
                    raise ShuttingDown from None
        raise BodyTimeout

    def _too_large(self) -> BodyTooLarge:
        return BodyTooLarge(f"A request may have at most {self._body_bytes:,} bytes.")

    async def _refuse(
        self, scope: Scope, receive: Receive, exchange: Exchange, refused: ChatboxError
    ) -> None:
        send = exchange.send
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": refused.code})
            return
        status, body = problem_body(refused, exchange.request_id)
        headers = [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", b"%d" % len(body))]
        if status in (408, 413, 429, 503):
            headers.append((b"connection", b"close"))
        if status in (429, 503):
            headers.append((b"retry-after", b"2"))
        cut_off = status in (408, 413)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": cut_off})
        if cut_off:
            await self._discard(receive, LATE_DISCARD_SECONDS if status == 408 else DISCARD_SECONDS)
            await send({"type": "http.response.body", "body": b""})

    async def _discard(self, receive: Receive, seconds: float) -> None:
        """Read on for a while: a client whose connection is cut as it sends misses the answer."""
        left = DISCARDED_BYTES
        deadline = asyncio.get_running_loop().time() + seconds
        with suppress(BodyTimeout, ShuttingDown):
            while left > 0 and (message := await self._next(receive, deadline)).get("more_body"):
                left -= len(message.get("body", b""))


def _host_of(headers: dict[bytes, bytes]) -> str:
    return headers.get(b"host", b"").decode("latin-1").lower()


def _single_headers(scope: Scope) -> dict[bytes, bytes]:
    headers: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in (b"host", b"origin", b"content-type", b"content-length") and name in headers:
            raise InvalidRequest(f"The header {name.decode()} was sent twice.")
        headers[name] = value
    return headers


def _is_navigation(scope: Scope, headers: dict[bytes, bytes]) -> bool:
    """A link on another site may open a page of ours, but read nothing and change nothing."""
    return (
        scope["type"] == "http"
        and scope["method"] == "GET"
        and headers.get(b"sec-fetch-mode") == b"navigate"
        and headers.get(b"sec-fetch-dest") == b"document"
        and (not _is_api(scope["path"]) or scope["path"] == SIGNED_IN_ELSEWHERE)
    )


def _is_api(path: str) -> bool:
    return path.startswith(("/api/", "/v1/"))


def _check_json(headers: dict[bytes, bytes], body: bytes) -> None:
    media_type = headers.get(b"content-type", b"").split(b";")[0].strip().lower()
    if media_type != b"application/json":
        raise UnsupportedMediaType
    try:
        body.decode()
    except UnicodeDecodeError as wrong:
        raise InvalidRequest("The body is not text in UTF-8.") from wrong
    if body.count(b"[") + body.count(b"{") <= DEEPEST_JSON:
        return
    depth = 0
    for match in _NESTING.finditer(body):
        if (char := match.group()) in (b"[", b"{"):
            depth += 1
            if depth > DEEPEST_JSON:
                raise InvalidRequest("The JSON is nested too deeply.")
        elif char in (b"]", b"}"):
            depth -= 1


def _replaying(body: bytes, receive: Receive) -> Receive:
    handed_on = False

    async def replay() -> dict[str, Any]:
        nonlocal handed_on
        if not handed_on:
            handed_on = True
            return {"type": "http.request", "body": body, "more_body": False}
        message: dict[str, Any] = await receive()
        return message

    return replay
