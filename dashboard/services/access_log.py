"""The access log: every look and change is written, and committed, before anything is shown.

Never write a value here: only keys, codes and counts. EVENTS says which facts each event must carry; any other raises.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from models import AccessRecord, bound

from .refusals import RecordNotWritten

CASE = frozenset({"case"})
LOOK = frozenset({"case", "table", "fields", "count", "subject_key"})
EVENTS: Mapping[str, frozenset[str]] = {
    "contact_request_taken": CASE,
    "contact_request_seen": LOOK,
    "contact_attempt_recorded": CASE,
    "contact_attempt_undone": CASE,
    "permission_answered": CASE | {"reason"},
    "contact_request_released": CASE | {"reason"},
    "contact_request_closed": CASE | {"reason"},
    "ticket_taken": CASE,
    "ticket_seen": LOOK,
    "ticket_written": CASE,
    "ticket_confirmed": CASE,
    "finding_written": CASE,
    "error_linked": CASE,
    "ticket_released": CASE | {"reason"},
    "ticket_handed_over": CASE | {"reason"},
    "ticket_closed": CASE | {"reason"},
    "trace_opened": CASE | {"reason", "subject_key"},
    "trace_seen": LOOK | {"reason"},
    "widening_asked": CASE | {"reason", "count"},
    "widening_agreed": CASE | {"reason", "count"},
    "widening_refused": CASE | {"reason", "count"},
    "account_seen": LOOK,
    "onboarding_taken": CASE | {"reason"},
    "onboarding_seen": LOOK,
    "onboarding_released": CASE | {"reason"},
    "onboarding_closed": CASE | {"reason"},
    "request_received": CASE | {"reason"},
    "request_taken": CASE,
    "request_seen": LOOK,
    "request_link_sent": CASE,
    "request_extended": CASE | {"reason"},
    "request_released": CASE | {"reason"},
    "request_refused": CASE | {"reason"},
    "request_withdrawn": CASE | {"reason"},
    "request_identity_confirmed": CASE,
    "request_signed": CASE,
    "request_confirmed": CASE | {"reason"},
    "request_agreed": CASE,
    "request_matched": CASE | {"table", "subject_key"},
    "request_delivered": CASE,
    "request_fetched": CASE,
    "request_expired": CASE | {"reason"},
    "request_erased": CASE | {"count"},
    "request_certified": CASE,
    "processor_alarm_written": CASE | {"reason"},
    "retention_run_asked": CASE | {"reason"},
    "retention_paused": CASE | {"reason"},
    "retention_pause_lifted": CASE | {"reason"},
    "invitation_proposed": CASE,
    "role_proposed": CASE,
    "token_proposed": CASE,
    "proposal_agreed": CASE | {"reason"},
    "proposal_refused": CASE | {"reason"},
    "proposal_stood_behind": CASE | {"reason"},
    "proposal_withdrawn": CASE | {"reason"},
    "staff_invited": CASE | {"reason"},
    "invitation_used": CASE,
    "role_changed": CASE | {"reason"},
    "token_made": CASE,
    "staff_deactivated": CASE,
    "token_revoked": CASE,
    "signed_in": frozenset(),
    "sign_in_failed": frozenset(),
    "signed_out": frozenset(),
    "access_refused": frozenset({"reason"}),
    "verification_asked": frozenset(),
    "promises_checked": frozenset({"count"}),
    "access_log_read": frozenset({"reason", "count"}),
}
"""Every event, in the past tense, with exactly the facts it carries."""


@dataclass(frozen=True)
class Case:
    """A case as the log knows it: its reference, such as T-1042, and its public id."""

    ref: str
    id: str


@dataclass(frozen=True)
class RequestContext:
    """What the log wants to know of the web request; set by the front door on the session."""

    id: str = ""


def record(session: Session, event: str, **facts: Any) -> None:
    """Write one line; raise RecordNotWritten when the database does not take it, KeyError when a fact is amiss."""
    if facts.keys() != EVENTS[event]:
        raise KeyError(f"{event} carries {sorted(EVENTS[event])}, not {sorted(facts)}")
    session.add(_line(session, event, facts))
    try:
        session.flush()
    except SQLAlchemyError as error:
        session.rollback()
        raise RecordNotWritten(event) from error


def _line(session: Session, event: str, facts: Mapping[str, Any]) -> AccessRecord:
    access = bound(session)
    case: Case | None = facts.get("case")
    actor = access.actor
    return AccessRecord(
        at=access.at,
        event=event,
        staff_id=actor.staff_id if actor else None,
        staff_number=actor.number if actor else None,
        role=actor.role if actor else None,
        permission=access.permission,
        purpose=access.purpose[:40],
        allowed=event not in {"access_refused", "sign_in_failed"},
        reason=facts.get("reason"),
        case_ref=case.ref if case else None,
        case_id=case.id if case else None,
        table=facts.get("table"),
        fields=facts.get("fields"),
        count=facts.get("count", 0),
        subject_key=facts.get("subject_key"),
        request_id=session.info.get("request_id"),
    )


def commit(session: Session) -> None:
    """Commit what was read and recorded; only then may it be shown. Raise RecordNotWritten when that fails."""
    try:
        session.commit()
    except SQLAlchemyError as error:
        session.rollback()
        raise RecordNotWritten("commit") from error
