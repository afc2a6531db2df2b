"""Whose account somebody is who comes back from the identity provider.

A person there is known by issuer and subject, never by the e-mail address: an account here is
linked by whoever has signed in to it, or was made for that person. What may not be is told by a
code, and goes to the audit log.
"""

from chatbox.accounts.logins import Logins, Opened
from chatbox.accounts.newcomer import make_account
from chatbox.accounts.oidc.flows import Flow
from chatbox.accounts.oidc.model import Identity, OidcFailed
from chatbox.accounts.oidc.provider import Answer, Provider
from chatbox.accounts.store import identities as identity_store
from chatbox.accounts.store import logins as login_store
from chatbox.accounts.store import users as user_store
from chatbox.accounts.store.users import UserRow
from chatbox.accounts.strangers import Strangers
from chatbox.accounts.visit import Visit
from chatbox.caller import Caller
from chatbox.config import Oidc
from chatbox.db.database import Database, Writer
from chatbox.errors import Forbidden, NotFound
from chatbox.kit.clock import now_ms
from chatbox.kit.ids import new_id
from chatbox.system.audit import Entry, record
from chatbox.system.mode import Mode


class SingleSignOn:
    """The verbs of signing in elsewhere; without a provider there is nothing here."""

    def __init__(  # noqa: PLR0913 - built once
        self,
        database: Database,
        logins: Logins,
        provider: Provider | None,
        *,
        oidc: Oidc,
        mode: Mode,
        strangers: Strangers,
    ) -> None:
        self._database = database
        self._logins = logins
        self._provider = provider
        self._oidc = oidc
        self._mode = mode
        self._strangers = strangers

    async def begin(self, caller: Caller | None, next_path: str, visit: Visit) -> tuple[str, str]:
        """The address to go to, and the browser's part of the flow.

        Who is signed in proves anew who they are: the provider must ask them. Raises `OidcFailed`.
        """
        user = None if caller is None else caller.user_id
        url, started = await self._known().begin(
            next_path, visit.address, user=user, is_fresh=user is not None
        )
        return url, started.browser

    async def begin_link(self, caller: Caller, next_path: str) -> tuple[str, str]:
        """The same, for the caller's account to be linked. Raises `OidcFailed`."""
        url, started = await self._known().begin(
            next_path, caller.address, user=caller.user_id, links=True
        )
        return url, started.browser

    async def finish(
        self, answer: Answer, browser: str, visit: Visit, caller: Caller | None
    ) -> tuple[str, Opened | None]:
        """Where to go on, and the login that has begun, if any. Raises `OidcFailed`."""
        provider = self._known()
        flow = provider.flow_of(answer, browser)  # without one, nothing is worth writing down
        next_path = flow.next
        try:
            identity = await provider.finish(answer, flow)
            if flow.user is not None and (caller is None or caller.user_id != flow.user):
                raise OidcFailed("oidc_other_account", "Somebody else has signed in meanwhile.")
            if flow.links and caller is not None:
                await self._link(caller, identity)
                return next_path, None
            return next_path, await self._sign_in(flow, identity, visit, caller)
        except OidcFailed as failed:
            failed.next = next_path
            entry = self._strangers.admit(_refused(visit, failed, caller))
            if entry is not None:
                async with self._database.write() as writer:
                    await record(writer, entry)
            raise

    async def unlink(self, caller: Caller, identity_id: str) -> None:
        """Unlink one of the caller's identities, unless it is the only way in."""
        async with self._database.write() as writer:
            user = await user_store.find_user(writer, caller.user_id)
            if not await identity_store.delete_identity(writer, caller.user_id, identity_id):
                raise NotFound("There is no such identity.")
            left = await user_store.list_identities(writer, caller.user_id)
            if not left and (user is None or user.password_hash is None):
                raise Forbidden("This is the only way to sign in: choose a password first.")
            await record(writer, _told("identity.unlink", caller, identity_id))

    async def aclose(self) -> None:
        """Close the connections."""
        if self._provider is not None:
            await self._provider.aclose()

    def _known(self) -> Provider:
        if self._provider is None or not self._mode.is_team:
            raise NotFound("This server has no identity provider.")
        return self._provider

    async def _link(self, caller: Caller, identity: Identity) -> None:
        async with self._database.write() as writer:
            found = await identity_store.find_identity(writer, identity.issuer, identity.subject)
            if found is not None and found.user_id != caller.user_id:
                raise OidcFailed("oidc_linked_elsewhere", "The person has another account here.")
            if found is None:
                public_id = await _insert(writer, caller.user_id, identity)
                await record(writer, _told("identity.link", caller, public_id))

    async def _sign_in(
        self, flow: Flow, identity: Identity, visit: Visit, caller: Caller | None
    ) -> Opened:
        async with self._database.write() as writer:
            user = await self._user_of(writer, identity, visit)
            if flow.user not in (None, user.id):
                why = "The person has another account here."
                raise OidcFailed("oidc_other_account", why, account=user.public_id)
            if user.state != "active":
                why = "The account is suspended."
                raise OidcFailed("suspended", why, account=user.public_id)
            if caller is not None:
                await login_store.delete_login_by_key(writer, caller.login)
            opened = await self._logins.open(writer, user, visit, via="oidc")
            proved_at = min((identity.auth_time or 0) * 1000, now_ms())
            await login_store.set_verified(writer, opened.key, at=max(proved_at, 0))
            return opened

    async def _user_of(self, writer: Writer, identity: Identity, visit: Visit) -> UserRow:
        found = await identity_store.find_identity(writer, identity.issuer, identity.subject)
        if found is None:
            user = await make_account(writer, identity, self._oidc, visit)
            await _insert(writer, user.id, identity)
            return user
        await identity_store.note_use(writer, found.id, email=identity.email, at=now_ms())
        known = await user_store.find_user(writer, found.user_id)
        if known is None:
            raise OidcFailed("oidc_no_account", "The account is gone.")
        return known


async def _insert(writer: Writer, user_id: int, identity: Identity) -> str:
    public_id = new_id()
    await identity_store.insert_identity(
        writer,
        user_id,
        public_id=public_id,
        issuer=identity.issuer,
        subject=identity.subject,
        email=identity.email,
        at=now_ms(),
    )
    return public_id


def _refused(visit: Visit, failed: OidcFailed, caller: Caller | None) -> Entry:
    account = failed.account or ("" if caller is None else caller.public_id)
    return Entry(
        action="login.open",
        address=visit.address,
        object=f"user:{account}" if account else "",
        result="refused",
        detail={"via": "oidc", "why": failed.code},
    )


def _told(action: str, caller: Caller, identity_id: str) -> Entry:
    return Entry(
        action=action,
        actor=caller.public_id,
        address=caller.address,
        object=f"identity:{identity_id}",
    )
