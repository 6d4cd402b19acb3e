"""Checks that run: kept, told of once, and stopped by nothing."""

import json
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from dashboard.checks.all_checks import CHECKS
from dashboard.checks.base import Check, Finding, State
from dashboard.services.promises import reading, running
from dashboard.services.promises.jobs import check_promises
from models import Message, PromiseResult, PromiseStanding, Staff, db, utcnow

ALARM = Message.type == "promise_broken"


def only(monkeypatch: pytest.MonkeyPatch, *found: Finding | Exception, promise: str = "P7") -> None:
    """Let the board know one check alone, which finds these things in turn."""
    answers = iter(found)

    def ask(_look) -> Finding:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(running, "CHECKS", {promise: Check(promise, "things", "models/", "t.t", ask)})


def run(world, at=None):
    with world.app.app_context():
        return running.check_all(db.engine, world.app.extensions["settings"], at=at or utcnow())


GOOD, BAD = Finding(State.HOLDS, 0), Finding(State.BROKEN, 2)


def test_every_check_is_asked_and_kept_when_the_board_is_checked(world) -> None:
    found = run(world)

    kept = world.all(select(PromiseStanding.promise, PromiseStanding.state))
    assert found.keys() == CHECKS.keys()
    assert dict(kept) == {no: finding.state for no, finding in found.items()}
    assert {no for no, finding in found.items() if finding.state == State.BROKEN} == {"P12", "P55"}
    assert {no for no, finding in found.items() if finding.because == running.FAILED} == set()


def test_history_and_since_are_kept_when_the_state_stays_and_when_it_turns(world, monkeypatch) -> None:
    only(monkeypatch, GOOD, GOOD, BAD)
    first = utcnow() - timedelta(hours=2)

    for hour in range(3):
        run(world, at=first + timedelta(hours=hour))
        if hour == 1:
            since = world.all(select(PromiseStanding.since))[0][0]

    assert since == first
    assert world.all(select(PromiseStanding.since, PromiseStanding.figure)) == [(first + timedelta(hours=2), 2)]
    states = world.all(select(PromiseResult.state).order_by(PromiseResult.number))
    assert states == [("holds",), ("holds",), ("broken",)]


def test_compliance_is_told_once_when_a_promise_breaks_and_stays_broken(world, monkeypatch) -> None:
    world.set(Staff, world.staff["sysadmin2"], role="compliance", active=False)
    only(monkeypatch, GOOD, BAD, BAD)

    told = []
    for _ in range(3):
        run(world)
        told.append(len(world.all(select(Message.id).where(ALARM))))

    ((address, subject, body),) = world.all(select(Message.address, Message.subject, Message.body).where(ALARM))
    assert told == [0, 1, 1]
    assert (address, subject) == ("compliance@demo.example", "Broken promise: P7")
    assert "only accessible for our customers" in body
    assert "/admin/promises/" in body


def test_compliance_is_told_again_when_a_mended_promise_breaks_anew(world, monkeypatch) -> None:
    only(monkeypatch, BAD, GOOD, BAD)

    for _ in range(3):
        run(world)

    assert len(world.all(select(Message.id).where(ALARM))) == 2


def test_nobody_is_told_when_a_promise_was_broken_as_it_was_mapped(world, monkeypatch) -> None:
    only(monkeypatch, BAD, promise="P12")

    run(world)

    assert world.all(select(Message.id).where(ALARM)) == []


def test_a_check_that_fails_itself_is_not_measurable_when_it_raises(world, monkeypatch, caplog) -> None:
    only(monkeypatch, ValueError("anna@x.example"))

    (finding,) = run(world).values()

    assert (finding.state, finding.because, finding.figure) == (State.NOT_MEASURABLE, running.FAILED, None)
    assert "ValueError" in caplog.text
    assert "anna" not in caplog.text


def test_a_check_cannot_write_when_it_tries(world, monkeypatch) -> None:
    def ask(look) -> Finding:
        look.session.add(PromiseResult(promise="P1", state="holds"))
        look.session.flush()
        return GOOD

    monkeypatch.setattr(running, "CHECKS", {"P7": Check("P7", "things", "models/", "t.t", ask)})

    (finding,) = run(world).values()

    assert finding.because == running.FAILED
    assert world.all(select(PromiseResult.promise)) == [("P7",)]


def test_history_is_forgotten_when_it_is_older_than_kept(world) -> None:
    now = utcnow()
    ages = (running.KEPT + timedelta(hours=1), running.KEPT - timedelta(hours=1))
    world.add(*(PromiseResult(promise="P7", at=now - age, state="holds") for age in ages))

    with world.app.app_context(), world.system() as session:
        checked = check_promises(session, world.app.extensions["settings"])

    assert checked == len(CHECKS)
    assert len(world.all(select(PromiseResult.number).where(PromiseResult.at < now))) == 1


def test_silence_is_not_green_when_no_check_has_run_for_three_hours(world, monkeypatch) -> None:
    only(monkeypatch, GOOD)
    run(world)

    with time_machine.travel(utcnow() + timedelta(hours=4)), world.app.app_context(), world.system() as session:
        (late,) = (line for line in reading.board(session).lines if line.promise.no == "P7")

    assert (late.state, late.because) == (State.NOT_MEASURABLE, reading.SILENT)


def command(world, *words: str):
    return world.app.test_cli_runner().invoke(args=["promises", "check", *words])


def test_command_succeeds_when_nothing_is_broken_but_what_was(world) -> None:
    told = command(world, "--json")

    document = json.loads(told.stdout)
    assert told.exit_code == 0
    assert len(document["promises"]) == 61
    broken = [entry for entry in document["promises"] if entry["state"] == "broken"]
    assert [(entry["promise"], entry["known"]) for entry in broken] == [("P12", True), ("P55", True)]
    assert all(entry["because"] for entry in broken)


def test_command_fails_when_one_more_is_broken(world) -> None:
    world.set(Staff, world.staff["rep"], email="rep@elsewhere.example")

    told = command(world)

    assert told.exit_code == 1
    assert "P54  broken           1 active staff whose address is outside the company's domains" in told.stdout
    assert "elsewhere" not in told.stdout


def test_command_looks_at_those_alone_when_promises_are_named(world) -> None:
    world.set(Staff, world.staff["rep"], email="rep@elsewhere.example")

    assert command(world, "P7", "P12").exit_code == 0
    assert command(world, "P54").exit_code == 1


def test_command_refuses_when_a_promise_does_not_exist(world) -> None:
    told = command(world, "P7", "P62")

    assert told.exit_code == 1
    assert "There is no promise P62" in told.stderr
    assert world.all(select(PromiseResult.number)) == []


def test_command_fails_when_a_sentence_has_changed(world, monkeypatch) -> None:
    monkeypatch.setattr(reading.promises, "unproven", lambda: frozenset({"P38"}))

    told = command(world)

    assert told.exit_code == 1
    assert "P38  unproven" in told.stdout
