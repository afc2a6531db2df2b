"""Search by title: an index that holds the titles and is read from the newest session on.

Without it every search looked up all sessions of a user in the table and sorted what it found.
"""

from sqlite_utils import Database, Migrations

migrations = Migrations("chatbox")


@migrations()
def m0002_title_search(db: Database) -> None:
    """Create the index."""
    db.execute(
        "CREATE INDEX sessions_by_title ON sessions (user_id, active_at, id, title) "
        "WHERE deleted_at IS NULL"
    )
