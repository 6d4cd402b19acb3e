"""The certificate of a removal as PDF: counts per place, receipts, what was kept and why. No personal value (P46)."""

# ruff: noqa: E501 - a sentence is read whole

from collections.abc import Mapping

from dashboard.config import Settings
from dashboard.services.erasure.certifying import Certificate, Line

from . import words
from .pdf import pdf_of
from .telling import Document, Field, Frame, Part, catalogue
from .words import Both, one

PLACES: Mapping[str, Both] = {
    "free text": ("Texts that people typed", "Teksten die mensen typten"),
    "messages on disk": ("Messages kept as files", "Berichten die als bestand liggen"),
    "export files": ("Files made for you", "Bestanden voor u gemaakt"),
    "residue": ("Search for what is left", "Zoeken naar wat er over is"),
    "hubspot": ("HubSpot", "HubSpot"),
    "app": ("The app's own copy", "De eigen kopie van de app"),
    "website": ("The website's own copy", "De eigen kopie van de website"),
    "mail": ("Mail server", "Mailserver"),
    "analytics": ("Website analytics tools", "Analysehulpmiddelen van de website"),
}
ACTIONS: Mapping[str, Both] = {
    "delete": ("deleted", "verwijderd"),
    "anonymise": ("name and addresses taken out", "naam en adressen eruit gehaald"),
    "scrub": ("names and addresses taken out", "namen en adressen eruit gehaald"),
    "ask": ("asked to erase", "gevraagd te wissen"),
    "scan": ("all text, files, queues and logs searched", "alle teksten, bestanden, wachtrijen en logboeken doorzocht"),
}
SAYS: Mapping[str, Both] = {
    "heading": ("Your data has been removed", "Uw gegevens zijn verwijderd"),
    "lead": ("Certificate for request {ref}, signed on {at}. It names nobody.", "Certificaat voor verzoek {ref}, getekend op {at}. Het noemt niemand."),
    "genuine": ("Genuine: the signature holds over every line of this document.", "Echt: de handtekening klopt over elke regel van dit document."),
    "false": ("Not genuine: what stands here is not what was signed.", "Niet echt: wat hier staat, is niet wat is getekend."),
    "empty": ("{done} of {all} places empty", "{done} van {all} plaatsen leeg"),
    "line": ("{action}; found {found}; read back: {left}", "{action}; gevonden {found}; teruggelezen: {left}"),
    "checked": ("checked {at}", "nagegaan {at}"),
    "not_checked": ("not read back", "niet teruggelezen"),
    "receipt": ("receipt {receipt}", "ontvangstbewijs {receipt}"),
    "kept": ("Kept, and why", "Bewaard, en waarom"),
    "months": ("{ground} Deleted after {months} calendar months.", "{ground} Verwijderd na {months} kalendermaanden."),
    "out": ("Cannot be reached by us; the page behind the link below says what you can do.", "Hier kunnen wij niet bij; de pagina achter de link hieronder zegt wat u kunt doen."),
    "backups": ("Backups overwritten by {day}.", "Back-ups overschreven vóór {day}."),
    "course": ("How it went", "Hoe het ging"),
    "received": ("Asked", "Gevraagd"),
    "by_link": ("Confirmed by you", "Door u bevestigd"),
    "by_administrator": ("Confirmed by your company's administrator, signed by two of us", "Bevestigd door de beheerder van uw bedrijf, getekend door twee van ons"),
    "executed": ("Carried out", "Uitgevoerd"),
    "verified": ("Nothing found anywhere", "Nergens nog iets gevonden"),
    "plan": ("Hash of the plan", "Hash van het plan"),
    "signature": ("Signature", "Handtekening"),
    "check": ("check at {address}", "na te gaan op {address}"),
}  # fmt: skip


def certificate_pdf(certificate: Certificate, settings: Settings, *, language: str, address: str) -> bytes:
    """Return a certificate as PDF; `address` is where it can be checked at any time."""
    frame = Frame(language, settings)
    foot = _say(frame, "check", address=address)
    return pdf_of(document_of(certificate, frame), at=certificate.certified_at, foot=foot)


def document_of(certificate: Certificate, frame: Frame) -> Document:
    """Return a certificate as a document; the same for everyone who looks at it."""
    at = frame.minute(certificate.certified_at)
    parts = [*_places(certificate, frame), _kept(certificate, frame), _course(certificate, frame)]
    lead = _say(frame, "lead", ref=certificate.ref, at=at)
    return Document(frame.language, certificate.ref, "certificate", _say(frame, "heading"), lead, parts)


def _say(frame: Frame, key: str, **values: object) -> str:
    return one(SAYS[key], frame.language).format(**values)


def _places(certificate: Certificate, frame: Frame) -> list[Part]:
    verdict = "genuine" if certificate.genuine else "false"
    done = sum(line.verified_at is not None for line in certificate.lines)
    heading = _say(frame, "empty", done=done, all=len(certificate.lines))
    first = Part(heading, texts=[_say(frame, verdict)])
    return [first, *(_relation(certificate, relation, frame) for relation in words.RELATIONS)]


def _relation(certificate: Certificate, relation: str, frame: Frame) -> Part:
    lines = [_line(line, frame) for line in certificate.lines if line.relation == relation]
    return Part(one(words.RELATIONS[relation], frame.language), 3, groups=[lines])


def _line(line: Line, frame: Frame) -> Field:
    found = "–" if line.found is None else line.found
    action = one(ACTIONS.get(line.action, (line.action, line.action)), frame.language)
    told = [_say(frame, "line", action=action, found=found, left=line.left or 0)]
    told += [_say(frame, "receipt", receipt=line.receipt)] if line.receipt else []
    checked = line.verified_at
    told += [_say(frame, "checked", at=frame.minute(checked)) if checked else _say(frame, "not_checked")]
    return _place(line.location, frame), "; ".join(told)


def _place(location: str, frame: Frame) -> str:
    known = PLACES.get(location) or words.TABLES[location][0]
    return one(known, frame.language)


def _kept(certificate: Certificate, frame: Frame) -> Part:
    known = catalogue(frame.language).gettext
    kept = [
        f"{_place(line.location, frame)}: {_say(frame, 'months', ground=known(line.ground), months=line.months)}"
        for line in certificate.kept
    ]
    out = [f"{_place(location, frame)}: {_say(frame, 'out')}" for location in certificate.out_of_reach]
    backups = _say(frame, "backups", day=frame.day(certificate.backups_until))
    return Part(_say(frame, "kept"), texts=[backups], points=[*kept, *out])


def _course(certificate: Certificate, frame: Frame) -> Part:
    confirmed = "by_link" if certificate.validated_how == "link" else "by_administrator"
    moments = {"received": certificate.received_at, confirmed: certificate.validated_at,
               "executed": certificate.executed_at, "verified": certificate.verified_at}  # fmt: skip
    went = [(_say(frame, name), frame.minute(at)) for name, at in moments.items()]
    hashes = [(_say(frame, "plan"), certificate.plan_hash), (_say(frame, "signature"), certificate.signature)]
    return Part(_say(frame, "course"), groups=[[*went, *hashes]])
