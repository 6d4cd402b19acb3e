"""The planted world: people in every state a case can be in, a canary in every closed column, fixed ids and times.

A row is named by its *group*, the story it belongs to ("mine_traced": my ticket with its trace open); an id in an address
tells its group. `plant` can be told to plant the second of two worlds, which differs from the first only in what one
viewer may not know: other values, hidden cases gone or doubled.
"""

import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event, insert, select, text

from dashboard.sign_in import hashed
from models import (
    AccessRecord,
    Account,
    AccountPreference,
    ApiToken,
    AppError,
    Base,
    Company,
    CompanyAdministrator,
    ContactAttempt,
    ContactRequest,
    ErasedFingerprint,
    ExportFile,
    FormerAddress,
    Heartbeat,
    IdempotencyRecord,
    Invitation,
    JobRun,
    LedgerEntry,
    Message,
    OnboardingCase,
    Proposal,
    RateWindow,
    RequestLink,
    RequestStep,
    Seal,
    SealCheckpoint,
    SealedPayload,
    SealVerification,
    Staff,
    StaffSession,
    SubjectRequest,
    Suppression,
    Ticket,
    Tombstone,
    TraceOpening,
    TraceWidening,
    UsageCompany,
    UsageDay,
    UsageEvent,
    UsageFigure,
    UsageWeek,
    WebsiteFigure,
    db,
)
from models.base import UtcDateTime
from tests.access.canaries import Canaries, Cell, closed_columns, digest

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
"""The frozen moment of every walk: a Tuesday, ten o'clock in Amsterdam."""
SETTINGS = {"METRICS_TOKEN": "m" * 40}
"""With a token of its own /metrics is nobody's here; without one it would be everybody's on this machine."""
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
STAFF = {
    "rep": "rep", "rep2": "rep", "support": "support", "support2": "support", "sysadmin": "sysadmin",
    "sysadmin2": "sysadmin", "compliance": "compliance", "deactivated": "support", "demoted": "rep",
}  # fmt: skip
"""Who works here, in which role now. `demoted` was in support when they signed in, `deactivated` was sent home since."""
FORM_TOKEN = "t" * 40
"""What every signed-in browser of a test carries for its forms (tests.world.token_of signs it)."""
TOKENS = {"token-app": "app", "token-website": "website", "token-revoked": "app"}
SECRETS = {name: f"{name}-{digest(name)[:20]}" for name in TOKENS}
"""What each machine shows: the table keeps only its hash."""


def key(*parts: str) -> str:
    """Return a fixed public id for these parts."""
    return base64.b32encode(bytes.fromhex(digest("id", *parts)))[:26].decode().lower()


def number(*parts: str) -> int:
    """Return a fixed four-digit number for these parts: what T-1042 shows."""
    return 1000 + int(digest("number", *parts)[:8], 16) % 8000


@dataclass
class Planted:
    """A planted world: its canaries, which id belongs to which group, and every row, to bring it back."""

    app: Flask
    canaries: Canaries = field(default_factory=Canaries)
    groups: dict[str, str] = field(default_factory=dict)
    """Public id → group."""
    refs: dict[str, str] = field(default_factory=dict)
    """T-1042 → group."""
    ids: dict[str, list[str]] = field(default_factory=dict)
    """Table → the public ids planted in it."""
    rows: list[tuple[Any, dict[str, Any]]] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)
    """Keys and hashes that must work, so no canary can stand for them: value → column."""

    @property
    def engine(self) -> Engine:
        """Return the application's engine."""
        with self.app.app_context():
            return db.engine

    def id_of(self, table: str, group: str) -> str:
        """Return the id of a group's first row in a table."""
        return next(i for i in self.ids[table] if self.groups[i] == group)

    changed: set[str] = field(default_factory=lambda: set(Base.metadata.tables))
    """Tables written to since the last restore."""

    def restore(self) -> None:
        """Put every table that was written to back to what was planted, the next numbers included."""
        changed = [table for table in Base.metadata.sorted_tables if table.name in self.changed]
        with self.app.app_context(), db.engine.begin() as connection:
            _heed_keys(connection, heed=False)
            for table in changed:
                connection.execute(table.delete())
                rows = [values for model, values in self.rows if model.__table__ is table]
                for keys in dict.fromkeys(tuple(sorted(row)) for row in rows):
                    connection.execute(insert(table), [r for r in rows if tuple(sorted(r)) == keys])
                _next_number(connection, table)
            _heed_keys(connection, heed=True)
        self.changed.clear()

    @property
    def stands(self) -> bool:
        """Whether this is the world that was planted last into its database."""
        return _watched.get(self.engine) is self

    def watch(self) -> None:
        """Notice which tables are written to, whoever writes."""
        _watched[self.engine] = self
        if not event.contains(self.engine, "before_cursor_execute", _notice):
            event.listen(self.engine, "before_cursor_execute", _notice)


