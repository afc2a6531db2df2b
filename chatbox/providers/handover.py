"""What becomes of the system's providers when the account that made them goes."""

import itertools

from chatbox.db.database import Writer
from chatbox.providers.store import grants as grant_store
from chatbox.providers.store import providers as store

LONGEST_NAME = 60


async def keep_system_providers(writer: Writer, from_user: int, to_user: int) -> int:
    """Hand the system's providers that one account made to another; answer how many.

    Their secrets open as before, for they are bound to the system. A provider of the receiver's
    own that has the name of one of them is numbered: everybody else calls the system's by it.
    """
    made = await store.list_system_names(writer, from_user)
    taken = set(await store.list_own_names(writer, to_user))
    for name in taken.intersection(made):
        free = _numbered(name, taken.union(made))
        await store.rename_own(writer, to_user, name, free)
        taken.add(free)
    return await store.hand_on_system(writer, from_user, to_user)


async def keep_restrictions(writer: Writer, from_user: int, to_user: int) -> None:
    """Let what was granted to one account be granted to another.

    Without its last grant a provider would be for everybody.
    """
    await grant_store.hand_on_grants(writer, from_user, to_user)


def _numbered(name: str, taken: set[str]) -> str:
    endings = (f" ({number})" for number in itertools.count(2))
    names = (name[: LONGEST_NAME - len(ending)] + ending for ending in endings)
    return next(one for one in names if one not in taken)
