"""One SQLite file: one writer, a few query-only readers, rows as Structs, migrations.

The newest SQLite at hand is chosen here, before anything imports `sqlite3`: most systems' Python
carries a version with the WAL-reset bug (fixed in 3.51.3). Two SQLite libraries must never open
one file in one process (closing one's descriptor drops the other's POSIX locks), so the choice
holds for the whole process.
"""

import sys

try:
    import pysqlite3

    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2
except ImportError:  # no wheel for this platform: the version check decides at start
    pass

import sqlite3  # noqa: E402 - the library chosen above

SQLITE_VERSION = sqlite3.sqlite_version
