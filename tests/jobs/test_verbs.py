"""What the jobs do: each ends or deletes what is over, and a neighbour that is not over survives."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from dashboard.policy import lifetimes
from dashboard.services import jobs
from dashboard.services.schedule import SCHEDULE
from models import (
    AccessRecord,
    ContactRequest,
    Heartbeat,
    IdempotencyRecord,
    JobRun,
    OnboardingCase,
    RateWindow,
    Staff,
    StaffSession,
    Ticket,
    TraceOpening,
    utcnow,
)

SECOND = timedelta(seconds=5)


def run(world, verb) -> int:
    with world.app.app_context(), world.system() as session:
        return verb(session, world.app.extensions["settings"])


def test_trace_ends_by_itself_when_its_time_is_over(world) -> None:
    now = utcnow()
    ticket = world.error_ticket(world.account(), assignee="support")
    over = world.opening(ticket, engineer="support", until=now, ends_at=now - SECOND)
    other = world.error_ticket(world.account("b"), assignee="support")
    holds = world.opening(other, engineer="support", until=now, ends_at=now + SECOND)

    count = run(world, jobs.end_what_is_over)

    ended = dict(tuple(row) for row in world.all(select(TraceOpening.id, TraceOpening.ended_because)))
    assert (count, ended) == (1, {over.id: "time", holds.id: None})


def test_set_up_goes_back_when_its_days_are_over(world) -> None:
    now = utcnow()
    account = world.account(first_sign_in_at=None)
    over = world.onboarding(account, assignee="sysadmin", ends_at=now - SECOND)
    holds = world.onboarding(account, assignee="sysadmin2", ends_at=now + SECOND)
    closed = world.onboarding(account, assignee="sysadmin", ends_at=now - SECOND, closed_at=now)

    count = run(world, jobs.end_what_is_over)

    holders = dict(tuple(row) for row in world.all(select(OnboardingCase.id, OnboardingCase.assignee_id)))
    assert (count, holders[over.id], holders[holds.id]) == (1, None, world.staff["sysadmin2"])
    assert holders[closed.id] == world.staff["sysadmin"]
    assert [tuple(row) for row in world.all(select(AccessRecord.event, AccessRecord.reason))] == [
        ("onboarding_released", "time")
    ]


@pytest.mark.parametrize(
    ("change", "reason"), [({"role": "compliance"}, "role_changed"), ({"active": False}, "deactivated")]
)
def test_cases_go_back_when_their_holder_may_no_longer_work_them(world, change: dict, reason: str) -> None:
    ticket = world.ticket(world.account(), assignee="support")
    world.opening(ticket, engineer="support", until=utcnow())
    world.contact_request(assignee="rep")
    world.onboarding(world.account("b", first_sign_in_at=None), assignee="sysadmin")
    kept = world.ticket(world.account("c"), assignee="support2")
    for name in ("support", "rep", "sysadmin"):
        world.set(Staff, world.staff[name], **change)

    counts = [run(world, jobs.end_what_is_over) for _time in range(2)]

    models = (Ticket, ContactRequest, OnboardingCase)
    held = [row for model in models for row in world.all(select(model.id).where(model.assignee_id.is_not(None)))]
    lines = world.all(select(AccessRecord.event, AccessRecord.reason, AccessRecord.staff_id))
    assert (counts, [row[0] for row in held]) == ([4, 0], [kept.id])
    assert world.all(select(TraceOpening.ended_at))[0][0] is not None
    assert {tuple(line) for line in lines} == {
        (event, reason, None) for event in ("ticket_released", "contact_request_released", "onboarding_released")
    }


@pytest.mark.parametrize(
    ("seen", "made", "left"),
    [
        (lifetimes.SESSION_IDLE + SECOND, lifetimes.SESSION_IDLE + SECOND, 0),
        (SECOND, lifetimes.SESSION_LONGEST + SECOND, 0),
        (SECOND, lifetimes.SESSION_LONGEST - SECOND, 1),
        (lifetimes.SESSION_IDLE - SECOND, lifetimes.SESSION_IDLE, 1),
    ],
)
def test_session_is_deleted_when_its_time_is_over(world, seen: timedelta, made: timedelta, left: int) -> None:
    now = utcnow()
    facts = {"staff_id": world.staff["rep"], "data": {}, "seen_at": now - seen, "created_at": now - made}
    world.add(StaffSession(key_hash="a" * 64, **facts))

    count = run(world, jobs.delete_dead_sessions)

    assert (count, len(world.all(select(StaffSession.staff_id)))) == (1 - left, left)


def test_old_calls_are_deleted_when_a_day_has_passed(world) -> None:
    now = utcnow()
    minute = int(now.timestamp()) // 60
    world.add(
        IdempotencyRecord(key_hash="a" * 64, body_hash="", status=201, answer={}, created_at=now - timedelta(hours=25)),
        IdempotencyRecord(key_hash="b" * 64, body_hash="", status=201, answer={}, created_at=now - timedelta(hours=23)),
        RateWindow(token_id="t", minute=minute - 62, calls=5),
        RateWindow(token_id="t", minute=minute, calls=7),
    )

    count = run(world, jobs.delete_old_calls)

    assert count == 2
    assert (len(world.all(select(IdempotencyRecord.status))), world.all(select(RateWindow.calls))[0][0]) == (1, 7)


def test_old_runs_are_deleted_and_lost_ones_named_when_their_time_has_come(world) -> None:
    now = utcnow()

    def row(name: str, state: str, age: timedelta) -> JobRun:
        return JobRun(job=name, period=name, state=state, started_at=now - age)

    world.add(
        row("old idle", "idle", timedelta(hours=26)),
        row("new idle", "idle", timedelta(hours=24)),
        row("old done", "done", timedelta(days=91)),
        row("new done", "done", timedelta(days=89)),
        row("lost", "running", timedelta(minutes=61)),
        row("busy", "running", timedelta(minutes=59)),
    )

    run(world, jobs.delete_old_runs)

    left = {tuple(r) for r in world.all(select(JobRun.job, JobRun.state, JobRun.error))}
    assert left == {
        ("new idle", "idle", None),
        ("new done", "done", None),
        ("lost", "failed", "Abandoned"),
        ("busy", "running", None),
    }


def test_slot_has_one_run_when_two_begin_it(world) -> None:
    at = jobs.slot(timedelta(seconds=10), utcnow())

    with world.app.app_context(), world.system() as one, world.system() as two:
        first = jobs.begin(one, "deliver_messages", period=at)
        second = jobs.begin(two, "deliver_messages", period=at)
        third = jobs.begin(two, "deliver_messages", period=at + timedelta(seconds=10))

    assert (first is not None, second, third is not None) == (True, None, True)


MIDNIGHT = datetime(2026, 11, 25, tzinfo=UTC)


def begun(world, *, after: timedelta) -> str | None:
    """Begin the night's slot as a scheduler would so long after midnight."""
    with time_machine.travel(MIDNIGHT + after, tick=False), world.app.app_context(), world.system() as session:
        return jobs.begin(session, "make_figures", period=jobs.slot(timedelta(hours=24), utcnow()))


