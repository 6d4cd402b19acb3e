"""The messages of a request: fixed texts by language, with a link and a reference in them and no personal value.

Order of each: what this is, what to do and by when, if it was not you, who we are.
"""

# ruff: noqa: E501 - a letter is read as it will be sent

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from dashboard.services import outbox

from .letters_before import LETTERS_BEFORE

MONTHS = {
    "en": "January February March April May June July August September October November December".split(),  # noqa: SIM905
    "nl": "januari februari maart april mei juni juli augustus september oktober november december".split(),  # noqa: SIM905
}
ACTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "overview": "to tell you what we have about you",
        "retrieval": "to give you a copy of your data",
        "removal": "to remove all your data",
    },
    "nl": {
        "overview": "u te vertellen wat wij over u hebben",
        "retrieval": "u een kopie van uw gegevens te geven",
        "removal": "al uw gegevens te verwijderen",
    },
}
LETTERS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "request_confirm": {
        "en": ("Please confirm your request ({ref})", """Somebody asked us on {received} {act}. Was that you?

Nothing happens before you confirm. Open this page, read what will happen, and confirm there before {until}:

{link}

Where your request stands, at any time:

{status}

You did not ask for this? Then do nothing, or say so on that page. The link ends by itself.

{company}, request {ref}
"""),
        "nl": ("Bevestig uw verzoek ({ref})", """Iemand vroeg ons op {received} {act}. Was u dat?

Er gebeurt niets voordat u bevestigt. Open deze pagina, lees wat er gebeurt en bevestig daar vóór {until}:

{link}

Hoe het met uw verzoek staat, op elk moment:

{status}

Niet door u gevraagd? Dan hoeft u niets te doen, of meld het op die pagina. De link stopt vanzelf.

{company}, verzoek {ref}
"""),
    },
    "request_again": {
        "en": ("Please confirm your request ({ref})", """You asked us more than once {act}. That is one request, {ref}.

Nothing happens before you confirm. Open this page, read what will happen, and confirm there before {until}:

{link}

Where your request stands, at any time:

{status}

You did not ask for this? Then do nothing, or say so on that page. The link ends by itself.

{company}, request {ref}
"""),
        "nl": ("Bevestig uw verzoek ({ref})", """U vroeg ons meer dan eens {act}. Dat is één verzoek, {ref}.

Er gebeurt niets voordat u bevestigt. Open deze pagina, lees wat er gebeurt en bevestig daar vóór {until}:

{link}

Hoe het met uw verzoek staat, op elk moment:

{status}

Niet door u gevraagd? Dan hoeft u niets te doen, of meld het op die pagina. De link stopt vanzelf.

{company}, verzoek {ref}
"""),
    },
    "request_extended": {
        "en": ("Your request takes longer ({ref})", """On {received} you asked us {act}. It takes longer than a month.

Why: {reason}. You have our answer before {until} at the latest.

{company}, request {ref}
"""),
        "nl": ("Uw verzoek duurt langer ({ref})", """Op {received} vroeg u ons {act}. Dat duurt langer dan een maand.

Waarom: {reason}. U hebt ons antwoord uiterlijk vóór {until}.

{company}, verzoek {ref}
"""),
    },
    "request_refused": {
        "en": ("Your request cannot be met ({ref})", """On {received} you asked us {act}. We have not done so.

Why: {reason}. You can ask again at any time, and you can complain to the data protection authority of your country.

{company}, request {ref}
"""),
        "nl": ("Aan uw verzoek is niet voldaan ({ref})", """Op {received} vroeg u ons {act}. Dat hebben wij niet gedaan.

Waarom: {reason}. U kunt altijd opnieuw vragen, en u kunt een klacht indienen bij de toezichthouder van uw land.

{company}, verzoek {ref}
"""),
    },
    "request_ready": {
        "en": ("Your data is ready ({ref})", """On {received} you asked us {act}. It is ready.

Fetch it here before {until}; after that the file is deleted:

{link}

{company}, request {ref}
"""),
        "nl": ("Uw gegevens staan klaar ({ref})", """Op {received} vroeg u ons {act}. Het staat klaar.

Haal het hier op vóór {until}; daarna wordt het bestand verwijderd:

{link}

{company}, verzoek {ref}
"""),
    },
    "request_certified": {
        "en": ("Your data has been removed ({ref})", """On {received} you asked us {act}. It is done, and checked.

The certificate says what was removed where, what was kept and why, and until when backups live. You can check it at
any time:

{link}

This is our last message to this address.

{company}, request {ref}
"""),
        "nl": ("Uw gegevens zijn verwijderd ({ref})", """Op {received} vroeg u ons {act}. Dat is gebeurd, en nagegaan.

Het certificaat zegt wat waar is verwijderd, wat is bewaard en waarom, en tot wanneer back-ups bestaan. U kunt het
altijd nagaan:

{link}

Dit is ons laatste bericht aan dit adres.

{company}, verzoek {ref}
"""),
    },
    "request_identity": {
        "en": ("Is this your colleague? ({ref})", """A colleague at your company lost their mailbox and asked us on
        {received} {act}.

You administer your company at {company}. Only you can tell us whether this is truly your colleague. Open this page before {until}:

{link}

You cannot decide for them: two of us check the request, and their known address hears of it.

{company}, request {ref}
"""),
        "nl": ("Is dit uw collega? ({ref})", """Een collega bij uw bedrijf heeft geen toegang meer tot de mailbox en
        vroeg ons op {received} {act}.

U bent beheerder van uw bedrijf bij {company}. Alleen u kunt ons zeggen of dit echt uw collega is. Open deze pagina vóór {until}:

{link}

U kunt niet voor uw collega beslissen: twee van ons gaan het verzoek na, en het bekende adres krijgt bericht.

{company}, verzoek {ref}
"""),
    },
    "request_notice": {
        "en": ("All your data will be removed on {until} ({ref})", """Somebody who says they lost this mailbox asked
        us on {received} {act}.

Your company's administrator confirmed who asks, and two of us signed. Unless you object, it happens after {until}:

{link}

It was you, and that is right? Then do nothing.

{company}, request {ref}
"""),
        "nl": ("Al uw gegevens worden op {until} verwijderd ({ref})", """Iemand die zegt deze mailbox kwijt te zijn,
        vroeg ons op {received} {act}.

De beheerder van uw bedrijf heeft bevestigd wie het vraagt, en twee van ons hebben getekend. Maakt u geen bezwaar, dan gebeurt het na {until}:

{link}

Was u het, en klopt dat? Dan hoeft u niets te doen.

{company}, verzoek {ref}
"""),
    },
    **LETTERS_BEFORE,
}  # fmt: skip
"""Every message, by type and language: subject and text."""
REASONS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "not_identified": "we could not make sure who asks",
        "excessive": "the same was asked again and again without need",
        "another_person": "it concerns another person's data",
        "law": "a law obliges us to keep this data",
        "complex": "it needs work with several partners",
        "many_requests": "many people asked at the same time",
    },
    "nl": {
        "not_identified": "wij konden niet nagaan wie het vraagt",
        "excessive": "hetzelfde is zonder noodzaak steeds opnieuw gevraagd",
        "another_person": "het gaat om gegevens van iemand anders",
        "law": "een wet verplicht ons deze gegevens te bewaren",
        "complex": "er zijn meerdere partners bij nodig",
        "many_requests": "veel mensen vroegen het tegelijk",
    },
}
"""What a coded reason is called in a message."""


