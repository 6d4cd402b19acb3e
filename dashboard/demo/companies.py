"""The forty invented customers: who they are, where they are, how large, since when.

What must never happen here: a domain outside `.example`, or the name of a real company.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2s
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

HISTORY_DAYS: Final = 788
"""How far the story reaches back: the longest that always lies within 26 calendar months."""


class Country(NamedTuple):
    """What a country decides: the clock, the people's names, the language they write in."""

    zone: str
    names: str
    language: str


COUNTRIES: Final[dict[str, Country]] = {
    "NL": Country("Europe/Amsterdam", "nl", "nl"),
    "BE": Country("Europe/Brussels", "be", "nl"),
    "DE": Country("Europe/Berlin", "de", "de"),
    "AT": Country("Europe/Vienna", "de", "de"),
    "CH": Country("Europe/Zurich", "de", "de"),
    "FR": Country("Europe/Paris", "fr", "fr"),
    "GB": Country("Europe/London", "en", "en"),
    "IE": Country("Europe/Dublin", "en", "en"),
    "ES": Country("Europe/Madrid", "es", "es"),
    "PL": Country("Europe/Warsaw", "pl", "pl"),
    "IT": Country("Europe/Rome", "it", "en"),
    "DK": Country("Europe/Copenhagen", "da", "en"),
}


class Customer(NamedTuple):
    """One row of the table below: `size` is a share, `joined` days ago, `owner` makes it a company of one."""

    name: str
    domain: str
    country: str
    kind: str
    size: int
    joined: int
    language: str = ""
    owner: tuple[str, str] | None = None
    cancelled: int | None = None
    """Days ago on which it gave up its subscription."""


CUSTOMERS: Final[tuple[Customer, ...]] = (  # the first few already show every kind, for small stories
    Customer("Brouwerij De Linde", "delinde.example", "NL", "visitors", 22, 786),
    Customer("Kaufhaus Brinkmann & Söhne", "kaufhaus-brinkmann.example", "DE", "shop", 62, 785),
    Customer("Penwick Arcade", "penwickarcade.example", "GB", "shop", 14, 770, cancelled=152),
    Customer("Optik Jürgen Weiß", "optik-weiss.example", "DE", "shop", 1, 391, owner=("Jürgen", "Weiß")),
    Customer("Galeries Montrevel", "galeries-montrevel.example", "FR", "shop", 55, 784),
    Customer("The Tidewater Museum", "tidewatermuseum.example", "GB", "visitors", 31, 783),
    Customer("Galeria Handlowa Złoty Klon", "zlotyklon.example", "PL", "shop", 24, 612),
    Customer("Almacenes Robledo", "almacenesrobledo.example", "ES", "shop", 37, 700),
    Customer("Stationsbedrijf Rijnveste", "rijnveste.example", "NL", "office", 48, 782),
    Customer("Expohal Scheldeoord", "scheldeoord.example", "BE", "visitors", 16, 540),
    Customer("Museum De Zilte Kaai", "ziltekaai.example", "NL", "visitors", 18, 781),
    Customer("Warenhuis Van Hasselt & Zonen", "vanhasselt.example", "NL", "shop", 44, 780),
    Customer("Musée du Haut-Fourneau de Sarvoz", "musee-sarvoz.example", "BE", "visitors", 9, 455, "fr"),
    Customer("Stadtmuseum Altenweiher", "museum-altenweiher.example", "DE", "visitors", 15, 778),
    Customer("Northfold Railway Hubs", "northfoldhubs.example", "GB", "office", 41, 640),
    Customer("Winkelhart Merelstede", "merelstede.example", "NL", "shop", 27, 731),
    Customer("Bahnhofspassagen Lindental", "lindental-passagen.example", "DE", "office", 33, 690),
    Customer(
        "Kaashandel Jorrit Sikkema", "kaashandel-sikkema.example", "NL", "shop", 1, 268, owner=("Jorrit", "Sikkema")
    ),
    Customer("Gare & Services Occident", "gs-occident.example", "FR", "office", 29, 505),
    Customer("Museo del Faro de Peñalba", "farodepenalba.example", "ES", "visitors", 8, 350),
    Customer("Bibliotheken Oostermeer", "bibliotheken-oostermeer.example", "NL", "office", 21, 588),
    Customer("Chocolaterie Delvigne", "delvigne.example", "BE", "shop", 12, 417, "fr"),
    Customer("O'Sullivan Garden Centres", "osullivangardens.example", "IE", "shop", 19, 473),
    Customer("Muzeum Soli w Wierzbowie", "muzeumsoli.example", "PL", "visitors", 10, 301),
    Customer("Thermenwelt Steinbach", "thermenwelt-steinbach.example", "AT", "visitors", 17, 560),
    Customer("Seemuseum Hohenufer", "seemuseum-hohenufer.example", "CH", "visitors", 9, 240),
    Customer("Musée de la Dentelle de Valmorin", "dentelle-valmorin.example", "FR", "visitors", 7, 376),
    Customer("Atelier Hélène Garnier", "atelier-garnier.example", "FR", "shop", 1, 205, owner=("Hélène", "Garnier")),
    Customer("Harrowgate & Finch", "harrowgatefinch.example", "GB", "shop", 46, 766),
    Customer("Tuincentrum 't Groene Erf", "groene-erf.example", "NL", "shop", 13, 329),
    Customer("Buchhaus Federkiel", "federkiel.example", "DE", "shop", 16, 433),
    Customer("Centro Comercial Las Encinas", "lasencinas.example", "ES", "shop", 20, 284),
    Customer("Galerij Sint-Aldegonde", "sint-aldegonde.example", "BE", "shop", 11, 222),
    Customer("Księgarnie Pod Lipą", "podlipa.example", "PL", "shop", 12, 178),
    Customer("Passeggiate Belmonte", "passeggiatebelmonte.example", "IT", "shop", 14, 260),
    Customer("Librería Ana Cuesta", "libreria-anacuesta.example", "ES", "shop", 1, 133, owner=("Ana", "Muñoz Cuesta")),
    Customer("Havnehuset Science Center", "havnehuset.example", "DK", "visitors", 13, 195),
    Customer("Gartenwelt Hollerbusch", "hollerbusch.example", "DE", "shop", 15, 160),
    Customer("Librairie L'Encre bleue", "encrebleue.example", "FR", "shop", 6, 96),
    Customer("Jardinerie des Trois Chênes", "troischenes.example", "FR", "shop", 9, 61),
)


