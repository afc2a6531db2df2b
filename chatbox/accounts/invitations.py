"""Invitations: links that make one account each."""

from chatbox.accounts.links import HOUR_MS, Links
from chatbox.accounts.model import Invitation, NewInvitation
from chatbox.accounts.passwords import check_email
from chatbox.accounts.people import check_rank, check_standing
from chatbox.accounts.store import links as link_store
from chatbox.accounts.store.links import LinkRow
from chatbox.caller import Caller
from chatbox.db.database import Database
from chatbox.errors import NotFound
from chatbox.kit.clock import now_ms, rfc3339
from chatbox.system.audit import Entry, record
from chatbox.system.site import SiteSettings


class Invitations:
    """The verbs of invitations."""

    def __init__(self, database: Database, links: Links, site: SiteSettings) -> None:
        self._database = database
        self._links = links
        self._site = site

    async def page(self, *, before: int, limit: int) -> list[LinkRow]:
        """List invitations, the newest first."""
        async with self._database.read() as reader:
            return await link_store.list_invitations(reader, before=before, limit=limit)

    async def make(self, caller: Caller, new: NewInvitation) -> Invitation:
        """Make an invitation; its link is in this answer only."""
        check_rank(caller, new.role)
        email = None if new.email is None else check_email(new.email)
        hours = new.hours or self._site.now.invitation_hours
        async with self._database.write() as writer:
            await check_standing(writer, caller)
            public_id, link = await self._links.make(
                writer,
                "invitation",
                created_by=caller.user_id,
                role=new.role,
                email=email,
                note=new.note.strip(),
                life_ms=hours * HOUR_MS,
            )
            await record(writer, _entry(caller, "invitation.make", public_id, role=new.role))
        return Invitation(
            id=public_id,
            role=new.role,
            email=email,
            note=new.note.strip(),
            state="open",
            created_at=rfc3339(now_ms()),
            expires_at=link.expires_at,
            url=link.url,
        )

    async def revoke(self, caller: Caller, public_id: str) -> None:
        """Make an invitation useless that has not been used."""
        async with self._database.write() as writer:
            if not await link_store.delete_invitation(writer, public_id):
                raise NotFound("There is no such invitation.")
            await record(writer, _entry(caller, "invitation.revoke", public_id))


def invitation_of(row: LinkRow) -> Invitation:
    """Show an invitation, without its link, which nobody knows any more."""
    is_over = row.expires_at <= now_ms()
    return Invitation(
        id=row.public_id,
        role=row.role or "user",
        email=row.email,
        note=row.note,
        state="used" if row.used_at is not None else "expired" if is_over else "open",
        created_at=rfc3339(row.created_at),
        expires_at=rfc3339(row.expires_at),
        url=None,
    )


def _entry(caller: Caller, action: str, public_id: str, **detail: str) -> Entry:
    return Entry(
        action=action,
        actor=caller.public_id,
        address=caller.address,
        object=f"invitation:{public_id}",
        detail={**detail},
    )
