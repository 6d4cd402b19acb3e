"""Working a ticket: the finding, the link to an error. Refusals stand at the field and keep what was typed."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models import Account, utcnow
from tests.tickets.pages import PERSON, at, events, person_in, record, row
from tests.world import canary, post


@pytest.fixture
def ticket(world):
    """A question of a person in support's hands, and another one in support2's."""
    world.ticket(world.account("b"), assignee="support2", name="b")
    return world.ticket(world.account(), assignee="support")


@pytest.fixture
def client(world):
    """The browser of support."""
    return world.sign_in("support")


def test_a_finding_is_kept_when_it_has_ten_characters(world, ticket, client):
    answer = post(client, at(ticket, "finding"), finding="  The zone is empty.  ")

    page = client.get(answer.location)
    assert answer.status_code == 303
    assert row(world, ticket).finding == "The zone is empty."
    assert "Your finding is kept with the ticket." in page.text
    assert "The zone is empty." in page.text
    assert events(world) == ["finding_written", "ticket_seen"]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Write at least 10 characters."),
        ("too short", "Write at least 10 characters."),
        (" " * 30, "Write at least 10 characters."),
        ("x" * 4001, "Write at most 4,000 characters."),
    ],
)
def test_the_text_comes_back_with_a_message_when_a_finding_is_refused(world, ticket, client, typed, message):
    answer = post(client, at(ticket, "finding"), finding=typed)

    assert answer.status_code == 200
    assert message in answer.text
    assert typed in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert person_in(answer) == PERSON
    assert row(world, ticket).finding is None
    assert events(world) == ["ticket_seen"]


def test_four_thousand_characters_are_kept_when_that_is_all(world, ticket, client):
    post(client, at(ticket, "finding"), finding="x" * 4000)

    assert len(row(world, ticket).finding) == 4000


def test_a_nul_is_refused_when_a_form_holds_one(world, ticket, client):
    answers = [
        post(client, at(ticket, "finding"), finding="ten characters\0and more"),
        post(client, at(ticket, "link"), error="\0"),
        post(client, at(ticket, "hand-over"), colleague="\0"),
        post(client, "/admin/find", q="\0"),
        post(client, "/admin/tickets/write", email="a\0@x.example", kind="question", subject="s", body="b"),
    ]

    assert [answer.status_code for answer in answers] == [400] * 5
    assert row(world, ticket).finding is None


@pytest.mark.parametrize("verb", ["finding", "link", "close", "release", "hand-over"])
def test_nothing_changes_when_the_ticket_is_a_colleagues(world, ticket, verb):
    before = row(world, ticket)
    other = world.sign_in("support2")

    answer = post(
        other, at(ticket, verb), finding="a long enough text", reason="solved", colleague=world.staff["support2"]
    )

    assert answer.status_code == 404
    assert row(world, ticket) == before
    assert events(world) == ["access_refused"]


@pytest.mark.parametrize("verb", ["finding", "link", "close", "release", "hand-over", "take", "confirm", "trace/open"])
def test_nothing_changes_when_the_form_token_is_missing(world, ticket, client, verb):
    before = row(world, ticket)

    answer = client.post(at(ticket, verb), data={"finding": "a long enough text", "reason": "solved"})

    assert answer.status_code == 400
    assert row(world, ticket) == before


def test_an_error_of_this_person_is_linked_when_it_is_older_than_the_ticket(world, ticket, client):
    error = world.error(_account(world, ticket), at=utcnow() - timedelta(hours=3))

    answer = post(client, at(ticket, "link"), error=error.id)

    after = row(world, ticket)
    assert answer.status_code == 303
    assert (after.kind, after.error_id, after.error_code, after.feature) == (
        "system_error", error.id, "E-PDF-17", "Reports",
    )  # fmt: skip
    assert "Open the trace" in client.get(at(ticket)).text
    assert record(world, "error_linked").case_ref == f"T-{ticket.number}"


def _account(world, ticket):
    return world.all(select(Account.id).where(Account.id == ticket.account_id))[0]


@pytest.mark.parametrize("which", ["another person's", "younger", "absent", "nothing", "malformed"])
def test_a_link_is_refused_when_the_error_is_not_one_of_this_ticket(world, ticket, client, which):
    mine = _account(world, ticket)
    error = {
        "another person's": lambda: world.error(world.account("c")).id,
        "younger": lambda: world.error(mine, at=utcnow() + timedelta(hours=1)).id,
        "absent": lambda: "a" * 26,
        "nothing": lambda: "",
        "malformed": lambda: "9" * 400,
    }[which]()
    world.error(mine, at=utcnow() - timedelta(hours=1))

    answer = post(client, at(ticket, "link"), error=error)

    assert answer.status_code == 200
    assert "Choose one of the errors the app recorded for this person." in answer.text
    assert (row(world, ticket).kind, row(world, ticket).error_id) == ("question", None)


def test_a_deactivation_stays_one_when_an_error_would_be_linked(world, client):
    account = world.account()
    ticket, error = world.ticket(account, assignee="support", kind="deactivation"), world.error(account)
    page = client.get(at(ticket)).text

    answer = post(client, at(ticket, "link"), error=error.id)

    assert "Is it about an error?" not in page
    assert answer.status_code == 200
    assert "This ticket asks for a deactivation." in answer.text
    assert (row(world, ticket).kind, row(world, ticket).error_id) == ("deactivation", None)


def test_a_link_stays_when_another_error_is_tried(world, client):
    account = world.account()
    ticket = world.error_ticket(account, assignee="support")
    linked = row(world, ticket).error_id
    other = world.error(account, at=utcnow() - timedelta(days=20), code="E-OLD-1")

    answer = post(client, at(ticket, "link"), error=other.id)

    assert answer.status_code == 200
    assert "This ticket cannot be linked" in answer.text
    assert row(world, ticket).error_id == linked


def test_a_refused_ending_keeps_the_finding_when_it_comes_back(world, ticket, client):
    post(client, at(ticket, "finding"), finding="The zone is empty.")

    answer = post(client, at(ticket, "close"), reason="no such reason")

    assert answer.status_code == 200
    assert "Choose a reason." in answer.text
    assert "The zone is empty." in answer.text
    assert canary("ticket", "a", "body") in answer.text
    assert row(world, ticket).closed_at is None
