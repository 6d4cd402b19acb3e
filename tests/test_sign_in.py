"""Signing in and staying signed in: the cookie, its row, its end, and what a failed try tells."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin

import pytest
import time_machine
from flask import session as browser_session
from flask_login.utils import encode_cookie
from flask_security import hash_password
from sqlalchemy import select

from dashboard.policy.declare import public
from models import AccessRecord, Staff, StaffSession, utcnow
from tests.broken_log import broken_log
from tests.conftest import make_app
from tests.world import World, post

PASSWORD = "a long enough password"


@pytest.fixture
def staffed(world: World) -> World:
    """A world in which rep has a password."""
    with world.app.test_request_context():
        value = hash_password(PASSWORD)
    world.set(Staff, world.staff["rep"], password=value)
    return world


def form_token(client: Any) -> str:
    """Ask for the sign-in form, and return its token."""
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/login").text)[1]


def sign_in(
    client: Any, email: str = "rep@demo.example", password: str = PASSWORD, *, url: str = "/login", **more: str
) -> Any:
    """Send the sign-in form."""
    return client.post(url, data={"email": email, "password": password, "csrf_token": form_token(client), **more})


def cookie(answer: Any) -> str:
    """Return the session cookie an answer sets, with its flags."""
    return next(value for value in answer.headers.getlist("Set-Cookie") if value.startswith("session="))


def test_one_lands_on_ones_desk_when_the_pair_is_right(staffed: World):
    client = staffed.app.test_client()

    answer = sign_in(client)

    assert (answer.status_code, answer.location) == (302, "/admin/")
    assert client.get("/admin/").status_code == 200


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites_when_set(staffed: World):
    set_cookie = cookie(sign_in(staffed.app.test_client()))

    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(set_cookie.split("; "))
    assert "Domain" not in set_cookie
    assert f"Max-Age={8 * 3600}" in set_cookie


def test_the_table_keeps_a_hash_only_when_a_browser_signs_in(staffed: World):
    key = cookie(sign_in(staffed.app.test_client())).split(";")[0].removeprefix("session=s.")

    rows = staffed.all(select(StaffSession.__table__))
    assert len(rows) == 1
    assert key not in str(rows)
    assert len(key) >= 43


def test_the_cookie_is_another_one_when_somebody_signs_in_again(staffed: World):
    client = staffed.app.test_client()
    before = client.get("/login").headers["Set-Cookie"].split(";")[0]

    first = cookie(sign_in(client)).split(";")[0]
    post_out = client.post("/logout", data={"csrf_token": in_page(client)})
    second = cookie(sign_in(client)).split(";")[0]

    assert post_out.status_code == 302
    assert len({before, first, second}) == 3


def in_page(client: Any) -> str:
    """Return the form token of a signed-in page."""
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/admin/").text)[1]


def test_a_planted_cookie_signs_nobody_in_when_its_victim_does(staffed: World):
    victim, attacker = staffed.app.test_client(), staffed.app.test_client()
    planted = attacker.get("/login").headers["Set-Cookie"].split(";")[0].removeprefix("session=")
    victim.set_cookie("session", planted)

    sign_in(victim)
    attacker.set_cookie("session", planted)

    assert victim.get("/admin/").status_code == 200
    assert attacker.get("/admin/").status_code == 302


@pytest.mark.parametrize(
    "planted", ["s." + "x" * 43, "s.xyz", "s.\u00e9", "s." + "x" * 3000, "nonsense", "s.' OR 1=1--"]
)
def test_a_made_up_key_signs_nobody_in_when_it_is_sent(staffed: World, planted):
    client = staffed.app.test_client()
    client.set_cookie("session", planted)

    answer = client.get("/admin/")
    signed = sign_in(client)

    assert answer.status_code == 302
    assert planted not in cookie(signed)


def test_a_form_token_from_before_is_useless_when_one_has_signed_in(staffed: World):
    client = staffed.app.test_client()
    before = form_token(client)
    client.post("/login", data={"email": "rep@demo.example", "password": PASSWORD, "csrf_token": before})

    answer = client.post("/admin/preferences/theme", data={"theme": "dark"}, headers={"X-CSRFToken": before})

    assert client.get("/admin/").status_code == 200
    assert answer.status_code == 400


def test_a_copied_cookie_is_dead_when_its_owner_signs_out(world: World):
    owner, thief = world.sign_in("support"), world.app.test_client()
    thief.set_cookie("session", owner.get_cookie("session").value)
    before = thief.get("/admin/").status_code

    out = post(owner, "/logout")

    assert (before, out.status_code) == (200, 302)
    assert thief.get("/admin/").status_code == 302
    assert owner.get("/admin/").status_code == 302
    assert world.all(select(StaffSession.key_hash)) == []


def test_a_colleague_stays_signed_in_when_i_sign_out(world: World):
    mine, other, theirs = world.sign_in("support"), world.sign_in("support"), world.sign_in("support2")

    post(mine, "/logout")

    assert [client.get("/admin/").status_code for client in (mine, other, theirs)] == [302, 200, 200]


def test_signing_out_takes_a_form_when_a_picture_tries_it(world: World):
    client = world.sign_in("support")

    answers = [client.get("/logout").status_code, client.post("/logout").status_code]

    assert answers == [404, 400]
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize(("idle", "status"), [(timedelta(minutes=13), 200), (timedelta(minutes=15, seconds=1), 302)])
def test_a_browser_is_signed_out_when_it_asks_for_nothing_for_15_minutes(world: World, idle, status):
    with time_machine.travel(utcnow(), tick=False) as clock:
        client = world.sign_in("support")
        clock.shift(idle)

        assert client.get("/admin/").status_code == status


@pytest.mark.parametrize(("hours", "status"), [(7.9, 200), (8.01, 302)])
def test_a_browser_is_signed_out_when_eight_hours_are_over_however_busy(world: World, hours, status):
    with time_machine.travel(utcnow(), tick=False) as clock:
        client = world.sign_in("support")
        for _step in range(int(hours * 5)):
            clock.shift(timedelta(minutes=12))
            client.get("/admin/looks/")
        clock.shift(timedelta(minutes=hours * 60 % 12))

        assert client.get("/admin/").status_code == status


def test_access_ends_at_the_next_request_when_a_staff_member_is_deactivated(world: World):
    client = world.sign_in("support")
    before = client.get("/admin/").status_code

    world.set(Staff, world.staff["support"], active=False)

    assert (before, client.get("/admin/").status_code, client.get("/admin/tickets/").status_code) == (200, 302, 302)


def test_a_role_counts_at_the_next_request_when_it_changes(world: World):
    client = world.sign_in("support")
    before = [client.get(url).status_code for url in ("/admin/tickets/", "/admin/contact-requests/")]

    world.set(Staff, world.staff["support"], role="rep")

    after = [client.get(url).status_code for url in ("/admin/tickets/", "/admin/contact-requests/")]
    assert (before, after) == ([200, 403], [403, 200])


def test_every_browser_is_out_when_the_mark_of_the_row_is_renewed(world: World):
    clients = [world.sign_in("support"), world.sign_in("support")]

    world.set(Staff, world.staff["support"], fs_uniquifier="renewed")

    assert [client.get("/admin/").status_code for client in clients] == [302, 302]


def plain(answer: Any) -> str:
    """Return a page without what every request has of its own."""
    return re.sub(r'(nonce="|name="csrf_token"[^>]*value=")[^"]*', r"\1", answer.text)


def test_the_answer_is_the_same_when_the_address_is_known_and_unknown(staffed: World):
    gone = "rep2@demo.example"
    staffed.set(Staff, staffed.staff["rep2"], active=False)

    tries = ["rep@demo.example", "nobody@demo.example", gone, "support@demo.example"]
    answers = [sign_in(staffed.app.test_client(), email, "wrong password") for email in tries]

    pages = {plain(answer).replace(email, "") for answer, email in zip(answers, tries, strict=True)}
    assert {answer.status_code for answer in answers} == {200}
    assert len(pages) == 1
    assert "E-mail and password do not belong together." in pages.pop()


def test_nobody_comes_in_when_the_row_has_no_password(world: World):
    answers = [
        sign_in(world.app.test_client(), "rep@demo.example", password) for password in ("", " ", "None", "x" * 300)
    ]

    assert {answer.status_code for answer in answers} == {200}
    assert world.all(select(StaffSession.key_hash)) == []


def test_a_deactivated_colleague_stays_out_when_the_pair_is_right(staffed: World):
    staffed.set(Staff, staffed.staff["rep"], active=False)

    answer = sign_in(staffed.app.test_client())

    assert answer.status_code == 200
    assert staffed.all(select(StaffSession.key_hash)) == []


@pytest.mark.parametrize("email", ["REP@Demo.Example", "rep@DEMO.example"])
def test_one_comes_in_when_the_address_is_typed_in_another_way(staffed: World, email):
    assert sign_in(staffed.app.test_client(), email).status_code == 302


@pytest.mark.parametrize(
    "email", ["rep@demo.example\0", "x" * 5000, "é@é.example", "' OR 1=1--", "", "rep@demo.example\r\nx: y"]
)
def test_nothing_breaks_when_the_address_is_odd(staffed: World, email):
    answer = sign_in(staffed.app.test_client(), email)

    assert answer.status_code in {200, 400}
    assert staffed.all(select(StaffSession.key_hash)) == []


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "http:evil.example",
        "/%09/evil.example",
        "javascript:alert(1)",
    ],
)
def test_nobody_is_sent_to_another_site_when_they_sign_in(staffed: World, target):
    clients = [staffed.app.test_client(), staffed.app.test_client()]

    in_address = clients[0].post(
        "/login",
        query_string={"next": target},
        data={"email": "rep@demo.example", "password": PASSWORD, "csrf_token": form_token(clients[0])},
    )
    in_form = sign_in(clients[1], next=target)

    for answer in (in_address, in_form):
        to = urljoin("http://localhost/login", answer.headers.get("Location", ""))
        assert answer.status_code in {200, 302, 303}
        assert re.match(r"http://localhost/[^/]", to), to


def test_one_goes_on_where_one_wanted_to_when_signed_in(staffed: World):
    client = staffed.app.test_client()
    sent = client.get("/admin/contact-requests/")

    answer = sign_in(client, url=sent.location)

    assert "next=/admin/contact-requests/" in sent.location.replace("%2F", "/")
    assert answer.location == "/admin/contact-requests/"


def test_a_case_in_the_address_is_no_secret_when_one_must_sign_in_first(world: World):
    answer = world.app.test_client().get("/admin/tickets/" + "a" * 26 + "?q=CNRY")

    assert "CNRY-" not in answer.location


def test_no_session_is_made_when_a_machine_or_a_file_is_asked(world: World):
    client = world.sign_in("support")

    answers = [client.get("/static/need-to-know.css", buffered=True), client.get("/api/v1/none")]

    assert not any("Set-Cookie" in answer.headers for answer in answers)


def test_nobody_is_signed_in_when_one_character_of_the_key_differs(world: World):
    client = world.sign_in("support")
    key = client.get_cookie("session").value
    other = world.app.test_client()
    other.set_cookie("session", key[:-1] + ("a" if key[-1] != "a" else "b"))

    assert (client.get("/admin/").status_code, other.get("/admin/").status_code) == (200, 302)


def test_the_log_holds_who_and_never_an_address_when_somebody_signs_in(staffed: World):
    sign_in(staffed.app.test_client(), "secret.person@demo.example", "x" * 20)
    sign_in(staffed.app.test_client())

    lines = [str(tuple(row)) for row in staffed.all(select(AccessRecord.__table__))]
    assert len(lines) == 2
    assert not any("secret.person" in line or "@" in line for line in lines)


def events(world: World) -> list[str]:
    """Return what the access log holds, oldest first."""
    return [row.event for row in world.all(select(AccessRecord.event).order_by(AccessRecord.number))]


def test_no_second_cookie_is_set_when_the_form_asks_to_be_remembered(staffed: World):
    client = staffed.app.test_client()

    page, answer = client.get("/login").text, sign_in(client, remember="y")

    assert "remember" not in page
    assert answer.status_code == 302
    assert [value.partition("=")[0] for value in answer.headers.getlist("Set-Cookie")] == ["session"]


def remembering(world: World) -> Any:
    """Return a browser that holds nothing but Flask-Login's own cookie, rightly signed, of a staff member."""
    mark = world.all(select(Staff.fs_uniquifier).where(Staff.id == world.staff["rep"]))[0][0]
    client = world.app.test_client()
    with world.app.app_context():
        client.set_cookie("remember_token", encode_cookie(mark))
    return client


