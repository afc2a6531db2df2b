"""The removal of an account is killed; what is left is sound, and the next start completes it."""

import subprocess
import sys
import time

from tests.faults.api import assert_sound, query
from tests.faults.processes import ROOT, Server, _plain_environ

SECONDS = 30
FILL = (
    "INSERT INTO users (id, public_id, username, name, role, created_at) "
    "VALUES (7, 'u', 'uma', 'Uma', 'user', 0)",
    "INSERT INTO sessions (id, public_id, user_id, created_at, updated_at, active_at) "
    "VALUES (900, 's', 7, 0, 0, 0)",
    """
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000)
    INSERT INTO messages (id, public_id, session_id, parent_id, role, status, parts, created_at)
    SELECT 9000 + i, 'm' || i, 900, iif(i = 1, NULL, 8999 + i),
        iif(i % 2, 'user', 'assistant'), 'done', json_array(hex(randomblob(100))), 0
    FROM n
    """,
    "UPDATE sessions SET message_count = 40000, active_leaf_id = 49000 WHERE id = 900",
)
STATE = "SELECT state FROM users WHERE id = 7"
LEFT = "SELECT count(*) FROM messages WHERE session_id = 900"


def test_a_removal_that_was_killed_is_completed_by_the_next_start(server: Server) -> None:
    assert server.stop() == 0
    for sql in FILL:
        query(server.database, sql)
    command = [sys.executable, "-m", "chatbox", "users", "delete", "uma", "--yes"]
    with subprocess.Popen(
        [*command, "--data-dir", str(server.data)], cwd=ROOT, env=_plain_environ()
    ) as removal:
        wait_for(server, "SELECT count(*) FROM users WHERE id = 7 AND state = 'deleted'", 1)
        removal.kill()
    assert query(server.database, STATE) == [("deleted",)]
    assert 0 < query(server.database, LEFT)[0][0] <= 40_000
    assert_sound(server.database)

    server.start()
    wait_for(server, "SELECT count(*) FROM users WHERE id = 7", 0)
    assert server.stop() == 0
    assert query(server.database, LEFT) == [(0,)]
    assert_sound(server.database)


def wait_for(server: Server, sql: str, count: int) -> None:
    deadline = time.monotonic() + SECONDS
    while query(server.database, sql) != [(count,)]:
        assert time.monotonic() < deadline
        time.sleep(0.005)
