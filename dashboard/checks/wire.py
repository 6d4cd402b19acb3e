"""What our website and app show to anybody: encrypted, no cookie and no third party beyond the list (P11, P20, P52).

Looked at from outside, at SITE_URL and APP_URL alone. Seen is what a page brings by itself, before its scripts run.
"""

from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit, urlunsplit

from dashboard.config import is_closed
from dashboard.database import live
from dashboard.policy.promises import listed
from dashboard.policy.texts import N_
from dashboard.processors import outgoing
from dashboard.processors.base import NotNow

from .base import Finding, Look, State, check, none_of, unknown
from .pages import Page, parse

PAGES = 5
"""How many pages are looked at: the front page, and those it leads to."""
WHERE = "docs/settings.md"
NOT_SET = N_("The address is not set (SITE_URL, APP_URL), so nobody can look from here.")
AWAY = N_("The address did not answer, so nobody can tell from here.")
NOT_TRUSTED = N_("The certificate of the address is not valid.")
REDIRECTS = (301, 302, 303, 307, 308)


def crawl(url: str) -> list[Page]:
    """Return the front page and some it leads to on the same host; raise NotNow when the front page does not answer."""
    allowed, pages, waiting = frozenset({outgoing.host(url)}), list[Page](), [url]
    seen = {url}
    while waiting and len(pages) < PAGES:
        address = waiting.pop(0)
        try:
            pages.append(parse(address, outgoing.look(address, allowed=allowed)))
        except NotNow:
            if not pages:
                raise
            continue
        fresh = [link for link in _own(pages[-1].links, allowed) if link not in seen]
        seen.update(fresh)
        waiting += fresh
    return pages


def _own(links: Iterable[str], allowed: frozenset[str]) -> list[str]:
    return [link for link in links if link.startswith(("http://", "https://")) and _host(link) in allowed]


def _host(link: str) -> str:
    """Return the host of a link; none's for a link that is no address: a page may hold any text."""
    try:
        return outgoing.host(link)
    except ValueError:
        return ""


def _beyond(url: str, name: str) -> Finding:
    """Count the cookies and foreign hosts of the pages that are not on the list of `name`."""
    if not url:
        return unknown(NOT_SET)
    try:
        pages = crawl(url)
    except NotNow:
        return unknown(AWAY)
    own = urlsplit(url).hostname
    cookies = {cookie.name for page in pages for cookie in page.cookies} - set(listed()[f"{name}_cookies"])
    hosts = {host for page in pages for host in page.hosts if host != own} - set(listed()[f"{name}_hosts"])
    return none_of(len(cookies) + len(hosts))


@check(
    "P11",
    unit=N_("cookies and hosts of tags on the website that are not on the list"),
    where="dashboard/policy/promises.toml",
)
def site_has_listed_cookies_and_tags(look: Look) -> Finding:
    """Look at the website."""
    return _beyond(look.settings.site_url, "site")


@check(
    "P20",
    unit=N_("cookies and third parties in the app that are not on the list"),
    where="dashboard/policy/promises.toml",
)
def app_has_no_cookies_and_third_parties(look: Look) -> Finding:
    """Look at the app."""
    return _beyond(look.settings.app_url, "app")


@check("P52", unit=N_("open links to the database, and ways to reach the website or the app unencrypted"), where=WHERE)
def links_are_encrypted(look: Look) -> Finding:
    """Look at the links of the database and this house, then at both addresses, encrypted and plain."""
    ours = live.open_links(look.session) + (not is_closed(look.settings.base_url))
    if ours:
        return none_of(ours)
    if not look.settings.site_url or not look.settings.app_url:
        return unknown(NOT_SET)
    found = [_open_ways(url) for url in (look.settings.site_url, look.settings.app_url)]
    if broken := [finding for finding in found if finding.state == State.BROKEN]:
        return none_of(sum(finding.figure or 0 for finding in broken), because=broken[0].because)
    return next((finding for finding in found if finding.state != State.HOLDS), none_of(0))


def _open_ways(url: str) -> Finding:
    try:
        pages = crawl(url)
    except NotNow as refusal:
        return none_of(1, because=NOT_TRUSTED) if refusal.because == "not_trusted" else unknown(AWAY)
    leaky = {cookie.name for page in pages for cookie in page.cookies if not cookie.secure}
    return none_of(
        len(leaky)
        + (not url.startswith("https://"))
        + sum(not page.insists for page in pages[:1])
        + sum(page.open_parts for page in pages)
        + _answers_in_the_open(url)
    )


def _answers_in_the_open(url: str) -> bool:
    """Whether the plain address shows anything but the way to the encrypted one."""
    plain = plain_of(url)
    try:
        seen = outgoing.look(plain, allowed=frozenset({outgoing.host(plain)}))
    except NotNow:
        return False
    goes_to = urljoin(plain, seen.headers.get("Location", ""))
    return not (seen.status in REDIRECTS and goes_to.startswith("https://"))


def plain_of(url: str) -> str:
    """Return the unencrypted address of the same host."""
    parts = urlsplit(url)
    return urlunsplit(("http", parts.netloc, parts.path or "/", "", ""))
