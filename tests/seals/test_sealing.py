"""Sealing passes over no line, whoever commits when; it happens once, and what is cut off is not sealed over."""

import threading
import time
import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from dashboard.database import horizon
from dashboard.database.engine import system_session
from dashboard.services import schedule
from dashboard.services.seals import anchor, chain, lines, sealing
from models import AccessRecord, Seal, db, utcnow
from tests.seals.log import Log, anchored, sealed_log
from tests.world import World

FACTS = {"event": "signed_in", "permission": "own", "purpose": "own", "allowed": True}
QUICK = 0.1
"""Seconds of patience: long enough to look twice."""


def seal(world: World, *, patience: float = horizon.PATIENCE) -> int:
    with world.app.app_context(), world.system() as session:
        return sealing.seal(session, path=Log(world).path, patience=patience)


def test_lines_are_sealed_once_when_sealing_runs_again(world: World):
    log = sealed_log(world)

    again = log.seal()

    assert again == 0
    assert [(s.after, s.last, s.count) for s in log.seals()] == [(0, 20, 2), (20, 40, 2), (40, 60, 2)]


def test_a_seal_is_anchored_when_it_is_made(world: World):
    log = sealed_log(world)

    told = anchored(log)

    assert [one.seal for one in told] == [1, 2, 3]
    assert [one.chained for one in told] == [seal.chained for seal in log.seals()]
    assert log.path.stat().st_mode & 0o077 == 0


def test_seals_are_anchored_later_when_a_crash_kept_them_from_the_file(world: World):
    log = sealed_log(world)
    lines = log.anchors.splitlines(keepends=True)
    log.path.write_bytes(lines[0] + lines[1][:40])  # cut off in the middle of the second

    log.seal()

    assert log.path.read_bytes() == log.anchors


def test_a_range_is_one_day_when_lines_are_of_several(world: World):
    log, midnight = Log(world), datetime(2026, 2, 28, 23, tzinfo=UTC)  # in Amsterdam
    log.write(10, 20, at=midnight - timedelta(seconds=15))
    log.write(30, at=midnight)

    log.seal()

    assert [(s.after, s.last) for s in log.seals()] == [(0, 10), (10, 30)]


def test_a_backlog_becomes_several_ranges_when_it_is_long(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sealing, "MOST", 4)
    log = Log(world)
    log.write(*range(10, 110, 10), at=datetime(2026, 3, 1, 9, tzinfo=UTC))

    sealed = log.seal()

    assert sealed == 10
    assert [s.count for s in log.seals()] == [4, 4, 2]
    assert log.found() == []


def test_no_number_is_passed_over_when_a_lower_one_commits_later(world: World):
    """Two real connections: the first draws its number and waits, the second draws a higher one and commits."""
    if world.app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        pytest.skip("On SQLite one writer is alone: numbers commit in the order in which they are drawn.")
    log = Log(world)
    with world.app.app_context(), system_session(db.engine, "a slow writer") as slow:
        slow.add(AccessRecord(at=utcnow(), **FACTS))
        slow.flush()  # its number is drawn
        world.add(AccessRecord(at=utcnow(), **FACTS))
        while_open = seal(world, patience=QUICK)
        slow.commit()

    afterwards = log.seal()

    low, high = log.numbers()
    assert (while_open, afterwards) == (0, 2)
    assert [(s.after, s.last, s.count) for s in log.seals()] == [(0, high, 2)]
    assert low < high
    assert log.found() == []


def test_sealing_waits_and_hinders_nobody_when_a_writer_is_about_to_commit(world: World):
    if world.app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        pytest.skip("On SQLite one writer is alone.")
    with world.app.app_context():
        slow = system_session(db.engine, "a slow writer")
        slow.add(AccessRecord(at=utcnow(), **FACTS))
        slow.flush()
        world.add(AccessRecord(at=utcnow(), **FACTS))
        sealed: list[int] = []
        sealer = threading.Thread(target=lambda: sealed.append(seal(world)))
        sealer.start()
        began = time.monotonic()
        world.add(AccessRecord(at=utcnow(), **FACTS))  # a third writer, while the sealer waits for the first
        took = time.monotonic() - began
        waited = sealer.is_alive()
        slow.commit()
        slow.close()
        sealer.join(timeout=10)

    assert waited
    assert took < 1
    assert sealed == [2]
    assert Log(world).seal() == 1
    assert Log(world).found() == []