_LETTER_OF: Final = str.maketrans("0123456789abcdef", "bcdfghjkmnpqrstv")


@dataclass(frozen=True, slots=True)
class Company:
    """A customer company of the story with its opaque id and its share of the accounts."""

    external_id: str
    name: str
    domain: str
    kind: str
    zone: ZoneInfo
    names: str
    language: str
    seats: int
    joined_days_ago: int
    cancelled_days_ago: int | None
    owner: tuple[str, str] | None


def opaque(prefix: str, *parts: object) -> str:
    """Return an id that says nothing about whom it stands for and is the same in each telling of one seed."""
    whole = ":".join(map(str, (prefix, *parts)))
    return f"{prefix}-{consonants(blake2s(whole.encode(), digest_size=7).hexdigest())}"


def consonants(digits: str) -> str:
    """Return hexadecimal digits as letters that spell no name; digits could look like a phone number."""
    return digits.translate(_LETTER_OF)


def gather(*, seed: int, accounts: int) -> tuple[Company, ...]:
    """Return the companies of a story with `accounts` people: all forty from 80 people on."""
    customers = CUSTOMERS[: max(1, min(len(CUSTOMERS), (accounts + 1) // 2))]
    seats = _share_out(accounts, [customer.size for customer in customers])
    return tuple(_company(seed, number, *pair) for number, pair in enumerate(zip(customers, seats, strict=True)))


def _company(seed: int, number: int, customer: Customer, seats: int) -> Company:
    country = COUNTRIES[customer.country]
    return Company(
        external_id=opaque("co", seed, number),
        name=customer.name,
        domain=customer.domain,
        kind=customer.kind,
        zone=ZoneInfo(country.zone),
        names=country.names,
        language=customer.language or country.language,
        seats=seats,
        joined_days_ago=customer.joined,
        cancelled_days_ago=customer.cancelled,
        owner=customer.owner,
    )


def _share_out(total: int, sizes: list[int]) -> list[int]:
    """Give each size its part of `total`, at least one; a company of one person stays one."""
    seats = [1] * len(sizes)
    wanted = _by_size(sizes)
    while sum(seats) < total:
        seats[next(wanted)] += 1
    return seats


def _by_size(sizes: list[int]) -> Iterator[int]:
    """Yield, for ever, the index whose part is furthest behind its size."""
    given = [1] * len(sizes)
    growing = [index for index, size in enumerate(sizes) if size > 1]
    while True:
        index = min(growing, key=lambda place: (given[place] + 1) / sizes[place])
        given[index] += 1
        yield index
