"""Looking at our own addresses from outside: what counts, what cannot be told, and where nobody looks."""

from dataclasses import replace

import pytest

from dashboard.checks import wire
from dashboard.checks.base import Look, State
from dashboard.config import Settings
from dashboard.processors import outgoing
from models import utcnow

from .sites import INSISTS, PEM, site


class NoLinks:
    """A session at a database on this machine."""

    def get_bind(self):
        return self

    @property
    def dialect(self):
        return type("Dialect", (), {"name": "sqlite"})


def look(**settings) -> Look:
    return Look(NoLinks(), replace(Settings(), **settings), utcnow(), str)


@pytest.fixture(autouse=True)
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "TRUST", str(PEM))
    monkeypatch.setattr(wire, "plain_of", lambda _url: "http://127.0.0.2:9")


@pytest.mark.parametrize("check", [wire.site_has_listed_cookies_and_tags, wire.app_has_no_cookies_and_third_parties])
def test_nothing_can_be_told_when_the_address_is_not_set_or_away(check) -> None:
    unset, away = check(look()), check(look(site_url="https://127.0.0.2:9", app_url="https://127.0.0.2:9"))

    assert (unset.state, unset.because) == (State.NOT_MEASURABLE, wire.NOT_SET)
    assert (away.state, away.because) == (State.NOT_MEASURABLE, wire.AWAY)


def test_pages_are_followed_on_the_same_host_alone_when_the_site_is_crawled() -> None:
    with (
        site() as other,
        site(body=f'<a href="/a">A</a><a href="{other.url}/x">X</a><a href="mailto:x@y.example">m</a>') as there,
    ):
        wire.crawl(there.url)

    assert there.asked == ["/", "/a"]
    assert other.asked == []


def test_no_more_pages_are_asked_when_a_site_has_many() -> None:
    with site(body="".join(f'<a href="/{number}">n</a>' for number in range(50))) as there:
        wire.crawl(there.url)

    assert len(there.asked) == wire.PAGES


@pytest.mark.parametrize(
    "part",
    [
        '<script src="//cdn.example/x.js"></script>',
        '<img src="https://pixel.example/1.gif">',
        '<link rel="stylesheet" href="https://fonts.example/f.css">',
        '<form action="https://forms.example/"></form>',
        '<iframe src="https://video.example/"></iframe>',
    ],
)
def test_a_third_party_is_counted_when_a_page_loads_it(part: str) -> None:
    with site(body=part) as there:
        found = wire.app_has_no_cookies_and_third_parties(look(app_url=there.url))

    assert (found.state, found.figure) == (State.BROKEN, 1)


def test_a_listed_cookie_is_no_fault_when_the_site_sets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = {"site_cookies": ["_stat"], "site_hosts": ["stats.example"]}
    monkeypatch.setattr(wire, "listed", lambda: listed)
    body = '<script src="https://stats.example/s.js"></script>'
    with site(headers=[INSISTS, ("Set-Cookie", "_stat=1; Secure")], body=body) as there:
        found = wire.site_has_listed_cookies_and_tags(look(site_url=there.url))

    assert found.state == State.HOLDS


@pytest.mark.parametrize(
    ("facts", "holds"),
    [
        ({}, True),
        ({"headers": []}, False),
        ({"headers": [INSISTS, ("Set-Cookie", "sid=1; HttpOnly")]}, False),
        ({"headers": [INSISTS, ("Set-Cookie", "sid=1; Secure")]}, True),
        ({"body": '<img src="http://127.0.0.2:9/open.gif">'}, False),
        ({"encrypted": False}, False),
    ],
)
def test_connection_counts_as_encrypted_when_all_of_it_is(facts, holds: bool) -> None:
    with site(**facts) as there:
        found = wire.links_are_encrypted(look(site_url=there.url, app_url=there.url))

    assert (found.state == State.HOLDS) is holds


def test_connection_is_broken_when_its_certificate_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "TRUST", True)
    with site() as there:
        found = wire.links_are_encrypted(look(site_url=there.url, app_url=there.url))

    assert (found.state, found.because) == (State.BROKEN, wire.NOT_TRUSTED)


def test_nothing_is_asked_when_a_host_is_not_the_one_that_is_set() -> None:
    with site() as there, pytest.raises(outgoing.NotNow, match="host_not_allowed"):
        outgoing.look(there.url, allowed=frozenset({"127.0.0.2:1"}))

    assert there.asked == []


def test_nobody_else_is_asked_when_two_readers_take_a_link_for_different_hosts() -> None:
    with site() as other, site() as there:
        there.body = f'<a href="{other.url}\\@{there.url.removeprefix("https://")}/x">X</a>'
        wire.crawl(there.url)

    assert other.asked == []


@pytest.mark.parametrize("href", ["https://127.0.0.2:99999/", "https://127.0.0.2:http/", "//[x/"])
def test_a_link_that_is_no_address_is_passed_over_when_the_site_is_crawled(href: str) -> None:
    with site(body=f'<a href="{href}">X</a><a href="/a">A</a>') as there:
        wire.crawl(there.url)

    assert there.asked == ["/", "/a"]


def test_a_page_leads_nowhere_when_its_redirect_is_no_address() -> None:
    with site(status=302, headers=[INSISTS, ("Location", "https://[x")], body="") as there:
        pages = wire.crawl(there.url)

    assert [page.links for page in pages] == [()]


def test_nothing_is_read_past_the_limits_when_the_answer_is_a_redirect(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = []
    monkeypatch.setattr(outgoing, "_read", lambda sent, **_limits: taken.append(sent.raw.tell()) or b"")
    with site(status=302, headers=[("Location", "/next")], body="x" * 4_000) as there:
        outgoing.look(there.url, allowed=frozenset({outgoing.host(there.url)}))

    assert taken == [0]
