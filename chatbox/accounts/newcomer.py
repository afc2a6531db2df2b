"""Makes an account for somebody whom the identity provider knows and this server does not.

Only with `oidc.create_users`, for an address that the provider has verified, of a domain that is
allowed, and that no account has: whoever has one signs in to it and links it there.
"""

import re

from chatbox.accounts.oidc.model import Identity, OidcFailed
from chatbox.accounts.oidc.start import domains_of
from chatbox.accounts.passwords import check_email, check_username
from chatbox.accounts.store import users as user_store
from chatbox.accounts.store.users import UserRow
from chatbox.accounts.visit import Visit
from chatbox.config import Oidc
from chatbox.db.database import Writer
from chatbox.errors import InvalidRequest
from chatbox.kit.clock import now_ms
from chatbox.kit.ids import new_id
from chatbox.system.audit import Entry, record

LONGEST_NAME = 80
TRIES = 50
_UNUSABLE = re.compile(r"[^\w.+-]")


async def make_account(writer: Writer, identity: Identity, oidc: Oidc, visit: Visit) -> UserRow:
    """Make the account, or raise `OidcFailed` with what is in the way."""
    email = _address(identity, oidc)
    if (taken := await user_store.find_user_by_name(writer, email)) is not None:
        why = "An account has that e-mail address."
        raise OidcFailed("oidc_email_taken", why, account=taken.public_id)
    username = await _free_username(writer, identity, email)
    public_id = new_id()
    key = await user_store.insert_user(
        writer,
        public_id=public_id,
        username=username,
        name=_printable(identity.name) or username,
        email=email,
        role=oidc.role,
        password_hash=None,
        at=now_ms(),
    )
    entry = Entry(
        action="user.join",
        actor=public_id,
        address=visit.address,
        object=f"user:{public_id}",
        detail={"how": "oidc", "role": oidc.role},
    )
    await record(writer, entry)
    user = await user_store.find_user(writer, key)
    assert user is not None  # noqa: S101 - written in this transaction
    return user


def _address(identity: Identity, oidc: Oidc) -> str:
    if not oidc.create_users:
        raise OidcFailed("oidc_no_account", "No account is linked, and none is made.")
    if identity.email is None or not identity.is_verified:
        raise OidcFailed("oidc_unverified", "The provider has verified no e-mail address.")
    try:
        email = check_email(identity.email)
    except InvalidRequest as wrong:
        raise OidcFailed("oidc_unverified", "The provider's e-mail address is none.") from wrong
    domains = domains_of(oidc)
    if "*" not in domains and email.rpartition("@")[2] not in domains:
        raise OidcFailed("oidc_domain", "The domain is not among those allowed.")
    return email


async def _free_username(writer: Writer, identity: Identity, email: str) -> str:
    """A name like the one that the person has there; of two who want one, the second gets a 2."""
    wished = identity.username.partition("@")[0] or email.partition("@")[0]
    name = _UNUSABLE.sub("", wished)[:36]
    try:
        name = check_username(name)
    except InvalidRequest:
        name = "user"
    for number in range(1, TRIES):
        candidate = name if number == 1 else f"{name}{number}"
        if await user_store.find_user_by_name(writer, candidate) is None:
            return candidate
    return f"{name[:27]}-{new_id()[-12:]}"


def _printable(text: str) -> str:
    return "".join(char for char in text if char.isprintable()).strip()[:LONGEST_NAME]
