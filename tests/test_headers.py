"""What every response tells the browser, whatever answered: a page, a refusal, a file, a redirect, a machine's call."""

import re

import pytest

from tests.conftest import make_app
from tests.world import World, post

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
ASKED = {
    "a page": ("GET", "/login", 200),
    "home": ("GET", "/", 302),
    "the front door": ("GET", "/admin/", 302),
    "nothing": ("GET", "/no/such/page", 404),
    "a wrong method": ("DELETE", "/login", 404),
    "a form without a token": ("POST", "/login", 400),
    "a file": ("GET", "/static/need-to-know.css", 200),
    "no file": ("GET", "/static/none.css", 404),
    "a file outside": ("GET", "/static/..%2f..%2fdashboard/config.py", 404),
    "a call without a token": ("PUT", "/api/v1/companies/x", 401),
    "no call": ("GET", "/api/v1/none", 404),
    "the head of a page": ("HEAD", "/login", 200),
}


def csp(answer) -> dict[str, str]:
    """Return the directives of an answer's Content-Security-Policy."""
    parts = (part.strip().partition(" ") for part in answer.headers["Content-Security-Policy"].split(";"))
    return {name: sources for name, _space, sources in parts}


def dressed(answer) -> bool:
    """Whether an answer carries every header it must."""
    policy = csp(answer)
    return (
        all(answer.headers.get(name) == value for name, value in ALWAYS.items())
        and "camera=()" in answer.headers["Permissions-Policy"]
        and policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
        and policy["form-action"] == policy["connect-src"] == policy["style-src"] == "'self'"
        and re.fullmatch(r"'self' 'nonce-[\w-]{22}'", policy["script-src"]) is not None
        and "unsafe" not in str(policy)
        and "http" not in str(policy)
    )


@pytest.mark.parametrize("what", ASKED)
def test_the_headers_are_there_when_anything_answers(world: World, what):
    method, url, status = ASKED[what]

    answer = world.app.test_client().open(url, method=method, buffered=True)

    assert dressed(answer), dict(answer.headers)
    assert (answer.status_code == status) or (what == "home" and answer.status_code in {200, 302, 404})


@pytest.mark.parametrize(
    ("url", "status"), [("/admin/", 200), ("/admin/staff/", 403), ("/admin/tickets/" + "a" * 26, 404), ("/login", 302)]
)
def test_the_headers_are_there_when_somebody_is_signed_in(world: World, url, status):
    answer = world.sign_in("support").get(url)

    assert (answer.status_code, dressed(answer)) == (status, True)
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_headers_are_there_when_the_page_breaks(world: World, monkeypatch):
    monkeypatch.setattr("dashboard.views.home.DESKS", {})

    answer = world.sign_in("support").get("/admin/")

    assert (answer.status_code, dressed(answer)) == (500, True)
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_headers_are_there_when_a_form_sends_on(world: World):
    answer = post(world.sign_in("support"), "/admin/preferences/theme", theme="dark")

    assert (answer.status_code, dressed(answer)) == (303, True)


def test_the_nonce_is_another_one_when_a_page_is_asked_again(world: World):
    client = world.app.test_client()

    first, second = (client.get("/login") for _ask in range(2))

    nonces = [re.search(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"])[1] for answer in (first, second)]
    assert len(set(nonces)) == 2
    assert all(f'nonce="{nonce}"' in answer.text for nonce, answer in zip(nonces, (first, second), strict=True))


def test_files_may_be_kept_and_pages_not_when_a_browser_stores_them(world: World):
    client = world.app.test_client()

    page, file = client.get("/login"), client.get("/static/need-to-know.css", buffered=True)

    assert page.headers["Cache-Control"] == "no-store"
    assert "no-store" not in file.headers.get("Cache-Control", "")
    assert "Set-Cookie" not in file.headers


def test_the_server_says_nothing_of_itself_when_it_answers(world: World):
    answer = world.app.test_client().get("/login")

    assert not {"Server", "X-Powered-By"} & set(answer.headers.keys())


@pytest.mark.parametrize(("base", "hsts"), [("https://desk.example", True), ("http://127.0.0.1:8000", False)])
def test_encryption_is_promised_when_the_site_is_served_encrypted(tmp_path, base, hsts):
    app = make_app(f"sqlite:///{tmp_path / 'x.db'}", BASE_URL=base)

    answer = app.test_client().get("/login", base_url=base)

    assert ("max-age=63072000" in answer.headers.get("Strict-Transport-Security", "")) is hsts
    assert ("Secure" in answer.headers["Set-Cookie"]) is hsts
    assert answer.headers["Set-Cookie"].startswith("__Host-session=" if hsts else "session=")


def test_no_template_holds_a_style_or_a_script_of_its_own_when_rendered(world: World):
    pages = [world.sign_in(name).get("/admin/").text for name in ("rep", "support", "sysadmin", "compliance")]

    assert not [page for page in pages if re.search(r"<[^>]+ style=|<style|<script(?![^>]*src=)| on[a-z]+=", page)]
    assert not [page for page in pages if re.search(r'(?:src|href)="(?:https?:)?//', page)]
