"""A processor that has not finished with a person after a day: the engineer and compliance are told, once each.

The letter says which request, which processor and since when. It names nobody: staff could not be told whom anyway,
because our own records are empty by then.
"""

# ruff: noqa: E501 - a letter is read as it will be sent

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.config import Settings
from dashboard.policy import lifetimes
from dashboard.policy.requests import State
from dashboard.policy.roles import Role
from dashboard.processors.registry import PROCESSORS
from dashboard.services import access_log, outbox
from dashboard.services.cases import case_of
from dashboard.services.overview.telling import catalogue
from models import RequestStep, Staff, SubjectRequest, bound

from . import letters

LETTERS: Mapping[str, tuple[str, str]] = {
    "en": ("{processor} has not finished with {ref}", """{processor} was told to erase the person of request {ref}, and has not finished since {since}.

It is asked again by itself, and the request stays open until {processor} finds nothing any more. See what it answers:

{link}

If it does not answer at all, ask whoever runs it. This is said once.

{company}, request {ref}
"""),
    "nl": ("{processor} is nog niet klaar met {ref}", """{processor} moest de persoon van verzoek {ref} wissen, en is sinds {since} niet klaar.

Het wordt vanzelf opnieuw gevraagd, en het verzoek blijft open tot {processor} niets meer vindt. Bekijk wat het antwoordt:

{link}

Antwoordt het helemaal niet, vraag het dan aan wie het beheert. Dit wordt één keer gezegd.

{company}, verzoek {ref}
"""),
}  # fmt: skip
TITLES: Mapping[str, str] = {facts.name: facts.title for facts in PROCESSORS}
PAGES: Mapping[str, str] = {Role.SUPPORT: "/admin/subject-requests/{id}", Role.COMPLIANCE: "/admin/processors/"}
"""Where each reader sees more."""


def tell(session: Session, settings: Settings) -> int:
    """Write to the engineer and to compliance about each processor that is late; return how many are.

    The step keeps that it was said, in the transaction of the letters: exactly once per request and processor.
    """
    late = session.execute(_late(bound(session).at - lifetimes.PROCESSOR_ALARM)).all()
    for step, request in late:
        step.late_at = bound(session).at
        for address, language, role in session.execute(_readers(request)).all():
            _write(session, step, request, settings, address=address, language=language, role=role)
        access_log.record(session, "processor_alarm_written", case=case_of(request), reason=step.location)
    session.commit()
    return len(late)


def _late(since: datetime) -> Any:
    waits = (RequestStep.action == "ask", RequestStep.verified_at.is_(None), RequestStep.late_at.is_(None))
    return (
        select(RequestStep, SubjectRequest)
        .join(SubjectRequest, SubjectRequest.id == RequestStep.request_id)
        .where(SubjectRequest.state == State.AWAITING_PROCESSORS, SubjectRequest.executed_at <= since, *waits)
        .order_by(RequestStep.request_id, RequestStep.position)
        .with_for_update(of=RequestStep, skip_locked=True)
    )


def _readers(request: SubjectRequest) -> Any:
    """The assigned engineer, while they are one, and all of compliance; nobody who has left or never came in."""
    engineer = (Staff.id == request.assignee_id) & (Staff.role == Role.SUPPORT)
    here = (Staff.active.is_(True), Staff.last_seen_at.is_not(None))
    told = select(Staff.email, Staff.language, Staff.role)
    return told.where(engineer | (Staff.role == Role.COMPLIANCE), *here).order_by(Staff.number)


def _write(
    session: Session, step: RequestStep, request: SubjectRequest, settings: Settings,
    *, address: str, language: str | None, role: str,
) -> None:  # fmt: skip
    known, case = language if language and language in LETTERS else "en", case_of(request)
    words = {
        "processor": catalogue(known).gettext(TITLES.get(step.location, step.location)),
        "ref": case.ref,
        "since": letters.minute(request.executed_at or bound(session).at, known, settings.zone),
        "link": settings.base_url + PAGES[role].format(id=request.id),
        "company": settings.company_name,
    }
    subject, body = (text.format(**words) for text in LETTERS[known])
    cause = f"processor {step.location}, {case.ref}"
    outbox.queue(session, type="processor_late", cause=cause, address=address, subject=subject, body=body)
