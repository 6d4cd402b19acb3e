"""Dropping whole months on PostgreSQL: neighbours stay, readers delay it and nobody waits, a kill is taken up again."""

import multiprocessing
import os
import signal
from collections.abc import Iterator

import pytest
from sqlalchemy import event as listening
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from dashboard.database import partitions
from dashboard.services import request_jobs, usage_months
from models import db
from tests.database import months
from tests.database.months import LATER, NEXT, OLD, drop, fill, finish, holding, ids, known, meanwhile, waits
from tests.erasure import persons
from tests.world import World

FORK = multiprocessing.get_context("fork")
MAY, JUNE, JULY = (f"usage_event_2019_{month:02}" for month in (5, 6, 7))
READ = "SELECT count(*) FROM usage_event"


@pytest.fixture
def engine_name() -> str:
    """There are no months anywhere else."""
    return "postgresql"


@pytest.fixture(autouse=True)
def no_traces(world: World) -> Iterator[None]:
    yield
    months.clear(world)


def carry_on(world: World) -> None:
    """Read and write as everybody does, and raise OperationalError after 1 s in line behind a lock."""
    with world.app.app_context(), db.engine.connect() as connection:
        connection.execute(text("SET lock_timeout = 1000"))
        for statement in (
            READ,
            "INSERT INTO usage_event SELECT id, now(), left(md5(random()::text), 20), 's', 'f', 'a', NULL FROM account LIMIT 1",
            "UPDATE account SET last_name = last_name",
            "SELECT count(*) FROM account",
        ):
            connection.execute(text(statement))
            connection.commit()
        connection.execute(text("RESET lock_timeout"))
        connection.commit()


def test_only_months_that_ended_go_when_one_is_dropped(world: World):
    planted = fill(world)

    gone = drop(world, before=LATER - months.MOMENT)

    assert gone == [MAY]
    assert ids(world) == planted["next"] | planted["later"]
    assert set(known(world)) & {MAY, JUNE, JULY} == {JUNE, JULY}


def test_a_month_goes_when_it_ends_at_the_very_moment(world: World):
    planted = fill(world)

    gone = drop(world, before=LATER)

    assert gone == [MAY, JUNE]
    assert ids(world) == planted["later"]


def test_nothing_goes_when_it_was_dropped_already(world: World):
    planted = fill(world)

    gone = [drop(world, before=NEXT) for _ in range(2)]

    assert gone == [[MAY], []]
    assert ids(world) == planted["next"] | planted["later"]


def test_a_month_goes_when_it_was_emptied_day_by_day(world: World):
    planted = fill(world)
    with world.app.app_context(), db.engine.begin() as connection:
        connection.execute(text("DELETE FROM usage_event WHERE occurred_at < :end"), {"end": NEXT})

    gone = drop(world, before=NEXT)

    assert gone == [MAY]
    assert MAY not in known(world)
    assert ids(world) == planted["next"] | planted["later"]


def test_about_how_many_went_is_said_when_a_month_is_dropped(world: World):
    fill(world)
    with world.app.app_context(), db.engine.begin() as connection:  # or it is counted when the session is idle
        connection.execute(text("SELECT pg_stat_force_next_flush()"))

    with world.app.app_context():
        (gone,) = (m for m in partitions.drop_whole_months(db.engine, before=NEXT) if m.name == MAY)

    assert (gone.first, gone.until) == (OLD, NEXT)
    assert 0 <= gone.rows <= 2


def test_nobody_waits_when_a_reader_is_in_the_way(world: World):
    planted = fill(world)

    with holding(world, READ), meanwhile(lambda: drop(world, before=NEXT, patience=1.5)) as dropped:
        assert waits(world, "DETACH PARTITION")
        carry_on(world)
        assert planted["old"].isdisjoint(ids(world))
        assert known(world)[MAY].leaving
    assert dropped == [[]]

    assert drop(world, before=NEXT) == [MAY]
    assert MAY not in known(world)
    assert planted["next"] | planted["later"] <= ids(world)


def test_everybody_waits_when_a_month_is_dropped_the_plain_way(world: World):
    """The twin of the test above: what it looks for is seen when it is there."""
    fill(world)

    def plainly() -> None:
        with world.app.app_context(), db.engine.begin() as connection:
            connection.execute(text(f"DROP TABLE {MAY}"))

    with holding(world, READ) as reader, meanwhile(plainly):
        assert waits(world, "DROP TABLE")
        with pytest.raises(OperationalError, match="lock timeout"):
            carry_on(world)
        reader.rollback()


def test_a_month_goes_when_its_reader_ends(world: World):
    planted = fill(world)

    with holding(world, READ) as reader, meanwhile(lambda: drop(world, before=NEXT)) as dropped:
        assert waits(world, "DETACH PARTITION")
        reader.rollback()

    assert dropped == [[MAY]]
    assert ids(world) == planted["next"] | planted["later"]


def test_rows_go_and_nobody_waits_when_somebody_reads_accounts_on_and_on(world: World):
    """A table that points at accounts cannot be dropped beside their readers: it is emptied, and its shell waits."""
    planted = fill(world)

    with (
        holding(world, "SELECT count(*) FROM account"),
        meanwhile(lambda: drop(world, before=LATER, patience=1.5)) as dropped,
    ):
        assert waits(world, "DROP TABLE")
        carry_on(world)
    assert dropped == [[MAY, JUNE]]
    with world.app.app_context():
        assert partitions.beside(db.engine) == []
    assert planted["later"] <= ids(world)

    finish(world)

    assert set(known(world)) & {MAY, JUNE, JULY} == {JULY}


