"""The files of an archive: which rows each of them holds, read a step at a time."""

from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any, NamedTuple

from chatbox.accounts.export import account_document, identity_lines, login_lines
from chatbox.caller import Caller
from chatbox.chat.export import message_lines, session_keys, session_lines, turn_lines
from chatbox.db.database import Database, Look, Reader
from chatbox.providers.export import model_lines, provider_lines
from chatbox.system.audit_own import audit_lines
from chatbox.system.settings import settings_document

SESSIONS_AT_ONCE = 100

Content = AsyncGenerator[bytes, None]
Lines = tuple[bytes, int | None]
"""Some lines, and the key from which to go on."""
Step = Callable[[Reader, int], Coroutine[Any, Any, Lines]]
SessionStep = Callable[[Reader, int, int], Coroutine[Any, Any, Lines]]


class Sheet(NamedTuple):
    """A file of the archive."""

    name: str
    content: Content


def sheets_of(database: Database, caller: Caller) -> list[Sheet]:
    """List the files; each is read when its content is asked for."""
    user, me = caller.user_id, caller.public_id
    return [
        Sheet("account.json", _once(database, lambda reader: account_document(reader, user))),
        Sheet("settings.json", _once(database, lambda reader: settings_document(reader, user))),
        Sheet("sessions.jsonl", _sessions(database, user)),
        Sheet("messages.jsonl", _in_sessions(database, user, message_lines)),
        Sheet("turns.jsonl", _in_sessions(database, user, turn_lines)),
        Sheet("providers.jsonl", _once(database, lambda reader: provider_lines(reader, user))),
        Sheet("models.jsonl", _steps(database, lambda reader, at: model_lines(reader, user, at))),
        Sheet("logins.jsonl", _once(database, lambda reader: login_lines(reader, user))),
        Sheet("identities.jsonl", _once(database, lambda reader: identity_lines(reader, user))),
        Sheet("audit.jsonl", _steps(database, lambda reader, at: audit_lines(reader, me, at))),
    ]


async def _once(database: Database, look: Look[bytes]) -> Content:
    yield await database.snapshot(look)


async def _steps(database: Database, step: Step) -> Content:
    at: int | None = 0
    while (after := at) is not None:
        data, at = await database.snapshot(_bound(step, after))
        yield data


async def _sessions(database: Database, user_id: int) -> Content:
    keys = await database.snapshot(lambda reader: session_keys(reader, user_id))
    for start in range(0, len(keys), SESSIONS_AT_ONCE):
        some = keys[start : start + SESSIONS_AT_ONCE]
        async for data in _once(database, _of_sessions(some)):
            yield data


async def _in_sessions(database: Database, user_id: int, step: SessionStep) -> Content:
    for key in await database.snapshot(lambda reader: session_keys(reader, user_id)):
        async for data in _steps(database, _in_session(step, key)):
            yield data


def _bound(step: Step, after: int) -> Look[Lines]:
    return lambda reader: step(reader, after)


def _of_sessions(keys: list[int]) -> Look[bytes]:
    return lambda reader: session_lines(reader, keys)


def _in_session(step: SessionStep, key: int) -> Step:
    return lambda reader, after: step(reader, key, after)
