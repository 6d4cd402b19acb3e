"""Twins of the checks that look from outside: a site on this machine that turns bad while it is looked at."""

from collections.abc import Iterator
from dataclasses import replace

from dashboard.checks import wire
from dashboard.processors import outgoing

from .sites import PEM, site
from .twins import Bench, twin


@twin("P11")
def a_tracker_on_the_site(bench: Bench) -> Iterator[None]:
    bench.monkeypatch.setattr(outgoing, "TRUST", str(PEM))
    with site() as there:
        bench.settings = replace(bench.settings, site_url=there.url)
        yield
        there.body += '<script src="https://tracker.example/t.js"></script>'
        yield


@twin("P20")
def a_cookie_in_the_app(bench: Bench) -> Iterator[None]:
    bench.monkeypatch.setattr(outgoing, "TRUST", str(PEM))
    with site() as there:
        bench.settings = replace(bench.settings, app_url=there.url)
        yield
        there.headers.append(("Set-Cookie", "_tracked=1; Secure"))
        yield


@twin("P52")
def an_address_that_answers_in_the_open(bench: Bench) -> Iterator[None]:
    bench.monkeypatch.setattr(outgoing, "TRUST", str(PEM))
    with site() as there, site(encrypted=False) as plain:
        plain.status, plain.headers = 301, [("Location", there.url)]
        bench.settings = replace(bench.settings, site_url=there.url, app_url=there.url)
        bench.monkeypatch.setattr(wire, "plain_of", lambda _url: plain.url)
        yield
        plain.status = 200
        yield
