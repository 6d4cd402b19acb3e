"""Each refusal has its page and its status; none tells a foreign record from an absent one, or a bug's cause."""

import logging
import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from dashboard import errors, sign_in
from dashboard.policy.declare import public
from dashboard.services import refusals
from dashboard.views import home
from models import AccessRecord, utcnow
from tests.broken_log import broken_log
from tests.conftest import make_app
from tests.world import World, token_of

PROBLEM = "application/problem+json"
SECRET = "CNRY-secret-value"


@pytest.fixture
def broken(world: World, monkeypatch):
    """Let the desk of support raise something."""

    def raise_it(error: Exception) -> None:
        def desk(*_arguments, **_facts):
            raise error

        monkeypatch.setitem(home.DESKS, "support", desk)

    return raise_it


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (refusals.NotInReach(), 404, "Nothing here for you"),
        (refusals.AccessEnded(utcnow(), "closed"), 404, "Your access has ended"),
        (refusals.AccessEnded(utcnow(), "released"), 404, "because you released the case"),
        (refusals.AccessEnded(utcnow(), "handed_over"), 404, "given to someone else"),
        (refusals.AccessEnded(utcnow(), "run_out"), 404, "seven days were over"),
        (refusals.AccessEnded(utcnow(), "new_reason"), 404, "Your access ended on"),
        (refusals.SomeoneWasFaster(), 409, "Someone was faster"),
        (refusals.SamePerson(), 403, "A second person must decide this"),
        (refusals.OwnRole(), 403, "You cannot change your own role."),
        (refusals.RecordNotWritten("x"), 503, "Without a record we show no personal data."),
        (ZeroDivisionError(SECRET), 500, "This page broke"),
        (OperationalError(SECRET, {}, Exception(SECRET)), 500, "This page broke"),
    ],
)
def test_a_refusal_has_its_page_when_a_service_cannot_continue(world: World, broken, error, status, words):
    broken(error)

    answer = world.sign_in("support").get("/admin/")

    assert (answer.status_code, words in answer.text) == (status, True)
    assert answer.mimetype == "text/html"
    assert "My work" in answer.text
    assert SECRET not in answer.text
    assert type(error).__name__ not in answer.text


def test_a_bug_tells_its_kind_to_the_log_alone_when_it_happens(world: World, broken, caplog):
    broken(ValueError(SECRET))

    with caplog.at_level(logging.DEBUG):
        answer = world.sign_in("support").get("/admin/")

    assert "ValueError" in caplog.text
    assert SECRET not in caplog.text
    assert "ValueError" not in answer.text
    assert "Traceback" not in answer.text


def test_a_bug_while_an_answer_is_finished_tells_its_kind_alone_when_it_happens(world: World, monkeypatch, caplog):
    def refuse(*_arguments: object, **_facts: object) -> None:
        raise OperationalError(SECRET, {}, Exception(SECRET))

    monkeypatch.setattr(sign_in, "_write_row", refuse)

    with caplog.at_level(logging.DEBUG):
        answer = world.sign_in("support").get(f"/admin/?{SECRET}")

    assert answer.status_code == 500
    assert re.search(r"OperationalError in request [0-9a-f]{16}", caplog.text)
    assert SECRET not in caplog.text + answer.text
    assert "Traceback" not in caplog.text + answer.text


@pytest.mark.parametrize(
    ("method", "url", "status"),
    [
        ("GET", "/none", 404), ("GET", "/admin/none", 404), ("GET", "/admin/tickets/x/y/z", 404),
        ("DELETE", "/admin/", 404), ("POST", "/admin/", 404), ("PUT", "/admin/tickets/", 404),
        ("OPTIONS", "/admin/", 404), ("TRACE", "/admin/", 404), ("GET", "/admin/find", 404), ("POST", "/admin/find", 400),
    ],
)  # fmt: skip
def test_a_wrong_address_or_method_is_a_page_of_ours_when_asked(world: World, method, url, status):
    answer = world.sign_in("support").open(url, method=method)

    assert (answer.status_code, answer.mimetype) == (status, "text/html")
    assert "Allow" not in answer.headers


@pytest.mark.parametrize("url", ["/admin", "/admin/", "/admin/tickets/", "/admin/accounts/"])
def test_one_is_sent_to_sign_in_when_nobody_is_signed_in(world: World, url):
    answer = world.app.test_client().get(url)

    assert answer.status_code in {302, 308}
    assert answer.location.startswith(("/login", "http://localhost/admin/"))


def test_a_form_too_large_is_refused_when_it_is_sent(world: World):
    client = world.sign_in("support")

    form = {"content_type": "application/x-www-form-urlencoded", "headers": {"X-CSRFToken": token_of(client)}}
    answers = [client.post("/admin/find", data=b"q=" + b"x" * size, **form) for size in (300_000, 3_000_000)]
    many = client.post("/admin/find", data={f"f{n}": "x" for n in range(150)}, content_type="multipart/form-data")

    assert [answer.status_code for answer in (*answers, many)] == [413] * 3
    assert "larger than we accept" in answers[0].text


