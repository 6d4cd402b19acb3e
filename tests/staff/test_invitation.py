"""The way in: a link that works once, for 72 hours, and sets a password that is not weak."""

import re
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from models import AccessRecord, Invitation, Message, Staff, Ticket, TraceOpening, utcnow
from tests.staff.test_sign_in_record import sign_in
from tests.world import post

GOOD = "three calm brown horses"


def link_of(office) -> str:
    body = office.world.all(select(Message.body).order_by(Message.created_at.desc()).limit(1))[0][0]
    return re.search(r"/invitation/\S+", body)[0]


def invited(office) -> str:
    office.decide(office.two, office.invite())
    return link_of(office)


def set_password(world, link: str, password: str = GOOD, again: str | None = None):
    client = world.app.test_client()
    page = client.get(link).get_data(as_text=True)
    found = re.search(r'name="csrf_token" value="([^"]+)"', page) or re.search(
        r'name="csrf_token" value="([^"]+)"', client.get("/login").get_data(as_text=True).replace('type="hidden" ', "")
    )
    token = found[1] if found else ""
    data = {"password": password, "again": password if again is None else again, "csrf_token": token}
    return client.post(link, data=data)


def body_of(answer) -> str:
    return re.sub(r'nonce="[^"]*"', "", answer.get_data(as_text=True))


def test_colleague_signs_in_with_what_they_chose_when_the_link_holds(office) -> None:
    link = invited(office)

    answer = set_password(office.world, link)
    _client, signed_in = sign_in(office.world, "new@demo.example", GOOD)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
    assert (signed_in.status_code, signed_in.headers["Location"]) == (302, "/admin/")
    assert ("invitation_used",) in [tuple(row) for row in office.world.all(select(AccessRecord.event))]


def test_nothing_changes_when_the_link_is_only_looked_at(office) -> None:
    link = invited(office)

    statuses = [office.world.app.test_client().get(link).status_code for _ in range(3)]

    assert statuses == [200, 200, 200]
    assert office.world.all(select(Invitation.used_at))[0][0] is None


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("short", "Use at least 12 characters."),
        ("", "Use at least 12 characters."),
        ("Password1234", "among the first that are guessed"),
        ("aaaaaaaaaaaaaaaa", "among the first that are guessed"),
        ("NEW@demo.example", "Choose something else than your address."),
        ("x1" * 200, "Use at most 128 characters."),
    ],
)
def test_message_stands_at_the_field_when_the_password_is_weak(office, password: str, says: str) -> None:
    link = invited(office)

    answer = set_password(office.world, link, password)

    assert answer.status_code == 200
    assert says in answer.get_data(as_text=True)
    assert office.world.all(select(Invitation.used_at))[0][0] is None


def test_message_stands_at_the_field_when_the_two_differ(office) -> None:
    link = invited(office)

    answer = set_password(office.world, link, again=GOOD + "!")

    assert "This is not the same as above." in answer.get_data(as_text=True)


def test_one_answer_for_all_when_the_link_does_not_hold(office) -> None:
    used = invited(office)
    set_password(office.world, used)
    office.decide(office.two, office.invite("late@demo.example"))
    late = link_of(office)
    with office.world.app.app_context(), office.world.system() as session:
        session.execute(
            update(Invitation).where(Invitation.used_at.is_(None)).values(ends_at=utcnow() - timedelta(seconds=1))
        )
        session.commit()
    office.decide(office.two, office.invite("gone@demo.example"))
    gone = link_of(office)
    gone_id = office.world.all(select(Staff.id).where(Staff.email == "gone@demo.example"))[0][0]
    office.world.set(Staff, gone_id, active=False)
    unknown = "/invitation/" + "A" * 43
    mutilated = [
        used[:-1],
        used + "x",
        "/invitation/%00",
        "/invitation/" + "9" * 900,
        "/invitation/a/b",
        "/invitation/%FF",
    ]
    links = [used, late, gone, unknown, *mutilated]

    gets = [office.world.app.test_client().get(link) for link in links]
    posts = [set_password(office.world, link) for link in links]

    assert {answer.status_code for answer in [*gets, *posts]} == {404}
    assert len({body_of(answer) for answer in gets}) == 1


def test_nothing_is_set_when_the_form_token_is_missing(office) -> None:
    link = invited(office)

    answer = office.world.app.test_client().post(link, data={"password": GOOD, "again": GOOD})

    assert answer.status_code == 400
    assert office.world.all(select(Invitation.used_at))[0][0] is None


def test_old_link_is_dead_when_invited_again(office) -> None:
    first = invited(office)
    second = invited(office)

    statuses = [office.world.app.test_client().get(link).status_code for link in (first, second)]

    assert statuses == [404, 200]


def test_one_wins_when_two_use_the_link_at_once(office) -> None:
    link = invited(office)
    answers: list[int] = []
    gate = threading.Barrier(2)

    def go(password: str) -> None:
        gate.wait()
        answers.append(set_password(office.world, link, password).status_code)

    threads = [threading.Thread(target=go, args=(GOOD + str(n),)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [303, 404]


def test_link_is_kept_only_as_a_hash_when_invited(office) -> None:
    token = invited(office).rpartition("/")[2]

    assert token not in str(office.world.all(select(Invitation.token_hash)))


def test_cases_go_back_when_somebody_is_invited_again_in_another_role(office) -> None:
    world = office.world
    held = world.error_ticket(world.account(), assignee="support")
    world.opening(held, engineer="support", until=utcnow())
    world.set(Staff, world.staff["support"], last_seen_at=None)

    office.decide(office.two, office.invite(email="support@demo.example", role="rep", name="Support"))

    ended = world.all(select(TraceOpening.ended_because))[0][0]
    reasons = world.all(select(AccessRecord.reason).where(AccessRecord.event == "ticket_released"))
    assert world.all(select(Staff.role).where(Staff.id == world.staff["support"]))[0][0] == "rep"
    assert world.all(select(Ticket.assignee_id))[0][0] is None
    assert (ended, [row[0] for row in reasons]) == ("role_changed", ["role_changed"])


def test_a_former_colleague_can_be_invited_once_more_when_the_link_was_lost(office) -> None:
    world = office.world
    post(office.one, f"/admin/staff/{world.staff['rep2']}/deactivate")
    back = {"email": "rep2@demo.example", "role": "rep", "name": "Rep Two"}
    office.decide(office.two, office.invite(**back))

    answer = office.decide(office.two, office.invite(**back))

    assert answer.status_code == 303
    assert len(world.all(select(Invitation.used_at).where(Invitation.used_at.is_(None)))) == 1
