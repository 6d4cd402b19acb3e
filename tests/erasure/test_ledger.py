"""The ledger outlives the database: a restored backup is refused until what was erased is erased again."""

import json
import shutil

import pytest
from sqlalchemy import select, update

from dashboard.app import refuse_if_restored
from dashboard.config import UnsafeSetting
from dashboard.services import outbox, request_jobs
from dashboard.services.erasure import replaying
from models import ApiToken, LedgerEntry, Staff, SubjectRequest, db, utcnow
from tests.erasure import persons
from tests.erasure.test_machine import backed_up


@pytest.fixture(autouse=True)
def no_stray_files(tmp_path, monkeypatch):
    monkeypatch.setattr(outbox, "FOLDER", tmp_path / "outbox")


def bring_back(world, backup) -> None:
    with world.app.app_context(), db.engine.begin() as connection:
        for table in reversed(db.metadata.sorted_tables):
            connection.execute(table.delete())
        for table, rows in backup.items():
            if rows:
                connection.execute(table.insert(), rows)


def test_erased_person_stays_away_when_an_old_backup_is_restored(world, tmp_path):
    """The whole story: back up, erase, restore, refuse, replay, nothing of them left."""
    anna, beth = persons.anna(world), persons.neighbour(world)
    backup = backed_up(world)
    how = persons.means(world, tmp_path)
    persons.carry_out(world, persons.confirmed(world, anna.email), how)

    bring_back(world, backup)
    back = persons.accounts(world)
    with world.app.app_context(), pytest.raises(UnsafeSetting, match="erasure replay"):
        refuse_if_restored(how.settings)
    with world.app.app_context(), world.system() as session:
        done = replaying.replay(session, how.settings, path=how.settings.ledger_file)
        refuse_if_restored(how.settings)

    dump, keys = persons.everything(world).casefold(), {anna.account.id, anna.contact.id}
    assert back == {anna.email, beth.email}
    assert done == 2
    assert [v for v in anna.values if v.casefold() in dump and v not in keys] == []
    assert persons.accounts(world) == {beth.email}


def test_withdrawals_hold_when_an_old_backup_is_restored(world, tmp_path):
    world.add(ApiToken(name="app-1", scope="app", token_hash="h" * 64))
    backup, how = backed_up(world), persons.means(world, tmp_path)
    world.set(Staff, world.staff["rep"], active=False)
    with world.app.app_context(), world.system() as session:
        session.execute(update(ApiToken).values(revoked_at=utcnow()).execution_options(synchronize_session=False))
        session.commit()
        request_jobs.keep_the_ledger(session, how.settings)

    bring_back(world, backup)
    with world.app.app_context(), world.system() as session:
        replaying.replay(session, how.settings, path=how.settings.ledger_file)

    assert world.all(select(ApiToken.revoked_at))[0][0] is not None
    assert world.all(select(Staff.active).where(Staff.id == world.staff["rep"]))[0][0] is False
    assert world.all(select(Staff.active).where(Staff.id == world.staff["rep2"]))[0][0] is True


def test_nothing_is_written_twice_when_the_ledger_is_kept_again(world, tmp_path):
    anna, how = persons.anna(world), persons.means(world, tmp_path)
    persons.carry_out(world, persons.confirmed(world, anna.email), how)
    before = how.settings.ledger_file.read_bytes()

    with world.app.app_context(), world.system() as session:
        again = request_jobs.keep_the_ledger(session, how.settings)

    assert again == 0
    assert how.settings.ledger_file.read_bytes() == before


def test_file_catches_up_when_a_crash_kept_lines_from_it(world, tmp_path):
    anna, how = persons.anna(world), persons.means(world, tmp_path)
    persons.carry_out(world, persons.confirmed(world, anna.email), how)
    path = how.settings.ledger_file
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) - 20])  # cut off in the middle of the last line

    with world.app.app_context():
        refuse_if_restored(how.settings)

    assert path.read_bytes() == whole


@pytest.mark.parametrize("fault", ["changed", "taken out", "swapped", "garbage"])
def test_ledger_is_refused_when_its_file_is_not_what_was_written(world, tmp_path, fault):
    anna, how = persons.anna(world), persons.means(world, tmp_path)
    persons.carry_out(world, persons.confirmed(world, anna.email), how)
    path = how.settings.ledger_file
    lines = path.read_text().splitlines()
    changed = json.dumps(json.loads(lines[0]) | {"key": "x" * 26})
    broken = {
        "changed": [changed, lines[1]], "taken out": lines[1:], "swapped": lines[::-1], "garbage": ["{", lines[1]],
    }  # fmt: skip
    path.write_text("\n".join(broken[fault]) + "\n")

    with world.app.app_context(), pytest.raises(UnsafeSetting, match="LEDGER_PATH is not what was written"):
        refuse_if_restored(how.settings)


def test_ledger_holds_keys_and_nothing_personal_when_it_is_read(world, tmp_path):
    anna, how = persons.anna(world), persons.means(world, tmp_path)
    persons.carry_out(world, persons.confirmed(world, anna.email), how)

    text = how.settings.ledger_file.read_text()
    keys = {anna.account.id, anna.contact.id}
    assert [v for v in anna.values if v in text and v not in keys] == []
    assert [line["event"] for line in map(json.loads, text.splitlines())] == ["erased", "erased"]
    assert how.settings.ledger_file.stat().st_mode & 0o077 == 0


def test_request_that_was_open_in_the_backup_ends_when_its_erasure_is_replayed(world, tmp_path):
    anna, how = persons.anna(world), persons.means(world, tmp_path)
    request_id = persons.confirmed(world, anna.email)
    backup = backed_up(world)
    persons.carry_out(world, request_id, how)

    bring_back(world, backup)
    with world.app.app_context(), world.system() as session:
        replaying.replay(session, how.settings, path=how.settings.ledger_file)

    columns = (SubjectRequest.state, SubjectRequest.outcome, SubjectRequest.email)
    assert [tuple(row) for row in world.all(select(*columns))] == [("withdrawn", "replayed", None)]
    assert len(world.all(select(LedgerEntry.number))) == 2


def test_command_says_what_to_do_when_the_ledger_is_behind_or_level(world, tmp_path, monkeypatch):
    monkeypatch.setitem(world.app.extensions, "settings", persons.means(world, tmp_path).settings)

    answer = world.app.test_cli_runner().invoke(args=["erasure", "replay"])

    assert (answer.exit_code, answer.output) == (0, "Nothing to replay.\n")


def test_scan_finds_what_was_written_again_when_a_request_is_scanned(world, tmp_path, monkeypatch):
    anna, how = persons.anna(world), persons.means(world, tmp_path)
    request_id = persons.confirmed(world, anna.email)
    persons.carry_out(world, request_id, how)
    number = persons.state(world, request_id).number
    monkeypatch.setitem(world.app.extensions, "settings", how.settings)
    run = world.app.test_cli_runner().invoke

    with world.app.app_context(), world.system() as session:
        outbox.deliver(session, how.settings)
    shutil.rmtree(outbox.FOLDER)
    clean = run(args=["erasure", "scan", f"R-{number}"])
    world.ticket(world.account("new"), name="new", body=f"Please call {anna.email.upper()}")
    found, unknown = run(args=["erasure", "scan", f"R-{number}"]), run(args=["erasure", "scan", "R-999999"])

    assert (clean.exit_code, found.exit_code, unknown.exit_code) == (0, 1, 1)
    assert "left: address in ticket.body" in found.output
    assert anna.email not in found.output.lower()
