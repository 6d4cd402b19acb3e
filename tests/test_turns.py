"""Writers of bulk on SQLite: one at a time, and the queue never stays shut."""

import subprocess
import sys
import threading
import time

import pytest
from sqlalchemy import create_engine

from dashboard.database.engine import _pages_in_log, in_turn, prepare


@pytest.fixture
def engine(tmp_path):
    made = create_engine(f"sqlite:///{tmp_path / 'turn.db'}")
    yield made
    made.dispose()


def test_two_writers_never_overlap_when_both_want_to_write(engine):
    inside, most = [], []

    def write() -> None:
        for _ in range(20):
            with in_turn(engine):
                inside.append(1)
                most.append(len(inside))
                time.sleep(0.001)
                inside.pop()

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert len(most) == 80
    assert max(most) == 1


def test_the_next_has_its_turn_when_a_writer_failed(engine):
    with pytest.raises(ZeroDivisionError), in_turn(engine):
        1 / 0  # noqa: B018

    with in_turn(engine):
        passed = True

    assert passed


def others_find(path) -> str:
    """What another process finds at the lock by which SQLite knows that an index is in use (sqlite.org/walformat.html)."""
    asked = f"import fcntl; fcntl.lockf(open({str(path)!r}, 'r+b'), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, 128)"
    done = subprocess.run([sys.executable, "-c", asked], check=False, stderr=subprocess.DEVNULL)
    return "free" if done.returncode == 0 else "used"


def test_the_index_stays_in_use_when_a_turn_has_looked_how_long_the_log_is(engine, tmp_path):
    prepare(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (a)")
        before = others_find(tmp_path / "turn.db-shm")

        for _ in range(2):
            with in_turn(engine):
                connection.exec_driver_sql("INSERT INTO t VALUES (1)")

        assert (before, others_find(tmp_path / "turn.db-shm")) == ("used", "used")


def test_the_new_index_is_read_when_the_log_was_begun_anew(engine, tmp_path):
    prepare(engine)
    for rows in (10, 500):
        with engine.connect() as connection:
            connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS t (a)")
            connection.exec_driver_sql("DELETE FROM t")
            connection.exec_driver_sql(
                f"WITH RECURSIVE n(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM n LIMIT {rows}) "
                "INSERT INTO t SELECT zeroblob(4000) FROM n"
            )
            connection.commit()
            waits = _pages_in_log(str(tmp_path / "turn.db"))
        engine.dispose()

        assert rows <= waits < rows + 40
        assert _pages_in_log(str(tmp_path / "turn.db")) == 0


def test_nobody_queues_when_the_database_is_postgresql(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    engine = create_engine("postgresql+psycopg://nobody@/nothing")

    with in_turn(engine), in_turn(engine):
        pass

    assert not list(tmp_path.iterdir())
