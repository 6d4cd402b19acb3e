"""What is kept as long as published and no longer: from the data itself, not a job's word (P40, P41, P50)."""

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import aliased

from dashboard.policy.calendar import first_kept
from dashboard.policy.texts import N_
from models import Account, LedgerEntry, SubjectRequest, UsageEvent, marked

from .base import DAY, Finding, Look, check, none_of

MONTHS = 24
WHERE = "/admin/retention/"


@check(
    "P40", unit=N_("accounts erased early without a request their person confirmed"), where="/admin/subject-requests/"
)
def accounts_go_early_on_request_alone(look: Look) -> Finding:
    """Hold each erasure of the ledger against its request."""
    entry, request = LedgerEntry, SubjectRequest
    erased = (
        select(entry.number)
        .outerjoin(request, request.id == entry.request_id)
        .where(entry.event == "erased", ~marked(entry.key))
    )
    known = request.id.is_not(None) | (entry.at < look.at - 700 * DAY)  # records of requests go after 24 months
    return none_of(look.count(erased.where(or_(~known, request.validated_at.is_(None) & request.id.is_not(None)))))


@check("P41", unit=N_("accounts still here more than a day after their 24 calendar months"), where=WHERE)
def accounts_go_in_time(look: Look) -> Finding:
    """Look for accounts past their limit, with the day the job has for them."""
    limit = first_kept(look.at - DAY, MONTHS, look.settings.zone)
    return none_of(look.count(select(Account.id).where(Account.deactivated_at < limit)))


@check("P50", unit=N_("persons with usage more than a day older than 24 calendar months"), where=WHERE)
def usage_goes_in_time(look: Look) -> Finding:
    """Look for usage past its limit: one look into the index per account, however many events there are."""
    limit, event = first_kept(look.at - DAY, MONTHS, look.settings.zone), aliased(UsageEvent)
    old = exists().where(event.account_id == Account.id, event.occurred_at < limit)
    return none_of(look.count(select(Account.id).where(old)))
