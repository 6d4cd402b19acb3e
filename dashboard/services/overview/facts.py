"""What stands behind each table a person can be in: where the data came from, and until when it is kept.

A table without a line here fails the build (tests/overview). Only the periods the policy names are promised; the rest
says so. Codes; words.py says them in both languages.
"""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from dashboard.policy.calendar import add_months

USAGE_MONTHS = ACCOUNT_MONTHS = 24
"""Usage statistics (P50), and accounts after they were deactivated (P40, P41): calendar months."""
SOURCES: Mapping[str, str] = {
    "company": "app",
    "company_administrator": "app",
    "account": "account",
    "account_preference": "person_in_app",
    "former_address": "app",
    "app_error": "app",
    "usage_event": "app",
    "usage_day": "app",
    "ticket": "ticket",
    "onboarding_case": "staff",
    "trace_opening": "staff",
    "trace_widening": "staff",
    "contact_request": "form",
    "contact_attempt": "staff",
    "idempotency_record": "machine",
    "app_message": "app",
    "message": "house",
    "access_record": "house",
    "subject_request": "person",
    "request_link": "house",
    "request_step": "house",
    "sealed_payload": "house",
    "export_file": "house",
}
"""From whom a table's rows came. An account's own rows say so one by one (P16)."""
UNTIL: Mapping[str, str] = {
    "usage_event": "usage",
    "account": "account",
    "account_preference": "account",
    "app_message": "account",
    "company_administrator": "account",
    "company": "account",
    "idempotency_record": "day",
    "former_address": "fortnight",
    "export_file": "week",
    "sealed_payload": "removal",
}
"""Until when a table's rows are kept; one that is missing here is not in the policy."""
NOT_IN_THE_POLICY = "owner"


def until(table: str) -> str:
    """Return the code of a table's period."""
    return UNTIL.get(table, NOT_IN_THE_POLICY)


def goes_at(table: str, *, oldest: datetime | None, deactivated_at: datetime | None, zone: ZoneInfo) -> datetime | None:
    """Return when the first of these rows goes (UTC); None when no date is fixed yet."""
    if until(table) == "usage" and oldest:
        return add_months(oldest, USAGE_MONTHS, zone)
    if until(table) == "account" and deactivated_at:
        return add_months(deactivated_at, ACCOUNT_MONTHS, zone)
    return None
