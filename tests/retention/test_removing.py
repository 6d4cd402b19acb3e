"""What goes with a row: everything that hangs on it, and nothing of a neighbour."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from dashboard.services import fingerprints
from dashboard.services.erasure import erasing, finding
from dashboard.services.intake import accounts
from dashboard.services.refusals import Invalid
from dashboard.services.retention import removing
from models import (
    AccessRecord,
    Account,
    AppError,
    AppMessage,
    Company,
    ContactAttempt,
    ContactRequest,
    ExportFile,
    FormerAddress,
    LedgerEntry,
    Message,
    RequestLink,
    RequestStep,
    SubjectRequest,
    Suppression,
    Ticket,
    Tombstone,
    TraceOpening,
    UsageDay,
    UsageEvent,
    models_of_persons,
)
from tests.erasure import persons
from tests.retention.aged import night, old, plant, the, young

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def ids(world, model) -> set[str]:
    return {row[0] for row in world.all(select(model.id))}


def test_account_goes_with_everything_that_hangs_on_it_when_24_months_are_over(world):
    anna, beth = persons.anna(world), persons.neighbour(world)
    world.set(Account, anna.account.id, deactivated_at=old("accounts", NOW), deactivated_by="self")
    world.set(Account, beth.account.id, deactivated_at=young("accounts", NOW), deactivated_by=anna.account.external_id)
    before = persons.everything(world)

    night(world)

    dump = persons.everything(world)
    theirs = [v for v in (anna.account.external_id, "Anna de Vries", "de Vries, Anna") if v in _of_accounts(world)]
    assert anna.account.external_id in before
    assert ids(world, Account) == {beth.account.id}
    assert theirs == []
    assert beth.email in dump
    assert anna.account.external_id not in dump
    assert (
        world.all(select(func.count()).select_from(UsageEvent).where(UsageEvent.account_id == beth.account.id))[0][0]
        == 5
    )


OF_OTHER_RELATIONS = {
    "contact_request", "contact_attempt", "subject_request", "request_link", "request_step", "export_file",
    "sealed_payload",
}  # fmt: skip
"""Tables that hang on a submission or on a request, which have limits of their own."""
KEPT = {"access_record": 1, "company": 1}
"""Who looked stays, and so does a company, without its name."""


def test_every_table_loses_its_rows_when_an_account_goes_that_had_one_in_each(world):
    anna, beth = persons.anna(world), persons.neighbour(world)
    for one in (anna, beth):
        key = {"account_id": one.account.id}
        world.add(
            AppMessage(
                external_id=f"m-{one.account.external_id}", type="report_ready", cause="r-1", sent_at=NOW, **key
            ),
            FormerAddress(email=f"was-{one.email}", changed_at=NOW, **key),
            UsageDay(day=NOW.date(), feature="Reports", action="opened", uses=2, **key),
            Message(type="t", cause="c", address=one.email, subject="s", body="b", subject_key=one.account.id),
        )
    world.set(Account, anna.account.id, deactivated_at=old("accounts", NOW), deactivated_by="self")
    with world.app.app_context(), world.system() as session:
        # Not by their address: what was written to it may be about a submission, and has a limit of its own (P8).
        hers, theirs = (replace(finding.person_behind(session, p.account.id), addresses=()) for p in (anna, beth))
    before, neighbours = rows(world, hers), rows(world, theirs)

    night(world)

    assert {name for name, count in before.items() if not count} == OF_OTHER_RELATIONS
    assert {name: count for name, count in rows(world, hers).items() if count} == KEPT
    assert rows(world, theirs) == neighbours


def rows(world, person) -> dict[str, int]:
    """Return how many rows of each table belong to a person."""
    with world.app.app_context(), world.system() as session:
        return {model.__tablename__: erasing.count(session, model, person) for model in models_of_persons()}


def _of_accounts(world) -> str:
    """Everything that hangs on accounts, as one text."""
    models = (Account, Ticket, UsageEvent, TraceOpening, AppError)
    columns = [[getattr(model, column.name) for column in model.__table__.c] for model in models]
    return str([tuple(row) for some in columns for row in world.all(select(*some))])


def test_submission_of_the_same_person_stays_when_their_account_goes(world):
    anna = persons.anna(world)
    world.set(Account, anna.account.id, deactivated_at=old("accounts", NOW), deactivated_by="self")

    night(world)

    assert ids(world, ContactRequest) == {anna.contact.id}
    assert world.all(select(ContactRequest.email)) == [(anna.email,)]
    assert world.all(select(Suppression.because)) == []  # nobody asked not to be written to


def test_account_sent_again_is_refused_when_it_went_by_time(world):
    account = plant(world, "accounts", old("accounts", NOW))
    company = world.company("b")

    night(world)

    facts = accounts.AccountFacts(company.external_id, "A", "B", "a@x.example", "self")
    with world.app.app_context(), world.system() as session, pytest.raises(Invalid, match="erased"):
        accounts.put(session, account.external_id, facts)
    with world.app.app_context():
        assert world.all(select(Tombstone.fingerprint)) == [(fingerprints.of_key(account.external_id),)]
    assert world.all(select(LedgerEntry.number)) == []  # after a restore the next night does it again


def test_company_loses_its_name_when_it_was_one_person(world):
    alone = plant(world, "accounts", old("accounts", NOW))
    shared = world.company("shared")
    world.account("gone", company=shared, deactivated_at=old("accounts", NOW))
    world.account("stays", company=shared)

    night(world)

    names = dict(tuple(row) for row in world.all(select(Company.id, Company.name)))
    assert names[alone.company_id] == "[removed]"
    assert names[shared.id] == shared.name


def test_account_stays_when_it_was_never_deactivated(world):
    account = world.account(created_at=NOW - timedelta(days=4_000))

    night(world)

    assert ids(world, Account) == {account.id}


def test_usage_left_of_an_account_goes_first_in_batches_when_there_is_much(world):
    account = plant(world, "accounts", old("accounts", NOW))
    for _n in range(7):
        world.event(account, at=NOW)
    due = removing.Due(the("accounts"), NOW)

    with world.app.app_context(), world.system() as session:
        first = removing.remove(session, due, rows=5)
        session.commit()
        left = session.scalar(select(func.count()).select_from(UsageEvent))
        second = removing.remove(session, due, rows=5)
        session.commit()

    assert (first.rows, first.more) == (0, True)
    assert left < 5
    assert (second.rows, ids(world, Account)) == (1, set())


def test_ticket_goes_with_its_openings_when_24_months_are_over(world):
    gone, stays = plant(world, "tickets", old("tickets", NOW)), plant(world, "tickets", young("tickets", NOW))
    open_one = world.ticket(world.account("c"), name="c", opened_at=NOW - timedelta(days=4_000))

    night(world)

    assert ids(world, Ticket) == {stays.id, open_one.id}
    assert {row[0] for row in world.all(select(TraceOpening.ticket_id))} == {stays.id}
    assert gone.error_id in ids(world, AppError)


def test_error_record_keeps_its_code_and_loses_its_words_when_24_months_are_over(world):
    old_one = plant(world, "error_records", old("error_records", NOW))
    new_one = plant(world, "error_records", young("error_records", NOW))

    night(world)

    rows = {
        row[0]: tuple(row[1:])
        for row in world.all(select(AppError.id, AppError.code, AppError.message, AppError.session))
    }
    assert rows[old_one.id] == ("E-PDF-17", None, None)
    assert rows[new_one.id] == ("E-PDF-17", new_one.message, new_one.session)


def test_request_goes_with_its_links_steps_and_files_when_24_months_are_over(world):
    plant(world, "requests", old("requests", NOW))
    stays = plant(world, "requests", young("requests", NOW))
    running = world.add(
        SubjectRequest(kind="overview", source="page", due_at=NOW, received_at=NOW - timedelta(days=4_000))
    )

    night(world)

    assert ids(world, SubjectRequest) == {stays.id, running.id}
    for model in (RequestLink, RequestStep, ExportFile):
        assert {row[0] for row in world.all(select(model.request_id))} == {stays.id}


def test_submission_goes_with_its_attempts_when_six_months_are_over(world):
    plant(world, "contact_requests", old("contact_requests", NOW))
    stays = plant(world, "contact_requests", young("contact_requests", NOW))

    night(world)

    assert ids(world, ContactRequest) == {stays.id}
    assert {row[0] for row in world.all(select(ContactAttempt.contact_request_id))} == {stays.id}


def test_looks_at_a_person_stay_when_their_account_goes(world):
    anna = persons.anna(world)
    world.set(Account, anna.account.id, deactivated_at=old("accounts", NOW))

    night(world)

    assert world.all(select(AccessRecord.event)) == [("ticket_seen",)]
