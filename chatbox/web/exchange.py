"""One request and its answer: its name, the headers that every answer carries, its line in the log.

The log names the route's template instead of the address: whose session it was stays out of it, and
lines of one route can be found.
"""

import logging
import re
import time
from functools import lru_cache
from typing import Any

from chatbox.kit.current import REQUEST_ID
from chatbox.kit.ids import new_id
from chatbox.web.headers import SECURITY, STAY_SECURE

logger = logging.getLogger(__name__)

UNROUTED = "none"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_GIVEN_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_TYPED = re.compile(r"\{(\w+):\w+\}")
_QUIET = ("/healthz", "/readyz", "/metrics", "/docs", "/schema", "/{", "/api/v1/admin/stats")


class Exchange:
    """A request from its arrival on; `send` passes its answer on and takes notes."""

    def __init__(self, scope: Any, send: Any) -> None:
        self.kind: str = scope["type"]
        method = scope.get("method", "WS")
        self.method: str = method if method in _METHODS or method == "WS" else "other"
        self.request_id = _given_id(scope["headers"]) or new_id()
        self.route = UNROUTED
        self.status = 0
        self.sent = 0
        self.seconds_to_answer: float | None = None
        self._began = time.perf_counter()
        self._state: dict[str, Any] = scope.setdefault("state", {})
        self._send = send
        REQUEST_ID.set(self.request_id)

    async def send(self, message: Any) -> None:
        """Send a piece of the answer."""
        kind = message["type"]
        if kind == "http.response.body":
            self.sent += len(message.get("body", b""))
        elif kind == "http.response.start":
            self._answered(message["status"])
            present = {name.lower() for name, _ in message["headers"]}
            added = [pair for pair in SECURITY if pair[0] not in present]
            added.append((b"x-request-id", self.request_id.encode()))
            if self._state.get("is_secure"):
                added.append(STAY_SECURE)
            message = {**message, "headers": [*message["headers"], *added]}
        elif kind == "websocket.accept":
            self._answered(101)
        elif kind == "websocket.close" and not self.status:
            self._answered(403)
        await self._send(message)

    def routed(self, template: str | None) -> None:
        """Note which route answered; None when none did."""
        if template is not None:
            self.route = _untyped(template)

    def log(self) -> None:
        """Write the request's line: quietly for pages and what monitors ask for all the time."""
        is_quiet = self.route == "/" or self.route.startswith(_QUIET)
        level = logging.DEBUG if is_quiet and self.status < 500 else logging.INFO
        if logger.isEnabledFor(level):
            fields = {
                "method": self.method,
                "route": self.route,
                "status": self.status,
                "ms": round((time.perf_counter() - self._began) * 1000, 1),
                "bytes": self.sent,
            }
            logger.log(level, "request", extra=fields)

    def _answered(self, status: int) -> None:
        self.status = status
        self.seconds_to_answer = time.perf_counter() - self._began


def _given_id(headers: list[tuple[bytes, bytes]]) -> str | None:
    """The id that a client or proxy gave the request, unless it could break a line of the log."""
    for name, value in headers:
        if name == b"x-request-id" and _GIVEN_ID.fullmatch(value):
            return value.decode()
    return None


@lru_cache(maxsize=512)
def _untyped(template: str) -> str:
    return _TYPED.sub(r"{\1}", template)
