"""Persons at the app: added, changed, signed in for the first time, deactivated; and which messages they want.

An account belongs to a customer that has not cancelled (P7), has three personal fields (P9), and comes only from the
person or the company's administrator (P16).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.policy.message_types import MessageType
from dashboard.services.refusals import Invalid, NotInReach
from dashboard.services.requests import former
from models import Account, AccountPreference, Company, CompanyAdministrator, bound

from . import notices
from .acting import Answer
from .companies import BY_COMPANY
from .erased import refuse_if_erased
from .onboarding import close_cases, open_case

SELF = "self"
RESERVED = frozenset({SELF, BY_COMPANY})
"""Words that say who ended an account; no account may be called so."""


@dataclass(frozen=True)
class AccountFacts:
    """What the app says about an account; `set_up` None leaves it as it is, `created_at` None means now."""

    company: str
    first_name: str
    last_name: str
    email: str
    source: str
    set_up: str | None = None
    reason: str | None = None
    created_at: datetime | None = None


def put(session: Session, external_id: str, facts: AccountFacts) -> Answer:
    """Add or change an account; raise Invalid at the field. The same call twice changes nothing more."""
    if external_id in RESERVED:
        raise Invalid("external_id", "This word says who ended an account. Choose another id.")
    account = _find(session, external_id)
    company_id = _company(session, facts.company, account)
    status = 200 if account else 201
    if account is None:
        refuse_if_erased(session, external_id)
        account = Account(external_id=external_id, created_at=facts.created_at or bound(session).at)
        session.add(account)
    else:
        former.note(session, account, facts.email)
    account.company_id, account.source = company_id, facts.source
    account.first_name, account.last_name, account.email = facts.first_name, facts.last_name, facts.email
    account.set_up = facts.set_up or account.set_up or "automatic"
    session.flush()
    _see_to_onboarding(session, account, facts)
    return _answer(status, account)


def _company(session: Session, external_id: str, account: Account | None) -> str:
    """Return the id of the company; it must be known and, unless the account is in it already, not cancelled (P7)."""
    statement = select(Company).where(Company.external_id == external_id)
    company = session.scalar(statement.with_for_update(read=True))
    if company is None:
        raise Invalid("company", "No company of this id is known. Send the company first.")
    stays = account is not None and account.company_id == company.id
    if company.cancelled_at and not stays:
        raise Invalid("company", "This company has cancelled: it gets no more accounts.")
    return company.id


def _see_to_onboarding(session: Session, account: Account, facts: AccountFacts) -> None:
    if facts.set_up == "needs_help" and facts.reason:
        open_case(session, account, reason=facts.reason)
    if facts.set_up == "automatic":
        close_cases(session, [account.id], outcome="automatic")


def first_sign_in(session: Session, external_id: str, *, at: datetime) -> Answer:
    """Note that the person has come; that ends any sysadmin's sight of them (P60)."""
    account = _existing(session, external_id)
    if account.deactivated_at and at > account.deactivated_at:
        raise Invalid("at", "The account was deactivated before that.")
    if account.first_sign_in_at is None:
        account.first_sign_in_at = at
        close_cases(session, [account.id], outcome="first_sign_in")
    return _answer(200, account)


def deactivate(session: Session, external_id: str, *, requested_by: str, at: datetime) -> Answer:
    """End an account at its person's or an administrator's request (P42, P43). A second time changes nothing."""
    account = _existing(session, external_id)
    if account.deactivated_at is None:
        if requested_by != SELF and not _administers(session, requested_by, account.company_id, at):
            raise Invalid("requested_by", "Only the person (self) or an administrator of the company may ask for this.")
        account.deactivated_at, account.deactivated_by = at, requested_by
        close_cases(session, [account.id], outcome="deactivated")
        if requested_by != SELF:
            notices.tell(session, [account.id], by="administrator", at=at)
    return _answer(200, account)


def _administers(session: Session, external_id: str, company_id: str, at: datetime) -> bool:
    """Whether this account was an administrator of the company, and active, at that moment."""
    row = CompanyAdministrator
    named = select(row.company_id).where(row.company_id == company_id, row.account_external_id == external_id)
    if session.scalar(named) is None:
        return False
    ended = session.execute(
        select(Account.deactivated_at).where(Account.external_id == external_id, Account.company_id == company_id)
    ).first()
    return ended is not None and (ended.deactivated_at is None or ended.deactivated_at >= at)


def choose(session: Session, external_id: str, wanted: Mapping[str, bool]) -> Answer:
    """Keep which types of message the person wants (P32); types not named stay as they are."""
    account = _existing(session, external_id)
    row = AccountPreference
    kept = {choice.message_type: choice for choice in session.scalars(select(row).where(row.account_id == account.id))}
    for type_, yes in wanted.items():
        choice = kept.get(type_)
        if choice is None:
            session.add(row(account_id=account.id, message_type=type_, wanted=yes, changed_at=bound(session).at))
        elif choice.wanted != yes:
            choice.wanted, choice.changed_at = yes, bound(session).at
    session.flush()
    return preferences(session, external_id)


def preferences(session: Session, external_id: str) -> Answer:
    """Return the preferences in force, of every type; whoever has not chosen gets the message."""
    account_id = session.scalar(select(Account.id).where(Account.external_id == external_id))
    if account_id is None:
        raise NotInReach
    row = AccountPreference
    rows = session.execute(select(row.message_type, row.wanted).where(row.account_id == account_id)).all()
    chosen: dict[str, bool] = {type_: wanted for type_, wanted in rows}  # noqa: C416 - rows are no pairs to mypy
    return Answer(200, {type_: chosen.get(type_, True) for type_ in MessageType})


def _find(session: Session, external_id: str) -> Account | None:
    return session.scalar(select(Account).where(Account.external_id == external_id).with_for_update())


def _existing(session: Session, external_id: str) -> Account:
    account = _find(session, external_id)
    if account is None:
        raise NotInReach
    return account


def _answer(status: int, account: Account) -> Answer:
    state = "deactivated" if account.deactivated_at else "active"
    return Answer(status, {"external_id": account.external_id, "state": state})