def test_a_number_drawn_in_vain_leaves_no_gap_in_the_chain_when_its_writer_rolls_back(world: World):
    with world.app.app_context(), system_session(db.engine, "a writer that fails") as failed:
        failed.add(AccessRecord(at=utcnow(), **FACTS))
        failed.flush()
        failed.rollback()
    world.add(AccessRecord(at=utcnow(), **FACTS))
    log = Log(world)

    sealed = log.seal()

    assert sealed == 1
    assert log.found() == []


def test_two_sealers_make_one_chain_when_they_run_at_once(world: World):
    log = Log(world)
    log.write(*range(10, 210, 10))
    sealed: list[int] = []
    both = [threading.Thread(target=lambda: sealed.append(seal(world))) for _ in range(2)]

    for one in both:
        one.start()
    for one in both:
        one.join(timeout=20)

    assert sum(sealed) == 20
    with world.app.app_context(), world.system() as session:
        anchor.catch_up(session, log.path)
    assert log.found() == []


def test_nothing_is_sealed_when_the_database_differs_from_its_newest_anchor(world: World):
    log = sealed_log(world)
    log.sql("UPDATE seal SET chained = :other WHERE number = 3", other="0" * 64)
    log.write(70)

    with pytest.raises(anchor.AnchorAhead, match="seal 3 differs"):
        log.seal()

    assert len(log.seals()) == 3


def test_the_chain_goes_on_when_a_restore_is_owned_up_to(world: World):
    log = sealed_log(world)
    log.sql("DELETE FROM access_record WHERE number > 20")
    log.sql("DELETE FROM seal WHERE number > 1")  # what a backup of yesterday brings
    with world.app.app_context(), world.system() as session:
        line = anchor.resume(session, log.path, at=utcnow())
        again = anchor.resume(session, log.path, at=utcnow())
    log.write(30, 70)

    log.seal()

    outcome = log.verify()
    assert (line and (line.back_to, line.lost), again) == ((1, 3), None)
    assert outcome.holds
    assert [(r.back_to, r.lost) for r in outcome.resumed] == [(1, 3)]
    assert [one.seal for one in anchored(log)] == [1, 2]


def test_a_resumption_is_refused_when_somebody_without_the_key_wrote_it(world: World):
    log = sealed_log(world)
    log.sql("DELETE FROM access_record WHERE number > 20")
    log.sql("DELETE FROM seal WHERE number > 1")
    forged = '{"back_to": 1, "lost": 3, "at": "2026-11-24T00:00:00.000000Z", "signature": "' + "0" * 64 + '"}\n'
    log.path.write_bytes(log.anchors + forged.encode())

    found = log.found()

    assert "anchor_unreadable" in found


def test_the_seals_of_another_key_do_not_hold_when_someone_makes_their_own(world: World):
    log = sealed_log(world)
    held = log.seals()[0]
    link = chain.link_of(held)

    assert link.chained() == held.chained
    assert chain.Link(**vars(link) | {"count": 3}).chained() != held.chained


def test_sealing_stands_on_the_schedule_when_the_scheduler_reads_it():
    job = next(job for job in schedule.SCHEDULE if job.call is sealing.seal_access_log)

    assert job.every == timedelta(minutes=1)


def test_lines_are_read_a_few_at_a_time_when_the_log_is_long(world: World, monkeypatch: pytest.MonkeyPatch):
    """Memory: the peak of verifying a log is that of verifying half of it."""
    monkeypatch.setattr(lines, "AT_ONCE", 50)
    monkeypatch.setattr(sealing, "MOST", 200)
    log, peaks = Log(world), []
    log.write(*range(1, 11), at=datetime(2026, 3, 1, 9, tzinfo=UTC))
    for by in (10, 20, 40, 80, 160, 320, 640):
        log.sql(DOUBLED, by=by)
        if by >= 320:
            log.seal()
            peaks.append(peak_of(log))

    half, whole = peaks
    assert log.verify().lines == 1_280
    assert whole < half * 1.2


DOUBLED = (
    "INSERT INTO access_record (number, at, event, permission, purpose, allowed, count) "
    "SELECT number + :by, at, event, permission, purpose, allowed, count FROM access_record"
)


def peak_of(log: Log) -> int:
    """Return the bytes a verification holds at most; the first one warms what is kept anyway."""
    log.verify()
    tracemalloc.start()
    log.verify()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_seals_are_those_of_the_table_when_read_by_raw_sql(world: World):
    sealed_log(world)

    with world.app.app_context(), db.engine.connect() as connection:
        held = connection.execute(text("SELECT count(*), max(last) FROM seal")).one()

    assert tuple(held) == (3, 60)
    assert world.all(Seal.__table__.select())[0].form == 1
