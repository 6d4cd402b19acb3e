"""Working a follow-up: take, try, ask permission, close, release. Each ends in one commit.

No follow-up closes before the permission question has an answer, and silence is never a yes (P26).
"""

from sqlalchemy.orm import Session

from dashboard.policy import wordings
from models import ContactAttempt, ContactRequest, bound

from . import access_log
from .cases import case_of, find
from .contact_requests import attempts_of, may_undo
from .refusals import Invalid
from .staff import keep_my_role

CHANNELS = ("phone", "email")
RESULTS = ("reached", "no_answer", "voicemail", "wrong_number")
ONLY_BY_PHONE = frozenset({"voicemail", "wrong_number"})
ANSWERS = ("yes", "no", "not_reached")
OUTCOMES = ("appointment", "answered", "not_interested", "not_reached", "wrong_details")
UNREACHED = frozenset({"not_reached", "wrong_details"})
"""Outcomes of a follow-up in which nobody was spoken to."""
RELEASE_REASONS = ("no_time", "other_language", "know_the_person", "looked_by_mistake")
TRIES = 3
"""Attempts before "not reached" counts as an answer: fewer is not asking."""


def take(session: Session, public_id: str) -> str:
    """Assign a free submission to me and return its reference; taking it twice is taking it once. Raise NotInReach."""
    keep_my_role(session)
    request = find(session, ContactRequest, public_id, lock="update")
    if request.assignee_id is None:
        request.assignee_id, request.taken_at = bound(session).staff_id, bound(session).at
        access_log.record(session, "contact_request_taken", case=case_of(request))
    ref = case_of(request).ref
    session.commit()
    return ref


def record_attempt(session: Session, public_id: str, *, channel: str, result: str, known: int | None = None) -> int:
    """Keep one try to reach the person and return its place in the row; raise Invalid at the field.

    `known` is how many attempts the page showed: a form sent twice counts once.
    """
    request = _mine(session, public_id)
    _check_attempt(channel, result)
    made = len(attempts_of(session, request))
    if known is not None and made > known:
        return made
    attempt = ContactAttempt(
        contact_request_id=request.id,
        staff_id=bound(session).staff_id,
        made_at=bound(session).at,
        channel=channel,
        result=result,
    )
    session.add(attempt)
    access_log.record(session, "contact_attempt_recorded", case=case_of(request))
    session.commit()
    return made + 1


def _check_attempt(channel: str, result: str) -> None:
    if channel not in CHANNELS:
        raise Invalid("channel", "Choose phone or e-mail.")
    if result not in RESULTS:
        raise Invalid("result", "Choose what came of it.")
    if channel == "email" and result in ONLY_BY_PHONE:
        raise Invalid("result", "This goes with the phone. For an e-mail, choose reached or no answer.")


def undo_attempt(session: Session, public_id: str) -> None:
    """Take back the last attempt, recorded by mistake; raise Invalid when it is too late or not mine."""
    request = _mine(session, public_id)
    made = attempts_of(session, request)
    if not made or not may_undo(session, request, made[-1]):
        raise Invalid("attempt", "This attempt can no longer be taken back.")
    session.delete(made[-1])
    access_log.record(session, "contact_attempt_undone", case=case_of(request))
    session.commit()


def answer(session: Session, public_id: str, *, said: str, channel: str, language: str) -> None:
    """Keep what the person said to the permission question, and which wording they heard; raise Invalid."""
    request = _mine(session, public_id)
    results = [attempt.result for attempt in attempts_of(session, request)]
    _check_answer(said, results)
    heard = said != "not_reached"
    if heard:
        _check_asking(channel, language)
    request.permission, request.permission_asked_at = said, bound(session).at
    request.permission_channel = channel if heard else None
    request.permission_wording = wordings.version(language) if heard else None
    access_log.record(session, "permission_answered", case=case_of(request), reason=said)
    session.commit()


def _check_answer(said: str, results: list[str]) -> None:
    if said not in ANSWERS:
        raise Invalid("said", "Choose what the person said.")
    reached = "reached" in results
    if said != "not_reached" and not reached:
        raise Invalid("said", "First record the attempt that reached the person.")
    if said == "not_reached" and reached:
        raise Invalid("said", "You reached the person: ask the question and choose yes or no.")
    if said == "not_reached" and len(results) < TRIES:
        raise Invalid("said", "“Not reached” counts after three attempts.")


def _check_asking(channel: str, language: str) -> None:
    if channel not in CHANNELS:
        raise Invalid("asked_by", "Choose how you asked.")
    if language not in wordings.wordings():
        raise Invalid("language", "Choose the wording you used.")


def close(session: Session, public_id: str, *, outcome: str) -> str:
    """Close a follow-up and return its reference; my sight of the person ends with the commit. Raise Invalid."""
    request = _mine(session, public_id)
    if request.permission is None:
        raise Invalid("outcome", "Ask the permission question first.")
    if outcome not in OUTCOMES:
        raise Invalid("outcome", "Choose how it ended.")
    if (request.permission == "not_reached") != (outcome in UNREACHED):
        raise Invalid("outcome", "This does not go with the answer to the permission question.")
    request.closed_at, request.outcome = bound(session).at, outcome
    access_log.record(session, "contact_request_closed", case=case_of(request), reason=outcome)
    ref = case_of(request).ref
    session.commit()
    return ref


def release(session: Session, public_id: str, *, reason: str) -> str:
    """Give a submission back to the queue, for a coded reason; return its reference. My sight ends. Raise Invalid."""
    request = _mine(session, public_id)
    if reason not in RELEASE_REASONS:
        raise Invalid("reason", "Choose a reason.")
    request.assignee_id = request.taken_at = None
    access_log.record(session, "contact_request_released", case=case_of(request), reason=reason)
    ref = case_of(request).ref
    session.commit()
    return ref


def _mine(session: Session, public_id: str) -> ContactRequest:
    return find(session, ContactRequest, public_id, lock="update")
