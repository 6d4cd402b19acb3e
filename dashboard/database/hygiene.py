"""What deleting leaves behind inside the database's own files: indexes, statistics and logs keep values otherwise.

SQLite overwrites what is deleted (secure_delete), and its log is emptied here; PostgreSQL gives pages, indexes and the
statistics of a column back only when asked. Measured: an e-mail address stayed in a histogram until ANALYZE.
"""

from collections.abc import Iterable

from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from models import Base

from .engine import BUSY_TIMEOUT

PATIENCE = 2_000
"""Milliseconds to wait for readers of the log; a later run finds them gone."""


def settle(engine: Engine, tables: Iterable[str]) -> bool:
    """Rid the database's files of deleted values of these tables; return whether all of it could be done now."""
    if engine.dialect.name == "sqlite":
        return _empty_the_log(engine)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in tables:
            name = Base.metadata.tables[table].name  # a table of ours, never a text from outside
            connection.execute(text(f'VACUUM (ANALYZE, INDEX_CLEANUP ON) "{name}"'))
            connection.execute(text(f'REINDEX TABLE "{name}"'))
    return True


def _empty_the_log(engine: Engine) -> bool:
    """Copy the write-ahead log into the database and cut it to nothing; a reader in its middle puts that off."""
    with engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {PATIENCE}")
        try:
            busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar()
        except OperationalError:
            return False
        finally:
            connection.exec_driver_sql(BUSY_TIMEOUT)
    return not busy
