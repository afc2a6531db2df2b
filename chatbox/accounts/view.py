"""Accounts as the API shows them."""

from chatbox.accounts.model import Me, User
from chatbox.accounts.store import logins as login_store
from chatbox.accounts.store import users as user_store
from chatbox.accounts.store.users import UserRow
from chatbox.caller import Caller, Role
from chatbox.db.database import Reader
from chatbox.errors import NotFound
from chatbox.kit.clock import now_ms, optional_rfc3339, rfc3339
from chatbox.rights import RANK, STEP_UP_MS, Action


def user_of(row: UserRow) -> User:
    """Show an account to an administrator."""
    return User(
        id=row.public_id,
        username=row.username,
        name=row.name,
        email=row.email,
        role=row.role,
        state=row.state,
        totp=row.has_totp,
        has_password=row.password_hash is not None,
        created_at=rfc3339(row.created_at),
        last_login_at=optional_rfc3339(row.last_login_at),
        version=row.version,
    )


async def me_of(reader: Reader, caller: Caller) -> Me:
    """Show the caller its own account."""
    row = await user_store.find_user(reader, caller.user_id)
    if row is None:
        raise NotFound
    login = await login_store.find_login(reader, caller.login)
    until = caller.verified_at + STEP_UP_MS
    return Me(
        id=row.public_id,
        username=row.username,
        name=row.name,
        email=row.email,
        role=row.role,
        may=may(row.role),
        has_password=row.password_hash is not None,
        totp=row.has_totp,
        must_enrol=caller.must_enrol,
        recovery_codes=await user_store.count_recovery_codes(reader, row.id),
        identities=await user_store.list_identities(reader, row.id),
        via=None if login is None else login.via,
        login_id=None if login is None else login.public_id,
        verified_until=rfc3339(until) if until > now_ms() else None,
        created_at=rfc3339(row.created_at),
    )


def may(role: Role) -> list[str]:
    """Name the actions that a role allows."""
    return [
        action.label
        for action in Action
        if action.role is not None and RANK[role] >= RANK[action.role]
    ]
