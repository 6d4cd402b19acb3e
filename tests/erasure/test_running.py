"""A validated removal leaves nothing anywhere, says so, and touches nobody else."""

import pytest
from sqlalchemy import select

from dashboard.processors.base import NotNow
from dashboard.processors.memory import Memory
from dashboard.services import outbox
from dashboard.services.erasure import certifying, erasing, finding, profile, running
from models import (
    AccessRecord,
    ContactRequest,
    LedgerEntry,
    Message,
    RequestStep,
    SealedPayload,
    SubjectRequest,
    Ticket,
    UsageEvent,
    utcnow,
)
from tests.erasure import persons


@pytest.fixture(autouse=True)
def no_stray_files(tmp_path, monkeypatch):
    monkeypatch.setattr(outbox, "FOLDER", tmp_path / "outbox")


def steps(world) -> dict[str, RequestStep]:
    rows = world.all(select(RequestStep).order_by(RequestStep.position))
    return {row[0].location: row[0] for row in rows}


def test_nothing_is_left_when_a_removal_is_carried_out(world, tmp_path):
    anna = persons.anna(world)
    request_id = persons.confirmed(world, anna.email)

    ended = persons.carry_out(world, request_id, persons.means(world, tmp_path))

    dump = persons.everything(world).casefold()
    pointing = {anna.account.id, anna.contact.id}
    assert ended == "certified"
    assert [value for value in anna.values if value.casefold() in dump and value not in pointing] == []
    assert "vries" not in dump
    assert "anna" not in dump


def test_neighbour_is_the_same_when_somebody_else_is_removed(world, tmp_path):
    anna = persons.anna(world)
    beth = persons.neighbour(world)
    before = [line for line in persons.everything(world).split("\n") if persons.is_of(beth, line)]
    request_id = persons.confirmed(world, anna.email)

    persons.carry_out(world, request_id, persons.means(world, tmp_path))

    after = persons.everything(world).split("\n")
    assert len(before) > 10
    assert [line for line in before if line not in after] == []
    assert persons.accounts(world) == {beth.email}


def test_colleagues_text_loses_address_and_number_only_when_it_mentions_the_person(world, tmp_path):
    anna = persons.anna(world)
    beth = persons.neighbour(world)
    said = "Ask Anna (ANNA.deVries @ x.example or 06-12 34 56 78). Anna Smit"
    ticket = world.ticket(beth.account, name="other", body=said, subject="About Anna")
    request_id = persons.confirmed(world, anna.email)

    persons.carry_out(world, request_id, persons.means(world, tmp_path))

    body, subject = world.all(select(Ticket.body, Ticket.subject).where(Ticket.id == ticket.id))[0]
    assert body == "Ask Anna ([removed] or [removed]). Anna Smit"
    assert subject == "About Anna"


@pytest.mark.parametrize("batch", [1, 2, 7, 500])
def test_result_is_the_same_when_texts_are_read_in_other_batches(world, batch):
    anna, beth = persons.anna(world), persons.neighbour(world)
    for number in range(9):
        said = {"body": f"{number}: Anna de Vries, {anna.email}", "subject": f"{anna.email} {number}"}
        world.ticket((anna, beth)[number % 2].account, name=f"t{number}", finding=anna.email, **said)

    with world.app.app_context(), world.system() as session:
        known = profile.profile_of(session, finding.person_at(session, anna.email))
        changed = erasing.scrub(session, known, batch=batch)
        again = erasing.scrub(session, known, batch=batch)
        session.commit()

    texts = {row[0]: row[1:] for row in world.all(select(Ticket.body, Ticket.subject, Ticket.finding))}
    assert (changed, again) == (9 * 3 + 3, 0)
    assert [texts[f"{n}: {'[removed]' if n % 2 == 0 else 'Anna de Vries'}, [removed]"] for n in range(9)] == [
        (f"[removed] {n}", "[removed]") for n in range(9)
    ]


def test_own_ticket_stays_scrubbed_and_closed_when_its_person_is_removed(world, tmp_path):
    anna = persons.anna(world)
    request_id = persons.confirmed(world, anna.email)

    persons.carry_out(world, request_id, persons.means(world, tmp_path))

    rows = world.all(select(Ticket.body, Ticket.account_id, Ticket.error_id, Ticket.closed_because))
    assert {tuple(row[1:]) for row in rows} == {(None, None, "person_removed")}
    assert "Hello, [removed] here ([removed], [removed]). Greetings, [removed]" in {row.body for row in rows}


def test_removal_waits_when_a_processor_still_has_the_person(world, tmp_path):
    anna = persons.anna(world)
    request_id = persons.confirmed(world, anna.email)
    hubspot = Memory([anna.email], script=["keep", NotNow("too_many", wait=3_600), "yes"])
    how = persons.means(world, tmp_path, hubspot=hubspot)

    waits = [persons.carry_out(world, request_id, how) for _ in range(3)]
    asked_too_early = hubspot.asked
    for _ in range(3):
        world.set(RequestStep, steps(world)["hubspot"].id, next_try_at=None)
        last = persons.carry_out(world, request_id, how)

    assert waits == ["awaiting_processors"] * 3
    assert asked_too_early == 1
    assert (last, hubspot.asked, hubspot.held) == ("certified", 3, set())
    assert steps(world)["hubspot"].attempts == 3


def test_wait_is_as_long_as_the_processor_asked_when_it_named_one(world, tmp_path):
    anna = persons.anna(world)
    request_id = persons.confirmed(world, anna.email)
    hubspot = Memory([anna.email], script=[NotNow("too_many", wait=7_200)])

    persons.carry_out(world, request_id, persons.means(world, tmp_path, hubspot=hubspot))

    step = steps(world)["hubspot"]
    assert step.receipt == "too_many"
    assert (step.next_try_at - utcnow()).total_seconds() > 7_000


