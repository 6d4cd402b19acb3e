"""The certificate of a removal: what was removed where, what was kept and why, until when backups live. It names
nobody.

It is signed over every line; who has its link can have it checked at any time. Nothing is certified that a read-back
has not found empty.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.config import Settings
from dashboard.policy import lifetimes
from dashboard.services import outbox
from dashboard.services.cases import ref_of
from dashboard.services.keys import keyed
from dashboard.services.requests import letters, links, working
from models import OnErasure, RequestStep, SubjectRequest

from . import planning
from .profile import Profile


@dataclass(frozen=True)
class Line:
    """One location on the certificate."""

    location: str
    relation: str
    action: str
    found: int | None
    left: int | None
    receipt: str | None
    verified_at: datetime | None


@dataclass(frozen=True)
class Kept:
    """What was kept, on which ground, for how many calendar months."""

    location: str
    ground: str
    months: int


@dataclass(frozen=True)
class Certificate:
    """Everything a certificate says. `genuine`: its signature holds over these very lines."""

    ref: str
    language: str
    received_at: datetime
    validated_at: datetime
    validated_how: str
    executed_at: datetime
    verified_at: datetime
    certified_at: datetime
    backups_until: datetime
    plan_hash: str
    signature: str
    lines: Sequence[Line]
    kept: Sequence[Kept]
    out_of_reach: Sequence[str]
    genuine: bool


def sign(request: SubjectRequest, steps: Sequence[RequestStep]) -> str:
    """Return the signature over a request and its steps: 64 hexadecimal characters."""
    return keyed("certificate", request.id, *map(str, _signed_facts(request)), *(f for s in steps for f in _facts(s)))


def _signed_facts(request: SubjectRequest) -> Sequence[object]:
    moments = (request.received_at, request.validated_at, request.executed_at, request.verified_at)
    return (request.number, request.validated_how, request.plan_hash, request.backups_until, *moments)


def _facts(step: RequestStep) -> Sequence[str]:
    facts = (step.position, step.location, step.relation, step.action, step.found, step.left, step.receipt)
    return [*map(str, facts), str(step.verified_at)]


def say_goodbye(session: Session, request: SubjectRequest, known: Profile | None, *, settings: Settings) -> None:
    """Queue the last message, whose address stays sealed, with the link to the certificate."""
    link = links.make(session, request.id, links.CERTIFICATE, lasts=lifetimes.CERTIFICATE_LINK)
    if known is None or not known.addresses:
        return
    sender = letters.Sender(settings.base_url, settings.company_name, settings.zone)
    words = {"link": f"{settings.base_url}/privacy/certificate/{link}"}
    address = outbox.SEALED + request.id
    letters.send(
        session, "request_certified", working.about(request), sender, address=address, subject_key=None, **words
    )


def cause_of(request: SubjectRequest) -> str:
    """Return the cause a request's letters bear."""
    return f"request {ref_of('subject_request', request.number)}"


def read(session: Session, token: str) -> Certificate | None:
    """Return the certificate a link leads to, checked; None when the link does not work.

    The link to where the request stands leads to it too, once it is certified.
    """
    found = links.find(session, token, links.CERTIFICATE, links.STATUS)
    return certificate_of(session, found[1]) if found and found[1].certified_at else None


def certificate_of(session: Session, request: SubjectRequest) -> Certificate:
    """Return the certificate of a certified request, its signature checked against what is kept today."""
    query = select(RequestStep).where(RequestStep.request_id == request.id).order_by(RequestStep.position)
    steps = session.scalars(query).all()
    signature = session.scalar(select(SubjectRequest.signature).where(SubjectRequest.id == request.id)) or ""
    lines = [Line(s.location, s.relation, s.action, s.found, s.left, s.receipt, s.verified_at) for s in steps]
    return Certificate(
        ref=ref_of("subject_request", request.number), language=request.language, received_at=request.received_at,
        validated_at=_set(request.validated_at), validated_how=request.validated_how or "",
        executed_at=_set(request.executed_at), verified_at=_set(request.verified_at),
        certified_at=_set(request.certified_at), backups_until=_set(request.backups_until),
        plan_hash=request.plan_hash or "", signature=signature,
        lines=[line for line in lines if line.action not in {"keep", "out_of_reach"}], kept=_kept(lines),
        out_of_reach=[line.location for line in lines if line.action == "out_of_reach"],
        genuine=bool(signature) and sign(request, steps) == signature,
    )  # fmt: skip


def _set(moment: datetime | None) -> datetime:
    if moment is None:
        raise ValueError("a certified request has every moment")
    return moment


def _kept(lines: Sequence[Line]) -> list[Kept]:
    """Return what stayed: tables with their ground, and what an erasure leaves on purpose."""
    found = []
    for line in lines:
        model = planning.model_of(line.location)
        if model and line.action == OnErasure.KEEP:
            found.append(Kept(line.location, model.__privacy__.kept, model.__privacy__.kept_months))
    return found
