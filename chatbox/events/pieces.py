"""An answer that is made while it is sent, such as a large file that is nowhere on the disk."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

from chatbox.caller import Caller
from chatbox.events.hub import Hub, SlowReader, Viewer
from chatbox.events.stream import send_body, watch_reader
from chatbox.kit.tasks import Tasks


class PieceStream:
    """Sends pieces as they come; ends early, and visibly so, when its caller may not read on."""

    def __init__(
        self,
        hub: Hub,
        tasks: Tasks,
        caller: Caller,
        *,
        pieces: AsyncGenerator[bytes, None],
        headers: Sequence[tuple[bytes, bytes]],
    ) -> None:
        self._hub = hub
        self._tasks = tasks
        self._caller = caller
        self._pieces = pieces
        self._headers = list(headers)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Send all pieces, unless the reader leaves."""
        viewer = Viewer(self._caller)
        watcher = self._tasks.spawn(watch_reader(receive, viewer), name="viewer")
        self._hub.enter(viewer)
        try:
            async with aclosing(self._pieces):
                await send({"type": "http.response.start", "status": 200, "headers": self._headers})
                async for piece in self._pieces:
                    if viewer.closed:
                        return  # without an end, so that nobody takes it for whole
                    await send_body(viewer, send, piece)
                await send_body(viewer, send, b"", last=True)
        except SlowReader:
            return
        finally:
            self._hub.leave(viewer)
            watcher.cancel()
