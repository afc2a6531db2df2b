"""Which master key this database belongs to."""

from pathlib import Path

from chatbox.db.database import Database
from chatbox.db.peek import peek, peek_value
from chatbox.errors import StartRefused
from chatbox.kit.clock import now_ms
from chatbox.kit.secretbox import SecretBox

_SECRETS = "SELECT count(*) FROM providers WHERE secret IS NOT NULL"
_FACTORS = "SELECT count(*) FROM users WHERE totp_secret IS NOT NULL"
_KNOWS_FACTORS = "SELECT count(*) FROM pragma_table_info('users') WHERE name = 'totp_secret'"


def holds_secrets(path: Path) -> bool:
    """Tell whether the file holds anything that only its master key opens; it need not exist.

    Raises `StartRefused` when it is not a database.
    """
    if peek(path, _SECRETS, table="providers"):
        return True
    return bool(peek(path, _KNOWS_FACTORS, table="users") and peek(path, _FACTORS, table="users"))


def check_key(path: Path, box: SecretBox) -> None:
    """Raise `StartRefused` when the file holds secrets that another key has sealed.

    Nothing on the disk changes; the file need not exist.
    """
    known = peek_value(path, "SELECT key_fingerprint FROM instance", table="instance")
    if known not in (None, box.fingerprint) and holds_secrets(path):
        raise _other_key(path, str(known), box)


async def claim(database: Database, box: SecretBox) -> None:
    """Note the master key's fingerprint at the first start; refuse another key later.

    Another key is taken over while nothing is sealed; else it raises `StartRefused`.
    """
    async with database.write() as writer:
        known = await writer.fetch_one(str, "SELECT key_fingerprint FROM instance")
        if known is None:
            await writer.execute(
                "INSERT INTO instance (id, key_fingerprint, created_at) VALUES (1, :print, :at)",
                print=box.fingerprint,
                at=now_ms(),
            )
        elif known != box.fingerprint:
            sealed = [await writer.fetch_one(int, sql) for sql in (_SECRETS, _FACTORS)]
            if not any(sealed):
                await writer.execute(
                    "UPDATE instance SET key_fingerprint = :print", print=box.fingerprint
                )
                return
            raise _other_key(database.path, known, box)


def _other_key(path: Path, known: str, box: SecretBox) -> StartRefused:
    return StartRefused(
        f"The master key is not the one that {path} was made with (its fingerprint is "
        f"{known[:8]}…, this one's is {box.fingerprint[:8]}…). Put the right file back, or name it "
        "with --master-key-file. Nothing was changed."
    )
