"""The demo in one process: told through the intake API, once; repeated it changes nothing; broken off it goes on."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask_security import verify_password
from sqlalchemy import func, select

from dashboard import cli_demo
from dashboard.demo.player import StoryStopped
from models import (
    AccessRecord,
    Account,
    ApiToken,
    AppError,
    Base,
    Company,
    ContactRequest,
    Heartbeat,
    OnboardingCase,
    RetentionRun,
    Staff,
    Ticket,
    UsageEvent,
)
from tests.world import World

SMALL = {"accounts": 10, "events": 240}
TOLD_ONCE = (Company, Account, UsageEvent, AppError, ContactRequest, Ticket, OnboardingCase, Staff)


@pytest.fixture
def stage(app: Flask) -> Iterator[World]:
    """An empty database, without any staff, inside its application."""
    made = World(app)
    made.empty()
    with app.app_context():
        yield made
    made.empty()


def counts(stage: World, *models: Any) -> dict[str, int]:
    """Return how many rows each table has."""
    with stage.system() as session:
        return {m.__tablename__: session.scalar(select(func.count()).select_from(m)) for m in models or TOLD_ONCE}


def every_row(stage: World) -> dict[str, int]:
    """Return how many rows every table has."""
    with stage.system() as session:
        return {t.name: session.scalar(select(func.count()).select_from(t)) for t in Base.metadata.sorted_tables}


def test_people_usage_cases_and_desks_are_there_when_the_story_was_told(stage: World):
    cli_demo.fill(**SMALL)

    there = counts(stage)
    gone = sum(row.count for row in stage.all(select(RetentionRun.count).where(RetentionRun.rule == "usage_events")))
    assert (there["account"], there["usage_event"] + gone, there["staff"]) == (10, 240, 7)
    assert all(there.values()), there
    assert {row.process for row in stage.all(select(Heartbeat.process))} >= {cli_demo.BEGUN, cli_demo.TOLD}
    assert {"support@demo.example", "support2@demo.example"} & held(stage)
    assert counts(stage, AccessRecord)["access_record"] > 0
    assert keys_that_work(stage) == []


def held(stage: World) -> set[str]:
    """Return who has an open ticket in their hands."""
    mine = select(Staff.email).join(Ticket, Ticket.assignee_id == Staff.id).where(Ticket.closed_at.is_(None))
    return {row.email for row in stage.all(mine)}


def keys_that_work(stage: World) -> list[str]:
    """Return the tokens that are not revoked."""
    return [row.name for row in stage.all(select(ApiToken.name).where(ApiToken.revoked_at.is_(None)))]


def test_each_staff_member_can_sign_in_when_the_story_has_begun(stage: World):
    cli_demo.begin()

    staff = stage.all(select(Staff.email, Staff.role, Staff.password))
    assert {(row.email.split("@")[0], row.role) for row in staff} == {
        (name, role) for name, (role, _name) in cli_demo.STAFF.items()
    }
    with stage.app.test_request_context():
        assert verify_password(cli_demo.PASSWORD, staff[0].password)
    assert all(any(row.email in line for line in cli_demo.sign_ins()) for row in staff)


def test_nothing_changes_when_the_story_is_told_again(stage: World):
    cli_demo.fill(**SMALL)
    before = every_row(stage)

    cli_demo.fill(**SMALL)

    assert every_row(stage) == before


def test_the_story_goes_on_when_it_was_broken_off(stage: World, monkeypatch):
    play = cli_demo.play

    def broken(calls: Any, client: Any, **how: Any) -> int:
        def some() -> Iterator[Any]:
            for number, call in enumerate(calls):
                if number == 40:
                    raise StoryStopped("the power went")
                yield call

        return play(some(), client, **how)

    monkeypatch.setattr(cli_demo, "play", broken)
    with pytest.raises(Exception, match="the power went"):
        cli_demo.fill(**SMALL)
    half, begun = counts(stage), stage.all(select(Heartbeat.process))
    monkeypatch.undo()

    cli_demo.fill(**SMALL)
    resumed = counts(stage)
    stage.empty()
    cli_demo.fill(**SMALL)

    assert half["account"] > 0
    assert half["ticket"] > 0
    assert begun == [(cli_demo.BEGUN,)]
    assert resumed == counts(stage)
    assert keys_that_work(stage) == []


def test_no_person_stands_in_the_message_when_the_api_refuses(stage: World, monkeypatch):
    def refuse(calls: Any, _client: Any, **_how: Any) -> int:
        raise StoryStopped(f"PUT {next(iter(calls)).path} was answered 422 invalid")

    monkeypatch.setattr(cli_demo, "play", refuse)

    answer = CliRunner().invoke(cli_demo.demo_command, ["--accounts", "3", "--events", "10"], obj=None)

    assert answer.exit_code != 0
    assert "was answered 422" in answer.output
    assert "@" not in answer.output.replace("@demo.example", "")


def test_nothing_is_told_when_this_is_no_demo(stage: World, monkeypatch):
    settings = replace(stage.app.extensions["settings"], demo=False)
    monkeypatch.setitem(stage.app.extensions, "settings", settings)

    answer = CliRunner().invoke(cli_demo.demo_command, [])

    assert answer.exit_code == 1
    assert "DEMO=1" in answer.output
    assert every_row(stage)["staff"] == 0
