"""The SQL of accounts."""

from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from chatbox.caller import Role
from chatbox.db.database import Reader, Writer
from chatbox.db.rows import encode_json
from chatbox.errors import NotFound

State = Literal["active", "suspended"]


class Identity(msgspec.Struct, frozen=True):
    """An account elsewhere that signs in this one."""

    id: Annotated[str, Meta(description="A UUID in lower-case text")]
    issuer: Annotated[str, Meta(description="The provider's address")]
    email: Annotated[str | None, Meta(description="The address it told, if any")]


class UserRow(msgspec.Struct, frozen=True):
    """A row of `users`; a confirmed second factor has `totp_confirmed_at`."""

    id: int
    public_id: str
    username: str | None
    name: str
    email: str | None
    role: Role
    state: State
    password_hash: str | None
    totp_secret: bytes | None
    totp_confirmed_at: int | None
    totp_last_step: int
    rights_version: int
    version: int
    created_at: int
    last_login_at: int | None

    @property
    def has_totp(self) -> bool:
        """Whether signing in asks for a code."""
        return self.totp_confirmed_at is not None


_USER = """
    SELECT u.id, u.public_id, u.username, u.name, u.email, u.role, u.state, u.password_hash,
        u.totp_secret, u.totp_confirmed_at, u.totp_last_step, u.rights_version, u.version,
        u.created_at, u.last_login_at
    FROM users u
"""


async def find_user(reader: Reader, key: int) -> UserRow | None:
    """Find an account by its integer key."""
    return await reader.fetch_one(UserRow, _USER + "WHERE u.id = :id", id=key)


async def find_user_by_name(reader: Reader, name: str) -> UserRow | None:
    """Find an account by its user name or e-mail address, both in their stored form."""
    return await reader.fetch_one(
        UserRow, _USER + "WHERE u.username = :name OR u.email = :name", name=name
    )


async def get_user(reader: Reader, public_id: str) -> UserRow:
    """Find an account or raise `NotFound`."""
    row = await reader.fetch_one(
        UserRow, _USER + "WHERE u.public_id = :id AND u.state <> 'deleted'", id=public_id
    )
    if row is None:
        raise NotFound("There is no such account.")
    return row


async def get_owner(reader: Reader) -> UserRow:
    """Find the owner, whom every database has."""
    row = await reader.fetch_one(UserRow, _USER + "WHERE u.role = 'owner'")
    if row is None:
        raise NotFound("This database has no owner.")
    return row


async def list_users(  # noqa: PLR0913 - a filter each
    reader: Reader, *, pattern: str, role: str | None, state: str | None, after: int, limit: int
) -> list[UserRow]:
    """List accounts by age from a key on, those whose names match a LIKE pattern."""
    return await reader.fetch_all(
        UserRow,
        _USER
        + """
        WHERE u.id > :after AND u.state <> 'deleted'
            AND (:role IS NULL OR u.role = :role)
            AND (:state IS NULL OR u.state = :state)
            AND (:pattern = '%' OR u.username LIKE :pattern ESCAPE '\\'
                OR u.name LIKE :pattern ESCAPE '\\' OR u.email LIKE :pattern ESCAPE '\\')
        ORDER BY u.id
        LIMIT 0 + :limit
        """,
        after=after,
        role=role,
        state=state,
        pattern=pattern,
        limit=limit,
    )


async def insert_user(  # noqa: PLR0913 - a column each
    writer: Writer,
    *,
    public_id: str,
    username: str,
    name: str,
    email: str | None,
    role: Role,
    password_hash: str | None,
    at: int,
) -> int:
    """Insert an account; raises `Conflict` when the name or the address is in use."""
    await writer.execute("UPDATE counters SET value = value + 1 WHERE name = 'users'")
    return await writer.insert(
        """
        INSERT INTO users (id, public_id, username, name, email, role, password_hash, created_at)
        VALUES ((SELECT value FROM counters WHERE name = 'users'), :public_id, :username, :name,
            :email, :role, :hash, :at)
        """,
        public_id=public_id,
        username=username,
        name=name,
        email=email,
        role=role,
        hash=password_hash,
        at=at,
    )


