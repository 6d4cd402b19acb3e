"""Usage of the app: what an event may carry, who sends it, what it is read for (P10, P18, P34, P35)."""

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from dashboard.policy.texts import N_
from dashboard.policy.usage_properties import ALLOWED
from models import AccessRecord, ApiToken, RateWindow, UsageEvent, new_id

from .base import Finding, Look, State, check, none_of

SAMPLE = 2000
"""Events looked at per run, from another place in the table each time: a month of runs sees over a million."""
PURPOSES = ("error_analysis", "subject_request")
"""Analysing the person's own error (P36), and telling them what we have of them (P2)."""
LOG = "/admin/access-log/"
line = AccessRecord


@check(
    "P10",
    unit=N_("events, of those looked at, that carry a detail not on the list"),
    where="dashboard/api/properties.py",
)
def events_carry_listed_details(look: Look) -> Finding:
    """Look at a sample of the events, from a random person on: their details are on the list, none is an address."""
    event, start = UsageEvent, new_id()
    order = select(event.properties).order_by(event.account_id, event.id).limit(SAMPLE)
    seen = list(look.session.scalars(order.where(event.account_id >= start)))
    if len(seen) < SAMPLE:
        seen += list(look.session.scalars(order.where(event.account_id < start)))
    return none_of(sum(_is_strange(properties) for properties in seen), of=len(seen))


def _is_strange(properties: object) -> bool:
    if properties is None:
        return False
    if not isinstance(properties, dict) or not properties.keys() <= ALLOWED:
        return True
    return any("@" in str(value) for value in properties.values())


@check(
    "P18",
    unit=N_("keys of the app that nobody is recorded to have made, and callers without a key"),
    where="/admin/staff/",
)
def usage_comes_from_our_app(look: Look) -> Finding:
    """Look for working keys without a line of the log, and for calls of the last hour under a key that is not there."""
    token, made, window = ApiToken, aliased(AccessRecord), RateWindow
    recorded = exists().where(made.case_id == token.id, made.event == "token_made")
    strange = look.count(select(token.id).where(token.scope == "app", token.revoked_at.is_(None), ~recorded))
    callers = select(window.token_id).outerjoin(token, token.id == window.token_id).where(token.id.is_(None))
    callers = callers.where(~window.token_id.startswith("day:"))  # how often an address was asked about: no caller
    return none_of(strange + look.count(callers.distinct()))


def _reads(look: Look) -> object:
    return select(line.number).where(line.at >= look.log_since, line.table == "usage_event", line.allowed.is_(True))


@check("P34", unit=N_("looks at one person's usage for another purpose than analysing an error, in 35 days"), where=LOG)
def usage_is_read_for_error_analysis(look: Look) -> Finding:
    """Look for looks at usage under another purpose."""
    return none_of(look.count(_reads(look).where(line.purpose.not_in(PURPOSES))))  # type: ignore[attr-defined]


@check("P35", unit=N_("looks at one person's usage anywhere but in a trace, in 35 days"), where=LOG)
def usage_is_read_in_traces_alone(look: Look) -> Finding:
    """Look for looks at usage that were no trace."""
    found = look.count(_reads(look).where(line.event != "trace_seen"))  # type: ignore[attr-defined]
    return Finding(State.BROKEN, found) if found else none_of(0)
