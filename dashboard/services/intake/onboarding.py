"""The rare account that automation could not set up: its case opens here, and ends when the person comes (P60, P61)."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.services import access_log
from dashboard.services.cases import case_of
from models import Account, OnboardingCase, bound


def open_case(session: Session, account: Account, *, reason: str) -> None:
    """Open a case for an account that needs help, once per reason; nobody is helped after the first sign-in."""
    if account.first_sign_in_at or account.deactivated_at:
        return
    row = OnboardingCase
    mine = session.execute(select(row.reason, row.closed_at).where(row.account_id == account.id)).all()
    if any(case.reason == reason or case.closed_at is None for case in mine):
        return
    session.add(row(account_id=account.id, reason=reason, opened_at=bound(session).at))


def close_cases(session: Session, account_ids: Collection[str], *, outcome: str) -> None:
    """End the open cases of these accounts: whoever had one loses sight of the person at once."""
    if not account_ids:
        return
    row = OnboardingCase
    still_open = row.account_id.in_(account_ids) & row.closed_at.is_(None)
    for case in session.scalars(select(row).where(still_open).with_for_update()):
        case.closed_at, case.outcome = bound(session).at, outcome
        access_log.record(session, "onboarding_closed", case=case_of(case), reason=outcome)
