"""Telling compliance, once a day, whether the log holds and what its newest seal is: a witness nobody here can unwrite.

Once a day and not once a minute: a message that comes all the time is read by nobody. Between two messages the file of
anchors is the witness. `flask audit verify --told SEAL:HASH` holds the log against a message.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.config import Settings
from dashboard.policy.roles import Role
from dashboard.services import outbox
from models import Staff, bound

from . import chain
from .outcome import Outcome

SUBJECTS = {
    "en": ("The access log holds", "The access log does NOT hold"),
    "nl": ("Het inzagelogboek klopt", "Het inzagelogboek klopt NIET"),
}
BODIES = {
    "en": (
        "Verified on {at} (UTC): {seals} seals over {lines} lines.\n{found}\n"
        "Newest seal: {seal}, up to line {last}.\nIts hash: {hash}\n\n"
        "Keep this message: it is the witness that nobody with access to the database can change. To hold the log\n"
        "against it, a system administrator runs\n\n  flask --app wsgi audit verify --told {seal}:{hash}\n\n{url}\n"
    ),
    "nl": (
        "Nagegaan op {at} (UTC): {seals} zegels over {lines} regels.\n{found}\n"
        "Nieuwste zegel: {seal}, tot en met regel {last}.\nDe hash ervan: {hash}\n\n"
        "Bewaar dit bericht: het is de getuige die niemand met toegang tot de database kan wijzigen. Om het logboek\n"
        "ermee te vergelijken voert een systeembeheerder dit uit:\n\n"
        "  flask --app wsgi audit verify --told {seal}:{hash}\n\n{url}\n"
    ),
}
FOUND = {
    "en": ("Nothing was changed, taken out or put in.", "{n} things do not hold; the page says which."),
    "nl": ("Er is niets gewijzigd, weggehaald of toegevoegd.", "{n} dingen kloppen niet; op de pagina staat welke."),
}


def tell(session: Session, settings: Settings, outcome: Outcome) -> None:
    """Write the day's message to each active compliance officer; the caller commits. Ranges and counts only."""
    query = select(Staff.email, Staff.language).where(Staff.role == Role.COMPLIANCE.value, Staff.active.is_(True))
    for address, chosen in session.execute(query).all():
        language = chosen or "en"
        subject, body = _words(session, settings, outcome, language=language)
        cause = f"seal {outcome.newest.number}"
        outbox.queue(session, type="access_log_sealed", cause=cause, address=address, subject=subject, body=body)


def _words(session: Session, settings: Settings, outcome: Outcome, *, language: str) -> tuple[str, str]:
    broken, newest = not outcome.holds, outcome.newest
    found = FOUND[language][broken].format(n=len(outcome.findings))
    told = {"seals": outcome.seals, "lines": outcome.lines, "seal": newest.number, "last": newest.last}
    body = BODIES[language].format(
        **told, at=chain.written(bound(session).at)[:16], found=found, hash=newest.chained,
        url=f"{settings.base_url}/admin/access-log/",
    )  # fmt: skip
    return SUBJECTS[language][broken], body
