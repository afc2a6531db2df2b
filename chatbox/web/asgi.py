"""Bare ASGI answers where Litestar's responses do not fit: files, and routes that may stream."""

from collections.abc import Sequence
from typing import Any

from litestar.types import ASGIApp as ASGIApp


class Whole:
    """An answer that is sent in one piece."""

    def __init__(
        self,
        status: int,
        body: bytes,
        *,
        media_type: bytes,
        headers: Sequence[tuple[bytes, bytes]] = (),
    ) -> None:
        self._status = status
        self._body = body
        self._headers = [
            (b"content-type", media_type),
            (b"content-length", b"%d" % len(body)),
            *headers,
        ]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Send it; the HTTP server leaves the body out for HEAD."""
        start = {"type": "http.response.start", "status": self._status, "headers": self._headers}
        await send(start)
        await send({"type": "http.response.body", "body": self._body})
