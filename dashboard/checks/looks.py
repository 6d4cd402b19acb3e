"""Looks of staff, held against what gave them the right: whose case it was, for which purpose, in which role.

From the access log, whose lines are keys and codes; who the persons are is not asked (P30, P33, P54, P57–P60).
"""

from typing import Any

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import aliased

from dashboard.policy.texts import N_
from models import AccessRecord, Account, OnboardingCase, Staff

from .base import DAY, Finding, Look, check, none_of

PURPOSES = ("support", "onboarding", "error_analysis", "subject_request")
"""Purposes an account may be read for: those of P30, and the person's own rights."""
ACCOUNTS = ("account", "account_preference", "usage_event", "app_error", "ticket")
"""Tables of the app's side, where a rep has nothing to look for."""
UNUSED = 90 * DAY
LOG = "/admin/access-log/"
line = AccessRecord


def _seen(look: Look, *events: str) -> Any:
    return select(line.number).where(line.event.in_(events), line.at >= look.log_since)


def _without(look: Look, event: str, *rights: str) -> int:
    """Count looks with no earlier line, by the same staff member in the same case, that gave them the case."""
    gave = aliased(AccessRecord)
    earlier = exists().where(
        gave.case_id == line.case_id,
        or_(gave.staff_id == line.staff_id, gave.event == "ticket_handed_over"),  # the giver's line, not the taker's
        gave.number < line.number,
        gave.event.in_(rights),
    )
    return look.count(_seen(look, event).where(~earlier))


@check("P30", unit=N_("looks at accounts for a purpose that is not on the list, in 35 days"), where=LOG)
def accounts_are_read_for_listed_purposes(look: Look) -> Finding:
    """Look for looks under a purpose of their own."""
    read = select(line.number).where(line.at >= look.log_since, line.table == "account", line.allowed.is_(True))
    by_staff = read.where(line.staff_id.is_not(None))  # what a job notes of its own work is no look
    return none_of(look.count(by_staff.where(line.purpose.not_in(PURPOSES))))


@check("P33", unit=N_("looks of reps at anything of the app's users, in 35 days"), where=LOG)
def reps_read_no_accounts(look: Look) -> Finding:
    """Look for reps on the app's side."""
    read = select(line.number).where(line.at >= look.log_since, line.table.in_(ACCOUNTS), line.allowed.is_(True))
    return none_of(look.count(read.where(line.role == "rep")))


@check("P54", unit=N_("active staff whose address is outside the company's domains"), where="/admin/staff/")
def staff_are_of_the_company(look: Look) -> Finding:
    """Hold the addresses of staff against STAFF_DOMAINS."""
    domains = [name.strip().lower() for name in look.settings.staff_domains.split(",") if name.strip()]
    ours = or_(*(func.lower(Staff.email).endswith("@" + name, autoescape=True) for name in domains))
    return none_of(look.count(select(Staff.id).where(Staff.active.is_(True), ~ours)))


@check("P57", unit=N_("staff who may sign in and have not for 90 days"), where="/admin/staff/")
def rights_are_used(look: Look) -> Finding:
    """Look for rights nobody uses: they are to be taken back."""
    last = func.coalesce(Staff.last_seen_at, Staff.created_at)
    return none_of(look.count(select(Staff.id).where(Staff.active.is_(True), last < look.at - UNUSED)))


@check("P58", unit=N_("looks at a submission by a rep who had not taken it, in 35 days"), where=LOG)
def reps_see_their_own_submissions(look: Look) -> Finding:
    """Hold each look at a submission against the line that says who took it."""
    return none_of(_without(look, "contact_request_seen", "contact_request_taken"))


@check("P59", unit=N_("looks at a ticket or its person by an engineer who did not have it, in 35 days"), where=LOG)
def engineers_see_their_own_tickets(look: Look) -> Finding:
    """Hold each look at a ticket against the line that gave it to the engineer."""
    got = ("ticket_taken", "ticket_written", "ticket_handed_over")
    return none_of(_without(look, "ticket_seen", *got) + _without(look, "account_seen", *got))


@check(
    "P60",
    unit=N_("looks by a system administrator without the case, and cases open after the first sign-in"),
    where=LOG,
)
def set_ups_end_at_first_use(look: Look) -> Finding:
    """Hold each look at a set-up against who took it; look for sight that did not end with the first sign-in."""
    case = OnboardingCase
    held = select(case.id).join(Account, Account.id == case.account_id)
    late = held.where(case.closed_at.is_(None), case.assignee_id.is_not(None), Account.first_sign_in_at.is_not(None))
    return none_of(_without(look, "onboarding_seen", "onboarding_taken") + look.count(late))
