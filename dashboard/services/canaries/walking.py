"""The monthly walk: in by every way, then removed or expired, stage by stage. The job looks at the state and goes on.

The one who leaves is removed by a real removal. Nobody validates it for them: the link goes to their mailbox, which is
the house's own; it is read there and confirmed by the service behind the public page. No other way is opened by this.
"""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from dashboard.config import Settings
from dashboard.policy import lifetimes
from dashboard.policy import requests as policy
from dashboard.policy.requests import Event, Kind, State
from dashboard.services import outbox
from dashboard.services.erasure import certifying
from dashboard.services.intake.acting import Answer, act
from dashboard.services.requests import confirming, letters, progress, working
from models import CanaryKey, CanaryRun, RequestStep, SubjectRequest, UsageEvent, bound

from .people import Canary
from .ways import WAYS, Way, take

WALKING, ASKED, CONFIRMED, ERASED, DONE, FAILED = "walking", "asked", "confirmed", "erased", "done", "failed"
ENDED = (DONE, FAILED)
LETTERS = ("request_confirm", "request_again")
TO_CONFIRM = re.compile(r"/privacy/confirm/([\w-]{43})")
TO_CERTIFICATE = re.compile(r"/privacy/certificate/([\w-]{43})")
TO_EXPIRE = lifetimes.REQUEST_LINK + timedelta(days=1)
"""The last to expire is the link nobody follows; a day on top of that, as for whatever expires."""
Stage = Callable[[Session, CanaryRun, Settings], bool]


def walk(session: Session, settings: Settings) -> int:
    """Take every canary that is not through as far as it goes now; return how many stages were passed."""
    engine, at = session.get_bind().engine, bound(session).at
    month = f"{at.astimezone(settings.zone):%Y-%m}"
    known = session.scalar(select(CanaryRun.id).where(CanaryRun.month == month))
    session.rollback()  # each stage has a transaction of its own
    if known is None:
        act(engine, partial(_begin, month=month))
    open_runs = list(session.scalars(select(CanaryRun.id).where(CanaryRun.state.not_in(ENDED))))
    session.rollback()
    return sum(_as_far_as_it_goes(engine, run_id, settings) for run_id in open_runs)


def _begin(session: Session, *, month: str) -> Answer:
    if session.scalar(select(CanaryRun.id).where(CanaryRun.month == month)) is None:
        at = bound(session).at
        session.add(CanaryRun(month=month, started_at=at, expires_by=at + TO_EXPIRE))
    return Answer(200)


def _as_far_as_it_goes(engine: Engine, run_id: str, settings: Settings) -> int:
    _send_in(engine, run_id, settings)
    passed = 0
    while act(engine, partial(_next_stage, run_id=run_id, settings=settings)).status == MOVED:
        passed += 1
    return passed


MOVED, STAYS = 200, 204


def _send_in(engine: Engine, run_id: str, settings: Settings) -> None:
    """Go every way that has not been gone yet, each in a transaction of its own."""
    for way in WAYS:
        act(engine, partial(_go, way=way, run_id=run_id, settings=settings))


def _go(session: Session, *, way: Way, run_id: str, settings: Settings) -> Answer:
    walking = select(CanaryRun.started_at).where(CanaryRun.id == run_id, CanaryRun.state == WALKING)
    if session.scalar(walking) is None:
        return Answer(STAYS)
    return take(session, way, Canary(run_id, way.role, bound(session).at), settings)


def _next_stage(session: Session, *, run_id: str, settings: Settings) -> Answer:
    run = session.scalar(select(CanaryRun).where(CanaryRun.id == run_id).with_for_update(skip_locked=True))
    if run is None or run.state not in STAGES:
        return Answer(STAYS)
    return Answer(MOVED if STAGES[run.state](session, run, settings) else STAYS)


def _request(session: Session, run: CanaryRun, kind: Kind) -> SubjectRequest:
    mine = select(SubjectRequest).join(CanaryKey, CanaryKey.key == SubjectRequest.id)
    return session.scalars(mine.where(CanaryKey.run_id == run.id, SubjectRequest.kind == kind)).one()


