"""The second factor: codes of an authenticator app, and ten recovery codes for when it is lost.

A code works once: the step it belongs to is used up in the transaction that accepts it. The app's
secret is sealed, recovery codes are keyed hashes: a stolen database gives away neither.
"""

import hashlib
import hmac
import logging
import secrets

from chatbox.accounts import totp
from chatbox.accounts.backoff import Attempt, Backoff
from chatbox.accounts.logins import Logins
from chatbox.accounts.proofs import Enrolment
from chatbox.accounts.store import factors as factor_store
from chatbox.accounts.store import users as user_store
from chatbox.accounts.store.users import UserRow
from chatbox.accounts.visit import Visit
from chatbox.caller import Caller, Role
from chatbox.db.database import Database, Writer
from chatbox.errors import AlreadyExists, CodeRequired, NotFound
from chatbox.kit.secretbox import CannotOpen, SecretBox
from chatbox.system.audit import Entry, record
from chatbox.system.site import Site, SiteSettings

RECOVERY_CODES = 10
_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
_CODE_LETTERS = 10
_MISREAD = str.maketrans("oil", "011", " -")

logger = logging.getLogger(__name__)


class Factors:
    """The verbs of the second factor."""

    def __init__(
        self,
        database: Database,
        box: SecretBox,
        logins: Logins,
        *,
        backoff: Backoff,
        site: SiteSettings,
    ) -> None:
        self._database = database
        self._box = box
        self._key = box.derive("recovery-codes/v1")
        self._logins = logins
        self._backoff = backoff
        self._site = site

    async def begin(self, caller: Caller) -> Enrolment:
        """Make a secret for the caller's app; nothing asks for its codes until one is confirmed.

        Raises `AlreadyExists` when there is a confirmed one.
        """
        secret = totp.new_secret()
        sealed = self._box.seal(secret, bound_to=place_of(caller.public_id))
        async with self._database.write() as writer:
            user = await _account(writer, caller)
            if not await factor_store.begin_totp(writer, user.id, sealed):
                raise AlreadyExists("The second factor is set up already. Remove it first.")
        account = user.username or user.email or user.name
        issuer = self._site.now.name.replace(":", " ")
        return Enrolment(secret=secret, uri=totp.uri(secret, account=account, issuer=issuer))

    async def confirm(
        self, caller: Caller, code: str, visit: Visit
    ) -> tuple[list[str], str | None]:
        """Ask for codes from now on; answer the recovery codes and the browser's new token.

        All other logins end. Raises `CodeRequired` when the code is wrong, and `TooManyTries`.
        """
        async with self._database.write() as writer:
            user = await _account(writer, caller)
            who = attempt_of(user, visit)
            if user.has_totp or user.totp_secret is None:
                raise NotFound("There is no second factor to confirm. Begin with a new secret.")
            await self._backoff.check(writer, who)
            step = self._step(user, code, after=0)
            if step is None:
                await self._backoff.failed(writer, who)
                codes, token = None, None
            else:
                await self._backoff.succeeded(writer, who)
                await factor_store.confirm_totp(
                    writer, user.id, step=step, at=self._backoff.clock()
                )
                codes = await self._new_codes(writer, user)
                token = await self._logins.renew(writer, caller)
                await record(writer, _done(caller, "totp.confirm"))
        if codes is None:
            raise CodeRequired("The code is not right.")
        self._logins.cut_others(caller)
        return codes, token

    async def disable(self, caller: Caller) -> str | None:
        """Remove the second factor and end all other logins; answer the browser's new token."""
        async with self._database.write() as writer:
            user = await _account(writer, caller)
            if user.totp_secret is None:
                raise NotFound("There is no second factor.")
            await user_store.clear_totp(writer, user.id)
            token = await self._logins.renew(writer, caller)
            await record(writer, _done(caller, "totp.disable"))
        self._logins.cut_others(caller)
        return token

    async def renew_codes(self, caller: Caller) -> list[str]:
        """Make new recovery codes; the old ones stop working."""
        async with self._database.write() as writer:
            user = await _account(writer, caller)
            if not user.has_totp:
                raise NotFound("There is no second factor.")
            codes = await self._new_codes(writer, user)
            await record(writer, _done(caller, "recovery.renew"))
        return codes

    async def check_code(self, writer: Writer, user: UserRow, code: str, address: str) -> bool:
        """Accept a code of the app or a recovery code, and use it up.

        `user` must have been read in this transaction.
        """
        if not user.has_totp:
            return False
        step = self._step(user, code, after=user.totp_last_step)
        if step is not None:
            return await factor_store.use_step(writer, user.id, step) == 1
        code_hash = self._hash(user, code)
        if not await factor_store.use_recovery_code(
            writer, user.id, code_hash, at=self._backoff.clock()
        ):
            return False
        thing = f"user:{user.public_id}"
        entry = Entry(action="recovery.use", actor=user.public_id, address=address, object=thing)
        await record(writer, entry)
        return True

    def _step(self, user: UserRow, code: str, *, after: int) -> int | None:
        if user.totp_secret is None:
            return None
        try:
            secret = self._box.open(user.totp_secret, bound_to=place_of(user.public_id))
        except CannotOpen:
            logger.exception("a second factor cannot be opened: only recovery codes work")
            return None
        return totp.matching_step(secret, _plain(code), at=self._backoff.clock(), after=after)

    async def _new_codes(self, writer: Writer, user: UserRow) -> list[str]:
        codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
        hashes = [self._hash(user, code) for code in codes]
        await factor_store.replace_recovery_codes(writer, user.id, hashes)
        return codes

    def _hash(self, user: UserRow, code: str) -> bytes:
        text = f"{user.public_id}|{_plain(code)}"
        return hmac.digest(self._key, text.encode(errors="replace"), hashlib.sha256)


def needs_factor(site: Site, role: Role, *, has_one: bool) -> bool:
    """Whether the settings ask for a second factor that the account does not have."""
    is_asked = site.require_totp == "everybody" or (
        site.require_totp == "admins" and role in ("owner", "admin")
    )
    return is_asked and not has_one


def attempt_of(user: UserRow, visit: Visit) -> Attempt:
    """Who tries, for somebody who is signed in and proves it anew."""
    return Attempt(
        account=user.username or user.public_id,
        user_id=user.id,
        address=visit.address,
        device_token=visit.device_token,
    )


async def _account(writer: Writer, caller: Caller) -> UserRow:
    user = None if caller.is_alone else await user_store.find_user(writer, caller.user_id)
    if user is None:
        raise NotFound
    return user


def _recovery_code() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LETTERS))
    return f"{letters[:5]}-{letters[5:]}"


def _plain(code: str) -> str:
    """A code as it is compared: no spaces, no hyphens, and letters read as the digits meant."""
    return code.casefold().translate(_MISREAD)


def place_of(public_id: str) -> str:
    """What an account's secret is bound to."""
    return f"v1|users|totp_secret|{public_id}"


def _done(caller: Caller, action: str) -> Entry:
    return Entry(
        action=action,
        actor=caller.public_id,
        address=caller.address,
        object=f"user:{caller.public_id}",
    )
