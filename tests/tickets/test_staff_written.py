"""Tickets that staff write for somebody who called: they tell nothing and unlock nobody until confirmed (design §9)."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models import Ticket, utcnow
from tests.tickets.pages import (
    HOME,
    LIST,
    PERSON,
    at,
    button,
    error_of,
    events,
    happened,
    person_in,
    plain,
    record,
    row,
)
from tests.world import World, post

WRITE = LIST + "write"


@pytest.fixture
def account(world: World):
    """A person with a known address."""
    return world.account()


@pytest.fixture
def author(world: World):
    """The browser of support, who writes."""
    return world.sign_in("support")


@pytest.fixture
def second(world: World):
    """The browser of support2, who may confirm."""
    return world.sign_in("support2")


def written(world: World, client, email: str, **facts: str):
    """Write a ticket, and return its row."""
    sent = {
        "email": email,
        "kind": "question",
        "language": "nl",
        "subject": "A call",
        "body": "They called about a zone.",
    }
    answer = post(client, WRITE, **{**sent, **facts})
    assert answer.status_code == 303, answer.text
    return world.all(select(Ticket.__table__).order_by(Ticket.number.desc()).limit(1))[0]


@pytest.mark.parametrize("order", ["first", "last"])
def test_the_account_in_use_is_meant_when_an_address_has_two(world, author, order):
    gone = {"deactivated_at": utcnow() - timedelta(days=400), "deactivated_by": "customer"}
    made = [{}, gone] if order == "first" else [gone, {}]
    both = [world.account(name, email="shared@x.example", **facts) for name, facts in zip("ab", made, strict=True)]

    ticket = written(world, author, "shared@x.example")

    assert ticket.account_id == both[made.index({})].id


def test_the_newest_account_is_meant_when_an_address_has_two_in_use(world, author):
    now = utcnow()
    newest, _older = (
        world.account(name, email="shared@x.example", created_at=now - timedelta(days=days))
        for name, days in (("a", 1), ("b", 2))
    )

    ticket = written(world, author, "shared@x.example")

    assert ticket.account_id == newest.id


def alike(answer) -> str:
    """Return a page without ids, references and moments, which two tickets never share."""
    return re.sub(r"T-\d+|[a-z2-7]{26}|<time.*?</time>", "·", plain(answer))


def test_the_answers_are_the_same_when_the_address_is_known_and_unknown(world, account, author):
    pages = {}
    for address in (account.email, "nobody@nowhere.example"):
        ticket = written(world, author, address)
        pages[address] = [alike(author.get(url)) for url in (LIST, at(ticket), at(ticket, "trace"), "/admin/accounts/")]
        post(author, at(ticket, "close"), reason="solved")
        author.get(HOME)  # the notice of the ending is read

    known, unknown = pages.values()
    assert known == unknown
    assert world.all(select(Ticket.account_id).order_by(Ticket.number)) == [(account.id,), (None,)]


def test_a_ticket_is_mine_and_recorded_when_i_wrote_it(world, account, author):
    ticket = written(
        world, author, f"  {account.email.upper()} ", kind="deactivation", subject="<b>", body="x" * 10_000
    )

    mine = world.staff["support"]
    assert (ticket.account_id, ticket.kind, ticket.written_by, ticket.language) == (
        account.id,
        "deactivation",
        "staff",
        "nl",
    )
    assert (ticket.author_id, ticket.assignee_id, ticket.unlocked_at, ticket.unlocked_by) == (mine, mine, None, None)
    assert record(world, "ticket_written").case_ref == f"T-{ticket.number}"
    assert events(world) == ["ticket_written"]


def test_nobody_is_unlocked_when_no_one_has_confirmed(world, account, author):
    ticket = written(world, author, account.email)
    error = world.error(account)
    happened(world, account, error, near=0.1)

    page, link = author.get(at(ticket)), post(author, at(ticket, "link"), error=error.id)

    assert person_in(page) == set()
    assert "It unlocks nothing until the customer or a second engineer confirms it." in page.text
    assert error.id not in page.text
    assert link.status_code == 200
    assert row(world, ticket).error_id is None
    assert person_in(author.get("/admin/accounts/")) == set()
    assert author.get(at(ticket, "trace")).status_code == 404
    assert post(author, at(ticket, "trace/open"), reason="reproduce").status_code == 404


def test_my_other_ticket_unlocks_only_itself_when_i_write_for_the_same_person(world, account, author):
    world.error_ticket(account, assignee="support", name="mine")
    ticket = written(world, author, account.email)

    page = author.get(at(ticket))

    assert person_in(page) == set()
    assert record(world, "ticket_seen").fields == "subject,body,finding"


def test_the_person_shows_when_a_second_engineer_has_confirmed(world, account, author, second):
    ticket = written(world, author, account.email)
    url = button(second, HOME, at(ticket, "confirm"))

    answer = post(second, url)

    confirmed = row(world, ticket)
    assert answer.status_code == 303
    assert (confirmed.unlocked_by, confirmed.unlocked_at is not None) == (world.staff["support2"], True)
    assert confirmed.assignee_id == world.staff["support"]
    assert person_in(author.get(at(ticket))) == PERSON
    assert person_in(second.get(HOME)) == person_in(second.get("/admin/accounts/")) == set()
    assert second.get(at(ticket)).status_code == 404
    assert record(world, "ticket_confirmed").staff_id == world.staff["support2"]


def test_the_author_is_refused_when_they_confirm_themselves(world, account, author, second):
    ticket = written(world, author, account.email)
    released = written(world, author, account.email)
    post(author, at(released, "release"), reason="no_time")

    answers = [post(author, at(ticket, "confirm")), post(author, at(released, "confirm"))]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert (row(world, ticket).unlocked_at, row(world, released).unlocked_at) == (None, None)
    assert events(world).count("access_refused") == 2
    assert at(ticket, "confirm") not in author.get(HOME).text
    assert at(ticket, "confirm") in second.get(HOME).text


def test_the_assignee_is_refused_when_they_confirm_what_they_hold(world, account, author, second):
    ticket = written(world, author, account.email)
    post(author, at(ticket, "hand-over"), colleague=world.staff["support2"])

    answer = post(second, at(ticket, "confirm"))

    assert answer.status_code == 404
    assert row(world, ticket).unlocked_at is None
    assert at(ticket, "confirm") not in second.get(HOME).text


def test_a_released_one_still_unlocks_nobody_when_another_engineer_takes_it(world, account, author, second):
    ticket = written(world, author, account.email)
    post(author, at(ticket, "release"), reason="no_time")

    post(second, at(ticket, "take"))
    page = second.get(at(ticket))

    assert page.status_code == 200
    assert person_in(page) == set()


def test_the_author_may_take_it_again_when_it_was_confirmed_in_between(world, account, author, second):
    ticket = written(world, author, account.email)
    post(author, at(ticket, "release"), reason="no_time")
    post(second, at(ticket, "confirm"))

    post(author, at(ticket, "take"))

    assert person_in(author.get(at(ticket))) == PERSON


def test_nothing_is_left_to_confirm_when_it_was_closed_or_confirmed(world, account, author, second):
    closed, confirmed = written(world, author, account.email), written(world, author, account.email)
    urls = [button(second, HOME, at(ticket, "confirm")) for ticket in (closed, confirmed)]
    post(author, at(closed, "close"), reason="duplicate")
    post(second, urls[1])

    answers = [post(second, url) for url in urls]

    told = second.get(HOME).text
    assert [answer.status_code for answer in answers] == [303, 303]
    assert f"T-{closed.number} no longer waits for a second engineer." in told
    assert row(world, closed).unlocked_at is None
    assert events(world).count("ticket_confirmed") == 1


@pytest.mark.parametrize("mark", ["", "?seen=forged"])
def test_a_guess_is_a_404_when_a_ticket_does_not_wait_for_me(world, account, second, mark):
    ticket = world.ticket(account, assignee="support")

    answers = [post(second, f"{LIST}{key}/confirm{mark}") for key in (ticket.id, "a" * 26, "%00")]

    assert [answer.status_code for answer in answers] == [404] * 3


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("email", "", "Write the address the person gave."),
        ("email", "no address", "This is no e-mail address."),
        ("email", "x" * 300 + "@x.example", "This is no e-mail address."),
        ("subject", "", "Write a subject."),
        ("subject", "s" * 201, "At most 200 characters."),
        ("body", "", "Write what the person said."),
        ("body", "b" * 10_001, "At most 10,000 characters."),
        ("kind", "system_error", "Not a valid choice"),
        ("language", "xx", "Not a valid choice"),
    ],
)
def test_what_was_typed_comes_back_when_a_field_is_refused(world, account, author, field, value, message):
    sent = {"email": account.email, "kind": "question", "language": "nl", "subject": "A call", "body": "A zone."}

    answer = post(author, WRITE, **{**sent, field: value})

    kept = {name: text for name, text in sent.items() if name in {"email", "subject", "body"} - {field}}
    assert answer.status_code == 200
    assert message in answer.text
    assert all(text in answer.text for text in kept.values())
    assert world.all(select(Ticket.id)) == []


def test_the_queue_says_it_waits_when_a_released_one_is_unconfirmed(world, account, author):
    ticket = written(world, author, account.email)
    post(author, at(ticket, "release"), reason="no_time")

    page = author.get(LIST + "?tab=free")

    assert f"T-{ticket.number}" in page.text
    assert person_in(page) == set()


def test_the_database_refuses_when_author_and_confirmer_are_one(world, account):
    me = world.staff["support"]

    with pytest.raises(IntegrityError):
        world.ticket(account, written_by="staff", author_id=me, unlocked_by=me, unlocked_at=utcnow())


def test_an_error_can_be_linked_and_traced_when_the_ticket_is_confirmed(world, account, author, second):
    error = world.error(account)
    happened(world, account, error, near=0.1)
    ticket = written(world, author, account.email)
    post(second, at(ticket, "confirm"))

    post(author, at(ticket, "link"), error=error.id)
    post(author, at(ticket, "trace/open"), reason="sequence")
    page = author.get(at(ticket, "trace"))

    assert "CNRY-event-near-action" in page.text
    assert error_of(world, ticket).id == error.id
