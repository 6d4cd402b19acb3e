"""Customers come, change and go. When one goes, every account of it is deactivated in the same transaction (P44)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from dashboard.services.refusals import NotInReach
from models import Account, Company, CompanyAdministrator, bound

from . import notices
from .acting import Answer
from .erased import erased_among
from .onboarding import close_cases

BY_COMPANY = "company"
"""What an account says about who ended it when its company cancelled."""


def put(session: Session, external_id: str, *, name: str, administrators: Sequence[str] | None) -> Answer:
    """Add or rename a company; `administrators`, when given, are all it has from now on."""
    company = _find(session, external_id)
    status = 200 if company else 201
    if company is None:
        company = Company(external_id=external_id, name=name, created_at=bound(session).at)
        session.add(company)
    if not erased_among(session, [external_id]):  # else the name was a person's, who is not brought back by it
        company.name = name
    session.flush()
    if administrators is not None:
        _appoint(session, company.id, set(administrators))
    return _answer(status, company)


def _appoint(session: Session, company_id: str, wanted: set[str]) -> None:
    row = CompanyAdministrator
    present = set(session.scalars(select(row.account_external_id).where(row.company_id == company_id)))
    if present - wanted:
        gone = row.account_external_id.in_(present - wanted)
        session.execute(delete(row).where(row.company_id == company_id, gone))
    new = wanted - present - erased_among(session, wanted)
    session.add_all(row(company_id=company_id, account_external_id=external_id) for external_id in sorted(new))


def cancel(session: Session, external_id: str, *, at: datetime) -> Answer:
    """End a subscription and deactivate every account of the company. A second time changes nothing."""
    company = _find(session, external_id)
    if company is None:
        raise NotInReach
    if company.cancelled_at is None:
        company.cancelled_at = at
        _deactivate_all(session, company.id, at)
        session.flush()
    return _answer(200, company, deactivated=_deactivated_with(session, company.id))


def _deactivate_all(session: Session, company_id: str, at: datetime) -> None:
    active = (Account.company_id == company_id) & Account.deactivated_at.is_(None)
    ids = session.scalars(select(Account.id).where(active).with_for_update()).all()
    session.execute(
        update(Account).where(active).values(deactivated_at=at, deactivated_by=BY_COMPANY),
        execution_options={"synchronize_session": False},
    )
    close_cases(session, ids, outcome="deactivated")
    notices.tell(session, ids, by=BY_COMPANY, at=at)


def _deactivated_with(session: Session, company_id: str) -> int:
    ended = (Account.company_id == company_id) & (Account.deactivated_by == BY_COMPANY)
    return session.scalar(select(func.count(Account.id)).where(ended)) or 0


def _find(session: Session, external_id: str) -> Company | None:
    return session.scalar(select(Company).where(Company.external_id == external_id).with_for_update())


def _answer(status: int, company: Company, **more: int) -> Answer:
    state = "cancelled" if company.cancelled_at else "active"
    return Answer(status, {"external_id": company.external_id, "state": state, **more})