def _have_links_sent(session: Session, run: CanaryRun, settings: Settings) -> bool:
    """Have the link sent for both requests. Nobody takes a canary's request: no engineer is sent after it."""
    sender = letters.Sender(settings.base_url, settings.company_name, settings.zone)
    _send_link(session, _request(session, run, Kind.OVERVIEW), sender)
    run.state = ASKED
    _send_link(session, _request(session, run, Kind.REMOVAL), sender)
    return True


def _send_link(session: Session, request: SubjectRequest, sender: letters.Sender) -> None:
    if request.state == State.RECEIVED:
        request.state = policy.move(request.state, Event.TAKEN)
    working.send_link(session, request.id, sender=sender)


def _read_mailbox(session: Session, request: SubjectRequest, link: re.Pattern[str], *types: str) -> str | None:
    """Return the token of the last link in the canary's mailbox; what was read there is gone from it."""
    cause = certifying.cause_of(request)
    texts = [text for kind in types for text in outbox.collect(session, type=kind, cause=cause)]
    tokens = [found[1] for found in map(link.search, texts) if found]
    return tokens[-1] if tokens else None


def _confirm(session: Session, run: CanaryRun, settings: Settings) -> bool:  # noqa: ARG001 - every stage takes both
    """Follow the link in the mailbox as a person would: the one and only way to validate."""
    _read_mailbox(session, _request(session, run, Kind.OVERVIEW), TO_CONFIRM, *LETTERS)  # read, and never followed
    request = _request(session, run, Kind.REMOVAL)
    if request.closed_at:
        return _fail(session, run)
    token = _read_mailbox(session, request, TO_CONFIRM, *LETTERS)
    if token is None:
        return False
    run.state, run.validated_at = CONFIRMED, bound(session).at
    confirming.confirm(session, token, confirming.WORDS[Kind.REMOVAL]["en"])
    return True


def _fail(session: Session, run: CanaryRun) -> bool:
    run.state, run.ended_at = FAILED, bound(session).at
    return True


def _look_at_certificate(session: Session, run: CanaryRun, settings: Settings) -> bool:  # noqa: ARG001
    """Once it is certified, check the certificate by the link that came with it."""
    request = _request(session, run, Kind.REMOVAL)
    if request.certified_at is None:
        run.waits_for = _waits_for(session, request)
        return _fail(session, run) if request.closed_at else False
    token = _read_mailbox(session, request, TO_CERTIFICATE, "request_certified")
    certificate = certifying.read(session, token) if token else None
    run.state, run.certified_at, run.waits_for = ERASED, request.certified_at, None
    run.genuine = bool(certificate and certificate.genuine)
    run.left = session.scalar(select(func.sum(RequestStep.left)).where(RequestStep.request_id == request.id)) or 0
    return True


def _waits_for(session: Session, request: SubjectRequest) -> str | None:
    waiting = progress.of(session, request).waiting
    return waiting[0].location if waiting else None


def _look_what_expired(session: Session, run: CanaryRun, settings: Settings) -> bool:  # noqa: ARG001
    """Count what was sent to expire; the run is over when nothing of it is left."""
    usage = select(func.count()).select_from(UsageEvent).join(CanaryKey, CanaryKey.key == UsageEvent.account_id)
    still_there = session.scalar(usage.where(CanaryKey.run_id == run.id)) or 0
    run.unexpired = still_there + (_request(session, run, Kind.OVERVIEW).closed_at is None)
    if run.unexpired:
        return False
    run.state, run.ended_at = DONE, bound(session).at
    return True


STAGES: Mapping[str, Stage] = {
    WALKING: _have_links_sent, ASKED: _confirm, CONFIRMED: _look_at_certificate, ERASED: _look_what_expired,
}  # fmt: skip
"""What is due in each state; a state that is not here is an end."""
