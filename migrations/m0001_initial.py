"""The first schema: users, providers and models, sessions with their message trees, turns.

Integer keys inside, UUIDv7 text (`public_id`) where a URL or a client names a thing; times are
integer milliseconds. Keys are never used again (AUTOINCREMENT), for a plan may remember one across
a deletion. Branches are deleted by one recursive statement, not by a cascade, whose depth SQLite
limits to 1,000. `journal` holds the streamed text of running turns only: when a turn ends its
text is written into the reply once and the rows go.
"""

from sqlite_utils import Database, Migrations

migrations = Migrations("chatbox")

SCHEMA = """
CREATE TABLE instance (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    key_fingerprint TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    public_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'user', 'viewer')),
    settings TEXT NOT NULL DEFAULT '{}',
    settings_version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE providers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id TEXT NOT NULL UNIQUE,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    base_url TEXT NOT NULL,
    secret BLOB,
    secret_hint TEXT,
    enabled INTEGER NOT NULL DEFAULT 1,
    source TEXT NOT NULL CHECK (source IN ('user', 'environment', 'detected', 'demo')),
    state TEXT NOT NULL DEFAULT 'unknown' CHECK (state IN ('unknown', 'ok', 'failed')),
    state_code TEXT,
    state_detail TEXT,
    checked_at INTEGER,
    version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (user_id, name)
) STRICT;

CREATE TABLE models (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    provider_id INTEGER NOT NULL REFERENCES providers (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    context_window INTEGER,
    max_output INTEGER,
    window_source TEXT NOT NULL DEFAULT 'provider'
        CHECK (window_source IN ('provider', 'user', 'learned')),
    output_source TEXT NOT NULL DEFAULT 'provider' CHECK (output_source IN ('provider', 'user')),
    capabilities TEXT NOT NULL DEFAULT '[]',
    enabled INTEGER NOT NULL DEFAULT 1,
    available INTEGER NOT NULL DEFAULT 1,
    token_ratio REAL NOT NULL DEFAULT 1.0,
    created_at INTEGER NOT NULL,
    UNIQUE (provider_id, name)
) STRICT;

CREATE TABLE sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id TEXT NOT NULL UNIQUE,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title TEXT NOT NULL DEFAULT '',
    title_source TEXT NOT NULL DEFAULT 'none'
        CHECK (title_source IN ('none', 'heuristic', 'user')),
    model TEXT,
    system_prompt TEXT NOT NULL DEFAULT '',
    params TEXT NOT NULL DEFAULT '{}',
    pinned INTEGER NOT NULL DEFAULT 0,
    archived INTEGER NOT NULL DEFAULT 0,
    active_leaf_id INTEGER REFERENCES messages (id) ON DELETE SET NULL,
    message_count INTEGER NOT NULL DEFAULT 0,
    version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    active_at INTEGER NOT NULL,
    last_message_at INTEGER,
    deleted_at INTEGER
) STRICT;

CREATE INDEX sessions_by_activity
    ON sessions (user_id, archived, pinned, active_at, id) WHERE deleted_at IS NULL;
CREATE INDEX sessions_deleted ON sessions (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX sessions_by_leaf ON sessions (active_leaf_id);

CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id TEXT NOT NULL UNIQUE,
    session_id INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    parent_id INTEGER REFERENCES messages (id) DEFERRABLE INITIALLY DEFERRED,
    role TEXT NOT NULL CHECK (role IN ('system', 'user', 'assistant', 'tool')),
    status TEXT NOT NULL CHECK (status IN ('pending', 'done', 'stopped', 'failed', 'interrupted')),
    parts TEXT NOT NULL DEFAULT '[]',
    model TEXT,
    finish_reason TEXT,
    error TEXT,
    usage TEXT,
    context TEXT,
    window_start_id INTEGER,
    tokens INTEGER,
    tokens_encoding TEXT,
    pinned INTEGER NOT NULL DEFAULT 0,
    edited INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    finished_at INTEGER
) STRICT;

CREATE INDEX messages_by_session ON messages (session_id, id);
CREATE INDEX messages_by_parent ON messages (parent_id, id);
CREATE INDEX messages_roots ON messages (session_id, id) WHERE parent_id IS NULL;

CREATE TABLE turns (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id TEXT NOT NULL UNIQUE,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    session_id INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    user_message_id INTEGER REFERENCES messages (id) ON DELETE SET NULL,
    reply_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    status TEXT NOT NULL CHECK (status IN ('running', 'done', 'stopped', 'failed', 'interrupted')),
    model TEXT NOT NULL,
    continued INTEGER NOT NULL DEFAULT 0,
    idempotency_key TEXT,
    request_hash TEXT,
    outcome TEXT,
    swept INTEGER NOT NULL DEFAULT 0,
    marks TEXT,
    text_start INTEGER NOT NULL DEFAULT 0,
    thinking_start INTEGER NOT NULL DEFAULT 0,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    UNIQUE (user_id, idempotency_key)
) STRICT;

CREATE UNIQUE INDEX turns_running ON turns (session_id) WHERE status = 'running';
CREATE INDEX turns_by_session ON turns (session_id, id);
CREATE INDEX turns_by_reply ON turns (reply_id, id);
CREATE INDEX turns_by_user_message ON turns (user_message_id);
CREATE INDEX turns_with_marks ON turns (ended_at) WHERE marks IS NOT NULL;

CREATE TABLE journal (
    turn_id INTEGER NOT NULL REFERENCES turns (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    marks TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (turn_id, seq)
) STRICT, WITHOUT ROWID;
"""


@migrations()
def m0001_initial(db: Database) -> None:
    """Create every table of the first release and the single-user owner."""
    db.executescript(SCHEMA)
    db.execute(
        "INSERT INTO users (id, public_id, name, role, created_at) "
        "VALUES (1, '00000000-0000-7000-8000-000000000001', 'Owner', 'owner', "
        "CAST(unixepoch('subsec') * 1000 AS INTEGER))"
    )
