"""The stage of the explain page: a scratch database in memory, and short ways to plant invented rows in it.

Nothing real ever stands here: no row is copied from anywhere, every value is made up below. What a role reaches of
these rows is asked of the same guard that stands before the real ones.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, create_engine, select
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from dashboard.database.engine import ENGINE_OPTIONS, prepare
from dashboard.policy.roles import Role
from models import Account, AppError, Base, Company, OnboardingCase, Staff, Ticket, TraceOpening, UsageEvent, new_id

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""The moment of the invented question; every other moment is told from it."""
HOUR = timedelta(hours=1)
ME = "me"
"""Whoever asks, in the role that was chosen."""


def colleague(role: Role) -> str:
    """Return the id of a colleague of this role."""
    return f"colleague-{role}"


def scratch_engine() -> Engine:
    """Return an empty database in memory, made from the same tables as the real one."""
    engine = create_engine("sqlite://", poolclass=StaticPool, **ENGINE_OPTIONS)
    prepare(engine)
    Base.metadata.create_all(engine)
    return engine


class Stage:
    """Plants invented rows, each for one state; everything is open, mine and unlocked unless said otherwise."""

    def __init__(self, session: Session, *, role: str) -> None:
        """Put the staff on the stage: me in the role that asks, and a colleague of every role."""
        self.session = session
        people = [(ME, role), *((colleague(r), r.value) for r in Role)]
        for name, kind in people:
            self.hire(name, role=kind)

    def add(self, row: Any) -> Any:
        """Write a row."""
        self.session.add(row)
        self.session.flush()
        return row

    def hire(self, name: str, *, role: str, active: bool = True, seen: datetime | None = AT) -> Staff:
        """Invent a colleague, who has signed in unless said otherwise."""
        known = {"name": "Invented", "password": "invented", "last_seen_at": seen}
        return self.add(  # type: ignore[no-any-return]
            Staff(id=name, email=f"{name}@stage.example", role=role, active=active, **known)
        )

    def staff(self, staff_id: str) -> Staff:
        """Return somebody on the stage."""
        return self.session.scalars(select(Staff).where(Staff.id == staff_id)).one()

    def company(self) -> Company:
        """Invent a customer."""
        return self.add(Company(external_id=new_id(), name="Invented"))  # type: ignore[no-any-return]

    def account(self, *, company: Company | None = None, **facts: Any) -> Account:
        """Invent a person who has signed in long ago."""
        values = {
            "external_id": new_id(), "company_id": (company or self.company()).id, "first_name": "Invented",
            "last_name": "Invented", "email": "invented@stage.example", "source": "self",
            "first_sign_in_at": AT - 1000 * HOUR,
        }  # fmt: skip
        return self.add(Account(**values | facts))  # type: ignore[no-any-return]

    def ticket(self, account: Account, **facts: Any) -> Ticket:
        """Invent a ticket the person wrote an hour ago, in my hands."""
        values = {
            "account_id": account.id, "kind": "question", "written_by": "customer", "opened_at": AT - HOUR,
            "unlocked_at": AT - HOUR, "unlocked_by": "customer", "assignee_id": ME, "assigned_at": AT - HOUR,
            "subject": "Invented", "body": "Invented", "finding": "Invented",
        }  # fmt: skip
        return self.add(Ticket(**values | facts))  # type: ignore[no-any-return]

    def error(self, account: Account, *, at: datetime = AT - 2 * HOUR) -> AppError:
        """Invent the app's record of an error, two hours ago."""
        facts = {"external_id": new_id(), "code": "INVENTED", "message": "Invented", "session": "invented"}
        return self.add(AppError(account_id=account.id, occurred_at=at, **facts))  # type: ignore[no-any-return]

    def error_ticket(self, account: Account, **facts: Any) -> Ticket:
        """Invent a system-error ticket with the app's own record behind it."""
        values = {"kind": "system_error", "error_id": self.error(account).id}
        return self.ticket(account, **values | facts)

    def opening(self, ticket: Ticket, **facts: Any) -> TraceOpening:
        """Invent my opening of the ticket's trace: the 24 hours before the error, half an hour ago."""
        values = {
            "ticket_id": ticket.id, "engineer_id": ME, "account_id": ticket.account_id, "reason": "reproduce",
            "opened_at": AT - HOUR / 2, "window_from": AT - 26 * HOUR, "window_until": AT - 2 * HOUR,
            "ends_at": AT + 71 * HOUR,
        }  # fmt: skip
        return self.add(TraceOpening(**values | facts))  # type: ignore[no-any-return]

    def event(self, account: Account, *, hours_ago: float = 3) -> UsageEvent:
        """Invent one usage event, an hour before the error unless said otherwise."""
        at = AT - hours_ago * HOUR
        facts = {"session": "invented", "feature": "invented", "action": "invented", "properties": {}}
        return self.add(UsageEvent(account_id=account.id, id=new_id(), occurred_at=at, **facts))  # type: ignore[no-any-return]

    def onboarding(self, account: Account, **facts: Any) -> OnboardingCase:
        """Invent a set-up that needs a person, in my hands for six more days."""
        values = {"reason": "invented", "assignee_id": ME, "taken_at": AT - 24 * HOUR, "ends_at": AT + 144 * HOUR}
        return self.add(OnboardingCase(account_id=account.id, **values | facts))  # type: ignore[no-any-return]
