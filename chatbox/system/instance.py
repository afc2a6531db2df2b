"""Which master key this database belongs to."""

from chatbox.db.database import Database
from chatbox.errors import StartRefused
from chatbox.kit.clock import now_ms
from chatbox.kit.secretbox import SecretBox


async def claim(database: Database, box: SecretBox) -> None:
    """Note the master key's fingerprint at the first start; refuse another key later.

    Raises `StartRefused` unless nothing has been encrypted yet.
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
            raise StartRefused(
                f"The master key is not the one that {database.path} was made with (its "
                f"fingerprint is {known[:8]}…, this one's is {box.fingerprint[:8]}…). Put the "
                "right file back, or name it with --master-key-file. Nothing was changed."
            )
