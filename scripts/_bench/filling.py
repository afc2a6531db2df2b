"""Fills a database with a million messages.

The rows are written with plain SQL, as years of use would leave them: sessions of very different
lengths, many of them going on side by side, a fifth of the text Chinese.
"""

import json
import random
import sqlite3
import time
import uuid
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

WORDS = [
    "the",
    "river",
    "keeps",
    "a",
    "slow",
    "account",
    "of",
    "every",
    "stone",
    "it",
    "moved",
    "while",
    "nobody",
    "was",
    "looking",
    "and",
    "asks",
    "for",
    "nothing",
    "but",
    "time",
]
HANZI = "春眠不觉晓处处闻啼鸟夜来风雨声花落知多少山高月小水落石出"
CHINESE_SHARE = 0.2
QUESTION, ANSWER, TITLE = 80, 580, 40  # characters on average
SPAN_MS = 900 * 86_400_000
SIDE_BY_SIDE = 200  # sessions
LONGEST = 100.0  # times the shortest
BATCH = 2_000
MODEL = "up/ok-5-20"

Row = tuple[object, ...]

_SESSION = """
    INSERT INTO sessions (id, public_id, user_id, title, title_source, model, message_count,
        created_at, updated_at, active_at, last_message_at)
    VALUES (?, ?, 1, ?, 'heuristic', ?, ?, ?, ?, ?, ?)
"""
_MESSAGE = """
    INSERT INTO messages (id, public_id, session_id, parent_id, role, status, parts, model, tokens,
        tokens_encoding, created_at, finished_at)
    VALUES (?, ?, ?, ?, ?, 'done', ?, ?, ?, 'cl100k_base', ?, ?)
"""
_TURN = """
    INSERT INTO turns (public_id, user_id, session_id, user_message_id, reply_id, status, model,
        started_at, ended_at)
    SELECT 't' || public_id, 1, session_id, parent_id, id, 'done', model, created_at, created_at
    FROM messages WHERE role = 'assistant' ORDER BY id
"""
_LEAF = """
    UPDATE sessions
    SET active_leaf_id = (SELECT max(m.id) FROM messages m WHERE m.session_id = sessions.id)
"""


def fill(path: Path, *, sessions: int, messages: int) -> None:
    """Add sessions and about so many messages to an empty, migrated database without a server."""
    chance = random.Random(7)  # noqa: S311 - the same archive every time
    lengths = _lengths(chance, sessions, messages)
    started = int(time.time() * 1000) - SPAN_MS
    times = [started + SPAN_MS * number // sessions for number in range(sessions)]
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        connection.executemany(_SESSION, _sessions(chance, lengths, times))
        rows = _messages(chance, lengths, times)
        while batch := list(islice(rows, BATCH)):
            connection.executemany(_MESSAGE, batch)
        connection.execute(_TURN)
        connection.execute(_LEAF)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


def _lengths(chance: random.Random, sessions: int, messages: int) -> list[int]:
    """Even numbers of messages, most of them small, a few large."""
    weights = [min(chance.paretovariate(1.2), LONGEST) for _ in range(sessions)]
    share = messages / sum(weights)
    return [2 * max(1, round(weight * share / 2)) for weight in weights]


def _sessions(chance: random.Random, lengths: list[int], times: list[int]) -> Iterator[Row]:
    for key, (length, at) in enumerate(zip(lengths, times, strict=True), 1):
        yield key, _uuid7(chance, at), _text(chance, TITLE), MODEL, length, at, at, at, at


def _messages(chance: random.Random, lengths: list[int], times: list[int]) -> Iterator[Row]:
    """Interleave the sessions: rows of one session lie far apart, as they do in real files."""
    waiting = iter(range(1, len(lengths) + 1))
    going = list(islice(waiting, SIDE_BY_SIDE))
    written = [0] * (len(lengths) + 1)
    newest: dict[int, int] = {}
    number = 0
    while going:
        place = chance.randrange(len(going))
        key = going[place]
        at = times[key - 1] + written[key] * 1000
        yield _message(chance, number + 1, key, newest.get(key), at)
        yield _message(chance, number + 2, key, number + 1, at)
        number += 2
        newest[key] = number
        written[key] += 2
        if written[key] >= lengths[key - 1]:
            going[place] = next(waiting, 0)
            going = going if going[place] else going[:place] + going[place + 1 :]


def _message(chance: random.Random, number: int, session: int, parent: int | None, at: int) -> Row:
    """Odd numbers are questions, even ones replies."""
    is_reply = number % 2 == 0
    text = _text(chance, ANSWER if is_reply else QUESTION)
    parts = json.dumps([{"type": "text", "text": text}], ensure_ascii=False)
    role, model = ("assistant", MODEL) if is_reply else ("user", None)
    name, tokens = _uuid7(chance, at), len(text) // 4
    return number, name, session, parent, role, parts, model, tokens, at, at


def _text(chance: random.Random, characters: int) -> str:
    size = int(chance.expovariate(1 / characters))
    if chance.random() < CHINESE_SHARE:
        return "".join(chance.choices(HANZI, k=size // 2 + 1))
    return " ".join(chance.choices(WORDS, k=size // 6 + 1))


def _uuid7(chance: random.Random, at: int) -> str:
    return str(uuid.UUID(int=at << 80 | 7 << 76 | 2 << 62 | chance.getrandbits(62)))