_watched: dict[Engine, "Planted"] = {}
WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)


def _notice(connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
    found = WRITES.match(statement)
    if found:
        _watched[connection.engine].changed.add(found[1])


def _heed_keys(connection: Any, *, heed: bool) -> None:
    """Switch foreign keys off while single tables are put back; SQLite's driver leaves the transaction to us."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET LOCAL session_replication_role = {'origin' if heed else 'replica'}"))
    elif heed:
        connection.execute(text("COMMIT"))
        connection.execute(text("PRAGMA foreign_keys = ON"))
    else:
        connection.execute(text("PRAGMA foreign_keys = OFF"))
        connection.execute(text("BEGIN IMMEDIATE"))


def _next_number(connection: Any, table: Any, start: int = 20_000) -> None:
    """Let what a test adds begin at the same number in every world."""
    column = table.c.get("number")
    if column is None or not column.primary_key or column.autoincrement is False:
        return
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT setval('{table.name}_number_seq', {start})"))
    else:
        connection.execute(text(f"DELETE FROM sqlite_sequence WHERE name = '{table.name}'"))
        connection.execute(text(f"INSERT INTO sqlite_sequence (name, seq) VALUES ('{table.name}', {start})"))


class Planter:
    """Writes a world down, row by row. `hide` says whether the viewer may not know a cell (second world only)."""

    def __init__(self, world: Planted, *, hides: Callable[[Cell], bool], copies: Callable[[str], int]) -> None:
        self.world = world
        self.hides = hides
        self.copies = copies

    def groups(self, *names: str) -> Iterator[str]:
        """Yield each group as often as this world has it: never, once, or more often under other names."""
        for name in names:
            yield from [name, *(f"{name}~{n}" for n in range(2, 6))][: self.copies(name)]

    def row(self, model: Any, group: str, *, part: str = "", at: datetime = NOW, **facts: Any) -> str:
        """Add a row with a canary in each closed column that is not given; return its id."""
        table = model.__table__
        name = f"{group}.{part}" if part else group
        values = {**self._canaries(table, name, facts, at), **facts}
        if "id" in table.c and "id" not in values:
            values["id"] = key(table.name, name)
        if "number" in table.c:
            values.setdefault("number", number(table.name, name))
            self._know_ref(table.name, values["number"], group)
        self.world.rows.append((model, {**_defaults(table), **values}))
        if "id" in values:
            self.world.groups[values["id"]] = group
            self.world.ids.setdefault(table.name, []).append(values["id"])
        return str(values.get("id", ""))

    def _canaries(self, table: Any, row: str, facts: dict[str, Any], at: datetime) -> dict[str, Any]:
        planted = {}
        for column in table.c:
            name = f"{table.name}.{column.name}"
            if name in closed_columns() and column.name not in facts:
                salt = "other world" if self.hides(Cell(name, row)) else ""
                planted[column.name] = self.world.canaries.value(column, row, salt=salt, at=at)
        return planted

    def _know_ref(self, table: str, found: int, group: str) -> None:
        letter = {"ticket": "T", "contact_request": "C", "onboarding_case": "O", "subject_request": "R"}.get(table)
        if letter:
            assert f"{letter}-{found}" not in self.world.refs, f"two cases share {letter}-{found}"
            self.world.refs[f"{letter}-{found}"] = group


def _defaults(table: Any) -> dict[str, Any]:
    """Fixed values for columns that would otherwise take the clock or chance."""
    return {c.name: NOW for c in table.c if isinstance(c.type, UtcDateTime) and not c.nullable}


def plant(
    app: Flask,
    *,
    hides: Callable[[Cell], bool] = lambda _cell: False,
    copies: Callable[[str], int] = lambda _g: 1,
    existing: str = "",
) -> Planted:
    """Plant a world into an application's database and return it."""
    world = Planted(app)
    planter = Planter(world, hides=hides, copies=copies)
    for story in (staff, machines, figures, tickets, strangers, contact_requests, onboarding, subject_requests, looks):
        story(planter)
    if existing:
        planter.row(
            Account,
            "existing",
            company_id=key("company", "mine_question"),
            external_id="account-existing",
            email=existing,
            source="self",
            set_up="automatic",
        )
    world.restore()
    world.watch()
    return world


def staff(p: Planter) -> None:
    """Staff, their signed-in browsers, and what two sysadmins must agree on."""
    for place, (name, role) in enumerate(STAFF.items(), start=1):
        who = f"staff_{name}"
        p.row(
            Staff,
            who,
            id=key(name),
            number=place,
            role=role,
            active=name != "deactivated",
            last_seen_at=NOW - DAY,
            fs_uniquifier=key("mark", name),
        )
        p.world.secrets[FORM_TOKEN] = "staff_session.data"
        data = {"_user_id": key("mark", name), "_fresh": True, "csrf_token": FORM_TOKEN}
        p.row(StaffSession, who, key_hash=hashed(key("browser", name)), staff_id=key(name), data=data)
        p.world.secrets |= {
            key("mark", name): "staff.fs_uniquifier",
            hashed(key("browser", name)): "staff_session.key_hash",
        }
    p.row(Invitation, "staff_demoted", staff_id=key("demoted"), ends_at=NOW + DAY)
    p.row(
        Proposal, "proposal_open", kind="role", detail="compliance", proposed_by=key("sysadmin2"), subject=key("rep2")
    )
    p.row(Proposal, "proposal_mine", kind="invitation", detail="rep", proposed_by=key("sysadmin"))
    p.row(
        Proposal, "proposal_done", kind="invitation", detail="rep", proposed_by=key("sysadmin2"),
        decided_by=key("sysadmin"), decided_at=NOW, agreed=False,
    )  # fmt: skip
    p.row(Message, "message_waiting", type="invitation", cause="staff:x", subject="Your invitation", attempts=0)


def machines(p: Planter) -> None:
    """Tokens, jobs and what the house keeps for itself."""
    for name, scope in TOKENS.items():
        revoked = NOW if name == "token-revoked" else None
        p.row(ApiToken, name, name=name, scope=scope, token_hash=hashed(SECRETS[name]), revoked_at=revoked)
        p.world.secrets |= {SECRETS[name]: "api_token.token_hash", hashed(SECRETS[name]): "api_token.token_hash"}
    p.row(JobRun, "job_done", job="mail", period="2026-11-24T08:55", state="done", count=3, ended_at=NOW)
    p.row(JobRun, "job_failed", job="prune", period="2026-11-24", state="failed", count=0, error="OperationalError")
    p.row(Heartbeat, "scheduler", process="scheduler", at=NOW - timedelta(seconds=20))
    p.row(IdempotencyRecord, "call", status=201, answer={"id": key("call")})
    p.row(LedgerEntry, "ledger", number=1, event="erased", relation="app", key=key("erased"), chained="h" * 64)
    p.row(Seal, "seal", number=8, form=1, after=0, last=1, count=1, digest="d" * 64, before="b" * 64, chained="c" * 64)
    p.row(SealCheckpoint, "pruned", number=7, last=0, lines=0, chained="b" * 64, signature="s" * 64)
    p.row(
        SealVerification,
        "verified",
        state="holds",
        ended_at=NOW - HOUR,
        lines=1,
        lines_of=1,
        seals=1,
        last=1,
        findings=[],
    )
    p.row(SealVerification, "verifying", state="running", lines=1, lines_of=2, seals=1, last=1, findings=[])
    p.row(RateWindow, "rate", token_id=key("api_token", "token-app"), minute=29_000_000, calls=3)


def figures(p: Planter) -> None:
    """Statistics as a night leaves them: of groups, so that every world has the same."""
    week, company = date(2026, 11, 16), key("company of many")
    p.row(UsageWeek, "scheduler", part="week", week=week)
    p.row(UsageCompany, "scheduler", part="company", id=company, name="Company of many")
    for scope, people in (("everyone", 40), (company, 20), ("rest", 20)):
        for feature, action in (("", ""), ("Reports", "opened")):
            uses = 3 * people if feature else None
            p.row(
                UsageFigure,
                "scheduler",
                scope=scope,
                week=week,
                feature=feature,
                action=action,
                people=people,
                uses=uses,
            )
    p.row(WebsiteFigure, "scheduler", day=week, week=week, page="/", visits=300, views=700)


def person(p: Planter, group: str, **facts: Any) -> str:
    """Add a company, its administrator, and a person's account; return the account's id."""
    company = p.row(Company, group, external_id=f"company-{group}")
    p.row(CompanyAdministrator, group, company_id=company, account_external_id=f"account-{group}")
    first = {
        "external_id": f"account-{group}",
        "source": "self",
        "set_up": "automatic",
        "first_sign_in_at": NOW - 90 * DAY,
    }
    account = p.row(Account, group, company_id=company, **{**first, **facts})
    p.row(AccountPreference, group, account_id=account, message_type="newsletter", wanted=False)
    p.row(FormerAddress, group, account_id=account, changed_at=NOW - 3 * DAY)
    return account


def ticket(p: Planter, group: str, account: str | None, *, assignee: str = "", **facts: Any) -> str:
    """Add a ticket that the customer wrote two hours ago."""
    base = {
        "account_id": account, "kind": "question", "language": "nl", "written_by": "customer",
        "opened_at": NOW - 2 * HOUR, "unlocked_at": NOW - 2 * HOUR, "unlocked_by": "customer",
        "assignee_id": key(assignee) if assignee else None, "assigned_at": NOW - HOUR if assignee else None,
    }  # fmt: skip
    return p.row(Ticket, group, **{**base, **facts})


def error(p: Planter, group: str, account: str, *, at: datetime = NOW - 3 * HOUR, part: str = "") -> str:
    """Add the app's own error record."""
    return p.row(
        AppError, group, part=part, external_id=f"error-{group}-{part}", account_id=account, code="E-PDF-17",
        feature="Reports", occurred_at=at,
    )  # fmt: skip


def error_ticket(p: Planter, group: str, *, assignee: str = "", **facts: Any) -> tuple[str, str]:
    """Add a person, their error, three usage events around its window, and the ticket; return ticket and account."""
    account = person(p, group)
    found = error(p, group, account)
    for part, at in (("inside", NOW - 6 * HOUR), ("before", NOW - 40 * HOUR), ("after", NOW - HOUR)):
        usage(p, group, account, part=part, at=at)
    base = {
        "kind": "system_error",
        "written_by": "app",
        "unlocked_by": "app",
        "error_id": found,
        "error_code": "E-PDF-17",
    }
    return ticket(p, group, account, assignee=assignee, **{**base, **facts}), account


def usage(p: Planter, group: str, account: str, *, part: str, at: datetime) -> None:
    """Add one usage event."""
    p.row(UsageEvent, group, part=part, at=at, account_id=account, id=f"event-{key('event', group, part)}")
    p.row(UsageDay, group, part=part, account_id=account)


def opening(p: Planter, group: str, found: str, account: str, *, engineer: str = "support", **facts: Any) -> str:
    """Open a trace for an engineer."""
    base = {
        "ticket_id": found, "engineer_id": key(engineer), "account_id": account, "reason": "reproduce",
        "opened_at": NOW - HOUR, "window_from": NOW - 27 * HOUR, "window_until": NOW - 3 * HOUR, "ends_at": NOW + 71 * HOUR,
    }  # fmt: skip
    return p.row(TraceOpening, group, **{**base, **facts})


def widening(p: Planter, group: str, opened: str, *, asked_by: str) -> None:
    """Ask to see further back."""
    p.row(
        TraceWidening, group, opening_id=opened, ticket_number=number("ticket", group), asked_by=key(asked_by),
        hours=48, reason="sequence",
    )  # fmt: skip


def tickets(p: Planter) -> None:
    """Tickets in every state: free, mine, a colleague's; open, closed, handed over; with and without an error."""
    for g in p.groups("free_question"):
        ticket(p, g, person(p, g))
    for g in p.groups("free_error"):
        error_ticket(p, g)
    for g in p.groups("mine_question"):
        ticket(p, g, person(p, g), assignee="support")
    for g in p.groups("mine_deactivated"):
        ticket(p, g, person(p, g, deactivated_at=NOW - DAY, deactivated_by="self"), assignee="support")
    for g in p.groups("mine_linkable"):
        account = person(p, g)
        error(p, g, account)
        ticket(p, g, account, assignee="support")
    for g in p.groups("mine_error"):
        error_ticket(p, g, assignee="support")
    opened_tickets(p)
    ended_tickets(p)
    unconfirmed_tickets(p)
    foreign_tickets(p)


def opened_tickets(p: Planter) -> None:
    """My tickets with a trace that is open, and with one that only looks as if it were."""
    for g in p.groups("mine_traced"):
        opening(p, g, *error_ticket(p, g, assignee="support"))
    for g in p.groups("mine_widening"):
        widening(p, g, opening(p, g, *error_ticket(p, g, assignee="support")), asked_by="support")
    for g in p.groups("mine_expired"):
        opening(p, g, *error_ticket(p, g, assignee="support"), opened_at=NOW - 80 * HOUR, ends_at=NOW - 8 * HOUR)
    for g in p.groups("mine_no_record"):
        opening(p, g, *error_ticket(p, g, assignee="support", error_id=None))
    for g in p.groups("mine_question_opened"):
        opening(p, g, *error_ticket(p, g, assignee="support", kind="question"))
    for g in p.groups("mine_wrong_account"):
        stranger = person(p, f"{g}_stranger")
        opening(p, g, *error_ticket(p, g, assignee="support", error_id=error(p, f"{g}_stranger", stranger)))
    for g in p.groups("mine_error_later"):
        found, account = error_ticket(p, g, assignee="support", opened_at=NOW - 5 * HOUR)
        opening(p, g, found, account)


def ended_tickets(p: Planter) -> None:
    """Tickets that were mine: closed, handed over, or given up with my role; their openings were left to look open."""
    for g in p.groups("mine_closed"):
        opening(p, g, *error_ticket(p, g, assignee="support", closed_at=NOW - HOUR, closed_because="solved"))
        look(p, g, "ticket_closed", reason="solved")
    for g in p.groups("handed_over"):
        opening(p, g, *error_ticket(p, g, assignee="support2"))
        look(p, g, "ticket_handed_over", reason="handed_over")
    for g in p.groups("demoted_traced"):
        opening(p, g, *error_ticket(p, g, assignee="demoted"), engineer="demoted")
    for g in p.groups("deactivated_traced"):
        opening(p, g, *error_ticket(p, g, assignee="deactivated"), engineer="deactivated")


def unconfirmed_tickets(p: Planter) -> None:
    """Tickets staff wrote, which unlock nobody yet."""
    written: dict[str, Any] = {"written_by": "staff", "unlocked_at": None, "unlocked_by": None}
    for g in p.groups("mine_unconfirmed"):
        error_ticket(p, g, assignee="support", author_id=key("support"), **written)
    for g in p.groups("mine_no_account"):
        ticket(p, g, None, assignee="support", author_id=key("support"), **written)
    for g in p.groups("theirs_unconfirmed"):
        ticket(p, g, person(p, g), assignee="support2", author_id=key("support2"), **written)


def foreign_tickets(p: Planter) -> None:
    """A colleague's tickets."""
    for g in p.groups("theirs_question"):
        ticket(p, g, person(p, g), assignee="support2")
    for g in p.groups("theirs_traced"):
        opening(p, g, *error_ticket(p, g, assignee="support2"), engineer="support2")
    for g in p.groups("theirs_widening"):
        found, account = error_ticket(p, g, assignee="support2")
        widening(p, g, opening(p, g, found, account, engineer="support2"), asked_by="support2")
    for g in p.groups("theirs_closed"):
        ticket(p, g, person(p, g), assignee="support2", closed_at=NOW - HOUR, closed_because="solved")


def strangers(p: Planter) -> None:
    """People without any case: one of a company of their own, one beside the person of my ticket."""
    for g in p.groups("stranger"):
        account = person(p, g)
        error(p, g, account)
        usage(p, g, account, part="inside", at=NOW - 6 * HOUR)
    for g in p.groups("neighbour"):
        p.row(
            Account, g, company_id=key("company", "mine_question"), external_id=f"account-{g}", source="self",
            set_up="automatic",
        )  # fmt: skip


def contact_requests(p: Planter) -> None:
    """Submissions: free, mine, a colleague's, closed, given back."""
    states: dict[str, dict[str, Any]] = {
        "contact_free": {},
        "contact_mine": {"assignee_id": key("rep"), "taken_at": NOW - HOUR},
        "contact_theirs": {"assignee_id": key("rep2"), "taken_at": NOW - HOUR},
        "contact_closed": {"assignee_id": key("rep"), "closed_at": NOW - HOUR, "outcome": "done"},
        "contact_theirs_closed": {"assignee_id": key("rep2"), "closed_at": NOW - HOUR, "outcome": "done"},
        "contact_given_on": {"assignee_id": key("rep2"), "taken_at": NOW - HOUR},
    }  # fmt: skip
    for g in p.groups(*states):
        found = p.row(
            ContactRequest, g, external_id=f"form-{g}", submitted_at=NOW - 5 * HOUR, **states[g.partition("~")[0]]
        )
        p.row(ContactAttempt, g, contact_request_id=found, staff_id=key("rep"), channel="phone", result="no_answer")
    for g in p.groups("contact_closed"):
        look(p, g, "contact_request_closed", reason="done", staff="rep", table="contact_request", letter="C")
    for g in p.groups("contact_given_on"):
        look(p, g, "contact_request_released", reason="no_time", staff="rep", table="contact_request", letter="C")


def onboarding(p: Planter) -> None:
    """Onboarding cases: free, mine, a colleague's, past their seven days, after the first sign-in, closed."""
    held: dict[str, Any] = {"taken_at": NOW - HOUR, "ends_at": NOW + 6 * DAY, "taken_because": "automation_failed"}
    mine = {"assignee_id": key("sysadmin"), **held}
    states: dict[str, dict[str, Any]] = {
        "onboarding_free": {},
        "onboarding_mine": mine,
        "onboarding_theirs": {**mine, "assignee_id": key("sysadmin2")},
        "onboarding_expired": {**mine, "ends_at": NOW - HOUR},
        "onboarding_signed_in": mine,
        "onboarding_closed": {**mine, "closed_at": NOW - HOUR, "outcome": "done"},
    }
    for g in p.groups(*states):
        in_use = NOW - HOUR if g.startswith("onboarding_signed_in") else None
        account = person(p, g, set_up="needs_help", first_sign_in_at=in_use)
        p.row(OnboardingCase, g, account_id=account, reason="sso_mismatch", **states[g.partition("~")[0]])


def subject_requests(p: Planter) -> None:
    """People's requests: free, mine in every state, a colleague's, one to sign, one given back; and what erasing left."""
    open_, gone = {"assignee_id": key("support"), "assigned_at": NOW - HOUR}, {"email": None, "email_key": None}
    sent = {**open_, "state": "awaiting_validation", "contacted_at": NOW - HOUR}
    confirmed = {**sent, "validated_at": NOW - HOUR, "validated_how": "link"}
    lost = {**sent, "identity_at": NOW - HOUR, "first_signer_id": key("support2")}
    done = {**confirmed, **gone, "executed_at": NOW - HOUR, "plan_hash": "p" * 64, "backups_until": NOW + 30 * DAY}
    ended = {
        "closed_at": NOW - HOUR / 2,
        "outcome": "certified",
        "verified_at": NOW - HOUR / 2,
        "certified_at": NOW - HOUR / 2,
    }
    states: dict[str, dict[str, Any]] = {
        "request_free": {},
        "request_mine": {**open_, "state": "assigned"},
        "request_mine_overdue": {**open_, "state": "assigned", "kind": "overview", "due_at": NOW - 3 * DAY},
        "request_mine_sent": sent,
        "request_mine_objection": {**confirmed, "state": "validated", "not_before": NOW + 6 * DAY},
        "request_mine_running": {**done, "state": "awaiting_processors"},
        "request_mine_certified": {**done, **ended, "state": "certified"},
        "request_mine_refused": {**open_, **gone, "state": "refused", "closed_at": NOW - HOUR, "outcome": "law"},
        "request_theirs": {**open_, "assignee_id": key("support2"), "state": "assigned"},
        "request_theirs_sent": {**sent, "assignee_id": key("support2")},
        "request_to_sign": {**lost, "assignee_id": key("support2")},
        "request_of_demoted": {**sent, "assignee_id": key("demoted")},
        "request_given_on": {**open_, "assignee_id": key("support2"), "state": "assigned"},
    }
    for g in p.groups(*states):
        subject_request(p, g, **states[g.partition("~")[0]])
    for g in p.groups("request_given_on"):
        look(p, g, "request_released", reason="no_time", table="subject_request", letter="R")


def subject_request(p: Planter, group: str, **facts: Any) -> None:
    """Add a request of an hour ago with its links and, once it was confirmed, its steps and what erasing left."""
    base = {
        "kind": "removal",
        "source": "page",
        "received_at": NOW - 2 * HOUR,
        "due_at": NOW + 20 * DAY,
        "signature": None,
    }
    if facts.get("certified_at"):
        del base["signature"]
    found = p.row(SubjectRequest, group, **{**base, **facts})
    p.row(RequestLink, group, request_id=found, purpose="confirm", made_at=NOW - HOUR, ends_at=NOW + 71 * HOUR)
    if not facts.get("executed_at"):
        return
    for place, (location, relation, action) in enumerate(PLACES):
        p.row(
            RequestStep, group, part=location, request_id=found, position=place, location=location, relation=relation,
            action=action, found=place, done_at=NOW - HOUR, left=0, verified_at=None if action == "ask" else NOW - HOUR,
        )  # fmt: skip
    p.row(SealedPayload, group, request_id=found)
    p.row(ErasedFingerprint, group, request_id=found, kind="address", ends_at=NOW + 30 * DAY)
    p.row(ExportFile, group, request_id=found, kind="zip", size=9, checksum="c" * 64, ends_at=NOW + DAY)
    p.row(Tombstone, group, erased_at=NOW - HOUR)
    p.row(Suppression, group, since=NOW - HOUR, because="erased")


PLACES = (("account", "app", "delete"), ("contact_request", "website", "delete"), ("hubspot", "website", "ask"))
"""What a carried-out request has dealt with, in these worlds."""


def look(
    p: Planter, group: str, what: str, *, reason: str, staff: str = "support", table: str = "ticket", letter: str = "T"
) -> None:
    """Add a line of the access log about a case."""
    found = number(table, group)
    p.row(
        AccessRecord, group, part=what, at=NOW - HOUR, number=number("line", group, what), event=what, staff_id=key(staff),
        staff_number=list(STAFF).index(staff) + 1, role=STAFF[staff], permission="ticket:work", purpose="support",
        allowed=True, reason=reason, case_ref=f"{letter}-{found}", case_id=key(table, group), count=0,
    )  # fmt: skip


def looks(p: Planter) -> None:
    """A refusal, and a look of mine at the person of my ticket."""
    look(p, "mine_question", "ticket_seen", reason="")
    p.row(
        AccessRecord, "refused", number=90, at=NOW - 2 * HOUR, event="access_refused", staff_id=key("rep"), staff_number=1,
        role="rep", permission="ticket:list", purpose="own", allowed=False, reason="not_in_role", count=0,
    )  # fmt: skip


def all_rows(world: Planted, model: Any) -> list[Any]:
    """Return a table's rows as they are now, past every guard."""
    with world.app.app_context(), db.engine.connect() as connection:
        return list(connection.execute(select(model.__table__)).mappings())