def test_months_go_one_after_the_other_when_accounts_are_being_written(world: World):
    fill(world)

    writing = "UPDATE account SET last_name = last_name"
    with holding(world, writing) as writer, meanwhile(lambda: drop(world, before=LATER)) as dropped:
        assert waits(world, "DETACH PARTITION")
        writer.rollback()

    assert dropped == [[MAY, JUNE]]


def test_one_drops_at_a_time_when_two_would(world: World):
    planted = fill(world)

    with holding(world, f"SELECT pg_advisory_lock({partitions.DROPPING})") as other:
        assert drop(world, before=NEXT) == []
        other.exec_driver_sql(f"SELECT pg_advisory_unlock({partitions.DROPPING})")
    assert len(ids(world)) == 6

    assert drop(world, before=NEXT) == [MAY]
    assert ids(world) == planted["next"] | planted["later"]


def test_the_connection_is_as_it_was_when_months_were_dropped(world: World):
    fill(world)

    drop(world, before=NEXT)

    with world.app.app_context(), db.engine.connect() as connection:
        assert connection.scalar(text("SHOW lock_timeout")) == "0"
        here = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"  # others drop meanwhile
        held = text(f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = :key AND {here}")
        assert connection.scalar(held, {"key": partitions.DROPPING}) == 0


def test_a_table_taken_out_by_hand_stays_when_months_are_dropped(world: World):
    """Whoever detaches a month to keep it has not marked it."""
    planted = fill(world)
    with world.app.app_context(), db.engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE usage_event DETACH PARTITION {MAY}"))

    drop(world, before=LATER)

    assert not known(world)[MAY].part
    with world.app.app_context(), db.engine.connect() as connection:
        assert {row.id for row in connection.execute(text(f"SELECT id FROM {MAY}"))} == planted["old"]


def killed_before(world: World, statement_number: int) -> int | None:
    """Drop in a process of its own that dies before its so-manieth statement; return how it ended."""
    with world.app.app_context():
        db.engine.dispose()
    child = FORK.Process(target=_drop_and_die, args=(world, statement_number))
    child.start()
    child.join(60)
    return child.exitcode


def _drop_and_die(world: World, statement_number: int) -> None:
    seen = iter(range(statement_number))
    with world.app.app_context():

        def die(*_rest: object) -> None:
            if next(seen, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)

        listening.listen(db.engine, "before_cursor_execute", die)
    drop(world, before=NEXT)


def test_neighbours_stay_and_the_next_run_ends_it_when_the_process_dies_at_any_statement(world: World):
    planted, endings, cut_off = fill(world), [], 0
    kept, again = planted["next"] | planted["later"], world.account("again")
    for statement_number in range(1, 40):
        old = {world.event(again, at=OLD).id} | (planted["old"] & ids(world))

        endings.append(killed_before(world, statement_number))

        assert ids(world) in (kept, kept | old), statement_number
        cut_off += any(table.cut_off for table in known(world).values())
        drop(world, before=NEXT)
        assert ids(world) == kept, statement_number
        assert MAY not in known(world), statement_number
        if endings[-1] == 0:
            break

    assert endings[-1] == 0
    assert set(endings[:-1]) == {-signal.SIGKILL}
    assert (len(endings) > 8, cut_off) == (True, 1)


def test_the_next_run_ends_it_when_the_process_dies_while_it_waits_for_a_reader(world: World):
    planted = fill(world)
    with world.app.app_context():
        db.engine.dispose()
    with holding(world, READ):
        child = FORK.Process(target=drop, args=(world,), kwargs={"before": NEXT})
        child.start()
        assert waits(world, "DETACH PARTITION")
        child.kill()
        child.join(20)
        assert known(world)[MAY].leaving

    assert finish(world) == [MAY]
    assert ids(world) == planted["next"] | planted["later"]


def lie_beside(world: World) -> None:
    """Leave a month as a process leaves it that dies right after detaching."""
    with world.app.app_context(), db.engine.begin() as connection:
        connection.execute(text(f"COMMENT ON TABLE {MAY} IS '{partitions.MARK}'"))
        connection.execute(text(f"ALTER TABLE usage_event DETACH PARTITION {MAY}"))


def test_the_job_finishes_what_was_cut_off_when_it_runs(world: World):
    planted = fill(world)
    lie_beside(world)

    with world.app.app_context(), world.system() as session:
        usage_months.keep_months(session, world.app.extensions["settings"])

    assert MAY not in known(world)
    assert ids(world) == planted["next"] | planted["later"]


def test_a_removal_waits_when_usage_lies_where_it_would_not_look(world: World, monkeypatch):
    monkeypatch.setattr(request_jobs, "PATIENCE", 0.1)
    monkeypatch.setattr(request_jobs.running, "carry_out", lambda _means, _id: "certified")
    fill(world)
    lie_beside(world)
    persons.confirmed(world, persons.anna(world).email)

    def certified() -> int:
        with world.app.app_context(), world.system() as session:
            return request_jobs.carry_out_removals(session, world.app.extensions["settings"])

    with holding(world, f"SELECT count(*) FROM {MAY}"):
        during = certified()

    assert (during, certified()) == (0, 1)
    assert MAY not in known(world)
