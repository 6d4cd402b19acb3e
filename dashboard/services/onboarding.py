"""The rare set-up that needs a person: taken for a reason, seen for seven days or until the first sign-in (P60, P61).

Three fields of one account leave this room, for the sysadmin who has its case, after the look is committed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.database.engine import system_session
from models import Account, OnboardingCase, bound

from . import access_log
from .cases import RUNS_OUT, case_of, find
from .refusals import Invalid
from .staff import keep_my_role

HELD_FOR = RUNS_OUT["onboarding_taken"]
ENDS_SOON = timedelta(hours=24)
TAKE_REASONS = ("finish_by_hand", "find_the_cause", "asked_for_help", "handed_on")
RELEASE_REASONS = ("no_time", "needs_the_company", "know_the_person", "looked_by_mistake")
OUTCOMES = ("set_up", "by_itself", "cannot")


@dataclass(frozen=True)
class Waiting:
    """A case before it is taken: why automation stopped, and nothing of the person."""

    id: str
    ref: str
    reason: str
    opened_at: datetime
    mine: bool


@dataclass(frozen=True)
class Person:
    """The account's three fields (P9)."""

    first_name: str
    last_name: str
    email: str


@dataclass(frozen=True)
class SetUp:
    """Everything the page of one case shows; `person` is None once they have signed in."""

    id: str
    ref: str
    reason: str
    opened_at: datetime
    taken_at: datetime
    taken_because: str
    ends_at: datetime
    ends_soon: bool
    person: Person | None


@dataclass(frozen=True)
class Share:
    """How many accounts were made since a moment, and for how many of them a case was opened (P61)."""

    helped: int
    accounts: int


def waiting(session: Session, public_id: str) -> Waiting:
    """Return a case that can be taken, or is mine already; raise NotInReach."""
    case = find(session, OnboardingCase, public_id)
    return Waiting(case.id, case_of(case).ref, case.reason, case.opened_at, mine=is_mine(session, case))


def is_mine(session: Session, case: OnboardingCase) -> bool:
    """Whether I have the case and my seven days are not over."""
    access = bound(session)
    return case.assignee_id == access.staff_id and case.ends_at is not None and case.ends_at > access.at


def take(session: Session, public_id: str, *, reason: str) -> str:
    """Assign a waiting case to me for seven days, for a coded reason, and return its reference.

    Taking it twice is taking it once: the seven days do not start again. Raise NotInReach, or Invalid at the field.
    """
    keep_my_role(session)
    case = find(session, OnboardingCase, public_id, lock="update")
    ref = case_of(case).ref
    if is_mine(session, case):
        return ref
    if reason not in TAKE_REASONS:
        raise Invalid("reason", "Choose a reason.")
    at = bound(session).at
    case.assignee_id, case.taken_because = bound(session).staff_id, reason
    case.taken_at, case.ends_at = at, at + HELD_FOR
    access_log.record(session, "onboarding_taken", case=case_of(case), reason=reason)
    session.commit()
    return ref


def read(session: Session, public_id: str) -> SetUp:
    """Return a case of mine with its person; raise NotInReach, AccessEnded or RecordNotWritten."""
    case = find(session, OnboardingCase, public_id, lock="share")
    person = _person(session, case.account_id)
    page = _page(session, case, person)
    if person:
        access_log.record(
            session,
            "onboarding_seen",
            case=case_of(case),
            table="account",
            fields="first_name,last_name,email",
            count=1,
            subject_key=case.account_id,
        )
    access_log.commit(session)
    return page


def _person(session: Session, account_id: str) -> Person | None:
    """Return the account's three fields while in reach; locked, so that a first sign-in waits for the record."""
    fields = select(Account.first_name, Account.last_name, Account.email)
    found = session.execute(fields.where(Account.id == account_id).with_for_update(read=True)).first()
    return Person(*found) if found else None


def _page(session: Session, case: OnboardingCase, person: Person | None) -> SetUp:
    taken_at = case.taken_at or case.opened_at
    ends_at = case.ends_at or taken_at + HELD_FOR
    return SetUp(
        id=case.id,
        ref=case_of(case).ref,
        reason=case.reason,
        opened_at=case.opened_at,
        taken_at=taken_at,
        taken_because=case.taken_because or "",
        ends_at=ends_at,
        ends_soon=ends_at - bound(session).at < ENDS_SOON,
        person=person,
    )


def close(session: Session, public_id: str, *, outcome: str) -> str:
    """Close a case and return its reference; my sight of the account ends with the commit. Raise Invalid."""
    case = _mine(session, public_id)
    if outcome not in OUTCOMES:
        raise Invalid("outcome", "Choose how it ended.")
    case.closed_at, case.outcome = bound(session).at, outcome
    return _end(session, case, event="onboarding_closed", reason=outcome)


def release(session: Session, public_id: str, *, reason: str) -> str:
    """Give a case back to the queue, for a coded reason, and return its reference; my sight ends. Raise Invalid."""
    case = _mine(session, public_id)
    if reason not in RELEASE_REASONS:
        raise Invalid("reason", "Choose a reason.")
    case.assignee_id = case.taken_at = case.ends_at = case.taken_because = None
    return _end(session, case, event="onboarding_released", reason=reason)


def _mine(session: Session, public_id: str) -> OnboardingCase:
    return find(session, OnboardingCase, public_id, lock="update")


def _end(session: Session, case: OnboardingCase, *, event: str, reason: str) -> str:
    access_log.record(session, event, case=case_of(case), reason=reason)
    ref = case_of(case).ref
    session.commit()
    return ref


def share(session: Session, *, since: datetime) -> Share:
    """Count the accounts made since a moment (UTC), and those among them whose set-up got a case.

    Counted outside the reader's reach, which holds no account: two numbers come back, and no row.
    """
    counted = select(func.count(Account.id.distinct()), func.count(OnboardingCase.account_id.distinct()))
    joined = counted.outerjoin(OnboardingCase, OnboardingCase.account_id == Account.id)
    reason = "share of set-ups that needed a person"
    with system_session(session.get_bind(), reason, read_only=True, real_only=True) as figures:
        accounts, helped = figures.execute(joined.where(Account.created_at >= since)).one()
    return Share(helped=helped, accounts=accounts)
