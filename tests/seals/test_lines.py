"""The canonical form of a line is the same on both databases, and stays when a column is added."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select, text

from dashboard.services.seals import chain, lines
from models import AccessRecord, db
from tests.seals.log import Log, sealed_log
from tests.world import World

AT = datetime(2026, 11, 24, 23, 59, 59, 123_456, tzinfo=timezone(timedelta(hours=2)))
KNOWN_LINE = (
    b'[7,[1764021599123456],"ticket_seen",null,4,"support","ticket:read","support",0,null,'
    b'"T-1042",null,"ticket","subject,b\\u00f3dy",2,null,"f"]\n'
)


def write_known(world: World) -> None:
    world.add(
        AccessRecord(
            number=7, at=AT.replace(year=2025), event="ticket_seen", staff_number=4, role="support",
            permission="ticket:read", purpose="support", allowed=False, case_ref="T-1042", table="ticket",
            fields="subject,bódy", count=2, request_id="f",
        )
    )  # fmt: skip


def test_a_line_has_the_same_bytes_when_either_database_holds_it(world: World):
    write_known(world)

    with world.app.app_context(), world.system() as session:
        found = [lines.canonical(line, lines.FORMS[1]) for line in lines.above(session, 0)]

    assert found == [KNOWN_LINE]


@pytest.mark.parametrize("at", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)])
def test_a_moment_is_exact_when_it_is_far_away(world: World, at: datetime):
    world.add(AccessRecord(number=1, at=at, event="x", permission="p", purpose="q", allowed=True))

    with world.app.app_context(), world.system() as session:
        held = lines.moment(next(iter(lines.above(session, 0))).at)

    assert held.astimezone(UTC) == at


def test_every_column_is_in_the_newest_form_when_the_table_has_it():
    columns = [column.name for column in AccessRecord.__table__.c]

    missing = set(columns) - set(lines.FORMS[lines.NEWEST])

    assert not missing, f"add to FORMS of services/seals/lines.py a version with {sorted(missing)}; change no other"


def test_the_first_form_is_as_it_always_was_when_seals_were_made_in_it():
    first = lines.FORMS[1]

    assert first == (
        "number", "at", "event", "staff_id", "staff_number", "role", "permission", "purpose", "allowed", "reason",
        "case_ref", "case_id", "table", "fields", "count", "subject_key", "request_id",
    )  # fmt: skip


def test_old_seals_hold_when_a_column_is_added_later(world: World, monkeypatch: pytest.MonkeyPatch):
    """The form of yesterday lacks a column that today's has; both are in one log."""
    older = tuple(name for name in lines.FORMS[1] if name not in {"fields", "request_id"})
    monkeypatch.setattr(lines, "FORMS", {1: older, 2: lines.FORMS[1]})
    monkeypatch.setattr(lines, "NEWEST", 1)
    log = Log(world)
    log.write(10, 20)
    log.seal()
    monkeypatch.setattr(lines, "NEWEST", 2)
    log.sql("UPDATE access_record SET fields = 'filled in by the migration'")
    log.write(30, 40)
    log.seal()

    whole = log.found()
    log.sql("UPDATE access_record SET fields = 'changed'")

    assert [seal.form for seal in log.seals()] == [1, 2]
    assert whole == []
    assert log.said() == "Lines 21 to 40 (seal 2): at least one of them was changed or moved."


def test_a_value_is_seen_when_sqlite_holds_what_no_column_may(world: World):
    """SQLite takes anything anywhere: 2 for true, a number for a moment, bytes for text."""
    if not world.app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        pytest.skip("PostgreSQL refuses these.")
    log = sealed_log(world)
    said = {}
    for name, value in {
        "true": "allowed = 2", "moment as number": "at = 1764021599123456", "no moment": "at = 'soon'",
        "moment in short": "at = substr(at, 1, 19)", "moment with zone": "at = at || '+00:00'", "bytes": "event = x'ff00'", "same bytes": "event = CAST(event AS BLOB)",
        "broken text": "event = CAST(x'ff41' AS TEXT)", "number in words": "count = 'many'",
    }.items():  # fmt: skip
        with log.tampered(f"UPDATE access_record SET {value} WHERE number = 40"):
            said[name] = log.said()

    changed = "Lines 21 to 40 (seal 2): at least one of them was changed or moved."
    unreadable = "Lines 21 to 40 (seal 2): one of them cannot be read."
    assert said.pop("broken text") == unreadable
    assert said == dict.fromkeys(said, changed)


def test_a_range_is_called_unreadable_when_postgresql_holds_a_moment_without_end(world: World):
    if world.app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        pytest.skip("SQLite knows no infinity.")
    log = sealed_log(world)
    log.sql("UPDATE access_record SET at = 'infinity' WHERE number = 30")

    said = log.said()

    assert said == "Lines 21 to 40 (seal 2): one of them cannot be read."


def test_a_seal_is_exact_when_read_back(world: World):
    log = sealed_log(world)

    links = [(chain.link_of(seal).chained(), seal.chained) for seal in log.seals()]

    assert all(made == held for made, held in links)
    with world.app.app_context(), db.engine.connect() as connection:
        assert connection.execute(select(text("1"))).scalar() == 1
