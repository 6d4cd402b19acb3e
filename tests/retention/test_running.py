"""Runs: each night once, in batches that any process takes up; what looks wrong stops and asks a human."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select, update

from dashboard.services.retention import lease, planning, removing, running, telling
from dashboard.services.retention.running import Means
from models import Lease, Message, RetentionForecast, RetentionPause, RetentionRun, UsageEvent, new_id, record_events
from tests.retention.aged import DAY, NIGHTLY, ask, means, night, old, plant, runs

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def fill(world, count: int, *, at: datetime) -> str:
    """Add so many usage events of one account at one moment, a millisecond apart."""
    account = world.account(new_id()[:6])
    rows = [
        {"account_id": account.id, "id": new_id(), "occurred_at": at - n * timedelta(milliseconds=1), "session": "s",
         "feature": "f", "action": "a", "properties": None} for n in range(count)
    ]  # fmt: skip
    with world.app.app_context(), world.system() as session:
        record_events(session, rows)
        session.commit()
    return account.id


def events(world) -> int:
    return world.all(select(func.count()).select_from(UsageEvent))[0][0]


def notices(world) -> list[str]:
    return sorted(row[0] for row in world.all(select(Message.subject)))


def test_night_runs_each_rule_once_when_it_is_looked_at_again(world, clock):
    night(world)
    night(world)
    clock.shift(DAY)
    night(world)

    assert {name: len(runs(world, name)) for name in NIGHTLY} == dict.fromkeys(NIGHTLY, 2)
    assert {state for name in NIGHTLY for state, _count, _why in runs(world, name)} == {"done"}


def test_night_does_not_begin_when_it_is_not_02_15_yet(world, clock):
    night(world)
    clock.move_to(datetime(2026, 11, 26, 1, 14, 59, tzinfo=UTC))  # 02:14:59 in Amsterdam
    night(world)
    before = len(runs(world, "tickets"))
    clock.shift(timedelta(seconds=2))
    night(world)

    assert (before, len(runs(world, "tickets"))) == (1, 2)


def test_missed_night_is_made_up_for_and_told_when_the_scheduler_stood_still(world, clock):
    night(world)
    clock.shift(DAY)  # 10:00: the run of 02:15 was missed
    plant(world, "usage_events", old("usage_events", NOW + DAY))
    night(world)
    night(world)

    assert runs(world, "usage_events")[-1][:2] == ("done", 1)
    assert notices(world) == ["Retention was late"] * 2


def test_run_takes_many_batches_when_there_is_much_to_do(world, clock, monkeypatch):
    for bound in ("ROWS_FIRST", "ROWS_LEAST", "ROWS_MOST"):
        monkeypatch.setattr(running, bound, 100)
    fill(world, 450, at=old("usage_events", NOW))
    neighbour = fill(world, 7, at=NOW)

    gone = night(world)

    run = world.all(
        select(RetentionRun.count, RetentionRun.batches, RetentionRun.found).where(RetentionRun.rule == "usage_events")
    )
    assert (gone, [tuple(row) for row in run]) == (450, [(450, 5, 450)])
    assert {row[0] for row in world.all(select(UsageEvent.account_id))} == {neighbour}


def test_batch_keeps_its_bound_when_all_rows_bear_one_moment(world, clock):
    account = world.account()
    moment = old("usage_events", NOW)
    for _n in range(9):
        world.event(account, at=moment)
    due = removing.Due(planning.nightly()[0], NOW - 700 * DAY)

    with world.app.app_context(), world.system() as session:
        went = removing.remove(session, due, rows=4)
        session.commit()

    assert (went.rows, went.more, events(world)) == (4, True, 5)


@pytest.mark.parametrize(
    ("rows", "took", "wanted"),
    [(1_000, 0.5, 2_000), (1_000, 10, 100), (1_000, 150, 50), (20_000, 0.2, 20_000), (100, 80, 50)],
)
def test_batches_grow_and_shrink_when_they_are_faster_or_slower_than_they_may_be(rows: int, took: float, wanted: int):
    assert running._next(rows, took * running.AIM_SECONDS) == wanted


def test_run_stops_and_tells_when_it_finds_more_than_its_preview_allows(world, clock):
    night(world)
    clock.shift(DAY)
    fill(world, 1_001, at=old("usage_events", NOW + DAY))  # forged or moved: none of it was foreseen
    night(world)
    stopped, kept = runs(world, "usage_events")[-1], events(world)
    clock.shift(DAY)
    night(world)

    assert (stopped, kept) == (("stopped", 0, "more_than_preview"), 1_001)
    assert len(runs(world, "usage_events")) == 2  # no night goes on before a human has looked
    assert runs(world, "tickets")[-1][0] == "done"
    assert notices(world).count("Retention stopped: usage events") == 2


def test_run_goes_on_when_it_finds_what_the_margin_allows(world, clock):
    night(world)
    clock.shift(DAY)
    fill(world, 1_000, at=old("usage_events", NOW + DAY))
    night(world)

    assert runs(world, "usage_events")[-1][:2] == ("done", 1_000)


def test_run_stops_midway_when_rows_become_due_behind_its_back(world, clock, monkeypatch):
    fill(world, 10, at=old("usage_events", NOW))
    real = removing.remove

    def meanwhile(session, due, *, rows):
        if due.rule.name == "usage_events":
            monkeypatch.setattr(removing, "remove", real)
            session.rollback()
            fill(world, 2_000, at=old("usage_events", NOW) - HOUR)
            lease.hold(session, session.scalar(select(Lease.token)), at=NOW)
            rows = 5_000
        return real(session, due, rows=rows)

    monkeypatch.setattr(removing, "remove", meanwhile)
    night(world)

    assert runs(world, "usage_events") == [("stopped", 0, "more_than_preview")]
    assert events(world) == 2_010


def test_rule_runs_again_when_a_human_has_looked_and_asked(world, clock):
    night(world)
    clock.shift(DAY)
    fill(world, 1_001, at=old("usage_events", NOW + DAY))
    night(world)
    asked = ask(world, "usage_events")
    night(world)
    clock.shift(DAY)
    night(world)

    assert asked
    assert [row[:2] for row in runs(world, "usage_events")] == [
        ("done", 0),
        ("stopped", 0),
        ("done", 1_001),
        ("done", 0),
    ]


def test_there_is_one_run_when_it_is_asked_for_twice(world, clock):
    night(world)

    first, second = ask(world, "tickets"), ask(world, "tickets")
    other = ask(world, "messages")

    assert (first, second, other) == (True, False, True)
    assert [state for state, _count, _why in runs(world, "tickets")] == ["done", "waiting"]


@pytest.mark.parametrize(("shift", "why"), [(-3 * HOUR, "clock_back"), (49 * HOUR, "clock_ahead")])
def test_nothing_goes_when_the_clock_jumped(world, clock, shift: timedelta, why: str):
    night(world)
    plant(world, "usage_events", old("usage_events", NOW + 49 * HOUR))
    ask(world, "usage_events")
    clock.shift(shift)

    gone = night(world)

    assert (gone, events(world)) == (0, 1)
    assert runs(world, "usage_events")[-1] == ("stopped", 0, why)
    assert "Retention stopped: usage events" in notices(world)


def test_night_goes_on_when_a_human_says_the_clock_is_right(world, clock):
    night(world)
    clock.shift(72 * HOUR)
    plant(world, "usage_events", old("usage_events", NOW + 72 * HOUR))
    night(world)
    before = events(world)

    ask(world, "usage_events")
    night(world)

    assert (before, events(world)) == (1, 0)
    assert [state for state, _count, _why in runs(world, "usage_events")] == ["done", "stopped", "done"]


def test_clock_is_believed_when_it_moves_as_clocks_do(world, clock):
    night(world)
    clock.shift(timedelta(minutes=-1))
    night(world)
    clock.shift(47 * HOUR)
    night(world)

    assert {state for name in NIGHTLY for state, _count, _why in runs(world, name)} == {"done"}


def test_failed_run_is_tried_again_later_each_time_and_told_once_when_it_fails(world, clock, monkeypatch):
    plant(world, "usage_events", old("usage_events", NOW))

    def broken(*_args, **_kwargs):
        raise OSError("a value nobody may see")

    with monkeypatch.context() as patched:
        patched.setattr(removing, "remove", broken)
        night(world)
        night(world)  # too early: nothing is tried
        first = world.all(select(RetentionRun.attempts, RetentionRun.error).where(RetentionRun.rule == "usage_events"))
        clock.shift(timedelta(minutes=1))
        night(world)
    clock.shift(timedelta(minutes=4))
    night(world)
    still, told = runs(world, "usage_events"), notices(world)
    clock.shift(timedelta(minutes=1))
    night(world)

    assert [tuple(row) for row in first] == [(1, "OSError")]
    assert (still, runs(world, "usage_events")) == ([("failed", 0, None)], [("done", 1, None)])
    assert told.count("Retention failed: usage events") == 2  # two sysadmins, once each


def test_other_rules_go_on_when_one_fails(world, clock, monkeypatch):
    monkeypatch.setitem(removing.CARRIED_OUT, "tickets", lambda *_: 1 / 0)
    plant(world, "tickets", old("tickets", NOW))
    plant(world, "messages", old("messages", NOW))

    night(world)

    assert (runs(world, "tickets")[0][0], runs(world, "messages")[0][:2]) == ("failed", ("done", 1))


def test_rule_deletes_nothing_when_it_is_paused_and_goes_on_when_the_pause_is_over(world, clock):
    world.add(
        RetentionPause(rule="usage_events", reason="legal_hold", paused_by=world.staff["sysadmin"], ends_at=NOW + HOUR)
    )
    plant(world, "usage_events", old("usage_events", NOW))
    plant(world, "messages", old("messages", NOW))

    night(world)
    paused, neighbour = runs(world, "usage_events"), runs(world, "messages")
    clock.shift(2 * HOUR)
    night(world)

    assert (paused, neighbour[0][:2]) == ([], ("done", 1))
    assert runs(world, "usage_events") == [("done", 1, None)]


def test_run_halts_between_batches_when_it_is_paused_midway(world, clock, monkeypatch):
    monkeypatch.setattr(running, "ROWS_FIRST", 100)
    monkeypatch.setattr(running, "ROWS_MOST", 100)
    fill(world, 300, at=old("usage_events", NOW))
    real = running._batch

    def then_pause(*args):
        went = real(*args)
        world.add(
            RetentionPause(
                rule="usage_events", reason="legal_hold", paused_by=world.staff["sysadmin"], ends_at=NOW + HOUR
            )
        )
        monkeypatch.setattr(running, "_batch", real)
        return went

    monkeypatch.setattr(running, "_batch", then_pause)
    night(world)

    assert events(world) == 200
    assert runs(world, "usage_events") == [("running", 100, None)]


def test_only_one_process_works_when_another_has_the_lease(world, clock):
    plant(world, "usage_events", old("usage_events", NOW))
    with world.app.app_context(), world.system() as session:
        held = lease.take(session, at=NOW)
    meanwhile = night(world)
    clock.shift(lease.LASTS + timedelta(seconds=1))
    afterwards = night(world)

    assert held
    assert (meanwhile, afterwards) == (0, 1)


def test_batch_is_undone_when_another_process_has_taken_the_lease_meanwhile(world, clock, monkeypatch):
    plant(world, "usage_events", old("usage_events", NOW))
    real = running._batch

    def overslept(*args):
        with world.app.app_context(), world.system() as session:
            session.execute(update(Lease).values(token=Lease.token + 1))
            session.commit()
        return real(*args)

    monkeypatch.setattr(running, "_batch", overslept)
    gone = night(world)

    assert (gone, events(world)) == (0, 1)


def test_lease_is_taken_when_a_wrong_clock_has_written_its_end(world, clock):
    with world.app.app_context(), world.system() as session:
        lease.take(session, at=NOW + 300 * DAY)
        again = lease.take(session, at=NOW)

    assert again
    assert again.token == 2


def test_turn_ends_and_the_next_one_goes_on_when_there_is_more_than_fits(world, clock, monkeypatch):
    monkeypatch.setattr(running, "ROWS_FIRST", 100)
    monkeypatch.setattr(running, "ROWS_MOST", 100)
    fill(world, 250, at=old("usage_events", NOW))
    how = means(world)
    ticks = iter(n * 0.4 for n in range(10_000))

    with monkeypatch.context() as patched:
        patched.setattr(running.time, "monotonic", lambda: next(ticks))
        patched.setattr(running.time, "sleep", lambda _seconds: None)
        first = running.keep(Means(how.engine, how.settings, turn=timedelta(seconds=1)))
    half = runs(world, "usage_events")
    second = night(world)

    assert 0 < first < 250
    assert half[0][0] in {"running", "waiting"}
    assert (first + second, runs(world, "usage_events")) == (250, [("done", 250, None)])


def test_coming_nights_are_foreseen_when_a_run_ends(world, clock):
    plant(world, "usage_events", old("usage_events", NOW + DAY))
    plant(world, "usage_events", old("usage_events", NOW + 2 * DAY))

    night(world)

    kept = select(RetentionForecast.night, RetentionForecast.count).where(RetentionForecast.rule == "usage_events")
    found = dict(tuple(row) for row in world.all(kept))
    assert (len(found), found["2026-11-26"], found["2026-11-27"], found["2026-12-02"]) == (7, 1, 2, 2)


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("kind", telling.LETTERS)
def test_every_message_can_be_written_when_it_is_sent(language: str, kind: str):
    subject, text = telling.LETTERS[kind][language]

    assert subject.format(name="x")
    assert text.format(found=1, previewed=2, error="OSError")


@pytest.mark.parametrize(
    ("run", "codes"),
    [
        ({"state": "done", "ended_at": NOW - HOUR}, []),
        ({"state": "stopped", "ended_at": NOW - HOUR}, ["stopped"]),
        ({"state": "failed"}, ["failed"]),
        ({"state": "done", "ended_at": NOW - 27 * HOUR, "planned_at": NOW - 28 * HOUR}, ["late"]),
        ({"state": "running", "planned_at": NOW - 27 * HOUR}, ["late"]),
    ],
)
def test_what_is_amiss_has_a_code_when_the_last_run_says_so(world, clock, run, codes):
    world.add(RetentionRun(rule="tickets", period="x", previewed=0, before=NOW, **{"planned_at": NOW, **run}))

    with world.app.app_context(), world.system() as session:
        assert telling.amiss(session, at=NOW) == codes


def test_nothing_is_amiss_with_the_runs_when_a_human_has_paused_the_rule(world, clock):
    world.add(
        RetentionRun(
            rule="tickets",
            period="x",
            previewed=0,
            before=NOW,
            state="done",
            planned_at=NOW - 3 * DAY,
            ended_at=NOW - 3 * DAY,
        ),
        RetentionPause(rule="tickets", reason="legal_hold", paused_by=world.staff["sysadmin"], ends_at=NOW + HOUR),
    )

    with world.app.app_context(), world.system() as session:
        assert telling.amiss(session, at=NOW) == []
        assert telling.amiss(session, at=NOW + 2 * HOUR) == ["late"]
