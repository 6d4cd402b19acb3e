"""One person's usage: only behind an error, only before it, only for the engineer who has it (P36–P38).

The access log outlives its persons; of an erased one nothing is left to hold a look against, so it is not asked.
"""

from datetime import timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import aliased

from dashboard.policy.texts import N_
from models import AccessRecord, AppError, Ticket, TraceOpening, TraceWidening

from .base import Finding, Look, check, none_of

WINDOW = timedelta(hours=24)
"""What an engineer sees alone (services/traces.py); wider takes a second one."""
WHERE = "/admin/access-log/"


@check("P36", unit=N_("traces opened without the app's own error record of that person"), where=WHERE)
def traces_have_an_error_behind_them(look: Look) -> Finding:
    """Look for openings whose ticket is no system error of the same account, or younger than its error."""
    wrong = or_(
        Ticket.kind != "system_error",
        AppError.id.is_(None),
        AppError.account_id != TraceOpening.account_id,
        Ticket.account_id != TraceOpening.account_id,
        AppError.occurred_at > TraceOpening.opened_at,
    )
    joined = select(TraceOpening.id).join(Ticket, Ticket.id == TraceOpening.ticket_id)
    return none_of(look.count(joined.outerjoin(AppError, AppError.id == Ticket.error_id).where(wrong)))


@check("P37", unit=N_("traces whose window reaches past the error, or further back than agreed"), where=WHERE)
def windows_end_at_the_error(look: Look) -> Finding:
    """Look for windows that end after the error, and for wide ones no second engineer agreed to."""
    opening, error, widening = TraceOpening, AppError, aliased(TraceWidening)
    joined = select(opening.id, opening.window_from, opening.window_until, error.occurred_at)
    rows = joined.join(Ticket, Ticket.id == opening.ticket_id).join(error, error.id == Ticket.error_id)
    past = look.count(rows.where(opening.window_until > error.occurred_at))
    agreed = exists().where(
        widening.opening_id == opening.id, widening.agreed.is_(True), widening.decided_by.is_not(None)
    )
    alone = look.session.execute(select(opening.window_from, opening.window_until).where(~agreed)).all()
    return none_of(past + sum(until - begin > WINDOW for begin, until in alone))


@check("P38", unit=N_("looks at a trace by anybody but its engineer, or after its end, in 35 days"), where=WHERE)
def only_the_assigned_engineer_looks(look: Look) -> Finding:
    """Hold each look at a trace against the opening that must have been open for that engineer at that moment."""
    line, opening = AccessRecord, aliased(TraceOpening)
    open_then = exists().where(
        opening.ticket_id == line.case_id,
        opening.engineer_id == line.staff_id,
        opening.opened_at <= line.at,
        opening.ends_at >= line.at,
        or_(opening.ended_at.is_(None), opening.ended_at >= line.at),
    )
    seen = select(line.number).where(line.event == "trace_seen", line.at >= look.log_since)
    seen = seen.join(Ticket, Ticket.id == line.case_id).where(Ticket.account_id.is_not(None))
    return none_of(look.count(seen.where(~open_then)))
