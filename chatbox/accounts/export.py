"""What chatbox knows of a person, as JSON: the account, its logins and identities."""

from chatbox.accounts.store import export as export_store
from chatbox.db.database import Reader
from chatbox.errors import NotFound
from chatbox.kit.lines import json_document, json_lines


async def account_document(reader: Reader, user_id: int) -> bytes:
    """Write the account. Raises `NotFound`."""
    row = await export_store.find_account(reader, user_id)
    if row is None:
        raise NotFound
    return json_document(row)


async def login_lines(reader: Reader, user_id: int) -> bytes:
    """Write the logins that have not ended."""
    return json_lines(await export_store.list_logins(reader, user_id))


async def identity_lines(reader: Reader, user_id: int) -> bytes:
    """Write the accounts elsewhere that sign in this one."""
    return json_lines(await export_store.list_identities(reader, user_id))
