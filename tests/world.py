"""A small world to test in: staff of every role, two companies, persons and cases, each value a canary.

Every personal value holds `CNRY` and says what it is, so that a leak names itself: CNRY-account-b-email.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Table, text, update

from dashboard.database import partitions
from dashboard.database.engine import system_session
from dashboard.sign_in import hashed
from models import (
    Account,
    AppError,
    Base,
    Company,
    ContactRequest,
    OnboardingCase,
    Staff,
    StaffSession,
    Ticket,
    TraceOpening,
    UsageEvent,
    db,
    new_id,
    utcnow,
)

STAFF = {
    "rep": "rep", "rep2": "rep", "support": "support", "support2": "support", "sysadmin": "sysadmin",
    "sysadmin2": "sysadmin", "compliance": "compliance",
}  # fmt: skip


def canary(*parts: str) -> str:
    """Return a value that names where it came from."""
    return "CNRY-" + "-".join(parts)


TABLES = Base.metadata.sorted_tables
WITH_ROWS = text(" UNION ALL ".join(f"SELECT '{t.name}' WHERE EXISTS (SELECT 1 FROM \"{t.name}\")" for t in TABLES))


def with_rows(connection: Connection) -> list[Table]:
    """Return the tables that have rows, parents first: most have none in a test, and to ask each by itself takes long."""
    names = set(connection.scalars(WITH_ROWS))
    return [table for table in TABLES if table.name in names]


@dataclass
class World:
    """An application on an empty database, and short ways to fill it."""

    app: Flask
    staff: dict[str, str] = field(default_factory=dict)

    def system(self) -> Any:
        """Open a session with full reach; close it yourself."""
        return system_session(db.engine, "test world")

    def add(self, *rows: Any) -> Any:
        """Write rows and return the first."""
        moments = [row.occurred_at for row in rows if isinstance(row, UsageEvent)]
        with self.app.app_context(), self.system() as session:
            if moments:
                partitions.ensure(db.engine, since=min(moments), until=max(moments))
            session.expire_on_commit = False
            session.add_all(rows)
            session.commit()
            for row in rows:
                session.expunge(row)
        return rows[0]

    def set(self, model: Any, public_id: str, **values: Any) -> None:
        """Change one row."""
        with self.app.app_context(), self.system() as session:
            session.execute(update(model).where(model.id == public_id).values(**values))
            session.commit()

    def all(self, statement: Any) -> list[Any]:
        """Return the rows of a statement, seen by the system."""
        with self.app.app_context(), self.system() as session:
            return list(session.execute(statement).all())

    def hire(self) -> None:
        """Add one staff member per name of STAFF; nobody has a password (see `sign_in`)."""
        rows = [
            Staff(email=f"{name}@demo.example", name=name.title(), role=role, last_seen_at=utcnow())
            for name, role in STAFF.items()
        ]
        self.add(*rows)
        self.staff = {name: row.id for name, row in zip(STAFF, rows, strict=True)}

    def sign_in(self, name: str) -> FlaskClient:
        """Return a client whose browser is signed in as a staff member, without the costly password."""
        key = new_id()
        staff_id = self.staff[name]
        with self.app.app_context(), self.system() as session:
            mark = session.query(Staff.fs_uniquifier).filter(Staff.id == staff_id).scalar()
            data = {"_user_id": mark, "_fresh": True, "csrf_token": "t" * 40}
            session.add(StaffSession(key_hash=hashed(key), staff_id=staff_id, data=data))
            session.commit()
        client = self.app.test_client()
        client.set_cookie("session", "s." + key)
        return client

    def company(self, name: str = "a", **facts: Any) -> Company:
        """Add a company."""
        return self.add(Company(external_id=f"company-{name}-{new_id()[:6]}", name=canary("company", name), **facts))

    def account(self, name: str = "a", *, company: Company | None = None, **facts: Any) -> Account:
        """Add a person's account."""
        values = {
            "external_id": f"account-{name}-{new_id()[:6]}",
            "company_id": (company or self.company(name)).id,
            "first_name": canary("account", name, "first"),
            "last_name": canary("account", name, "last"),
            "email": canary("account", name, "email").lower() + "@x.example",
            "source": "self",
            "first_sign_in_at": utcnow() - timedelta(days=90),
        }
        return self.add(Account(**{**values, **facts}))

    def ticket(self, account: Account, *, assignee: str = "", name: str = "a", **facts: Any) -> Ticket:
        """Add a ticket, unlocked and written by the customer unless said otherwise."""
        now = utcnow()
        values = {
            "account_id": account.id, "kind": "question", "written_by": "customer", "unlocked_at": now,
            "unlocked_by": "customer", "opened_at": now, "language": "nl",
            "subject": canary("ticket", name, "subject"), "body": canary("ticket", name, "body"),
            "assignee_id": self.staff[assignee] if assignee else None, "assigned_at": now if assignee else None,
        }  # fmt: skip
        return self.add(Ticket(**{**values, **facts}))

    def error(self, account: Account, *, at: datetime | None = None, name: str = "a", **facts: Any) -> AppError:
        """Add the app's error record of an account."""
        values = {
            "external_id": f"error-{new_id()[:8]}", "account_id": account.id, "code": "E-PDF-17", "feature": "Reports",
            "occurred_at": at or utcnow() - timedelta(hours=1), "session": canary("error", name, "session"),
            "message": canary("error", name, "message"),
        }  # fmt: skip
        return self.add(AppError(**{**values, **facts}))

    def error_ticket(self, account: Account, *, assignee: str = "", name: str = "a", **facts: Any) -> Ticket:
        """Add a system-error ticket with the app's record behind it."""
        error = self.error(account, name=name)
        values = {"kind": "system_error", "written_by": "app", "unlocked_by": "app", "error_id": error.id,
                  "error_code": error.code, "feature": error.feature}  # fmt: skip
        return self.ticket(account, assignee=assignee, name=name, **{**values, **facts})

    def event(self, account: Account, *, at: datetime, name: str = "a", **facts: Any) -> UsageEvent:
        """Add one usage event."""
        values = {
            "account_id": account.id, "id": new_id(), "occurred_at": at, "session": canary("event", name, "session"),
            "feature": canary("event", name, "feature"), "action": canary("event", name, "action"),
            "properties": {"widgets": 9},
        }  # fmt: skip
        return self.add(UsageEvent(**{**values, **facts}))

    def opening(self, ticket: Ticket, *, engineer: str, until: datetime, **facts: Any) -> TraceOpening:
        """Open a ticket's trace for an engineer, for the 24 hours before a moment."""
        now = utcnow()
        values = {
            "ticket_id": ticket.id, "engineer_id": self.staff[engineer], "account_id": ticket.account_id,
            "reason": "reproduce", "opened_at": now, "window_from": until - timedelta(hours=24), "window_until": until,
            "ends_at": now + timedelta(hours=72),
        }  # fmt: skip
        return self.add(TraceOpening(**{**values, **facts}))

    def contact_request(self, name: str = "a", *, assignee: str = "", **facts: Any) -> ContactRequest:
        """Add a submission of the contact form."""
        now = utcnow()
        values = {
            "external_id": f"form-{new_id()[:8]}", "name": canary("contact", name, "name"),
            "email": canary("contact", name, "email").lower() + "@y.example", "phone": canary("contact", name, "phone"),
            "submitted_at": now, "assignee_id": self.staff[assignee] if assignee else None,
            "taken_at": now if assignee else None,
        }  # fmt: skip
        return self.add(ContactRequest(**{**values, **facts}))

    def onboarding(self, account: Account, *, assignee: str = "", **facts: Any) -> OnboardingCase:
        """Add an onboarding case."""
        now = utcnow()
        values = {
            "account_id": account.id, "reason": "sso_mismatch", "assignee_id": self.staff[assignee] if assignee else None,
            "taken_at": now if assignee else None, "ends_at": now + timedelta(days=7) if assignee else None,
        }  # fmt: skip
        return self.add(OnboardingCase(**{**values, **facts}))

    def empty(self) -> None:
        """Remove every row of every table, and the files outside that tell of them."""
        settings = self.app.extensions["settings"]
        if settings.ledger_path:
            settings.ledger_file.unlink(missing_ok=True)
            settings.anchor_file.unlink(missing_ok=True)
        with self.app.app_context(), db.engine.begin() as connection:
            for table in reversed(with_rows(connection)):
                connection.execute(table.delete())
        self.staff.clear()


def post(client: FlaskClient, url: str, **data: Any) -> Any:
    """Send a form with the token of a signed-in client."""
    return client.post(url, data=data, headers={"X-CSRFToken": token_of(client)})


def token_of(client: FlaskClient) -> str:
    """Return a valid form token of a client that `World.sign_in` made."""
    from itsdangerous import URLSafeTimedSerializer  # noqa: PLC0415 - Flask-WTF's own way of signing

    secret = client.application.config["SECRET_KEY"]
    return str(URLSafeTimedSerializer(secret, salt="wtf-csrf-token").dumps("t" * 40))
