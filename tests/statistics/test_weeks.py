"""The nights: days become working rows, settled weeks become figures once, and nothing of a person stays behind."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import delete, event, func, select
from sqlalchemy.exc import IntegrityError

from dashboard.services import outbox
from dashboard.services.statistics import weeks
from models import Account, Company, UsageCompany, UsageDay, UsageEvent, UsageFigure, UsageWeek, db
from models.statistics import EVERYONE, REST, roll_up_day
from tests.erasure import persons
from tests.statistics.nights import NOON, SETTLED, WEEK, company, figures, night, use

DAY = timedelta(days=1)


@pytest.fixture
def used(world):
    """Two companies whose names may be shown, and others who are enough to hide behind."""
    made = {name: company(world, name, people) for name, people in (("large", 12), ("small", 6), ("few", 4))}
    made["others"] = company(world, "others", 4)
    made["more"] = company(world, "more", 4)
    for _company, accounts in made.values():
        use(world, accounts, times=2)
    return made


def test_figures_stand_when_the_week_is_over_and_settled(world, used) -> None:
    large, small = used["large"][0].id, used["small"][0].id

    night(world)

    assert figures(world) == {
        (EVERYONE, WEEK, "", ""): (30, None), (EVERYONE, WEEK, "Reports", "opened"): (30, 60),
        (large, WEEK, "", ""): (10, None), (large, WEEK, "Reports", "opened"): (10, 25),
        (small, WEEK, "", ""): (5, None), (small, WEEK, "Reports", "opened"): (5, 10),
        (REST, WEEK, "", ""): (10, None), (REST, WEEK, "Reports", "opened"): (10, 25),
    }  # fmt: skip


@pytest.mark.parametrize(("before", "made"), [(timedelta(days=1), False), (timedelta(0), True)])
def test_week_waits_for_late_events_when_it_has_just_ended(world, used, before: timedelta, made: bool) -> None:
    night(world, SETTLED - before)

    assert bool(figures(world)) is made
    assert bool(world.all(select(UsageDay.number))) is not made


def test_late_events_come_along_when_their_week_is_open(world, used) -> None:
    night(world, SETTLED - DAY)
    use(world, company(world, "late", 20)[1], at=NOON - DAY)

    night(world)

    assert figures(world)[EVERYONE, WEEK, "", ""] == (50, None)


def test_figures_stay_as_they_are_when_events_come_after_them(world, used) -> None:
    night(world)
    before = figures(world)
    use(world, company(world, "too late", 20)[1])

    night(world, SETTLED + DAY)

    assert figures(world) == before


def test_figures_stay_as_they_are_when_people_are_erased(world, used) -> None:
    night(world)
    before = figures(world)
    erase(world, used["large"][1][0])

    night(world, SETTLED + DAY)

    assert figures(world) == before


def test_person_counts_nowhere_when_erased_while_the_week_is_open(world, used) -> None:
    night(world, SETTLED - DAY)
    for account in used["large"][1][:5]:
        erase(world, account)

    night(world)

    assert figures(world)[EVERYONE, WEEK, "", ""] == (25, None)
    assert figures(world)[used["large"][0].id, WEEK, "", ""] == (5, None)


def erase(world, account: Account) -> None:
    """Take one account away with all its usage, as an erasure does."""
    with world.app.app_context(), world.system() as session:
        for model in (UsageDay, UsageEvent):
            session.execute(delete(model).where(model.account_id == account.id))
        session.execute(delete(Account).where(Account.id == account.id))
        session.commit()


def test_no_key_of_a_person_stays_when_figures_are_made(world, used) -> None:
    night(world)

    assert world.all(select(func.count(UsageDay.number)))[0][0] == 0
    assert world.all(select(func.count(UsageEvent.id)))[0][0] == 60


def test_day_is_the_same_when_it_is_rolled_up_again(world, used) -> None:
    night(world, SETTLED - DAY)
    first = working_rows(world)

    night(world, SETTLED - DAY)

    assert working_rows(world) == first
    assert len(first) == 30
    assert {row[4] for row in first} == {2}


def working_rows(world) -> list[tuple]:
    d = UsageDay
    return sorted(tuple(row) for row in world.all(select(d.account_id, d.day, d.feature, d.action, d.uses)))


def test_next_night_goes_on_when_one_was_cut_off(world, used, monkeypatch) -> None:
    def cut_off(*_args, **_kw):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(weeks, "_name_companies", cut_off)
        with pytest.raises(KeyboardInterrupt):
            night(world)
    left = (figures(world), len(working_rows(world)))

    night(world)

    assert left == ({}, 30)
    assert len(figures(world)) == 8


def test_second_maker_stops_when_a_week_has_figures(world, used) -> None:
    night(world)

    with world.app.app_context(), world.system() as session, pytest.raises(IntegrityError):
        weeks.make_week(session, WEEK)


def test_day_begins_where_the_company_is_when_clocks_differ_from_utc(world) -> None:
    _company, accounts = company(world, "a", 12)
    sunday_evening_utc = datetime(2026, 9, 6, 22, 30, tzinfo=NOON.tzinfo)  # Monday 00:30 in Amsterdam
    use(world, accounts[:11], at=sunday_evening_utc)
    use(world, accounts[:11], at=sunday_evening_utc - timedelta(hours=1))

    night(world)

    assert {key[1]: value for key, value in figures(world).items() if key[2] == ""} == {
        WEEK: (10, None), WEEK - timedelta(days=7): (10, None),
    }  # fmt: skip


def test_company_hides_its_parts_when_its_whole_is_hidden(world) -> None:
    for name, people in (("a", 12), ("b", 4), ("c", 4)):
        use(world, company(world, name, people)[1])
    _company, accounts = company(world, "d", 3)
    use(world, accounts, what=("Reports", "shared"))

    night(world)

    assert {key[0] for key in figures(world) if key[2] == ""} == {EVERYONE, REST, *named(world)}
    assert len(named(world)) == 1
    assert {key[0] for key in figures(world)} <= {EVERYONE, REST, *named(world)}


def named(world) -> list[str]:
    return [row[0] for row in world.all(select(UsageCompany.id))]


def test_company_loses_name_and_figures_when_it_shrinks_below_five(world, used) -> None:
    night(world)
    large = used["large"][0].id
    for account in used["small"][1][:2]:
        erase(world, account)

    night(world, SETTLED + DAY)

    assert named(world) == [large]
    assert {key[0] for key in figures(world)} == {EVERYONE, REST, large}


def test_figures_go_when_their_usage_would_be_too_old(world) -> None:
    old, kept = date(2024, 9, 16), date(2024, 9, 23)
    for week in (old, kept, WEEK):
        world.add(UsageWeek(week=week), UsageFigure(scope=EVERYONE, week=week, feature="", action="", people=10))

    night(world)  # 17 September 2026: usage of 16 September 2024 is gone, that of 17 September is not

    assert [row[0] for row in world.all(select(UsageWeek.week).order_by(UsageWeek.week))] == [kept, WEEK]
    assert {key[1] for key in figures(world)} == {kept, WEEK}


def test_working_rows_go_with_the_account_when_a_person_is_removed(world, used, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(outbox, "FOLDER", tmp_path / "outbox")
    anna, neighbour = persons.anna(world), used["few"][1][0]
    for account in (anna.account, neighbour):
        world.add(UsageDay(account_id=account.id, day=WEEK, feature="Reports", action="opened", uses=1))
    request_id = persons.confirmed(world, anna.email)

    persons.carry_out(world, request_id, persons.means(world, tmp_path))

    assert [row[0] for row in world.all(select(UsageDay.account_id))] == [neighbour.id]


def test_nothing_is_written_when_nobody_ever_used_the_app(world) -> None:
    world.account()

    assert night(world) == 0
    assert world.all(select(UsageWeek.week)) == []


def test_all_past_weeks_get_figures_when_the_first_night_comes_late(world) -> None:
    _company, accounts = company(world, "a", 12)
    for n in range(4):
        use(world, accounts, at=NOON + timedelta(weeks=n))

    night(world, SETTLED + timedelta(weeks=3))

    assert len([key for key in figures(world) if key[2] == ""]) == 4
    assert len(world.all(select(UsageWeek.week))) == 4


@pytest.fixture
def busy(world):
    """Three hundred people with a hundred days of usage, a few events each day."""
    _company, accounts = company(world, "a", 300)
    for n in range(20):
        use(world, accounts[n::3], at=NOON + n * DAY)
    with world.app.app_context(), db.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    return accounts


def test_roll_up_reads_its_day_alone_when_there_are_many_days(world, busy) -> None:
    statements = []
    with world.app.app_context(), world.system() as session:
        event.listen(db.engine, "before_cursor_execute", lambda *given: statements.append(given[2:4]))
        written = roll_up_day(session, WEEK + DAY, begin=NOON - DAY / 2, end=NOON + DAY / 2)
        statement, values = next(s for s in statements if s[0].startswith("INSERT INTO usage_day"))
        explain = "EXPLAIN QUERY PLAN " if db.engine.dialect.name == "sqlite" else "EXPLAIN "
        plan = "\n".join(str(row) for row in session.connection().exec_driver_sql(explain + statement, values))
        session.rollback()

    assert written == 100
    assert "usage_event" in plan
    assert "SCAN usage_event" not in plan
    assert "Seq Scan on usage_event" not in plan


def test_usage_of_the_week_names_no_company_when_its_name_is_one_persons(world, used) -> None:
    night(world)

    names = {row[0] for row in world.all(select(UsageCompany.name))}
    of_few = world.all(select(Company.name).where(Company.id == used["few"][0].id))[0][0]

    assert len(names) == 2
    assert of_few not in names
