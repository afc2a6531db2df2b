"""Links that work once: set-up, invitations, new passwords, e-mail addresses.

The secret stands behind the `#`, which browsers do not send: it is in no log of a server or proxy.
"""

from collections.abc import Callable

from chatbox.accounts.model import Link, OneTimeLink
from chatbox.accounts.store import links as link_store
from chatbox.accounts.store import users as user_store
from chatbox.accounts.store.links import LinkKind, LinkRow
from chatbox.caller import Role
from chatbox.db.database import Database, Reader, Writer
from chatbox.errors import LinkInvalid
from chatbox.kit.clock import now_ms, rfc3339
from chatbox.kit.ids import new_id
from chatbox.kit.tokens import hash_token, new_token
from chatbox.rights import RANK

HOUR_MS = 3_600_000
LIFE_MS: dict[LinkKind, int] = {
    "setup": HOUR_MS // 2,
    "invitation": 72 * HOUR_MS,
    "reset": 24 * HOUR_MS,
    "email": 24 * HOUR_MS,
}
PERSONAL: tuple[LinkKind, ...] = ("reset", "email")
KEPT_MS = 30 * 24 * HOUR_MS
"""How long an invitation stays in the list after its end."""


class Links:
    """Makes links and looks them up; `base` answers the address that people reach the server by."""

    def __init__(self, database: Database, base: Callable[[], str]) -> None:
        self._database = database
        self._base = base

    async def check(self, token: str) -> Link:
        """Tell what a link is for; raises `LinkInvalid`."""
        async with self._database.read() as reader:
            row = await link_store.find_link(reader, hash_token(token), now=now_ms())
            if row is None or not await _is_backed(reader, row):
                raise LinkInvalid
            user = None if row.user_id is None else await user_store.find_user(reader, row.user_id)
        return Link(
            kind=row.kind,
            role=row.role,
            email=row.email,
            username=None if user is None else user.username,
            expires_at=rfc3339(row.expires_at),
        )

    async def make(  # noqa: PLR0913 - a column each
        self,
        writer: Writer,
        kind: LinkKind,
        *,
        user_id: int | None = None,
        created_by: int | None = None,
        role: Role | None = None,
        email: str | None = None,
        note: str = "",
        life_ms: int | None = None,
    ) -> tuple[str, OneTimeLink]:
        """Make a link and answer its id; for one account, only the newest of a kind works."""
        at, token, public_id = now_ms(), new_token(), new_id()
        if kind != "invitation":
            await link_store.delete_links(writer, kind, user_id=user_id)
        row = LinkRow(
            id=0,
            public_id=public_id,
            kind=kind,
            user_id=user_id,
            created_by=created_by,
            role=role,
            email=email,
            note=note,
            created_at=at,
            expires_at=at + (life_ms or LIFE_MS[kind]),
            used_at=None,
        )
        await link_store.insert_link(writer, row, hash_token(token))
        link = OneTimeLink(url=f"{self._base()}/{kind}#{token}", expires_at=rfc3339(row.expires_at))
        return public_id, link

    async def tidy(self) -> None:
        """Remove the links that ended long ago."""
        async with self._database.write() as writer:
            await link_store.delete_old_links(writer, ended_before=now_ms() - KEPT_MS)


async def use(writer: Writer, token: str, *kinds: LinkKind) -> LinkRow:
    """Use a link up, in the transaction of what it is for; raises `LinkInvalid`."""
    row = await link_store.use_link(writer, hash_token(token), now=now_ms())
    if row is None or row.kind not in kinds or not await _is_backed(writer, row):
        raise LinkInvalid
    return row


async def withdraw(writer: Writer, user_id: int) -> None:
    """Make useless what was asked for an account before its password changed: thieves ask, too."""
    for kind in PERSONAL:
        await link_store.delete_links(writer, kind, user_id=user_id)


async def _is_backed(reader: Reader, row: LinkRow) -> bool:
    """Whether whoever handed the link out is still here, and could still do what it does."""
    if row.created_by is None or row.created_by == row.user_id:
        return True
    maker = await user_store.find_user(reader, row.created_by)
    if maker is None or maker.state != "active":
        return False
    user = None if row.user_id is None else await user_store.find_user(reader, row.user_id)
    role = (row.role or "user") if user is None else user.role
    return maker.role == "owner" or RANK[maker.role] > RANK[role]
