"""Finding a person in every relation they have with us, by the one thing we can check: the address on file.

Account holder, contact, former contact, or all of these: each listed apart (P8).
"""

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from dashboard.services import fingerprints
from models import Account, ContactRequest, ExportFile, Person, SubjectRequest


def person_at(session: Session, email: str) -> Person:
    """Return everything we know a person by, at this address; an empty Person when we hold nothing."""
    accounts = session.execute(
        select(Account.id, Account.external_id, Account.company_id).where(Account.email == email)
    ).all()
    contacts = session.scalars(select(ContactRequest.id).where(func.lower(ContactRequest.email) == email)).all()
    requests = _requests(session, fingerprints.of_address(email))
    return Person(
        accounts=tuple(row.id for row in accounts),
        external_ids=tuple(row.external_id for row in accounts),
        companies=_companies_of_one(session, {row.company_id for row in accounts}, tuple(r.id for r in accounts)),
        contacts=tuple(contacts),
        requests=requests,
        addresses=(email,) if accounts or contacts else (),
    )


def person_behind(session: Session, key: str) -> Person:
    """Return whoever a subject key stands for, in that one relation; the key alone when the row is gone already."""
    account = session.execute(
        select(Account.id, Account.external_id, Account.company_id, Account.email).where(Account.id == key)
    ).first()
    if account:
        alone = _companies_of_one(session, {account.company_id}, (account.id,))
        ids = {"accounts": (account.id,), "external_ids": (account.external_id,), "companies": alone}
        return Person(**ids, addresses=(account.email,))
    email = session.scalar(select(ContactRequest.email).where(ContactRequest.id == key))
    if email is not None:
        return Person(contacts=(key,), addresses=(email.lower(),))
    return Person(accounts=(key,), contacts=(key,))


def _requests(session: Session, email_key: str) -> tuple[str, ...]:
    """Return the live requests of a person, and those for whom a file still lies ready."""
    live = select(SubjectRequest.id).where(SubjectRequest.email_key == email_key, SubjectRequest.closed_at.is_(None))
    files = select(ExportFile.request_id).where(ExportFile.email_key == email_key, ExportFile.deleted_at.is_(None))
    return tuple(dict.fromkeys((*session.scalars(live), *session.scalars(files))))


def _companies_of_one(session: Session, companies: set[str], accounts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the companies that consist of this person alone: their name is the person's."""
    other = aliased(Account)
    shared = session.scalars(
        select(other.company_id).where(other.company_id.in_(companies), other.id.not_in(accounts)).distinct()
    )
    return tuple(sorted(companies - set(shared)))


def is_known(session: Session, email: str) -> bool:
    """Whether we hold anything of a person at this address."""
    return person_at(session, email).known
