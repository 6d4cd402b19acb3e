"""Months of usage events: there before they are needed, made at once by whoever needs one, on both databases."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import event as listening
from sqlalchemy import select, text

from dashboard.database import partitions
from dashboard.services import usage_months
from dashboard.services.intake import acting
from models import UsageEvent, db, record_events, utcnow
from tests.api.conftest import Machine, person
from tests.database import months
from tests.database.months import LATER, NEXT, OLD
from tests.tickets.pages import error_of, happened, open_trace
from tests.world import World


@pytest.fixture(autouse=True)
def all_months(world: World) -> None:
    """Make the months that other tests of this database have dropped."""
    with world.app.app_context():
        partitions.ensure(db.engine, since=utcnow() - partitions.LOOK_BACK, until=utcnow() + partitions.AHEAD)


@pytest.fixture
def by_months(world: World) -> Iterator[World]:
    """A world that leaves no month of its own behind; whether there are months at all is the engine's matter."""
    yield world
    months.clear(world)


@pytest.fixture
def app_machine(world: World) -> Machine:
    """The app's caller, with one account."""
    made = Machine(world, "app")
    made.put("/companies/co-1", {"name": "De Linde"})
    assert made.put("/accounts/ac-1", person("co-1")).status_code == 201
    return made


def is_postgres(world: World) -> bool:
    return world.app.config["SQLALCHEMY_DATABASE_URI"].startswith("postgresql")


def sent(id_: str, moment: datetime) -> dict:
    what = {"session": "s", "feature": "Reports", "action": "Opened"}
    return {"id": id_, "account": "ac-1", "occurred_at": moment.isoformat(), **what}


def stored(world: World) -> list[tuple]:
    return [tuple(row) for row in world.all(select(UsageEvent.id, UsageEvent.occurred_at).order_by(UsageEvent.id))]


def run(world: World, verb) -> int:
    with world.app.app_context(), world.system() as session:
        return verb(session, world.app.extensions["settings"])


def test_months_follow_one_another_without_a_gap_when_listed(world: World):
    since, until = utcnow() - timedelta(days=840), utcnow() + timedelta(days=92)  # other tests live in other years
    with world.app.app_context():
        found = [month for month in partitions.months(db.engine) if since < month.first < until]

    if not is_postgres(world):
        assert found == []
        return
    assert [month.until for month in found[:-1]] == [month.first for month in found[1:]]
    assert found[0].first < utcnow() - timedelta(days=800)
    assert found[-1].until > utcnow() + timedelta(days=88)
    assert all((month.first.day, month.first.hour, month.first.tzinfo) == (1, 0, UTC) for month in found)


def test_a_month_is_made_once_when_asked_for_again_and_again(by_months: World):
    with by_months.app.app_context():
        made = [partitions.ensure(db.engine, since=OLD, until=LATER) for _ in range(3)]

    assert made == ([3, 0, 0] if is_postgres(by_months) else [0, 0, 0])


def test_each_month_is_made_once_when_two_schedulers_and_two_calls_ask_at_once(by_months: World):
    start = Barrier(4)

    def ask(_number: int) -> int:
        start.wait()
        with by_months.app.app_context():
            return partitions.ensure(db.engine, since=OLD, until=LATER)

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(ask, range(4)))

    assert sum(made) == (3 if is_postgres(by_months) else 0)


def test_events_lie_in_the_month_of_their_moment_when_it_is_the_first_or_last_one(by_months: World):
    planted = months.fill(by_months)

    found = dict(stored(by_months))
    assert {id_ for id_, at in found.items() if NEXT <= at < LATER} == planted["next"]
    if is_postgres(by_months):
        with by_months.app.app_context(), db.engine.connect() as connection:
            rows = connection.execute(text("SELECT id, tableoid::regclass::text FROM usage_event")).all()
        assert {id_ for id_, table in rows if table == "usage_event_2019_06"} == planted["next"]


def test_the_job_makes_what_is_missing_when_a_month_went(world: World):
    now = utcnow()
    gone = f"usage_event_{now:%Y_%m}"
    if is_postgres(world):
        with world.app.app_context(), db.engine.begin() as connection:
            connection.execute(text(f"DROP TABLE {gone}"))

    made = [run(world, usage_months.keep_months) for _ in range(2)]

    assert made == ([1, 0] if is_postgres(world) else [0, 0])
    world.event(world.account(), at=now)
    assert months.count(world) == 1


