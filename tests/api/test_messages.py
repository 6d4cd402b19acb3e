"""What the app reports of the messages it sent, and what this house writes itself when somebody else ends an account."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models import Account, AppMessage, Message, utcnow
from tests.api.conftest import ago, person


def sent(**facts):
    return {
        "id": "m-1",
        "account": "ac-1",
        "type": "report_ready",
        "cause": "report-7",
        "sent_at": ago(hours=1),
        **facts,
    }


def test_message_is_kept_once_when_it_is_reported_twice(world, app_machine, account):
    report = sent()

    answers = [app_machine.post("/messages", report) for _ in range(2)]

    kept = world.all(select(AppMessage.external_id, AppMessage.type, AppMessage.cause))
    assert [(a.status_code, a.json) for a in answers] == [(201, {"id": "m-1"}), (200, {"id": "m-1"})]
    assert kept == [("m-1", "report_ready", "report-7")]


def test_message_is_kept_when_its_type_is_not_in_the_catalogue(world, app_machine, account):
    answer = app_machine.post("/messages", sent(type="special_offer"))

    assert answer.status_code == 201
    assert world.all(select(AppMessage.type)) == [("special_offer",)]


def test_message_is_refused_when_its_id_came_with_other_content(app_machine, account):
    app_machine.post("/messages", sent())

    assert app_machine.post("/messages", sent(cause="report-8")).status_code == 409


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"account": "ac-0"}, "account"),
        ({"cause": ""}, "cause"),
        ({"sent_at": ago(hours=-2)}, "sent_at"),
        ({"text": "Dear …"}, "body"),
        ({"address": "a@x.example"}, "body"),
    ],
)
def test_message_is_refused_when_it_says_too_little_or_too_much(world, app_machine, account, facts, field):
    answer = app_machine.post("/messages", sent(**facts))

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]
    assert world.all(select(AppMessage.id)) == []


def test_message_is_refused_when_the_website_reports_it(website, account):
    assert website.post("/messages", sent()).status_code == 403


@pytest.fixture
def boss(app_machine, company, account):
    """An administrator of the account's company."""
    app_machine.put("/accounts/ac-boss", person("co-1"))
    app_machine.put("/companies/co-1", {"name": "One", "administrators": ["ac-boss"]})
    return "ac-boss"


def notices(world):
    rows = select(Message.subject_key, Message.cause).where(Message.type == "account_deactivated")
    return world.all(rows.order_by(Message.subject_key))


def keys(world, *external_ids):
    return sorted(world.all(select(Account.id).where(Account.external_id.in_(external_ids))))


def test_person_is_told_once_when_an_administrator_ends_their_account(world, app_machine, boss):
    for _ in range(2):
        app_machine.post("/accounts/ac-1/deactivate", {"requested_by": boss, "at": ago(minutes=5)})

    ((key,),) = keys(world, "ac-1")
    ((address, body, wanted),) = world.all(
        select(Message.address, Message.body, Account.email).join(Account, Account.id == Message.subject_key)
    )
    assert notices(world) == [(key, "deactivation administrator")]
    assert address == wanted
    assert "your company's administrator" in body
    assert "de beheerder van uw bedrijf" in body


def test_everybody_is_told_when_their_company_cancels(world, app_machine, boss):
    app_machine.post("/companies/co-1/cancel", {"cancelled_at": ago(minutes=5)})

    assert notices(world) == [(key, "deactivation company") for (key,) in keys(world, "ac-1", "ac-boss")]


def test_nobody_is_told_when_they_asked_themselves(world, app_machine, account):
    app_machine.post("/accounts/ac-1/deactivate", {"requested_by": "self", "at": ago(minutes=5)})

    assert notices(world) == []


def test_nobody_is_told_when_the_end_lies_more_than_thirty_days_back(world, app_machine, boss):
    world.set(Account, keys(world, "ac-1")[0][0], created_at=utcnow() - timedelta(days=90))

    app_machine.post("/accounts/ac-1/deactivate", {"requested_by": boss, "at": ago(days=31)})

    assert notices(world) == []
