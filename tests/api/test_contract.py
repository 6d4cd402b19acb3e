"""Each call of the contract does what it says, and the same call again does it once."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from models import (
    Account,
    ApiToken,
    AppError,
    Company,
    CompanyAdministrator,
    ContactRequest,
    FormerAddress,
    OnboardingCase,
    Ticket,
    UsageEvent,
    utcnow,
)
from tests.api.conftest import ago, failure, letter, person, submission


def test_submission_when_sent_is_stored_and_answered_with_its_reference(world, website):
    sent = submission(external_id="form-1", email="Jean@Courriel.Example")

    answer = website.post("/contact-requests", sent)

    rows = world.all(select(ContactRequest.id, ContactRequest.email, ContactRequest.phone))
    assert (answer.status_code, answer.json["id"]) == (201, rows[0].id)
    assert (rows[0].email, rows[0].phone) == ("jean@courriel.example", "+33 1 99 00 12 34")


def test_submission_when_sent_twice_is_one(world, website):
    sent = submission(external_id="form-1")

    first, second = website.post("/contact-requests", sent), website.post("/contact-requests", sent)

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json == second.json
    assert len(world.all(select(ContactRequest.id))) == 1


def test_submission_when_its_id_came_with_other_content_is_refused(world, website):
    website.post("/contact-requests", submission(external_id="form-1"))

    answer = website.post("/contact-requests", submission(external_id="form-1", name="Somebody Else"))

    assert answer.status_code == 409
    assert answer.json["type"].endswith(":conflict")
    assert [row.name for row in world.all(select(ContactRequest.name))] == ["Jean Dupont"]


def test_company_when_put_again_changes_name_and_administrators(world, app_machine, company):
    app_machine.put("/companies/co-1", {"name": "De Linde", "administrators": ["ac-1", "ac-2"]})

    answer = app_machine.put("/companies/co-1", {"name": "De Linde", "administrators": ["ac-2", "ac-3"]})

    assert (answer.status_code, answer.json) == (200, {"external_id": "co-1", "state": "active"})
    assert [row.name for row in world.all(select(Company.name))] == ["De Linde"]
    assert {row[0] for row in world.all(select(CompanyAdministrator.account_external_id))} == {"ac-2", "ac-3"}


def test_account_when_put_is_stored_with_its_address_in_lower_case(world, app_machine, company):
    made = ago(days=300)

    answer = app_machine.put("/accounts/ac-1", person(company, created_at=made))

    row = world.all(select(Account.email, Account.first_name, Account.source, Account.created_at))[0]
    assert (answer.status_code, answer.json) == (201, {"external_id": "ac-1", "state": "active"})
    assert tuple(row) == ("marijke@delinde.example", "Marijke", "self", datetime.fromisoformat(made))


def test_account_when_put_again_is_changed_not_doubled(world, app_machine, account):
    answer = app_machine.put("/accounts/ac-1", person("co-1", last_name="de Vries"))

    assert answer.status_code == 200
    assert [row[0] for row in world.all(select(Account.last_name))] == ["de Vries"]


@pytest.mark.parametrize("company_id", ["co-unknown", "co-gone"])
def test_account_when_its_company_is_unknown_or_cancelled_is_refused(world, app_machine, company_id):
    app_machine.put("/companies/co-gone", {"name": "Gone"})
    app_machine.post("/companies/co-gone/cancel", {"cancelled_at": ago(days=1)})

    answer = app_machine.put("/accounts/ac-1", person(company_id))

    assert answer.status_code == 422
    assert [mistake["field"] for mistake in answer.json["errors"]] == ["company"]
    assert world.all(select(Account.id)) == []


def test_account_when_it_needs_help_opens_one_case_however_often_it_is_sent(world, app_machine, company):
    sent = person(company, set_up="needs_help", reason="single_sign_on_mismatch")

    for _ in range(3):
        app_machine.put("/accounts/ac-1", sent)

    cases = world.all(select(OnboardingCase.reason, OnboardingCase.closed_at))
    assert [tuple(case) for case in cases] == [("single_sign_on_mismatch", None)]


def test_first_sign_in_when_it_comes_ends_the_onboarding_case_for_good(world, app_machine, company):
    sent = person(company, set_up="needs_help", reason="name_letters_refused")
    app_machine.put("/accounts/ac-1", sent)

    answer = app_machine.post("/accounts/ac-1/first-sign-in", {"at": ago(minutes=5)})
    app_machine.put("/accounts/ac-1", sent)

    cases = world.all(select(OnboardingCase.outcome, OnboardingCase.closed_at))
    assert answer.status_code == 200
    assert [case.outcome for case in cases] == ["first_sign_in"]


def test_first_sign_in_when_sent_twice_keeps_the_first(world, app_machine, account):
    first, second = ago(days=3), ago(days=1)

    for at in (first, second):
        app_machine.post("/accounts/ac-1/first-sign-in", {"at": at})

    assert world.all(select(Account.first_sign_in_at))[0][0] == datetime.fromisoformat(first)


def test_deactivation_when_the_person_asks_ends_the_account(world, app_machine, account):
    at = ago(minutes=1)

    answers = [app_machine.post("/accounts/ac-1/deactivate", {"requested_by": "self", "at": at}) for _ in range(2)]

    assert [a.json for a in answers] == [{"external_id": "ac-1", "state": "deactivated"}] * 2
    row = world.all(select(Account.deactivated_at, Account.deactivated_by))[0]
    assert tuple(row) == (datetime.fromisoformat(at), "self")


def test_deactivation_when_an_administrator_of_the_company_asks_ends_the_account(world, app_machine, account):
    app_machine.put("/accounts/ac-boss", person("co-1"))
    app_machine.put("/companies/co-1", {"name": "De Linde", "administrators": ["ac-boss"]})

    answer = app_machine.post("/accounts/ac-1/deactivate", {"requested_by": "ac-boss", "at": ago(minutes=1)})

    assert answer.status_code == 200
    by = world.all(select(Account.deactivated_by).where(Account.external_id == "ac-1"))
    assert by[0][0] == "ac-boss"


@pytest.mark.parametrize("who", ["ac-colleague", "ac-stranger", "ac-nobody", "ac-former"])
def test_deactivation_when_somebody_else_asks_is_refused(world, app_machine, account, who):
    app_machine.put("/companies/co-2", {"name": "Other", "administrators": ["ac-stranger"]})
    for id_, company in (("ac-colleague", "co-1"), ("ac-stranger", "co-2"), ("ac-former", "co-1")):
        app_machine.put(f"/accounts/{id_}", person(company))
    app_machine.put("/companies/co-1", {"name": "De Linde", "administrators": ["ac-former"]})
    app_machine.post("/accounts/ac-former/deactivate", {"requested_by": "self", "at": ago(days=2)})

    answer = app_machine.post("/accounts/ac-1/deactivate", {"requested_by": who, "at": ago(days=1)})

    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "requested_by"
    assert world.all(select(Account.deactivated_at).where(Account.external_id == "ac-1"))[0][0] is None


def test_cancellation_when_it_comes_deactivates_all_its_accounts_and_no_neighbour(world, app_machine, account):
    app_machine.put("/accounts/ac-2", person("co-1"))
    app_machine.put("/companies/co-2", {"name": "Neighbour"})
    app_machine.put("/accounts/ac-3", person("co-2"))
    sent = {"cancelled_at": ago(days=1)}

    answers = [app_machine.post("/companies/co-1/cancel", sent) for _ in range(2)]

    assert [a.json for a in answers] == [{"external_id": "co-1", "state": "cancelled", "deactivated": 2}] * 2
    active = world.all(select(Account.external_id).where(Account.deactivated_at.is_(None)))
    assert [row[0] for row in active] == ["ac-3"]


def test_preferences_when_chosen_are_in_force_and_the_others_are_yes(app_machine, account):
    app_machine.put("/accounts/ac-1/preferences", {"weekly_summary": False, "data_alert": True})

    changed = app_machine.put("/accounts/ac-1/preferences", {"data_alert": False})

    expected = {"data_alert": False, "report_ready": True, "system_status": True, "weekly_summary": False}
    assert changed.json == app_machine.get("/preferences/ac-1").json == expected


def test_error_when_sent_twice_is_one_error_and_one_ticket_as_old_as_the_error(world, app_machine, account):
    sent = failure(account, feature="Reports", message="Page 41 asked for a chart without data.")

    answers = [app_machine.post("/errors", sent) for _ in range(2)]

    tickets = world.all(select(Ticket.id, Ticket.kind, Ticket.written_by, Ticket.opened_at, Ticket.unlocked_by))
    assert [a.status_code for a in answers] == [201, 200]
    assert answers[0].json == answers[1].json
    assert answers[0].json["ticket"] == tickets[0].id
    assert [tuple(t[1:]) for t in tickets] == [
        ("system_error", "app", datetime.fromisoformat(sent["occurred_at"]), "app")
    ]


def test_error_when_its_id_came_with_other_content_is_refused(world, app_machine, account):
    app_machine.put("/accounts/ac-2", person("co-1"))
    app_machine.post("/errors", failure(account))

    answer = app_machine.post("/errors", failure("ac-2"))

    assert answer.status_code == 409
    assert len(world.all(select(AppError.id))) == 1


def test_ticket_when_the_customer_wrote_is_unlocked_and_as_old_as_the_letter(world, app_machine, account):
    at = ago(hours=3)

    answer = app_machine.post("/tickets", letter(account, language="nl", written_at=at, body="Line 1\r\n\tLine 2"))

    row = world.all(select(Ticket.id, Ticket.written_by, Ticket.unlocked_by, Ticket.opened_at, Ticket.body))[0]
    assert (answer.status_code, answer.json["id"]) == (201, row.id)
    assert tuple(row[1:]) == ("customer", "customer", datetime.fromisoformat(at), "Line 1\r\n\tLine 2")


def test_ticket_when_about_an_error_of_the_account_is_linked_to_it(world, app_machine, account):
    app_machine.post("/errors", failure(account))

    answer = app_machine.post("/tickets", letter(account, kind="system_error", error="er-1"))

    row = world.all(select(Ticket.error_code, Ticket.written_by).where(Ticket.id == answer.json["id"]))[0]
    assert tuple(row) == ("E-PDF-17", "customer")


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "system_error"},
        {"kind": "question", "error": "er-1"},
        {"kind": "system_error", "error": "er-unknown"},
        {"kind": "system_error", "error": "er-neighbour"},
        {"kind": "system_error", "error": "er-1", "written_at": ago(hours=30)},
    ],
)
def test_ticket_when_its_error_is_missing_foreign_or_younger_is_refused(world, app_machine, account, changes):
    app_machine.put("/accounts/ac-2", person("co-1"))
    app_machine.post("/errors", failure(account))
    app_machine.post("/errors", failure("ac-2", id="er-neighbour"))

    answer = app_machine.post("/tickets", letter(account, **changes))

    assert answer.status_code == 422
    assert [mistake["field"] for mistake in answer.json["errors"]] == ["error"]
    assert len(world.all(select(Ticket.id))) == 2


def test_ticket_when_the_apps_clock_is_a_little_ahead_is_never_older_than_its_error(world, app_machine, account):
    app_machine.post("/errors", failure(account, occurred_at=ago(minutes=-3)))

    answer = app_machine.post("/tickets", letter(account, kind="system_error", error="er-1"))

    opened = world.all(select(Ticket.opened_at).where(Ticket.id == answer.json["id"]))[0][0]
    assert opened == world.all(select(AppError.occurred_at))[0][0]


def _staff_ticket(world, account="ac-1", **facts):
    account_id = world.all(select(Account.id).where(Account.external_id == account))[0][0]
    return world.add(
        Ticket(
            account_id=account_id, kind="question", written_by="staff", author_id=world.staff["support"],
            subject="s", body="b", opened_at=utcnow() - timedelta(hours=1), **facts,
        )
    )  # fmt: skip


def test_confirmation_when_the_person_confirms_unlocks_the_ticket(world, app_machine, account):
    ticket = _staff_ticket(world)
    sent = {"account": account, "at": ago(minutes=1)}

    answers = [app_machine.post(f"/tickets/{ticket.id}/confirm", sent) for _ in range(2)]

    assert [a.json for a in answers] == [{"id": ticket.id, "ref": f"T-{ticket.number}", "confirmed": True}] * 2
    row = world.all(select(Ticket.unlocked_by, Ticket.unlocked_at))[0]
    assert tuple(row) == ("customer", datetime.fromisoformat(sent["at"]))


def test_confirmation_when_the_ticket_is_somebody_elses_is_the_same_as_absent(world, app_machine, account):
    app_machine.put("/accounts/ac-2", person("co-1"))
    ticket = _staff_ticket(world)
    sent = {"account": "ac-2", "at": ago(minutes=1)}

    foreign = app_machine.post(f"/tickets/{ticket.id}/confirm", sent)
    others = [app_machine.post(f"/tickets/{id_}/confirm", sent) for id_ in ("a" * 26, "1", "%00", "a" * 900)]

    assert foreign.status_code == 404
    assert {answer.data for answer in others} == {foreign.data}
    assert world.all(select(Ticket.unlocked_at))[0][0] is None


def test_confirmation_when_the_ticket_is_closed_unlocks_nothing(world, app_machine, account):
    ticket = _staff_ticket(world, closed_at=utcnow())

    answer = app_machine.post(f"/tickets/{ticket.id}/confirm", {"account": account, "at": ago(minutes=1)})

    assert answer.json["confirmed"] is False
    assert world.all(select(Ticket.unlocked_at))[0][0] is None


def test_usage_when_sent_again_is_counted_as_duplicate(world, app_machine, event):
    batch = {"events": [event("ev-1"), event("ev-2"), event("ev-2")]}

    first, second = app_machine.post("/usage-events", batch), app_machine.post("/usage-events", batch)

    assert first.json == {"accepted": 2, "duplicate": 1, "refused": []}
    assert second.json == {"accepted": 0, "duplicate": 3, "refused": []}
    assert world.all(select(func.count(UsageEvent.id)))[0][0] == 2


def test_usage_when_stored_holds_what_was_sent(world, app_machine, event):
    at = "2026-11-01T10:00:00.123456+02:00"

    app_machine.post("/usage-events", {"events": [event(occurred_at=at), event("ev-2", properties={})]})

    row = UsageEvent
    rows = world.all(select(row.occurred_at, row.feature, row.session, row.properties).order_by(row.id))
    assert tuple(rows[0]) == (datetime.fromisoformat(at), "Reports", "se-1", {"pages": 3})
    assert rows[1].properties is None


def test_usage_when_no_event_is_sent_is_answered_with_nothing(app_machine):
    answer = app_machine.post("/usage-events", {"events": []})

    assert (answer.status_code, answer.json) == (200, {"accepted": 0, "duplicate": 0, "refused": []})


def test_token_when_used_says_so_to_the_minute(world, app_machine):
    app_machine.get("/preferences/ac-1")

    last = world.all(select(ApiToken.last_used_at))[0][0]
    assert utcnow() - last < timedelta(minutes=1)


def test_account_when_its_address_changes_keeps_the_one_before(world, app_machine, company):
    app_machine.put("/accounts/ac-1", person(company, email="old@x.example"))
    app_machine.put("/accounts/ac-2", person(company, email="other@x.example"))

    app_machine.put("/accounts/ac-1", person(company, email="OLD@x.example"))
    app_machine.put("/accounts/ac-2", person(company, email="other@x.example"))
    unchanged = world.all(select(FormerAddress.id))
    app_machine.put("/accounts/ac-1", person(company, email="new@x.example"))

    kept = world.all(
        select(FormerAddress.email, Account.external_id).join(Account, Account.id == FormerAddress.account_id)
    )
    assert unchanged == []
    assert kept == [("old@x.example", "ac-1")]
    assert {row[0] for row in world.all(select(Account.email))} == {"new@x.example", "other@x.example"}
