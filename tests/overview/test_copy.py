"""The copy holds everything, exactly, of one person, and keeps to its own schema (P3)."""

import csv
import hashlib
import io
import json
import stat
import tracemalloc

import jsonschema_rs
import pytest
from sqlalchemy import func, select

from dashboard.services.erasure import finding
from dashboard.services.overview import cells, collecting, copying, telling
from models import Account, ContactRequest, UsageEvent, db, new_id, utcnow
from tests.erasure import persons
from tests.overview import deliveries


def rows_of(copy, path: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(copy.read(f"{path}.csv").decode("utf-8-sig"), newline="")))


def many_events(world, account, count: int) -> None:
    world.add(*(UsageEvent(account_id=account.id, id=f"e{n:06}", occurred_at=utcnow(), session="s", feature="f",
                           action="a", properties={"n": n}) for n in range(count)))  # fmt: skip


@pytest.fixture
def copied(world, exports):
    anna = persons.anna(world)
    persons.neighbour(world)
    deliveries.delivered(world, anna.email, "retrieval", "nl")
    return anna, deliveries.unzipped(exports)


def test_it_keeps_to_its_own_schema_when_it_is_checked(copied):
    _anna, copy = copied
    schema = json.loads(copy.read("schema.json"))

    jsonschema_rs.meta.validate(schema)
    jsonschema_rs.validator_for(schema, validate_formats=True).validate(deliveries.loaded(copy))


def test_a_strange_field_breaks_the_schema_when_one_is_added(copied):
    _anna, copy = copied
    data = deliveries.loaded(copy)
    data["app/account"][0]["shoe_size"] = 44

    assert not jsonschema_rs.is_valid(json.loads(copy.read("schema.json")), data)


def test_counts_equal_the_databases_when_they_are_compared(world, exports):
    anna = persons.anna(world)
    request_id = persons.confirmed(world, anna.email, kind="retrieval")
    world.set(persons.SubjectRequest, request_id, state="running", executed_at=utcnow())
    before = {
        f"{s.place.relation}/{s.place.table}": s.count for s in deliveries.overview_of(world, anna.email).sections
    }

    deliveries.carry_out(world, request_id)

    copy = deliveries.unzipped(exports)
    manifest = json.loads(copy.read("manifest.json"))
    data = deliveries.loaded(copy)
    assert manifest["counts"] == before
    assert {path: len(rows) for path, rows in data.items() if path != "overview"} == {
        p: c for p, c in before.items() if c
    }
    assert all(len(rows_of(copy, path)) == count + 1 for path, count in before.items() if count)


def test_checksums_hold_when_the_manifest_is_read(copied):
    _anna, copy = copied
    files = json.loads(copy.read("manifest.json"))["files"]

    assert set(files) == set(copy.namelist()) - {"manifest.json"}
    for name, said in files.items():
        content = copy.read(name)
        assert (said["sha256"], said["bytes"]) == (hashlib.sha256(content).hexdigest(), len(content))


def test_every_value_is_exact_when_it_stands_in_json(world, copied):
    anna, copy = copied
    (account,) = json.loads(copy.read("app/account.json"))

    row = world.all(select(Account).where(Account.id == anna.account.id))[0][0]
    assert account["created_at"] == row.created_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert (account["first_name"], account["last_name"], account["email"]) == ("Anna", "de Vries", anna.email)
    assert json.loads(copy.read("app/usage_event.json"))[0]["properties"] == {"widgets": 9}


def test_nobody_else_is_in_it_when_a_neighbour_is_there(world, copied):
    _anna, copy = copied

    whole = "\n".join(copy.read(name).decode() for name in copy.namelist())

    staff = [row[0] for row in world.all(select(persons.SubjectRequest.assignee_id))] + list(world.staff.values())
    assert "Smit" not in whole
    assert "acc-two" not in whole
    assert [key for key in staff if key and key in whole] == []
    assert "anna" not in " ".join(copy.namelist())


def test_a_page_says_how_to_read_it_when_it_is_opened(copied):
    _anna, copy = copied

    page = copy.read("index.html").decode()

    assert page.startswith('<!doctype html>\n<html lang="nl">')
    assert page.index("Uw kopie") < page.index("Your copy")
    assert 'href="app/account.csv"' in page
    assert "byte order mark" in page


