"""A tab's feed over a WebSocket: frames out, changes of focus in."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec

from chatbox.events.feed import Feed, Focus, Item
from chatbox.kit.clock import now_ms
from chatbox.kit.tasks import Tasks

PING_SECONDS = 10.0
SEND_SECONDS = 30.0
LONGEST_MESSAGE = 4_096


class FocusMessage(msgspec.Struct, frozen=True, tag="focus", tag_field="type"):
    """The tab looks at another session."""

    session: str | None = None
    turn: str | None = None
    seq: int = 0


_decode = msgspec.json.Decoder(FocusMessage).decode


async def talk(
    receive: Callable[[], Awaitable[str]],
    send: Callable[[str], Awaitable[None]],
    feed: Feed,
    tasks: Tasks,
) -> None:
    """Send what the feed collects until the other side leaves."""
    with feed:
        listener = tasks.spawn(_listen(receive, feed), name="socket")
        try:
            while not feed.closed:
                items = feed.collect()
                if not items:
                    news = await feed.wait(PING_SECONDS)
                    items = [] if news else [Item("ping", msgspec.json.encode({"t": now_ms()}))]
                for item in items:
                    async with asyncio.timeout(SEND_SECONDS):
                        await send(_frame(item))
        except TimeoutError:
            feed.close()  # a reader that does not read is dropped and may resume
        finally:
            listener.cancel()


async def _listen(receive: Callable[[], Awaitable[str]], feed: Feed) -> None:
    """Take changes of focus; anything else ends the connection."""
    try:
        while True:
            text = await receive()
            if len(text) > LONGEST_MESSAGE:
                return
            message = _decode(text)
            feed.focus(Focus(message.session, message.turn, max(0, message.seq)))
    except Exception:  # left, or said something that is not ours: both end the connection
        return
    finally:
        feed.close()


def _frame(item: Item) -> str:
    cursor = f'"id":"{item.cursor}",' if item.cursor else ""
    return f'{{"type":"{item.kind}",{cursor}"data":{item.data.decode()}}}'
