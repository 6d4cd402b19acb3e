"""An address changed lately: the one before hears of every request, a copy waits for it, and nobody else learns of it."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from dashboard.config import Settings
from dashboard.policy.lifetimes import FORMER_ADDRESS
from dashboard.services import outbox, request_jobs
from models import Account, FormerAddress, Message, RequestLink, SubjectRequest, Suppression, utcnow
from tests.erasure import persons
from tests.subject_requests.desk import at
from tests.subject_requests.visits import KNOWN, awaiting, events, link, messages, request, send, token_in
from tests.world import World, post

BEFORE, FIRST = "before@x.example", "first@x.example"
FORMER, AGREE = "/privacy/former/{}", "/privacy/former/{}/agree"
DAY = timedelta(days=1)
COPIES = ("overview", "retrieval")
WAITS = "We wait until"


@pytest.fixture(autouse=True)
def files(tmp_path, monkeypatch):
    monkeypatch.setattr(outbox, "FOLDER", tmp_path / "outbox")
    monkeypatch.setattr(Settings, "export_folder", property(lambda _settings: tmp_path / "exports"))


def changed(world: World, account, *, ago: timedelta, email: str = BEFORE) -> FormerAddress:
    return world.add(FormerAddress(account_id=account.id, email=email, changed_at=utcnow() - ago))


def job(world: World, verb) -> int:
    with world.app.app_context(), world.system() as session:
        return verb(session, world.app.extensions["settings"])


def contacted(world: World, kind: str) -> str:
    """File a request and have its link sent by an engineer; return its id."""
    request_id = awaiting(world, kind=kind, state="assigned")
    assert post(world.sign_in("support"), at(request_id, "send")).status_code == 303
    return request_id


def letters(world: World) -> dict[str, tuple[str, str]]:
    """Return type and text of the last letter to each address."""
    return {message.address: (message.type, message.body) for message in messages(world)}


def state(world: World, request_id: str) -> str:
    return str(request(world, request_id).state)


@pytest.mark.parametrize("kind", COPIES)
def test_copy_waits_fourteen_days_when_the_address_was_changed_lately(world: World, kind: str):
    changed(world, world.account(), ago=3 * DAY)
    request_id = persons.confirmed(world, KNOWN, kind=kind)

    at_once = job(world, request_jobs.deliver_copies), state(world, request_id)
    until = request(world, request_id).not_before
    with time_machine.travel(until - timedelta(minutes=1), tick=False):
        too_early = job(world, request_jobs.deliver_copies), state(world, request_id)
    with time_machine.travel(until + timedelta(minutes=1), tick=False):
        in_the_end = job(world, request_jobs.deliver_copies), state(world, request_id)

    assert at_once == too_early == (0, "validated")
    assert in_the_end == (1, "delivered")
    assert abs(until - (utcnow() + 11 * DAY)) < timedelta(hours=1)


@pytest.mark.parametrize("kind", COPIES)
def test_copy_is_made_at_once_when_only_somebody_elses_address_was_changed(world: World, kind: str):
    world.account()
    changed(world, world.account("b"), ago=DAY)
    request_id = persons.confirmed(world, KNOWN, kind=kind)

    made = job(world, request_jobs.deliver_copies)

    assert (made, state(world, request_id)) == (1, "delivered")


def test_address_before_is_told_first_when_the_link_is_sent(world: World):
    changed(world, world.account(), ago=DAY)

    contacted(world, "retrieval")

    told, asked = messages(world)
    assert (told.address, told.type) == (BEFORE, "request_former_agree")
    assert (asked.address, asked.type) == (KNOWN, "request_confirm")
    assert KNOWN not in told.body
    assert BEFORE not in asked.body
    assert WAITS in told.body


def test_nobody_is_told_when_the_change_is_fourteen_days_old(world: World):
    changed(world, world.account(), ago=FORMER_ADDRESS)

    contacted(world, "retrieval")

    assert [message.address for message in messages(world)] == [KNOWN]


def test_copy_is_made_at_once_when_the_address_before_agrees(world: World):
    changed(world, world.account(), ago=DAY)
    request_id = contacted(world, "overview")
    confirm = link(world, request_id)
    url = FORMER.format(token_in(letters(world)[BEFORE][1], "former"))
    send(world, f"/privacy/confirm/{confirm}", word="SHOW")
    waited = job(world, request_jobs.deliver_copies)

    answer = send(world, url + "/agree", shown_at=url)

    made = job(world, request_jobs.deliver_copies)
    assert (waited, answer.status_code, made) == (0, 200, 1)
    assert state(world, request_id) == "delivered"
    assert ("request_agreed", None) in events(world)
    assert world.app.test_client().get(url).status_code == 404


def test_copy_waits_again_when_the_address_changes_after_it_agreed(world: World):
    account = world.account()
    changed(world, account, ago=2 * DAY)
    request_id = persons.confirmed(world, KNOWN, kind="overview")
    world.set(SubjectRequest, request_id, agreed_at=utcnow() - DAY)
    changed(world, account, ago=timedelta(hours=1), email="between@x.example")

    made = job(world, request_jobs.deliver_copies)

    assert (made, state(world, request_id)) == (0, "validated")


def test_copy_waits_when_another_account_came_to_the_address_after_the_letter(world: World):
    changed(world, world.account("a", email=KNOWN), ago=2 * DAY, email=FIRST)
    request_id = contacted(world, "overview")
    url = FORMER.format(token_in(letters(world)[FIRST][1], "former"))
    changed(world, world.account("b", email=KNOWN), ago=timedelta(0))
    send(world, f"/privacy/confirm/{link(world, request_id)}", word="SHOW")

    answer = send(world, url + "/agree", shown_at=url)

    assert (answer.status_code, job(world, request_jobs.deliver_copies)) == (200, 0)
    assert state(world, request_id) == "validated"


@pytest.mark.parametrize("kind", [*COPIES, "removal"])
def test_request_ends_when_the_address_before_stops_it(world: World, kind: str):
    changed(world, world.account(), ago=DAY)
    request_id = contacted(world, kind)
    confirm = f"/privacy/confirm/{link(world, request_id)}"
    url = FORMER.format(token_in(letters(world)[BEFORE][1], "former"))

    answer = send(world, url)

    row = request(world, request_id)
    assert (answer.status_code, row.state, row.outcome, row.email) == (200, "withdrawn", "objected", None)
    assert ("request_withdrawn", "objected") in events(world)
    assert {world.app.test_client().get(page).status_code for page in (url, confirm)} == {404}
    assert KNOWN in persons.accounts(world)


def test_oldest_address_alone_may_agree_when_there_were_several(world: World):
    account = world.account()
    changed(world, account, ago=5 * DAY, email=FIRST)
    changed(world, account, ago=DAY)
    request_id = contacted(world, "retrieval")
    told = letters(world)
    first, second = (FORMER.format(token_in(told[address][1], "former")) for address in (FIRST, BEFORE))

    pages = [world.app.test_client().get(url) for url in (first, second)]
    refused = send(world, second + "/agree", shown_at=second)
    agreed = send(world, first + "/agree", shown_at=first)

    assert (told[FIRST][0], told[BEFORE][0]) == ("request_former_agree", "request_former")
    assert [("It was me" in page.text) for page in pages] == [True, False]
    assert (refused.status_code, agreed.status_code) == (404, 200)
    assert request(world, request_id).agreed_at


def test_nobody_may_agree_when_the_accounts_of_one_address_came_from_several(world: World):
    changed(world, world.account("a", email=KNOWN), ago=5 * DAY, email=FIRST)
    changed(world, world.account("b", email=KNOWN), ago=DAY)

    contacted(world, "retrieval")

    assert {address: kind for address, (kind, _) in letters(world).items()} == {
        FIRST: "request_former", BEFORE: "request_former", KNOWN: "request_confirm",
    }  # fmt: skip


def test_oldest_address_may_agree_when_all_accounts_came_from_it(world: World):
    changed(world, world.account("a", email=KNOWN), ago=5 * DAY)
    changed(world, world.account("b", email=KNOWN), ago=DAY)

    contacted(world, "retrieval")

    assert letters(world)[BEFORE][0] == "request_former_agree"


def test_nobody_may_agree_when_the_oldest_address_is_back_in_use(world: World):
    account = world.account()
    changed(world, account, ago=5 * DAY, email=KNOWN)
    changed(world, account, ago=DAY)

    contacted(world, "retrieval")

    assert {address: kind for address, (kind, _) in letters(world).items()} == {
        BEFORE: "request_former", KNOWN: "request_confirm",
    }  # fmt: skip


def test_removal_does_not_wait_and_leaves_no_address_when_it_was_changed_lately(world: World, tmp_path):
    anna, beth = persons.anna(world), persons.neighbour(world)
    changed(world, anna.account, ago=DAY)
    changed(world, beth.account, ago=DAY, email="beth.before@y.example")
    world.ticket(beth.account, name="two-3", body=f"She was at {BEFORE.upper()} once.")
    request_id = persons.confirmed(world, anna.email)

    ended = persons.carry_out(world, request_id, persons.means(world, tmp_path))

    dump = persons.everything(world).casefold()
    assert ended == "certified"
    assert BEFORE not in dump
    assert "beth.before@y.example" in dump
    assert len(world.all(select(Suppression.fingerprint))) == 2


def test_removal_tells_the_address_before_and_offers_no_agreement(world: World):
    changed(world, world.account(), ago=DAY)

    contacted(world, "removal")

    kind, body = letters(world)[BEFORE]
    url = FORMER.format(token_in(body, "former"))
    page = world.app.test_client().get(url)
    assert (kind, page.status_code) == ("request_former", 200)
    assert "as soon as it is confirmed" in body
    assert "It was me" not in page.text
    assert send(world, url + "/agree", shown_at=url).status_code == 404


def test_colleague_keeps_the_address_when_it_is_theirs_now(world: World, tmp_path):
    anna = persons.anna(world)
    changed(world, anna.account, ago=DAY)
    heir = world.account("heir", email=BEFORE)
    request_id = persons.confirmed(world, anna.email)

    ended = persons.carry_out(world, request_id, persons.means(world, tmp_path))

    assert ended == "certified"
    assert world.all(select(Account.id, Account.email)) == [(heir.id, BEFORE)]
    assert world.all(select(FormerAddress.id)) == []


def test_nothing_happens_when_a_scanner_looks_a_hundred_times(world: World):
    changed(world, world.account(), ago=DAY)
    request_id = contacted(world, "retrieval")
    url, client = FORMER.format(token_in(letters(world)[BEFORE][1], "former")), world.app.test_client()
    before = request(world, request_id)

    statuses = {client.open(url, method=method).status_code for method in ("GET", "HEAD") for _ in range(50)}

    assert statuses == {200}
    assert request(world, request_id) == before
    assert {row[0] for row in world.all(select(RequestLink.used_at))} == {None}


@pytest.mark.parametrize("token", ["x" * 43, "short", "A" * 42 + "é"])
def test_page_is_the_same_when_the_link_is_unknown_foreign_or_mutilated(world: World, token: str):
    foreign = link(world, awaiting(world))
    client = world.app.test_client()

    pages = [client.get(FORMER.format(one)) for one in (token, foreign)]

    assert {page.status_code for page in pages} == {404}
    assert len({page.data for page in pages}) == 1


def test_form_without_its_token_changes_nothing(world: World):
    changed(world, world.account(), ago=DAY)
    request_id = contacted(world, "retrieval")
    url, client = FORMER.format(token_in(letters(world)[BEFORE][1], "former")), world.app.test_client()

    statuses = [client.post(url).status_code, client.post(url + "/agree").status_code]

    assert statuses == [400, 400]
    assert state(world, request_id) == "awaiting_validation"
    assert request(world, request_id).agreed_at is None


def test_person_and_engineer_read_why_when_a_copy_waits(world: World):
    changed(world, world.account(), ago=DAY)
    request_id = persons.confirmed(world, KNOWN, kind="overview")
    job(world, request_jobs.deliver_copies)
    status = link(world, request_id, "status")

    pages = [
        world.app.test_client().get(f"/privacy/requests/{status}").text,
        world.sign_in("support").get(at(request_id)).text,
    ]

    assert ["changed less than 14 days ago" in page for page in pages] == [True, True]
    assert not any(BEFORE in page for page in pages)


def test_address_is_forgotten_when_fourteen_days_are_over_and_not_before(world: World):
    account = world.account()
    changed(world, account, ago=FORMER_ADDRESS)
    changed(world, account, ago=FORMER_ADDRESS - timedelta(hours=1), email=FIRST)

    gone = job(world, request_jobs.forget_former_addresses)

    assert gone == 1
    assert world.all(select(FormerAddress.email)) == [(FIRST,)]


def test_lost_mailbox_tells_the_address_before_too(world: World):
    changed(world, world.account(), ago=DAY)
    lost = {"identity_at": utcnow(), "first_signer_id": world.staff["support"]}
    request_id = awaiting(world, **lost)

    signed = post(world.sign_in("support2"), at(request_id, "sign"))

    kinds = {message.address: message.type for message in messages(world)}
    assert signed.status_code == 303
    assert kinds == {KNOWN: "request_notice", BEFORE: "request_former"}
    assert world.all(select(Message.id).where(Message.address == FIRST)) == []