@pytest.mark.parametrize("later", [timedelta(0), timedelta(days=100)])
def test_a_remembered_browser_is_nobody_when_its_owner_has_signed_out(staffed: World, later):
    owner, thief = staffed.app.test_client(), remembering(staffed)
    sign_in(owner)
    owner.post("/logout", data={"csrf_token": in_page(owner)})

    with time_machine.travel(utcnow() + later, tick=False):
        answers = [thief.get(url).status_code for url in ("/admin/", "/admin/", "/login", "/healthz", "/admin/")]

    assert answers == [302, 302, 200, 200, 302]
    assert staffed.all(select(StaffSession.key_hash)) == []


@pytest.mark.parametrize("change", [{"active": False}, {"fs_uniquifier": "renewed"}])
def test_a_remembered_browser_is_nobody_when_its_owner_was_locked_out(staffed: World, change):
    thief = remembering(staffed)
    staffed.set(Staff, staffed.staff["rep"], **change)

    answers = [thief.get(url).status_code for url in ("/admin/", "/admin/", "/login")]

    assert answers == [302, 302, 200]
    assert staffed.all(select(StaffSession.key_hash)) == []


def test_no_session_is_kept_when_somebody_is_named_whose_sign_in_was_not_recorded(tmp_path):
    app = make_app(f"sqlite:///{tmp_path / 'named.db'}")
    world = World(app)
    world.hire()
    mark = world.all(select(Staff.fs_uniquifier).where(Staff.id == world.staff["rep"]))[0][0]
    app.add_url_rule("/named", "named", public("a test")(lambda: browser_session.update({"_user_id": mark}) or "named"))
    client = app.test_client()

    named = client.get("/named")

    assert named.text == "named"
    assert client.get("/admin/").status_code == 302
    assert world.all(select(StaffSession.key_hash)) == []


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
@pytest.mark.parametrize("email", ["rep@demo.example", "nobody@demo.example"])
def test_a_failed_try_is_recorded_whatever_answer_is_asked_for_when_the_pair_is_wrong(staffed: World, email, accept):
    client = staffed.app.test_client()
    form = {"email": email, "password": "wrong wrong wrong", "csrf_token": form_token(client)}

    answer = client.post("/login", data=form, headers={"Accept": accept})

    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert events(staffed) == ["sign_in_failed"]


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_no_failure_and_no_token_comes_of_it_when_the_pair_is_right(staffed: World, accept):
    client = staffed.app.test_client()
    form = {"email": "rep@demo.example", "password": PASSWORD, "csrf_token": form_token(client)}

    answer = client.post("/login?include_auth_token", data=form, headers={"Accept": accept})
    shown = client.get("/login?include_auth_token", headers={"Accept": accept})

    assert (answer.status_code, answer.mimetype, shown.mimetype) == (302, "text/html", "text/html")
    assert "token" not in answer.text + shown.text
    assert events(staffed) == ["signed_in"]


