"""What persons ask for: taken up, confirmed, carried out at once and completely (P2–P4, P45–P49, P51)."""

from datetime import timedelta

from sqlalchemy import and_, func, or_, select

from dashboard.policy.texts import N_
from models import Account, ContactRequest, LedgerEntry, RequestLink, RequestStep, SubjectRequest, UsageEvent

from .base import DAY, Finding, Look, State, check, none_of

AIM = timedelta(minutes=15)
"""How soon "immediately" is here, from the confirmation on: the policy names no number, so we publish ours."""
RECENT = 30 * DAY
WORDS = 5
"""Wrong words that lock a link (services/requests)."""
WHERE = "/admin/subject-requests/"
SLOW = N_("It took longer than our aim of 15 minutes after the person confirmed, or still waits.")
request = SubjectRequest
validated = func.coalesce(request.not_before, request.validated_at)
"""From when a request may be carried out: at once, or after the week in which a known address may object."""


def _waits(look: Look, *kinds: str) -> Finding:
    late = (request.kind.in_(kinds), request.assignee_id.is_(None), request.received_at < look.at - DAY)
    return none_of(look.count(select(request.id).where(request.closed_at.is_(None), *late)))


@check("P2", unit=N_("requests for an overview that nobody has taken up within a day"), where=WHERE)
def overviews_are_taken_up(look: Look) -> Finding:
    """Look for people who have asked and wait."""
    return _waits(look, "overview", "retrieval")


@check("P47", unit=N_("requests for removal that nobody in support has taken within a day"), where=WHERE)
def removals_reach_support(look: Look) -> Finding:
    """Look for removals that lie in the queue."""
    return _waits(look, "removal")


def _late(look: Look, *more: object) -> Finding:
    begun = (request.validated_at.is_not(None), validated < look.at - AIM, request.closed_at.is_(None))
    return none_of(look.count(select(request.id).where(*begun, *more)), because=SLOW)  # type: ignore[arg-type]


@check("P3", unit=N_("confirmed overviews and copies not made within 15 minutes"), where=WHERE)
def copies_are_made_at_once(look: Look) -> Finding:
    """Look for copies that are late."""
    return _late(look, request.kind.in_(("overview", "retrieval")), request.state.in_(("validated", "running")))


@check("P4", unit=N_("confirmed removals not begun within 15 minutes"), where=WHERE)
def removals_begin_at_once(look: Look) -> Finding:
    """Look for removals that should have begun."""
    return _late(look, request.kind == "removal", request.executed_at.is_(None))


@check("P45", unit=N_("minutes from confirmation to the last empty place, at most, in 30 days"), where=WHERE)
def removals_end_at_once(look: Look) -> Finding:
    """Measure the slowest removal; one that still waits counts until now."""
    rows = select(validated, request.verified_at).where(
        request.kind == "removal",
        request.validated_at.is_not(None),
        or_(request.verified_at >= look.at - RECENT, and_(request.verified_at.is_(None), request.closed_at.is_(None))),
    )
    took = [(done or look.at) - begun for begun, done in look.session.execute(rows).all()]
    longest = max(took, default=timedelta())
    minutes = max(0, int(longest.total_seconds() // 60))
    late = longest > AIM
    return Finding(State.BROKEN if late else State.HOLDS, minutes, because=SLOW if late else "")


@check("P46", unit=N_("places not found empty after a removal, and erased persons still in a table"), where=WHERE)
def removals_are_complete(look: Look) -> Finding:
    """Look for certified removals with a place nobody read back, and for keys of the ledger that came back."""
    step = RequestStep
    open_places = (
        select(step.id)
        .join(request, request.id == step.request_id)
        .where(request.certified_at.is_not(None), step.action != "out_of_reach", step.action != "keep")
        .where(step.verified_at.is_(None) | (func.coalesce(step.left, 0) > 0))
    )
    erased = select(LedgerEntry.key).where(LedgerEntry.event == "erased")
    back = look.count(select(Account.id).where(Account.id.in_(erased)))
    back += look.count(select(ContactRequest.id).where(ContactRequest.id.in_(erased)))
    return none_of(look.count(open_places) + back)


@check("P48", unit=N_("confirmed requests without an engineer who had the link sent"), where=WHERE)
def the_assigned_person_validates(look: Look) -> Finding:
    """Look for confirmed requests nobody was assigned to, or nobody wrote to."""
    alone = (request.assignee_id.is_(None)) | (request.contacted_at.is_(None) & (request.validated_how == "link"))
    return none_of(look.count(select(request.id).where(request.validated_at.is_not(None), alone)))


@check("P49", unit=N_("requests carried out without confirmation, and links tried too often"), where=WHERE)
def only_validated_requests_run(look: Look) -> Finding:
    """Look for what the database's own rule refuses, in case somebody took the rule away."""
    unasked = request.executed_at.is_not(None) & (
        request.validated_at.is_(None) | (request.validated_at > request.executed_at)
    )
    forced = look.count(select(RequestLink.token_hash).where(RequestLink.wrong_words > WORDS))
    return none_of(look.count(select(request.id).where(unasked)) + forced)


@check("P51", unit=N_("erased persons who still have usage"), where=WHERE)
def usage_goes_with_its_person(look: Look) -> Finding:
    """Look for usage under a key of the ledger: one look into the index per erased person."""
    usage = select(UsageEvent.account_id).where(UsageEvent.account_id == LedgerEntry.key)
    left = select(LedgerEntry.number).where(LedgerEntry.event == "erased", usage.correlate(LedgerEntry).exists())
    return none_of(look.count(left))