def test_usage_lands_when_its_months_are_not_there(world: World, app_machine: Machine):
    now = utcnow().replace(microsecond=0)
    moments = [now, now - timedelta(days=300), now - timedelta(days=700)]
    if is_postgres(world):
        with world.app.app_context(), db.engine.begin() as connection:
            for moment in moments:
                connection.execute(text(f"DROP TABLE usage_event_{moment:%Y_%m}"))

    answer = app_machine.post("/usage-events", {"events": [sent(f"e-{n}", at) for n, at in enumerate(moments)]})

    assert answer.json == {"accepted": 3, "duplicate": 0, "refused": []}
    assert stored(world) == [(f"e-{n}", at) for n, at in enumerate(moments)]


def test_the_sender_is_asked_to_come_again_when_a_month_cannot_be_made_now(world: World, app_machine, monkeypatch):
    monkeypatch.setattr(acting, "PATIENCE", 0.1)
    now = utcnow()
    batch = {"events": [sent("e-1", now)]}
    if not is_postgres(world):
        assert app_machine.post("/usage-events", batch).json["accepted"] == 1
        return
    with world.app.app_context(), db.engine.begin() as connection:
        connection.execute(text(f"DROP TABLE usage_event_{now:%Y_%m}"))

    with months.holding(world, f"SELECT pg_advisory_xact_lock({partitions.MAKING})"):
        refused = app_machine.post("/usage-events", batch)
    again = app_machine.post("/usage-events", batch)

    assert refused.status_code in {409, 503}
    assert again.json["accepted"] == 1


def test_one_id_is_one_event_when_it_comes_again_with_another_time(world: World, app_machine: Machine):
    now = utcnow().replace(microsecond=0)
    same = [sent("e-1", now - timedelta(days=days)) for days in (1, 0, 40, 400)]

    first = app_machine.post("/usage-events", {"events": same[:2]})
    later = app_machine.post("/usage-events", {"events": [*same[2:], sent("e-2", now)]})

    assert (first.json["accepted"], first.json["duplicate"]) == (1, 1)
    assert (later.json["accepted"], later.json["duplicate"]) == (1, 2)
    assert stored(world) == [("e-1", now - timedelta(days=1)), ("e-2", now)]


def test_one_id_is_two_events_when_two_accounts_send_it(world: World):
    one, other = world.account("a"), world.account("b")
    what = {"id": "e-1", "occurred_at": utcnow(), "session": "s", "feature": "f", "action": "a", "properties": None}

    with world.app.app_context(), world.system() as session:
        new = [record_events(session, [{**what, "account_id": account.id}]) for account in (one, other, one)]
        session.commit()

    assert new == [1, 1, 0]


def test_only_the_months_of_the_window_are_read_when_a_trace_is_shown(world: World):
    account = world.account()
    ticket = world.error_ticket(account, assignee="support")
    error, client = error_of(world, ticket), world.sign_in("support")
    happened(world, account, error, near=0.1, **{f"n{n}": 0.2 + n / 100 for n in range(120)}, ancient=24 * 100)
    asked: list[tuple] = []

    def note(_connection, _cursor, statement, parameters, *_rest):
        if "FROM usage_event" in statement:
            asked.append((statement, parameters))

    with world.app.app_context():
        listening.listen(db.engine, "before_cursor_execute", note)
    try:
        shown = open_trace(client, ticket).text
        older = re.search(r'rel="next" href="([^"]*)"', shown)
        assert older, "the page has no older events"
        assert client.get(older[1].replace("&amp;", "&")).status_code == 200
    finally:
        with world.app.app_context():
            listening.remove(db.engine, "before_cursor_execute", note)

    assert len(asked) >= 3
    begin = error.occurred_at - timedelta(hours=24)
    window = {f"usage_event_{moment:%Y_%m}" for moment in (begin, error.occurred_at)}
    if is_postgres(world):
        with world.app.app_context(), db.engine.connect() as connection:
            plans = [connection.exec_driver_sql(f"EXPLAIN {s}", p).scalars().all() for s, p in asked]
        read = [set(re.findall(r" on (usage_event_\d{4}_\d\d)", "\n".join(plan))) for plan in plans]
        assert all(tables and tables <= window for tables in read), read
        whole = "EXPLAIN SELECT count(*) FROM usage_event"
        with world.app.app_context(), db.engine.connect() as connection:  # the same look finds all of them elsewhere
            assert (
                len(re.findall(r" on usage_event_\d{4}_", "\n".join(connection.exec_driver_sql(whole).scalars()))) > 20
            )
