"""A visitor filled in the contact form: name, e-mail, phone, and nothing else (P6)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.services.cases import ref_of
from dashboard.services.refusals import DiffersFromBefore
from models import ContactRequest, bound

from .acting import Answer
from .erased import refuse_form_if_erased


@dataclass(frozen=True)
class Submission:
    """One contact form as it was sent; `submitted_at` in UTC."""

    name: str
    email: str
    phone: str
    submitted_at: datetime
    external_id: str | None = None


def add(session: Session, submission: Submission) -> Answer:
    """Add a submission; the same external id twice is one. Raise DiffersFromBefore when its content is another."""
    known = _known(session, submission)
    if known:
        return known
    refuse_form_if_erased(session, submission.external_id)
    row = ContactRequest(**vars(submission), received_at=bound(session).at)
    session.add(row)
    session.flush()
    return _answer(201, row.id, row.number)


def _known(session: Session, submission: Submission) -> Answer | None:
    if submission.external_id is None:
        return None
    row = ContactRequest
    found = session.execute(
        select(row.id, row.number, row.name, row.email, row.phone, row.submitted_at).where(
            row.external_id == submission.external_id
        )
    ).first()
    if found is None:
        return None
    sent = (submission.name, submission.email, submission.phone, submission.submitted_at)
    if tuple(found[2:]) != sent:
        raise DiffersFromBefore
    return _answer(200, found.id, found.number)


def _answer(status: int, public_id: str, number: int) -> Answer:
    return Answer(status, {"id": public_id, "ref": ref_of("contact_request", number)})
