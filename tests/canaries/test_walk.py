"""Canary people go in by every way, are removed or expire, and leave nothing."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from dashboard.services import outbox
from dashboard.services.canaries.people import LEAVER, STAYER, Canary
from dashboard.services.canaries.ways import EVENTS, WAYS
from models import Account, CanaryPath, UsageEvent, utcnow
from tests.canaries import walks
from tests.erasure import persons


@pytest.fixture(autouse=True)
def no_stray_files(tmp_path, monkeypatch):
    monkeypatch.setattr(outbox, "FOLDER", tmp_path / "outbox")


def test_certificate_is_reached_and_nothing_left_when_a_canary_leaves(world, tmp_path):
    run = walks.erased(world, tmp_path)

    canary = Canary(run.id, LEAVER, utcnow())
    dump = persons.everything(world).casefold()
    values = (canary.email, canary.name, canary.last_name, canary.phone, canary.external_id + "'")
    assert (run.state, run.genuine, run.left, run.waits_for) == ("erased", True, 0, None)
    assert [value for value in values if value.casefold() in dump] == []
    assert run.certified_at >= run.validated_at


def test_every_way_is_on_record_when_a_canary_has_gone_in(world):
    walks.tick(world)

    rows = world.all(select(CanaryPath.person, CanaryPath.path, CanaryPath.count))
    gone = {(row.person, row.path): row.count for row in rows}
    assert set(gone) == {(way.role, way.call) for way in WAYS}
    assert gone[LEAVER, "add_usage_events"] == gone[STAYER, "add_usage_events"] == EVENTS
    assert gone[STAYER, "cancel_company"] == 1


def test_run_ends_when_what_was_sent_to_expire_is_gone(world, tmp_path):
    run = walks.erased(world, tmp_path)
    before = (run.state, run.unexpired)
    stayer = select(Account.id).where(Account.external_id == Canary(run.id, STAYER, utcnow()).external_id)
    with world.app.app_context(), world.system() as session:
        session.query(UsageEvent).filter(UsageEvent.account_id.in_(stayer)).delete(synchronize_session=False)
        session.commit()

    with time_machine.travel(utcnow() + timedelta(hours=73)):
        walks.job(world, "end_unconfirmed")
        walks.tick(world)

    assert before == ("erased", EVENTS + 1)
    assert walks.run(world).state == "done"
    assert walks.run(world).ended_at < run.expires_by
