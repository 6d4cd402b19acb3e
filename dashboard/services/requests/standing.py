"""Where a request stands, as its person reads it behind their link: state, dates and progress. It names nobody."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from dashboard.policy import lifetimes
from dashboard.services.cases import ref_of
from models import SubjectRequest

from . import links, progress


@dataclass(frozen=True)
class Standing:
    """A request as its person sees it; `outcome` is the code of how it ended."""

    ref: str
    kind: str
    state: str
    outcome: str
    received_at: datetime
    due_at: datetime
    extended_because: str
    validated_at: datetime | None
    not_before: datetime | None
    closed_at: datetime | None
    times_asked: int
    confirm_until: datetime | None
    progress: progress.Progress


def look(session: Session, token: str) -> Standing | None:
    """Return where the request behind a link stands; None when the link does not work."""
    found = links.find(session, token, links.STATUS)
    return _standing(session, found[1]) if found else None


def _standing(session: Session, request: SubjectRequest) -> Standing:
    until = request.contacted_at + lifetimes.REQUEST_LINK if request.contacted_at else None
    return Standing(
        ref_of("subject_request", request.number), request.kind, request.state, request.outcome or "",
        request.received_at, request.due_at, request.extended_because or "", request.validated_at, request.not_before,
        request.closed_at, request.times_asked, until, progress.of(session, request),
    )  # fmt: skip