@pytest.mark.parametrize("body", [b'{"q": "T-1"}', b'{"q": ["T-1", 7]}', b"[1]", b"7", b"{"])
@pytest.mark.parametrize("kind", ["application/json", "application/vnd.x+json", "text/plain"])
def test_a_body_that_is_no_form_is_refused_when_it_is_sent(world: World, body, kind):
    client = world.sign_in("support")

    answer = client.post("/admin/find", data=body, content_type=kind, headers={"X-CSRFToken": token_of(client)})

    assert (answer.status_code, answer.mimetype) == (400, "text/html")


@pytest.mark.parametrize("half", [b"%ED%A0%80", b"%ED%A0%80%ED%B0%80", b"%00"])
@pytest.mark.parametrize("form", [b"finding=abcdefghij", b"kind=question&subject=s&body=b&email="])
def test_nothing_breaks_when_a_form_holds_half_a_character(world: World, form, half):
    ticket, client = world.ticket(world.account(), assignee="support"), world.sign_in("support")
    sent = {"content_type": "application/x-www-form-urlencoded", "headers": {"X-CSRFToken": token_of(client)}}

    urls = (f"/admin/tickets/{ticket.id}/finding", "/admin/tickets/write")
    answers = [client.post(url, data=form + half, **sent).status_code for url in urls]

    assert max(answers) < 500


def test_a_wrong_role_is_told_why_and_recorded_when_refused(world: World):
    answer = world.sign_in("rep").get("/admin/staff/")

    line = world.all(select(AccessRecord.event, AccessRecord.allowed, AccessRecord.reason, AccessRecord.permission))[0]
    assert answer.status_code == 403
    assert "No grant gives your role what you asked for." in answer.text
    assert "/admin/explain/?role=rep" in answer.text
    assert tuple(line) == ("access_refused", False, "not_in_role", "staff:list")


@pytest.mark.parametrize(("site", "lines"), [("cross-site", 0), ("same-site", 1), ("same-origin", 1), ("none", 1)])
@pytest.mark.parametrize(("url", "status"), [("/admin/staff/", 403), ("/admin/tickets/" + "a" * 26, 404)])
def test_nothing_is_put_down_to_me_when_another_site_sent_my_browser(world: World, url, status, site, lines):
    answer = world.sign_in("support").get(url, headers={"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"})

    assert answer.status_code == status
    assert len(world.all(select(AccessRecord.number))) == lines


@pytest.mark.parametrize("url", ["/admin/staff/", "/admin/tickets/" + "a" * 26])
def test_a_refusal_is_a_503_when_it_cannot_be_recorded(world: World, url):
    client = world.sign_in("support")

    with broken_log(world):
        answer = client.get(url)

    assert answer.status_code == 503


@pytest.mark.parametrize(
    ("method", "url", "status"),
    [
        ("GET", "/api/none", 404),
        ("GET", "/api/v1/none", 404),
        ("GET", "/api/v1/usage-events", 405),
        ("POST", "/api/v1/tickets", 401),
    ],
)
def test_a_machine_gets_a_problem_when_it_is_refused(world: World, method, url, status):
    answer = world.app.test_client().open(url, method=method)

    assert (answer.status_code, answer.mimetype) == (status, PROBLEM)
    assert answer.json["status"] == status
    assert "<" not in answer.text


@pytest.mark.parametrize("url", ["/login", "/admin/", "/none", "/api/v1/none", "/static/need-to-know.css"])
def test_the_head_is_the_answer_without_its_body_when_asked(world: World, url):
    client = world.app.test_client()

    head, whole = client.head(url, buffered=True), client.get(url, buffered=True)

    assert (head.status_code, head.data) == (whole.status_code, b"")


@pytest.fixture
def breaking(tmp_path) -> Flask:
    """An application with a page and a call that break in ways of their own."""
    app = make_app(f"sqlite:///{tmp_path / 'x.db'}")
    app._got_first_request = False

    @public("A test breaks it.")
    def breaks() -> str:
        raise RuntimeError(SECRET)

    app.add_url_rule("/breaks", "breaks", breaks)
    app.add_url_rule("/api/v1/breaks", "api_breaks", breaks)
    return app


@pytest.mark.parametrize(("url", "kind"), [("/breaks", "text/html"), ("/api/v1/breaks", PROBLEM)])
def test_nothing_is_told_when_an_address_breaks(breaking: Flask, url, kind):
    answer = breaking.test_client().get(url)

    assert (answer.status_code, answer.mimetype) == (500, kind)
    assert SECRET not in answer.text
    assert "RuntimeError" not in answer.text


def test_nothing_is_told_when_the_database_is_gone(world: World, monkeypatch):
    client = world.sign_in("support")

    def gone(*_arguments, **_facts):
        raise OperationalError(SECRET, {}, Exception(SECRET))

    monkeypatch.setattr("dashboard.sign_in.system_session", gone)

    answer = client.get("/admin/")

    public = client.get("/none")
    assert (answer.status_code, public.status_code) == (503, 503)
    assert SECRET not in answer.text
    assert "Traceback" not in answer.text
    assert "Set-Cookie" not in answer.headers


def test_every_page_of_a_status_exists_when_it_is_named(world: World):
    folder = Path(world.app.root_path) / "templates" / "errors"

    assert {int(path.stem) for path in folder.glob("[0-9]*.html")} == errors.PAGES
