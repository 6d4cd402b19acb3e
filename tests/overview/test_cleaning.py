"""A file made for a person is gone after seven days, and that it is gone was looked up (P3)."""

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from dashboard.services.overview import cleaning
from models import AccessRecord, ExportFile, RequestLink, SubjectRequest, utcnow
from tests.erasure import persons
from tests.overview import deliveries

WEEK = timedelta(days=7)


@pytest.fixture
def ready(world):
    anna = persons.anna(world)
    return deliveries.delivered(world, anna.email, "overview")


def test_nothing_goes_when_the_week_is_not_over(world, ready, exports):
    gone = deliveries.clean(world, at=utcnow() + WEEK - timedelta(minutes=1))

    assert gone == 0
    assert len(list(exports.iterdir())) == 2
    assert persons.state(world, ready).state == "delivered"


def test_files_are_gone_and_checked_when_the_week_is_over(world, ready, exports):
    gone = deliveries.clean(world, at=utcnow() + WEEK)

    files, request = deliveries.files(world, ready), persons.state(world, ready)
    assert gone == 2
    assert list(exports.iterdir()) == []
    assert all(file.deleted_at and file.verified_at for file in files)
    assert world.all(select(ExportFile.email_key)) == [(None,), (None,)]
    assert (request.state, request.outcome) == ("expired", "files_deleted")
    assert request.closed_at


def test_the_end_is_recorded_when_the_week_is_over(world, ready):
    deliveries.clean(world, at=utcnow() + WEEK)

    query = select(AccessRecord.event, AccessRecord.reason).where(AccessRecord.case_id == ready)
    assert ("request_expired", "files_deleted") in world.all(query)


def test_links_are_dead_when_the_week_is_over(world, ready):
    deliveries.clean(world, at=utcnow() + WEEK)

    assert world.all(select(RequestLink.used_at).where(RequestLink.purpose == "download"))[0][0]


def test_nothing_happens_twice_when_it_runs_again(world, ready):
    deliveries.clean(world, at=utcnow() + WEEK)

    assert deliveries.clean(world, at=utcnow() + WEEK) == 0


def test_it_is_finished_when_it_was_cut_off(world, ready, exports, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(cleaning.fault, "point", lambda _name: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            deliveries.clean(world, at=utcnow() + WEEK)
    assert all(file.verified_at is None for file in deliveries.files(world, ready))

    deliveries.clean(world, at=utcnow() + WEEK)

    assert all(file.verified_at for file in deliveries.files(world, ready))
    assert persons.state(world, ready).state == "expired"


def test_it_says_so_when_a_file_cannot_be_deleted(world, ready, exports, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", lambda *_args, **_kw: (_ for _ in ()).throw(PermissionError))
        with pytest.raises(cleaning.StillThere):
            deliveries.clean(world, at=utcnow() + WEEK)
    assert persons.state(world, ready).state == "delivered"
    assert all(file.verified_at is None for file in deliveries.files(world, ready))

    deliveries.clean(world, at=utcnow() + WEEK)

    assert list(exports.iterdir()) == []
    assert persons.state(world, ready).state == "expired"


@pytest.mark.parametrize("name", ["{id}-abc.zip", "{id}-abc.part", "anything.pdf"])
def test_what_a_crash_left_is_gone_when_it_is_old(world, ready, exports, name):
    left = exports / name.format(id=ready)
    left.write_bytes(b"half")
    os.utime(left, (time.time() - 3700, time.time() - 3700))

    gone = deliveries.clean(world)

    assert gone == 1
    assert not left.exists()
    assert len(list(exports.iterdir())) == 2


def test_what_may_be_in_the_making_stays_when_it_is_fresh(world, ready, exports):
    fresh = exports / f"{ready}-abc.part"
    fresh.write_bytes(b"half")

    deliveries.clean(world)

    assert fresh.exists()


def test_claimed_files_stay_when_they_are_old_but_not_over(world, ready, exports):
    for path in exports.iterdir():
        os.utime(path, (time.time() - 86_400, time.time() - 86_400))

    gone = deliveries.clean(world)

    assert gone == 0
    assert len(list(exports.iterdir())) == 2


def test_rows_are_settled_when_a_removal_took_the_files(world, tmp_path):
    anna = persons.anna(world)
    request_id = deliveries.delivered(world, anna.email, "retrieval")
    persons.carry_out(world, persons.confirmed(world, anna.email), persons.means(world, tmp_path))

    deliveries.clean(world)

    (file,) = deliveries.files(world, request_id)
    assert file.deleted_at
    assert file.verified_at
    assert world.all(select(ExportFile.email_key)) == [(None,)]
    assert persons.state(world, request_id).closed_at


def test_another_persons_file_stays_when_one_is_over(world, ready, exports):
    beth = persons.neighbour(world)
    other = deliveries.delivered(world, beth.email, "retrieval")
    world.set(SubjectRequest, ready, state="delivered")
    for file in deliveries.files(world, ready):
        world.set(ExportFile, file.id, ends_at=utcnow() - timedelta(seconds=1))

    deliveries.clean(world)

    assert [path.name.startswith(other) for path in exports.iterdir()] == [True]
    assert persons.state(world, other).state == "delivered"
