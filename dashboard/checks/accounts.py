"""Accounts: whose they are, where they come from, how they end (P7, P16, P42, P44, P61)."""

from sqlalchemy import func, select

from dashboard.policy.texts import N_
from models import Account, Company, OnboardingCase, Ticket

from .base import DAY, Finding, Look, State, check, none_of

SOURCES = ("self", "company_admin")
"""The two the policy names (P16)."""
YEAR = 365 * DAY
ALARM_SHARE = 10
"""Percent of a year's new accounts that needed a person: a tenth is neither unique nor unforeseen."""
ALARM_LEAST = 3
"""Fewer set-ups than this are unique, whatever their share."""
FEW = N_("More than one new account in ten needed a person: that is neither unique nor unforeseen.")
NO_REASON = N_("Somebody stepped in without a reason.")


@check("P7", unit=N_("active accounts without a customer, or of one that has cancelled"), where="models/account.py")
def accounts_belong_to_customers(look: Look) -> Finding:
    """Look for active accounts without a customer."""
    without = (
        select(Account.id)
        .outerjoin(Company, Company.id == Account.company_id)
        .where(Account.deactivated_at.is_(None), Company.id.is_(None) | (Company.cancelled_at <= look.at))
    )
    return none_of(look.count(without))


@check("P16", unit=N_("accounts that came from anybody but the person or the company"), where="models/account.py")
def accounts_say_who_gave_them(look: Look) -> Finding:
    """Look for accounts from another source, or none."""
    return none_of(look.count(select(Account.id).where(func.coalesce(Account.source, "").not_in(SOURCES))))


@check("P42", unit=N_("deactivations nobody asked for, or asked for a day ago and not done"), where="/admin/tickets/")
def own_requests_are_met(look: Look) -> Finding:
    """Look for accounts that ended without anybody having asked, and for requests that wait longer than a day."""
    unasked = select(Account.id).where(Account.deactivated_at.is_not(None), Account.deactivated_by.is_(None))
    waiting = select(Ticket.id).where(
        Ticket.kind == "deactivation", Ticket.closed_at.is_(None), Ticket.opened_at < look.at - DAY
    )
    return none_of(look.count(unasked) + look.count(waiting))


@check("P44", unit=N_("customers that have cancelled and still have an active account"), where="models/company.py")
def cancelled_customers_have_no_accounts(look: Look) -> Finding:
    """Look for customers that left their accounts behind."""
    active = select(Account.company_id).where(Account.deactivated_at.is_(None))
    return none_of(look.count(select(Company.id).where(Company.cancelled_at <= look.at, Company.id.in_(active))))


@check("P61", unit=N_("accounts made within a year that a person had to help set up"), where="/admin/onboarding/")
def people_step_in_with_a_reason(look: Look) -> Finding:
    """Look for set-ups without a reason; hold their share against a threshold."""
    case, since = OnboardingCase, look.at - YEAR
    bare = select(case.id).where(
        (func.coalesce(case.reason, "") == "") | (case.taken_at.is_not(None) & case.taken_because.is_(None))
    )
    counted = select(func.count(Account.id.distinct()), func.count(case.account_id.distinct()))
    joined = counted.outerjoin(case, case.account_id == Account.id).where(Account.created_at >= since)
    made, cases = look.session.execute(joined).one()
    if unexplained := look.count(bare):
        return Finding(State.BROKEN, unexplained, because=NO_REASON)
    if cases >= ALARM_LEAST and cases * 100 > made * ALARM_SHARE:
        return Finding(State.BROKEN, cases, of=made, because=FEW)
    return Finding(State.HOLDS, cases, of=made)