def test_formulas_are_harmless_when_a_spreadsheet_opens_it(world, exports):
    anna = persons.anna(world)
    nasty = ('=HYPERLINK("http://x")', "+31 6", "-1+1", "@SUM(A1)", "\tx", 'plain, with "quotes"\nand lines')
    for text in nasty:
        world.ticket(anna.account, subject=text)
    deliveries.delivered(world, anna.email, "retrieval")

    copy = deliveries.unzipped(exports)

    head, *rows = rows_of(copy, "app/ticket")
    subjects = {row[head.index("subject")] for row in rows}
    assert {f"'{text}" for text in nasty[:5]} | {nasty[5]} <= subjects
    assert set(nasty) <= {row["subject"] for row in json.loads(copy.read("app/ticket.json"))}
    assert copy.read("app/ticket.csv").startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (True, "true"),
        (-5, "-5"),
        ("", ""),
        ("=1", "'=1"),
        ("\r", "'\r"),
        ("a=1", "a=1"),
        ({"a": "é"}, '{"a": "é"}'),
    ],
)
def test_a_cell_is_written_so_when_it_holds_that(value, cell):
    assert cells.in_csv(value) == cell


def test_all_events_are_in_it_when_there_are_ten_thousand(world, exports):
    anna = persons.anna(world)
    many_events(world, anna.account, 10_000)
    deliveries.delivered(world, anna.email, "retrieval")

    copy = deliveries.unzipped(exports)

    events = json.loads(copy.read("app/usage_event.json"))
    assert len(events) == 10_005 == world.all(select(func.count()).select_from(UsageEvent))[0][0]
    assert {event["properties"].get("n") for event in events} >= set(range(10_000))
    assert len(rows_of(copy, "app/usage_event")) == 10_006


def test_memory_stays_flat_when_events_are_many(world, tmp_path):
    few, many = world.account("few"), world.account("many")
    many_events(world, few, 500)
    many_events(world, many, 8_000)

    peaks = [peak_of_a_copy(world, account, tmp_path / "copy.zip") for account in (few, few, many)]

    assert peaks[2] < peaks[1] + 2_000_000, peaks


def peak_of_a_copy(world, account, path) -> int:
    """The most memory a copy took, in bytes."""
    frame = telling.Frame("en", deliveries.settings(world))
    with world.app.app_context(), collecting.snapshot(db.engine, "a test") as session:
        person = finding.person_at(session, account.email)
        tracemalloc.start()
        found = collecting.collect(session, person, zone=frame.zone)
        with copying.whole_file(path) as file:
            copying.write_copy(file, found, collecting.Reader(session, person), frame, ref="R-1")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return peak


def test_batches_make_no_difference_when_rows_are_read(world):
    anna = persons.anna(world)
    with world.app.app_context(), collecting.snapshot(db.engine, "a test") as session:
        person = finding.person_at(session, anna.email)
        read = collecting.Reader(session, person)
        (usage,) = [p for p in collecting.places(person) if (p.table, p.relation) == ("usage_event", "app")]

        assert list(read.rows(usage, batch=1)) == list(read.rows(usage, batch=1000))


def test_only_its_owner_can_read_it_when_it_lies_ready(copied, exports):
    (path,) = exports.iterdir()

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(exports.stat().st_mode) == 0o700


def test_no_half_file_is_left_when_writing_breaks_off(exports):
    with pytest.raises(OSError, match="full"):
        break_off(exports / "a-b.zip")

    assert list(exports.iterdir()) == []


def break_off(path) -> None:
    with copying.whole_file(path) as file:
        file.write(b"half")
        raise OSError("the disk is full")


def test_former_contact_gets_a_copy_when_there_is_no_account(world, exports):
    contact = world.add(
        ContactRequest(
            name="=cmd|' /C calc'!A0", email="eve@z.example", phone="+1", submitted_at=utcnow(), external_id=new_id()
        )
    )
    deliveries.delivered(world, contact.email, "retrieval")

    copy = deliveries.unzipped(exports)

    assert not [name for name in copy.namelist() if name.startswith("app/")]
    assert json.loads(copy.read("website/contact_request.json"))[0]["name"] == contact.name
