"""How programs stay signed in: a refresh token works once, for a new pair of tokens.

Whoever shows one that was used already holds a copy, or was robbed by somebody who does. Nobody can
tell the two apart, so the login ends for both (RFC 9700 §4.14.2).
"""

import logging
from collections.abc import Callable

from chatbox.accounts.logins import IDLE_MS
from chatbox.accounts.proofs import TokenPair
from chatbox.accounts.store import logins as login_store
from chatbox.accounts.store import refresh as refresh_store
from chatbox.accounts.store.refresh import RefreshRow
from chatbox.accounts.tokens import ACCESS_SECONDS, AccessTokens, Claims
from chatbox.accounts.visit import Visit
from chatbox.db.database import Database, Writer
from chatbox.errors import LoginRequired
from chatbox.events.hub import Hub
from chatbox.kit.clock import now_ms
from chatbox.kit.tokens import hash_token, new_token
from chatbox.system.audit import Entry, record

DAY_MS = 86_400_000
USED_KEPT_MS = 30 * DAY_MS

logger = logging.getLogger(__name__)


class Refreshing:
    """Hands out pairs of tokens."""

    def __init__(
        self,
        database: Database,
        tokens: AccessTokens,
        hub: Hub,
        clock: Callable[[], int] = now_ms,
    ) -> None:
        self._database = database
        self._tokens = tokens
        self._hub = hub
        self._clock = clock

    async def first(self, writer: Writer, login: int, claims: Claims) -> TokenPair:
        """Hand out the first pair, in the transaction that begins the login."""
        return await self._pair(writer, login, claims)

    async def refresh(self, token: str, visit: Visit) -> TokenPair:
        """Hand out the next pair; raises `LoginRequired`, and ends the login of a reused token."""
        token_hash = hash_token(token)

        async def work(writer: Writer) -> TokenPair | RefreshRow | None:
            at = self._clock()
            row = await refresh_store.find_refresh(
                writer, token_hash, now=at, idle_since=at - IDLE_MS
            )
            if row is None:
                return None
            if row.used_at is not None:
                await login_store.delete_login_by_key(writer, row.login)
                await record(writer, _reuse(row, visit))
                return row
            await refresh_store.use_refresh(writer, token_hash, at=at)
            await refresh_store.delete_used(writer, row.login, before=at - USED_KEPT_MS)
            await login_store.touch_login(writer, row.login, address=visit.address, at=at)
            claims = Claims(user=row.user_public_id, login=row.login_public_id)
            return await self._pair(writer, row.login, claims)

        outcome = await self._database.write_together(work)
        if isinstance(outcome, RefreshRow):
            ended = outcome.login
            self._hub.cut(lambda viewer: viewer.caller.login == ended)
            logger.warning("a refresh token was reused: its login has ended")
        if not isinstance(outcome, TokenPair):
            raise LoginRequired
        return outcome

    async def _pair(self, writer: Writer, login: int, claims: Claims) -> TokenPair:
        token = new_token()
        await refresh_store.insert_refresh(writer, login, hash_token(token), at=self._clock())
        return TokenPair(
            access_token=self._tokens.issue(claims),
            expires_in=ACCESS_SECONDS,
            refresh_token=token,
        )


def _reuse(row: RefreshRow, visit: Visit) -> Entry:
    return Entry(
        action="login.reused",
        actor=row.user_public_id,
        address=visit.address,
        object=f"login:{row.login_public_id}",
        result="refused",
    )
