"""Step-up: whoever is signed in proves again that it is really them, before what matters most.

The login then counts as fresh for five minutes; `authorise` asks for that.
"""

from chatbox.accounts.backoff import Backoff
from chatbox.accounts.factors import Factors, attempt_of
from chatbox.accounts.hashing import Hasher
from chatbox.accounts.passwords import normal_password
from chatbox.accounts.proofs import Proof, Verified
from chatbox.accounts.store import logins as login_store
from chatbox.accounts.store import users as user_store
from chatbox.accounts.store.users import UserRow
from chatbox.accounts.visit import Visit
from chatbox.caller import Caller
from chatbox.db.database import Database, Writer
from chatbox.errors import ChatboxError, CodeRequired, LoginFailed, LoginRequired
from chatbox.kit.clock import now_ms, rfc3339
from chatbox.rights import STEP_UP_MS
from chatbox.system.audit import Entry, record


class StepUp:
    """The verb of proving it again."""

    def __init__(
        self, database: Database, hasher: Hasher, factors: Factors, *, backoff: Backoff
    ) -> None:
        self._database = database
        self._hasher = hasher
        self._factors = factors
        self._backoff = backoff

    async def verify(self, caller: Caller, proof: Proof, visit: Visit) -> Verified:
        """Take the password, and the code where there is a second factor.

        An account without a password proves itself with the code alone. Raises `LoginFailed`,
        `CodeRequired` and `TooManyTries`.
        """
        async with self._database.read() as reader:
            user = await user_store.find_user(reader, caller.user_id)
        if user is None:
            raise LoginRequired
        if user.password_hash is None and not user.has_totp:
            raise LoginFailed("This account has no password: sign out and sign in again.")
        who = attempt_of(user, visit)
        await self._database.write_together(lambda writer: self._backoff.check(writer, who))
        is_right = user.password_hash is None or await self._hasher.verify(
            normal_password(proof.password), user.password_hash
        )
        at = now_ms()
        async with self._database.write() as writer:
            refusal = await self._judge(writer, user, proof, visit, is_right=is_right)
            if refusal is None:
                await self._backoff.succeeded(writer, who)
                if not await login_store.set_verified(writer, caller.login, at=at):
                    raise LoginRequired
            elif not _is_question(refusal, proof):
                await self._backoff.failed(writer, who)
            if refusal is None or not _is_question(refusal, proof):
                await record(writer, _entry(caller, refusal))
        if refusal is not None:
            raise refusal
        return Verified(verified_until=rfc3339(at + STEP_UP_MS))

    async def _judge(
        self, writer: Writer, user: UserRow, proof: Proof, visit: Visit, *, is_right: bool
    ) -> ChatboxError | None:
        """Say what is wrong with the proof, if anything; a good code is used up."""
        current = await user_store.find_user(writer, user.id)
        if current is None or current.password_hash != user.password_hash:
            return LoginRequired()  # it changed while the hash was computed
        if not is_right:
            return LoginFailed("The password is not right.")
        if not current.has_totp:
            return None
        code = proof.code or ""
        if await self._factors.check_code(writer, current, code, visit.address):
            return None
        return CodeRequired("The code is not right." if code else "")


def _is_question(refusal: ChatboxError, proof: Proof) -> bool:
    """Whether nothing wrong was said: the form asks for the code after the password."""
    return isinstance(refusal, CodeRequired) and proof.code is None


def _entry(caller: Caller, refusal: ChatboxError | None) -> Entry:
    return Entry(
        action="login.verify",
        actor=caller.public_id,
        address=caller.address,
        object=f"user:{caller.public_id}",
        result="ok" if refusal is None else "refused",
    )
