"""A tab's feed over a WebSocket: frames out, changes of focus in."""

from collections.abc import Awaitable, Callable

import msgspec

from chatbox.events.feed import Feed, Focus, Item
from chatbox.events.hub import SlowReader
from chatbox.kit.tasks import Tasks

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
) -> bool:
    """Send what the feed collects until the other side leaves; False when it talked nonsense."""
    with feed:
        listener = tasks.spawn(_listen(receive, feed), name="socket")
        try:
            while not feed.closed:
                items = feed.collect()
                if not items:
                    await feed.wait()
                for item in items:
                    await feed.send(send(_frame(item)))
        except SlowReader:
            feed.close()
        finally:
            listener.cancel()
        return not listener.done() or listener.result()


async def _listen(receive: Callable[[], Awaitable[str]], feed: Feed) -> bool:
    """Take changes of focus; anything else ends the connection. False when it was nonsense."""
    said = ""
    try:
        while True:
            said = ""
            said = await receive() or "nothing"
            if len(said) > LONGEST_MESSAGE:
                return False
            message = _decode(said)
            feed.focus(Focus(message.session, message.turn, max(0, message.seq)))
    except Exception:  # left, or said something that is not ours: both end the connection
        return not said
    finally:
        feed.close()


def _frame(item: Item) -> str:
    cursor = f'"id":"{item.cursor}",' if item.cursor else ""
    return f'{{"type":"{item.kind}",{cursor}"data":{item.data.decode()}}}'
