"""A removal carried out as it should be breaks no promise; what its traces leave in the log is not held against it."""

import pytest
from sqlalchemy import select

from dashboard.checks.all_checks import CHECKS
from dashboard.checks.base import Look, State
from dashboard.services import fingerprints, outbox
from models import AccessRecord, SubjectRequest, Ticket, utcnow
from tests.erasure import persons


@pytest.fixture(autouse=True)
def no_stray_files(tmp_path, monkeypatch):
    monkeypatch.setattr(outbox, "FOLDER", tmp_path / "outbox")


def test_removals_promises_hold_when_one_was_carried_out(world, tmp_path):
    anna = persons.anna(world)
    persons.neighbour(world)
    ((ticket,),) = world.all(
        select(Ticket.id).where(Ticket.account_id == anna.account.id, Ticket.error_id.is_not(None))
    )
    world.add(
        AccessRecord(
            event="trace_seen", staff_id=world.staff["support"], role="support", permission="trace:read", count=3,
            purpose="error_analysis", allowed=True, case_id=ticket, table="usage_event", subject_key=anna.account.id,
        )
    )  # fmt: skip
    request_id = persons.confirmed(world, anna.email)
    world.set(SubjectRequest, request_id, contacted_at=utcnow())

    ended = persons.carry_out(world, request_id, persons.means(world, tmp_path))

    settings = world.app.extensions["settings"]
    with world.app.app_context(), world.system() as session:
        look = Look(session, settings, utcnow(), fingerprints.of_address)
        found = {
            no: CHECKS[no](look) for no in ("P4", "P14", "P15", "P38", "P40", "P45", "P46", "P48", "P49", "P51", "P53")
        }
    assert ended == "certified"
    assert {no: finding for no, finding in found.items() if finding.state != State.HOLDS} == {}