@dataclass(frozen=True)
class Sender:
    """Who writes: the address of this application, the company's name, its time zone."""

    base_url: str
    company: str
    zone: ZoneInfo


@dataclass(frozen=True)
class About:
    """What a letter is about: the request's reference, kind, language and when it came in."""

    ref: str
    kind: str
    language: str
    received_at: datetime


def day(moment: datetime, language: str, zone: ZoneInfo) -> str:
    """Return a day as a letter writes it: 24 November 2026."""
    local = moment.astimezone(zone)
    return f"{local.day} {MONTHS[language][local.month - 1]} {local.year}"


def minute(moment: datetime, language: str, zone: ZoneInfo) -> str:
    """Return a day and time as a letter writes it."""
    return f"{day(moment, language, zone)}, {moment.astimezone(zone):%H:%M}"


def text_of(letter: str, about: About, sender: Sender, **words: str) -> tuple[str, str]:
    """Return subject and text of a letter."""
    known = {
        "ref": about.ref, "act": ACTS[about.language][about.kind], "company": sender.company,
        "received": day(about.received_at, about.language, sender.zone),
    }  # fmt: skip
    subject, body = LETTERS[letter][about.language]
    return subject.format(**known, **words), body.format(**known, **words)


def send(
    session: Session, letter: str, about: About, sender: Sender, *, address: str, subject_key: str | None, **words: str
) -> None:
    """Write a letter into the outbox, in the caller's transaction."""
    subject, body = text_of(letter, about, sender, **words)
    cause = f"request {about.ref}"
    outbox.queue(
        session, type=letter, cause=cause, address=address, subject=subject, body=body, subject_key=subject_key
    )