@pytest.mark.parametrize(
    "body", ['{"email": "rep@demo.example", "password": "x"}', "[1]", '"x"', "{", '{"email": ["x"]}']
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_body_that_is_no_form_is_refused_when_it_would_sign_in(staffed: World, method, body):
    client = staffed.app.test_client()
    headers = {"X-CSRFToken": form_token(client)}

    answer = client.open("/login", method=method, data=body, content_type="application/json", headers=headers)

    assert (answer.status_code, answer.mimetype) == (400, "text/html")
    assert staffed.all(select(StaffSession.key_hash)) == []


def test_nobody_is_signed_in_when_the_sign_in_cannot_be_recorded(staffed: World):
    client = staffed.app.test_client()

    with broken_log(staffed):
        answer = sign_in(client)

    assert answer.status_code == 503
    assert "My work" not in answer.text
    assert client.get("/admin/").status_code == 302
    assert (events(staffed), staffed.all(select(StaffSession.key_hash))) == ([], [])
    assert sign_in(client).status_code == 302


def test_a_failed_try_is_a_503_when_it_cannot_be_recorded(staffed: World):
    with broken_log(staffed):
        answer = sign_in(staffed.app.test_client(), password="wrong wrong wrong")

    assert answer.status_code == 503


def test_a_browser_is_signed_out_when_only_its_open_trace_asked(world: World):
    ticket = world.error_ticket(world.account(), assignee="support")
    with time_machine.travel(utcnow(), tick=False) as clock:
        client = world.sign_in("support")
        world.opening(ticket, engineer="support", until=utcnow())
        clock.shift(timedelta(minutes=10))
        alive = client.get(f"/admin/tickets/{ticket.id}/trace/alive").status_code
        clock.shift(timedelta(minutes=6))

        answer = client.get("/admin/")

    assert (alive, answer.status_code) == (204, 302)
