"""What is true of every sound database file, whatever happened to the server.

Each rule counts its violations with one SELECT. `AT_REST` holds as well while no server runs and
what an earlier one left unfinished has been completed.
"""

import sqlite3
from collections.abc import Sequence

import msgspec


class Rule(msgspec.Struct, frozen=True):
    """A rule; `says` completes "… times" for a person."""

    name: str
    says: str
    sql: str


ALWAYS = (
    Rule(
        "parents",
        "a message has its parent in another session, or comes before it",
        """
        SELECT count(*)
        FROM messages m
        JOIN messages p ON p.id = m.parent_id
        WHERE p.session_id <> m.session_id OR p.id >= m.id
        """,
    ),
    Rule(
        "leaf",
        "a session shows a message of another session, or none although it has some",
        """
        SELECT count(*)
        FROM sessions s
        LEFT JOIN messages m ON m.id = s.active_leaf_id
        WHERE (m.id IS NOT NULL AND m.session_id <> s.id)
        OR (m.id IS NULL AND EXISTS (SELECT 1 FROM messages n WHERE n.session_id = s.id))
        """,
    ),
    Rule(
        "counts",
        "a session counts other messages than it has",
        """
        SELECT count(*)
        FROM sessions s
        WHERE s.message_count <> (SELECT count(*) FROM messages m WHERE m.session_id = s.id)
        """,
    ),
    Rule(
        "journal",
        "the journal holds text of a turn that has ended",
        """
        SELECT count(*)
        FROM journal j
        LEFT JOIN turns t ON t.id = j.turn_id
        WHERE t.status IS NOT 'running'
        """,
    ),
    Rule(
        "replies",
        "a reply is unfinished although no turn writes it, or the other way round",
        """
        SELECT count(*)
        FROM messages m
        WHERE (m.status = 'pending') <> EXISTS (
            SELECT 1 FROM turns t WHERE t.reply_id = m.id AND t.status = 'running'
        )
        """,
    ),
    Rule(
        "turns",
        "a turn belongs to another session than its reply",
        """
        SELECT count(*)
        FROM turns t
        JOIN messages m ON m.id = t.reply_id
        WHERE m.session_id <> t.session_id
        """,
    ),
    Rule(
        "owner",
        "there is not exactly one owner who may sign in",
        """
        SELECT count(*) <> 1
        FROM users
        WHERE role = 'owner' AND state = 'active'
        """,
    ),
    Rule(
        "logins",
        "somebody is signed in whose account is suspended",
        """
        SELECT count(*)
        FROM logins l
        JOIN users u ON u.id = l.user_id
        WHERE u.state <> 'active'
        """,
    ),
    Rule(
        "leaving",
        "a deleted account still has a name, a password or a way in",
        """
        SELECT count(*)
        FROM users u
        WHERE u.state = 'deleted' AND (
            u.username IS NOT NULL OR u.email IS NOT NULL OR u.password_hash IS NOT NULL
            OR EXISTS (SELECT 1 FROM identities i WHERE i.user_id = u.id)
            OR EXISTS (SELECT 1 FROM links k WHERE k.user_id = u.id)
        )
        """,
    ),
    Rule(
        "grants",
        "a provider of one person is granted to others",
        """
        SELECT count(*)
        FROM grants g
        JOIN providers p ON p.id = g.provider_id
        WHERE NOT p.is_system
        """,
    ),
    Rule(
        "cookies",
        "a browser is signed in without a cookie, or with tokens for programs",
        """
        SELECT count(*)
        FROM logins l
        WHERE l.kind = 'browser' AND (
            l.token_hash IS NULL
            OR EXISTS (SELECT 1 FROM refresh_tokens r WHERE r.login_id = l.id)
        )
        """,
    ),
    Rule(
        "factors",
        "a second factor is in force without its secret, or has codes without being in force",
        """
        SELECT count(*)
        FROM users u
        WHERE (u.totp_confirmed_at IS NOT NULL AND u.totp_secret IS NULL)
        OR (u.totp_confirmed_at IS NULL
            AND EXISTS (SELECT 1 FROM recovery_codes c WHERE c.user_id = u.id))
        """,
    ),
    Rule(
        "links",
        "a link for an account names none, or one for a new account names one",
        """
        SELECT count(*)
        FROM links
        WHERE (kind = 'reset' AND user_id IS NULL) OR (kind = 'invitation' AND role IS NULL)
        OR (kind = 'invitation' AND user_id IS NOT NULL)
        """,
    ),
)
AT_REST = (
    Rule(
        "running",
        "a turn runs although there is no server",
        "SELECT count(*) FROM turns WHERE status = 'running'",
    ),
)
DAMAGE = "SQLite finds the file damaged"
REFERENCES = "a row refers to another one that is not there"


def violations(connection: sqlite3.Connection, rules: Sequence[Rule] = ALWAYS) -> dict[str, int]:
    """Count how often each broken rule is broken, by what it says; nothing broken is empty.

    A rule about tables that this schema does not have is passed over. Raises `sqlite3.Error` when
    the file cannot be read.
    """
    if (damage := _damage(connection)) is not None:
        return {f"{DAMAGE} ({damage})": 1}
    found = {REFERENCES: len(connection.execute("PRAGMA foreign_key_check").fetchall())}
    for rule in rules:
        found[rule.says] = _count(connection, rule)
    return {says: times for says, times in found.items() if times}


def _damage(connection: sqlite3.Connection) -> str | None:
    try:
        verdict = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
    except sqlite3.OperationalError:  # not the file, but the way to it
        raise
    except sqlite3.DatabaseError as failure:
        return str(failure)
    return None if verdict == "ok" else verdict


def _count(connection: sqlite3.Connection, rule: Rule) -> int:
    try:
        return int(connection.execute(rule.sql).fetchone()[0])
    except sqlite3.OperationalError as failure:
        if str(failure).startswith(("no such table", "no such column")):
            return 0
        raise