async def update_user(writer: Writer, row: UserRow) -> None:
    """Write an account's names, role and state; raises `Conflict` as above.

    Another role or state counts as other rights, which ends what is open under the old ones.
    """
    await writer.execute(
        """
        UPDATE users
        SET username = :username, name = :name, email = :email,
            rights_version = rights_version + (role <> :role OR state <> :state),
            role = :role, state = :state, version = version + 1
        WHERE id = :id
        """,
        username=row.username,
        name=row.name,
        email=row.email,
        role=row.role,
        state=row.state,
        id=row.id,
    )


async def claim_owner(
    writer: Writer, *, username: str, name: str, email: str | None, password_hash: str
) -> int:
    """Give the owner a name and a password; answer 0 when there is a password already."""
    return await writer.execute(
        """
        UPDATE users
        SET username = :username, name = :name, email = :email, password_hash = :hash,
            version = version + 1
        WHERE role = 'owner' AND password_hash IS NULL
        """,
        username=username,
        name=name,
        email=email,
        hash=password_hash,
    )


async def set_password(writer: Writer, key: int, password_hash: str) -> None:
    """Store a password's hash."""
    await writer.execute(
        "UPDATE users SET password_hash = :hash, version = version + 1 WHERE id = :id",
        hash=password_hash,
        id=key,
    )


async def rehash_password(writer: Writer, key: int, *, old: str, new: str) -> None:
    """Store the same password under newer parameters, unless it has changed meanwhile."""
    await writer.execute(
        "UPDATE users SET password_hash = :new WHERE id = :id AND password_hash = :old",
        new=new,
        old=old,
        id=key,
    )


async def note_login(writer: Writer, key: int, *, at: int) -> None:
    """Note when somebody signed in."""
    await writer.execute("UPDATE users SET last_login_at = :at WHERE id = :id", at=at, id=key)


class StateCount(msgspec.Struct, frozen=True):
    """How many accounts are in a state."""

    state: str
    count: int


async def count_states(reader: Reader) -> list[StateCount]:
    """Count the accounts of each state."""
    return await reader.fetch_list(
        StateCount,
        "SELECT state, count(*) AS count FROM users GROUP BY state ORDER BY state",
    )


async def is_team(reader: Reader) -> bool:
    """Whether the database is a team's."""
    return bool(await reader.fetch_one(int, "SELECT team FROM instance"))


async def set_team(writer: Writer, team: bool) -> int:
    """Make the database a team's, or one person's again; answer 0 before its first start."""
    return await writer.execute("UPDATE instance SET team = :team", team=team)


async def clear_totp(writer: Writer, key: int) -> None:
    """Remove a second factor with its recovery codes."""
    await writer.execute(
        """
        UPDATE users
        SET totp_secret = NULL, totp_confirmed_at = NULL, version = version + 1
        WHERE id = :id
        """,
        id=key,
    )
    await writer.execute("DELETE FROM recovery_codes WHERE user_id = :id", id=key)


async def count_recovery_codes(reader: Reader, key: int) -> int:
    """Count the recovery codes that are left."""
    sql = "SELECT count(*) FROM recovery_codes WHERE user_id = :id AND used_at IS NULL"
    return await reader.fetch_one(int, sql, id=key) or 0


async def list_identities(reader: Reader, key: int) -> list[Identity]:
    """List the accounts elsewhere that sign in this one."""
    return await reader.fetch_list(
        Identity,
        "SELECT public_id AS id, issuer, email FROM identities WHERE user_id = :id ORDER BY id",
        id=key,
    )


class Rights(msgspec.Struct, frozen=True):
    """An active account and the version of its rights."""

    user_id: int
    rights_version: int


async def list_rights(reader: Reader, keys: Iterable[int]) -> list[Rights]:
    """The rights of those of these accounts that exist and are not suspended."""
    return await reader.fetch_list(
        Rights,
        """
        SELECT u.id AS user_id, u.rights_version
        FROM json_each(:keys) wanted
        JOIN users u ON u.id = wanted.value
        WHERE u.state = 'active'
        """,
        keys=encode_json(list(keys)),
    )
