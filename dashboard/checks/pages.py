"""Reading a page of our own as a browser would begin to: its cookies, what it loads from where, where it leads."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from dashboard.processors.outgoing import Seen

LOADS = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
    "embed": "src",
}
"""Elements that fetch something by themselves, and by which attribute."""
LINKED = frozenset({"stylesheet", "preload", "modulepreload", "icon", "preconnect", "dns-prefetch", "manifest"})
"""Kinds of <link> that do."""


@dataclass(frozen=True)
class Cookie:
    """One cookie as it is set: its name, and whether it goes over encrypted links alone."""

    name: str
    secure: bool


@dataclass(frozen=True)
class Page:
    """What a page brings: cookies, hosts it loads from, pages it leads to, parts loaded in the open, and whether it
    tells browsers to insist on encryption (HSTS).
    """

    cookies: tuple[Cookie, ...]
    hosts: frozenset[str]
    links: tuple[str, ...]
    open_parts: int
    insists: bool


@dataclass
class Reader(HTMLParser):
    """Collects what a page loads and where it leads."""

    base: str
    loads: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the parser beneath ready."""
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take an element's address, if it has one."""
        told = {name: value or "" for name, value in attrs}
        if tag == "a" and told.get("href"):
            self.add(self.links, told["href"].partition("#")[0])
        if tag == "form" and told.get("action"):
            self.add(self.loads, told["action"])
        if tag in LOADS and told.get(LOADS[tag]):
            self.add(self.loads, told[LOADS[tag]])
        if tag == "link" and told.get("href") and LINKED & set(told.get("rel", "").lower().split()):
            self.add(self.loads, told["href"])

    def add(self, found: list[str], address: str) -> None:
        """Take an address as this page would lead to it."""
        try:
            found.append(urljoin(self.base, address))
        except ValueError:  # no address at all: a browser loads nothing either
            return


def parse(url: str, seen: Seen) -> Page:
    """Read a page; a redirect leads on to its target."""
    reader = Reader(url)
    if seen.headers.get("Location"):
        reader.add(reader.links, seen.headers["Location"])
    reader.feed(seen.body.decode(errors="replace"))
    loads = [address for address in reader.loads if address.startswith(("http://", "https://"))]
    return Page(
        tuple(_cookie(line) for line in seen.cookies),
        frozenset(urlsplit(address).hostname or "" for address in loads),
        tuple(reader.links),
        sum(url.startswith("https://") and address.startswith("http://") for address in loads),
        "strict-transport-security" in {name.lower() for name in seen.headers},
    )


def _cookie(line: str) -> Cookie:
    first, *attributes = line.split(";")
    return Cookie(first.partition("=")[0].strip(), "secure" in {part.strip().lower() for part in attributes})
