"""Writers of bulk on SQLite: one at a time, and the queue never stays shut."""

import threading
import time

import pytest
from sqlalchemy import create_engine

from dashboard.database.engine import in_turn


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


def test_nobody_queues_when_the_database_is_postgresql(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    engine = create_engine("postgresql+psycopg://nobody@/nothing")

    with in_turn(engine), in_turn(engine):
        pass

    assert not list(tmp_path.iterdir())
