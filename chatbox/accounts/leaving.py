"""How an account ends: at once nobody can sign in with it, then its rows go, then its own."""

from chatbox.accounts.people import check_standing, entry_of
from chatbox.accounts.store import leaving as leaving_store
from chatbox.accounts.store import users as user_store
from chatbox.accounts.store.users import UserRow
from chatbox.caller import Caller
from chatbox.db.database import Reader, Writer
from chatbox.errors import Forbidden
from chatbox.rights import Action, authorise
from chatbox.system.audit import record


async def find_leaving(reader: Reader, caller: Caller, user_id: str | None) -> UserRow:
    """Find the account to delete: the caller's own, or another that the caller may delete.

    Raises `NotFound`, and `Forbidden` for the owner's.
    """
    await check_standing(reader, caller)
    user = await user_store.get_user(reader, user_id or caller.public_id)
    if user_id is not None:
        authorise(caller, Action.GUARD, user.role)
    if user.role == "owner":
        raise Forbidden("There must be an owner: hand the server over first.")
    return user


async def owner_key(reader: Reader) -> int:
    """The key of whom everything goes to that stays."""
    return (await user_store.get_owner(reader)).id


async def mark(writer: Writer, caller: Caller, user: UserRow) -> None:
    """End the account: nobody signs in, its names are free, its rows are removed from now on."""
    await leaving_store.mark_deleted(writer, user.id)
    await leaving_store.delete_ways_in(writer, user.id)
    await record(writer, entry_of(caller, "user.delete", user, role=user.role))


async def marked(reader: Reader) -> list[int]:
    """List the accounts whose rows are being removed, also by a server that has died."""
    return await leaving_store.list_deleted(reader)


async def finish(writer: Writer, user_key: int) -> None:
    """Remove the account's own row."""
    await leaving_store.delete_user(writer, user_key)
