"""How far carrying out has come, in steps that are rows: counts and codes, nobody's data.

A step counts as done when we did our part of it; one that a processor or a search must answer, when its read-back found
nothing. The certificate is the last.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.policy.requests import State
from models import RequestStep, SubjectRequest, bound

BEING_DONE = (State.VALIDATED, State.RUNNING, State.AWAITING_PROCESSORS, State.VERIFIED)
"""The states in which something happens by itself."""
ANSWERED = frozenset({"ask", "scan"})
"""Actions that are done only when somebody else, or a search, has answered."""


@dataclass(frozen=True)
class Waiting:
    """A processor that still has the person, or did not answer: which, how often asked, its answer, when again."""

    location: str
    attempts: int
    receipt: str
    next_try_at: datetime | None


@dataclass(frozen=True)
class Progress:
    """So many of so many steps are done; the processors waited for; since when it runs, and how long (seconds)."""

    state: str
    done: int
    total: int
    waiting: Sequence[Waiting]
    since: datetime | None
    seconds: float
    runs: bool

    @property
    def mark(self) -> str:
        """What a page has shown: while it is the same, nothing is announced again."""
        tries = sum(one.attempts for one in self.waiting)
        return f"{self.state}-{self.done}-{tries}-{int(self.seconds > A_MINUTE)}"


A_MINUTE = 60


def steps_of(session: Session, request_id: str) -> Sequence[RequestStep]:
    """Return the steps of a request in their order."""
    query = select(RequestStep).where(RequestStep.request_id == request_id).order_by(RequestStep.position)
    return session.scalars(query).all()


def of(session: Session, request: SubjectRequest) -> Progress:
    """Return how far a request has come."""
    steps = [s for s in steps_of(session, request.id) if s.action != "out_of_reach"]
    ended = request.certified_at or request.closed_at or bound(session).at
    return Progress(
        request.state, sum(map(is_done, steps)) + bool(request.certified_at), len(steps) + 1,
        [Waiting(s.location, s.attempts, s.receipt or "", s.next_try_at) for s in steps if is_waited_for(s)],
        request.validated_at, (ended - (request.validated_at or ended)).total_seconds(), request.state in BEING_DONE,
    )  # fmt: skip


def is_done(step: RequestStep) -> bool:
    """Whether a step is done."""
    return bool(step.verified_at or (step.done_at and step.action not in ANSWERED))


def is_waited_for(step: RequestStep) -> bool:
    """Whether a step is a processor that was asked and is not finished with the person."""
    return step.action == "ask" and step.attempts > 0 and step.verified_at is None
