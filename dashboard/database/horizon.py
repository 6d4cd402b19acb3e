"""Up to which number the access log is decided: every line below it is there for all to see, or never will be.

PostgreSQL gives a line its number before its transaction commits, so a lower number may appear after a higher one.
Whoever drew a number holds the table's lock for writers from before the drawing until the end. So: read the highest
number, see who holds that lock, wait until all of them have ended. Nobody is made to wait for it. A bare look at
`pg_snapshot_xmin` would not do: a number is drawn before the transaction has an id.
"""

import time

from sqlalchemy import Connection, Engine, text

PATIENCE = 5.0
"""Seconds to wait for writers; a later run finds them gone."""
PAUSE = 0.02
HIGHEST = text("SELECT coalesce(max(number), 0) FROM access_record")
WRITERS = text(
    "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted "
    "AND relation = 'access_record'::regclass AND pid <> pg_backend_pid() "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def decided(engine: Engine, *, patience: float = PATIENCE) -> int:
    """Return the number up to which every line is decided; 0 when a writer outlasts the patience (seconds)."""
    with engine.connect() as connection:
        highest = int(connection.execute(HIGHEST).scalar_one())
        if connection.dialect.name == "sqlite":
            return highest  # one writer at a time: numbers are drawn and committed in the same order
        writers = _writers(connection)
        until = time.monotonic() + patience
        while writers and time.monotonic() < until:
            time.sleep(PAUSE)
            writers &= _writers(connection)
    return 0 if writers else highest


def _writers(connection: Connection) -> set[str]:
    return set(connection.execute(WRITERS).scalars())