def ended(world, run_id: str | None, *, after: timedelta, error: str | None = None) -> None:
    """End a run so long after midnight."""
    assert run_id
    with time_machine.travel(MIDNIGHT + after, tick=False), world.app.app_context(), world.system() as session:
        jobs.end(session, run_id, error=error)


def test_failed_slot_is_tried_again_after_each_wait_and_then_no_more(world) -> None:
    at = timedelta(0)
    for wait in jobs.WAITS:
        ended(world, begun(world, after=at), after=at, error="OperationalError")
        assert begun(world, after=at + wait - SECOND) is None
        at += wait
    ended(world, begun(world, after=at), after=at, error="OperationalError")

    last = begun(world, after=timedelta(hours=23))
    tomorrow = begun(world, after=timedelta(hours=24))

    assert (last, tomorrow is not None) == (None, True)
    assert len(world.all(select(JobRun.id))) == len(jobs.WAITS) + 2


@pytest.mark.parametrize("hours", [1, 23])
def test_slot_is_run_late_and_once_when_no_scheduler_was_there_at_its_beginning(world, hours: int) -> None:
    late = begun(world, after=timedelta(hours=hours))
    again = begun(world, after=timedelta(hours=hours, minutes=1))
    ended(world, late, after=timedelta(hours=hours, minutes=2))

    over = begun(world, after=timedelta(hours=hours, minutes=3))

    assert (again, over) == (None, None)


def test_slot_is_not_run_again_when_old_runs_have_been_deleted(world) -> None:
    ended(world, begun(world, after=timedelta(0)), after=timedelta(minutes=1))
    with time_machine.travel(MIDNIGHT + timedelta(hours=23, minutes=59), tick=False):
        run(world, jobs.delete_old_runs)

    assert begun(world, after=timedelta(hours=23, minutes=59)) is None
    assert max(job.every for job in SCHEDULE) < lifetimes.IDLE_RUNS


def test_sign_of_life_is_one_row_when_given_twice(world) -> None:
    for _ in range(2):
        with world.app.app_context(), world.system() as session:
            jobs.beat(session)

    assert [row[0] for row in world.all(select(Heartbeat.process))] == ["scheduler"]


def test_every_job_says_when_it_runs_when_the_schedule_is_read() -> None:
    names = [job.name for job in SCHEDULE]

    assert len(set(names)) == len(names)
    assert all(job.sentence.startswith("Every ") and job.sentence.endswith(".") for job in SCHEDULE)
    assert all(job.next_at(utcnow()) > utcnow() for job in SCHEDULE)
