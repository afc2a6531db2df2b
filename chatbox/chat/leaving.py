"""Removing what an account has written: in steps, so that nobody waits long for the writer.

After every step the file is sound: whatever is left is whole sessions, or sessions whose newest
messages have gone.
"""

from chatbox.chat.store import leaving as leaving_store
from chatbox.db.database import Writer

STEP = 500
"""Messages of one step: a few milliseconds."""


async def remove_some(writer: Writer, user_id: int) -> bool:
    """Remove some of a user's messages and sessions; tell whether there are more."""
    room = STEP
    while (heap := await leaving_store.find_heap(writer, user_id)) is not None:
        if heap.message_count > room:
            await leaving_store.delete_newest(writer, heap.id, most=room)
            return True
        await leaving_store.delete_session(writer, heap.id)
        room -= heap.message_count + 1
        if room <= 0:
            return True
    return False
