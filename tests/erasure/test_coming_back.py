"""Nothing that is sent again brings back who was erased; the person themselves may come back as somebody new (P51)."""

import pytest
from sqlalchemy import func, select

from dashboard.services import outbox
from models import Account, AppError, Company, ContactRequest, Ticket, UsageEvent
from tests.api.conftest import Machine, ago, failure, letter, person, submission
from tests.erasure import persons
from tests.erasure.persons import Planted
from tests.world import World


@pytest.fixture(autouse=True)
def no_stray_files(tmp_path, monkeypatch):
    monkeypatch.setattr(outbox, "FOLDER", tmp_path / "outbox")


@pytest.fixture
def anna(world: World, tmp_path) -> Planted:
    """Somebody who was erased, beside a neighbour who was not."""
    planted, _beth = persons.anna(world), persons.neighbour(world)
    assert (
        persons.carry_out(world, persons.confirmed(world, planted.email), persons.means(world, tmp_path)) == "certified"
    )
    return planted


@pytest.fixture
def app_machine(world: World) -> Machine:
    return Machine(world, "app")


@pytest.fixture
def website(world: World) -> Machine:
    return Machine(world, "website")


def company_of(world: World, external_id: str) -> str:
    return str(world.all(select(Company.external_id).join(Account).where(Account.external_id == external_id))[0][0])


def event(account: str) -> dict:
    said = {"session": "se-1", "feature": "Reports", "action": "opened"}
    return {"events": [{"id": "late-1", "account": account, "occurred_at": ago(hours=1), **said}]}


def test_late_usage_is_refused_when_its_account_was_erased(world: World, app_machine: Machine, anna: Planted):
    late = app_machine.post("/usage-events", event(anna.account.external_id))
    neighbours = app_machine.post("/usage-events", event("acc-two-0001"))

    assert late.json["accepted"] == 0
    assert [refusal["reason"] for refusal in late.json["refused"]] == ["unknown_account"]
    assert neighbours.json["accepted"] == 1
    assert world.all(select(func.count()).select_from(UsageEvent).where(UsageEvent.id == "late-1"))[0][0] == 1


def test_account_is_refused_when_its_copy_is_sent_again(world: World, app_machine: Machine, anna: Planted):
    sent = person(company_of(world, "acc-two-0001"), email=anna.email)

    again = app_machine.put(f"/accounts/{anna.account.external_id}", sent)
    neighbours = app_machine.put("/accounts/acc-two-0001", {**sent, "email": "anna.smit@y.example"})

    assert (again.status_code, again.json["errors"][0]["field"]) == (422, "external_id")
    assert neighbours.status_code == 200
    assert persons.accounts(world) == {"anna.smit@y.example"}


def test_error_and_ticket_are_refused_when_their_person_was_erased(world: World, app_machine: Machine, anna: Planted):
    count = len(world.all(select(Ticket.id)))

    answers = [
        app_machine.post("/errors", failure(anna.account.external_id, id="er-late")),
        app_machine.post("/tickets", letter(anna.account.external_id)),
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert len(world.all(select(Ticket.id))) == count
    assert world.all(select(AppError.id).where(AppError.external_id == "er-late")) == []


def test_submission_is_refused_when_its_copy_is_sent_again(world: World, website: Machine, anna: Planted):
    again = website.post("/contact-requests", submission(external_id="form-one", email=anna.email))
    other = website.post("/contact-requests", submission(external_id="acc-one-0001", email="new@z.example"))

    assert (again.status_code, again.json["errors"][0]["field"]) == (422, "external_id")
    assert other.status_code == 201
    emails = {row[0] for row in world.all(select(ContactRequest.email))}
    assert emails == {"anna.smit@y.example", "new@z.example"}


def test_name_of_a_one_person_company_stays_away_when_it_is_sent_again(
    world: World, app_machine: Machine, anna: Planted
):
    erased = world.all(select(Company.external_id).where(Company.name == "[removed]"))[0][0]

    answer = app_machine.put(f"/companies/{erased}", {"name": "Anna de Vries"})

    assert answer.status_code == 200
    assert world.all(select(Company.name).where(Company.external_id == erased)) == [("[removed]",)]


def test_person_comes_back_as_somebody_new_when_they_wish(
    world: World, app_machine: Machine, website: Machine, anna: Planted
):
    app_machine.put("/companies/co-new", {"name": "De Linde"})

    account = app_machine.put("/accounts/acc-new", person("co-new", email=anna.email))
    form = website.post("/contact-requests", submission(external_id="form-new", email=anna.email))

    keys = {row[0] for row in world.all(select(Account.id).where(Account.email == anna.email))}
    assert (account.status_code, form.status_code) == (201, 201)
    assert len(keys) == 1
    assert anna.account.id not in keys
