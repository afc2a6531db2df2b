"""The SQL of second factors."""

from collections.abc import Iterable

import msgspec

from chatbox.db.database import Reader, Writer


class SealedRow(msgspec.Struct, frozen=True):
    """A second factor's secret, as it is stored."""

    public_id: str
    username: str | None
    totp_secret: bytes


async def list_sealed(reader: Reader) -> list[SealedRow]:
    """List everybody's second factors."""
    return await reader.fetch_all(
        SealedRow,
        """
        SELECT public_id, username, totp_secret
        FROM users
        WHERE totp_secret IS NOT NULL
        ORDER BY id
        """,
    )


async def begin_totp(writer: Writer, key: int, secret: bytes) -> int:
    """Store a secret that is not confirmed yet; answer 0 when there is a confirmed one."""
    return await writer.execute(
        """
        UPDATE users SET totp_secret = :secret, totp_last_step = 0
        WHERE id = :id AND totp_confirmed_at IS NULL
        """,
        secret=secret,
        id=key,
    )


async def confirm_totp(writer: Writer, key: int, *, step: int, at: int) -> None:
    """Ask for codes from now on; the step of the first one is used up."""
    await writer.execute(
        """
        UPDATE users
        SET totp_confirmed_at = :at, totp_last_step = :step, version = version + 1
        WHERE id = :id
        """,
        at=at,
        step=step,
        id=key,
    )


async def use_step(writer: Writer, key: int, step: int) -> int:
    """Use up a step; answer 0 when it, or a later one, has been used."""
    return await writer.execute(
        "UPDATE users SET totp_last_step = :step WHERE id = :id AND totp_last_step < :step",
        step=step,
        id=key,
    )


async def use_recovery_code(writer: Writer, user_id: int, code_hash: bytes, *, at: int) -> int:
    """Use up a recovery code; answer 0 when there is none such."""
    return await writer.execute(
        """
        UPDATE recovery_codes SET used_at = :at
        WHERE user_id = :user AND code_hash = :hash AND used_at IS NULL
        """,
        at=at,
        user=user_id,
        hash=code_hash,
    )


async def replace_recovery_codes(writer: Writer, user_id: int, hashes: Iterable[bytes]) -> None:
    """Put new recovery codes in the place of all others."""
    await writer.execute("DELETE FROM recovery_codes WHERE user_id = :user", user=user_id)
    await writer.execute_many(
        "INSERT INTO recovery_codes (user_id, code_hash) VALUES (:user, :hash)",
        [{"user": user_id, "hash": code_hash} for code_hash in hashes],
    )
