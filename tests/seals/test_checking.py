"""Verification as it is used: by the command, by the job every night, by the button; with its outcome and its message."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from dashboard.services.seals import checking
from models import AccessRecord, Message, SealVerification, Staff, utcnow
from tests.seals.log import Log, sealed_log
from tests.world import World, post

PAGE = "/admin/access-log/"


@pytest.fixture
def log(world: World) -> Log:
    return sealed_log(world)


def run(log: Log, *arguments: str):
    """Run `flask audit …` and return its result."""
    return log.world.app.test_cli_runner().invoke(args=["audit", *arguments])


def work(log: Log, verb) -> int:
    with log.world.app.app_context(), log.world.system() as session:
        return verb(session, log.world.app.extensions["settings"])


def poll(client: FlaskClient, page: str, **asked: str):
    url = re.search(r'hx-get="([^"]+)"', page)[1]
    return client.get(url, query_string=asked)


def test_the_command_says_so_when_the_log_holds(log: Log):
    log.write(70)

    result = run(log, "verify")

    assert result.exit_code == 0
    assert "6 lines in 3 seals, sealed up to line 60; anchored up to seal 3; 1 lines not sealed yet." in result.output
    assert result.output.endswith("The access log holds.\n")


def test_the_command_names_the_range_and_fails_when_a_line_was_changed(log: Log):
    log.sql("UPDATE access_record SET role = 'boss' WHERE number = 30")

    result = run(log, "verify")

    assert result.exit_code == 1
    assert "broken: Lines 21 to 40 (seal 2): at least one of them was changed or moved." in result.output
    assert "The access log does not hold." in result.output


def test_the_command_seals_when_lines_are_new(log: Log):
    log.write(70, 80)

    first, again = run(log, "seal"), run(log, "seal")

    assert (first.output, again.output) == ("2 lines sealed.\n", "0 lines sealed.\n")
    assert log.verify().unsealed == 0


def test_the_command_refuses_to_seal_when_the_end_was_cut_off(log: Log):
    log.sql("DELETE FROM seal WHERE number = 3")

    refused = run(log, "seal")
    resumed = run(log, "resume", "--yes")
    sealed = run(log, "seal")
    verified = run(log, "verify")

    assert refused.exit_code == 1
    assert "seal 3 is anchored, the database ends at seal 2" in refused.output
    assert resumed.output == "Seals 3 to 3 are lost; the chain goes on behind seal 2.\n"
    assert (sealed.output, verified.exit_code) == ("2 lines sealed.\n", 0)
    assert "a restore lost seals 3 to 3" in verified.output


def test_the_command_holds_the_log_against_a_message_when_it_is_told(log: Log):
    newest = log.verify().newest

    right = run(log, "verify", "--told", f"{newest.number}:{newest.chained}")
    wrong = run(log, "verify", "--told", f"{newest.number}:{'0' * 64}")
    nonsense = run(log, "verify", "--told", "yesterday's")

    assert (right.exit_code, wrong.exit_code, nonsense.exit_code) == (0, 1, 1)
    assert "Seal 3 is not the one that was told." in wrong.output
    assert "Write --told as the message does" in nonsense.output


def test_compliance_is_told_the_newest_seal_when_the_night_has_passed(log: Log):
    log.world.set(Staff, log.world.staff["compliance"], language="nl")
    newest = log.verify().newest

    lines = work(log, checking.verify_nightly)

    rows = log.world.all(select(Message.address, Message.subject, Message.body, Message.subject_key))
    assert lines == 6
    assert [(row.address, row.subject, row.subject_key) for row in rows] == [
        ("compliance@demo.example", "Het inzagelogboek klopt", None)
    ]
    assert f"--told {newest.number}:{newest.chained}" in rows[0].body


def test_compliance_is_told_loudly_when_the_log_does_not_hold(log: Log):
    log.sql("DELETE FROM access_record WHERE number = 30")

    work(log, checking.verify_nightly)

    (subject,) = log.world.all(select(Message.subject))[0]
    ((state, findings),) = log.world.all(select(SealVerification.state, SealVerification.findings))
    assert subject == "The access log does NOT hold"
    assert state == "broken"
    assert [(f["code"], f["first"], f["last"]) for f in findings] == [("missing", 21, 40)]


def test_the_page_verifies_when_compliance_asks(log: Log):
    client = log.world.sign_in("compliance")
    before = client.get(PAGE).text

    sent = post(client, PAGE + "verify")
    again = post(client, PAGE + "verify")
    waiting = client.get(PAGE).text
    polled = poll(client, waiting)
    same = poll(client, waiting, seen=re.search(r'name="seen" value="([^"]+)"', waiting)[1])
    done = work(log, checking.verify_when_asked)
    over = poll(client, waiting)
    after = client.get(PAGE).text

    assert (sent.status_code, again.status_code) == (303, 303)
    assert "Not verified yet" in before
    assert "Waits for its turn" in waiting
    assert "Verify now" not in waiting
    assert (polled.status_code, same.status_code, over.status_code) == (200, 204, 286)
    assert done == 1
    assert "Holds" in after
    asked = log.world.all(select(AccessRecord.event).where(AccessRecord.event == "verification_asked"))
    assert len(asked) == 2


@pytest.mark.parametrize("name", ["rep", "support", "sysadmin"])
def test_nobody_else_verifies_when_the_role_may_not(log: Log, name: str):
    client = log.world.sign_in(name)
    row = log.world.add(SealVerification(state="running"))

    answers = [post(client, PAGE + "verify"), client.get(f"{PAGE}verification/{row.id}")]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert len(log.world.all(select(SealVerification.id))) == 1


def test_a_verification_is_not_found_when_nobody_asked_for_it(log: Log):
    client = log.world.sign_in("compliance")

    answers = [client.get(f"{PAGE}verification/{name}") for name in ("a" * 26, "x", "../x")]

    assert {answer.status_code for answer in answers} == {404}


def test_the_page_names_the_ranges_when_the_log_is_broken(log: Log):
    log.sql("UPDATE access_record SET role = 'boss' WHERE number IN (30, 60)")
    log.world.add(SealVerification())

    work(log, checking.verify_when_asked)

    page = log.world.sign_in("compliance").get(PAGE).text
    assert "Does not hold" in page
    assert "Lines 21 to 40 (seal 2): at least one of them was changed or moved." in page
    assert "Lines 41 to 60 (seal 3)" in page
    assert "boss" not in page.partition("Ask the log")[0]


def test_the_page_says_what_is_not_sealed_when_lines_are_new(log: Log):
    page = log.world.sign_in("compliance").get(PAGE).text

    assert "up to line 60" in page
    assert "lines of the last 60 seconds are not sealed yet" in page
    assert "Sealing stands still." not in page


def test_the_page_is_red_when_sealing_stands_still(log: Log):
    log.write(70, at=utcnow() - timedelta(minutes=9))

    page = log.world.sign_in("compliance").get(PAGE).text

    assert "Sealing stands still." in page


def test_the_page_is_red_when_the_end_was_cut_off_or_the_file_is_garbage(log: Log):
    client = log.world.sign_in("compliance")
    with log.tampered("DELETE FROM seal WHERE number = 3"):
        cut = client.get(PAGE).text
    log.path.write_bytes(b"garbage\n")
    garbage = client.get(PAGE)

    assert "The end of the log was cut off." in cut
    assert garbage.status_code == 200
    assert "The file of anchors is not what was written." in garbage.text


def test_a_verification_is_begun_again_when_its_process_died(log: Log):
    lost = log.world.add(SealVerification(state="running", seen_at=utcnow() - timedelta(minutes=2)))
    alive = log.world.add(SealVerification(state="running", seen_at=utcnow()))

    done = work(log, checking.verify_when_asked)

    states = dict(log.world.all(select(SealVerification.id, SealVerification.state)))
    assert done == 1
    assert (states[lost.id], states[alive.id]) == ("holds", "running")


def test_progress_is_written_when_a_verification_takes_long(log: Log, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(checking, "BEAT_SECONDS", 0)
    written: list[dict] = []
    real = checking._set
    monkeypatch.setattr(checking, "_set", lambda s, i, **values: written.append(values) or real(s, i, **values))
    log.world.add(SealVerification())

    work(log, checking.verify_when_asked)

    assert [values["lines"] for values in written if "lines" in values and "state" not in values] == [2, 4, 6]
    assert {values["lines_of"] for values in written if "lines_of" in values} == {51}  # numbers 10 to 60, with gaps


def test_old_verifications_go_when_they_are_ninety_days_old(log: Log):
    with time_machine.travel(utcnow() - timedelta(days=91)):
        log.world.add(SealVerification(state="holds"))

    work(log, checking.verify_nightly)

    assert len(log.world.all(select(SealVerification.id))) == 1