def test_removal_is_not_certified_when_something_is_left_in_a_file(world, tmp_path):
    anna = persons.anna(world)
    request_id = persons.confirmed(world, anna.email)
    how = persons.means(world, tmp_path)
    outbox.FOLDER.mkdir()
    note = outbox.FOLDER / "note.txt"
    note.write_text(f"somebody wrote down {anna.email.upper()}")

    first = persons.carry_out(world, request_id, how)
    left = steps(world)["residue"].left
    note.unlink()
    second = persons.carry_out(world, request_id, how)

    assert (first, left, second) == ("awaiting_processors", 1, "certified")


def test_message_on_disk_goes_when_it_is_addressed_to_the_person(world, tmp_path):
    anna = persons.anna(world)
    outbox.FOLDER.mkdir()
    theirs, other = outbox.FOLDER / "1.eml", outbox.FOLDER / "2.eml"
    theirs.write_text(f"To: {anna.email}\nSubject: s\n\nDear Anna")
    other.write_text("To: beth@y.example\nSubject: s\n\nDear Beth")
    request_id = persons.confirmed(world, anna.email)

    persons.carry_out(world, request_id, persons.means(world, tmp_path))

    assert (theirs.exists(), other.exists()) == (False, True)
    assert steps(world)["messages on disk"].found == 1


def test_closing_message_goes_to_a_sealed_address_and_the_payload_is_destroyed_last(world, tmp_path):
    anna = persons.anna(world)
    request_id = persons.confirmed(world, anna.email)
    how = persons.means(world, tmp_path)
    persons.carry_out(world, request_id, how)

    with world.app.app_context(), world.system() as session:
        kept = world.all(select(Message.address).where(Message.type == "request_certified"))
        too_early = running.destroy_payloads(session)
        outbox.deliver(session, how.settings)
        gone = running.destroy_payloads(session)

    sent = next(outbox.FOLDER.glob("*.eml")).read_text()
    assert [row[0] for row in kept] == ["sealed:" + request_id]
    assert (too_early, gone) == (0, 1)
    assert f"To: {anna.email}" in sent
    assert world.all(select(SealedPayload.request_id)) == []


def test_certificate_is_genuine_and_names_nobody_when_it_is_read(world, tmp_path):
    anna = persons.anna(world)
    request_id = persons.confirmed(world, anna.email)
    persons.carry_out(world, request_id, persons.means(world, tmp_path))

    with world.app.app_context(), world.system() as session:
        request = session.scalars(select(SubjectRequest).where(SubjectRequest.id == request_id)).one()
        genuine = certifying.certificate_of(session, request)
        session.scalars(select(RequestStep).where(RequestStep.location == "account")).one().found = 7
        session.flush()
        tampered = certifying.certificate_of(session, request)

    told = repr(genuine).casefold()
    assert (genuine.genuine, tampered.genuine) == (True, False)
    assert {line.left for line in genuine.lines} <= {0, None}
    assert [value for value in (*anna.values, "vries") if value.casefold() in told] == []
    assert [kept.location for kept in genuine.kept] == ["access_record"]
    assert genuine.kept[0].ground.startswith("Shows that looks")


def test_ledger_names_each_relation_apart_when_somebody_is_removed(world, tmp_path):
    anna = persons.anna(world)
    request_id = persons.confirmed(world, anna.email)

    persons.carry_out(world, request_id, persons.means(world, tmp_path))

    rows = world.all(select(LedgerEntry.relation, LedgerEntry.key).order_by(LedgerEntry.number))
    assert [tuple(row) for row in rows] == [("app", anna.account.id), ("website", anna.contact.id)]
    assert (tmp_path / "ledger.jsonl").read_text().count("\n") == 2


def test_every_stage_is_recorded_when_a_removal_is_carried_out(world, tmp_path):
    anna = persons.anna(world)
    request_id = persons.confirmed(world, anna.email)

    persons.carry_out(world, request_id, persons.means(world, tmp_path))

    events = [row[0] for row in world.all(select(AccessRecord.event).order_by(AccessRecord.number))]
    assert [event for event in events if event.startswith("request_")][-6:] == [
        "request_received", "request_confirmed", "request_matched", "request_matched", "request_erased",
        "request_certified",
    ]  # fmt: skip


def test_request_names_nobody_when_it_has_ended(world, tmp_path):
    anna = persons.anna(world)
    overview = persons.ask(world, anna.email, kind="overview")
    removal = persons.confirmed(world, anna.email)

    persons.carry_out(world, removal, persons.means(world, tmp_path))

    kept = SubjectRequest.email, SubjectRequest.email_key, SubjectRequest.outcome
    rows = {row[0]: tuple(row[1:]) for row in world.all(select(SubjectRequest.id, *kept))}
    assert rows == {overview: (None, None, "removed"), removal: (None, None, "certified")}


def test_nothing_runs_when_nobody_has_confirmed(world, tmp_path):
    anna = persons.anna(world)
    request_id = persons.ask(world, anna.email)

    state = persons.carry_out(world, request_id, persons.means(world, tmp_path))

    assert state == "received"
    assert persons.accounts(world) == {anna.email}
    assert len(world.all(select(UsageEvent.id))) == 5


def test_person_of_one_relation_is_removed_when_they_have_only_that(world, tmp_path):
    facts = {"name": "Piet Paulusma", "email": "piet@z.example", "phone": "+31 20 555 12 34", "submitted_at": utcnow()}
    world.add(ContactRequest(**facts))
    request_id = persons.confirmed(world, "piet@z.example")

    ended = persons.carry_out(world, request_id, persons.means(world, tmp_path))

    assert ended == "certified"
    assert "paulusma" not in persons.everything(world).casefold()
