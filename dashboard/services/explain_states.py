"""How hypothetical states are planted: each puts invented rows on the stage and returns the one that is asked about.

A state says nothing about the answer: that is asked of the guard. Never a real record here, nor a way to name one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dashboard.policy.permissions import Permission as P
from dashboard.policy.roles import Role
from models import (
    AccessRecord,
    Account,
    ApiToken,
    AppError,
    Company,
    ContactRequest,
    JobRun,
    OnboardingCase,
    Proposal,
    Staff,
    SubjectRequest,
    Ticket,
    UsageEvent,
    new_id,
)

from .explain_stage import AT, HOUR, ME, Stage, colleague

Plant = Callable[[Stage], Any]
ENGINEER, REP, ADMINISTRATOR = colleague(Role.SUPPORT), colleague(Role.REP), colleague(Role.SYSADMIN)


@dataclass(frozen=True)
class State:
    """One hypothetical state: its code, its words, the rows it plants, and which act leads to which other state."""

    code: str
    words: str
    plant: Plant
    moves: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Kind:
    """One kind of record: the columns the question is about (none: whether its line shows), and its states.

    `cited` names the permissions an answer should rest on first, where several would do.
    """

    code: str
    words: str
    model: Any
    asked: tuple[str, ...]
    states: tuple[State, ...]
    cited: tuple[P, ...] = ()
    line: str = ""

    def state(self, code: str) -> State | None:
        """Return the state with this code."""
        return next((state for state in self.states if state.code == code), None)


UNCONFIRMED = {"written_by": "staff", "unlocked_at": None, "unlocked_by": None}
CLOSED = {"closed_at": AT - HOUR / 2, "closed_because": "solved"}
HELD: dict[str, tuple[str, dict[str, Any]]] = {
    "free": ("the ticket is open, nobody has it", {"assignee_id": None, "assigned_at": None}),
    "mine": ("the ticket is open and yours", {}),
    "colleagues": ("the ticket is open and a colleague's", {"assignee_id": ENGINEER}),
    "handed_over": ("the ticket was yours, you handed it over", {"assignee_id": ENGINEER, "assigned_at": AT}),
    "closed": ("you closed the ticket", CLOSED),
    "closed_by_colleague": ("a colleague closed the ticket", {"assignee_id": ENGINEER, **CLOSED}),
    "unconfirmed": ("the ticket is yours, but you wrote it and nobody confirmed it", {**UNCONFIRMED, "author_id": ME}),
    "to_confirm": (
        "a colleague wrote the ticket and it waits for a second engineer",
        {**UNCONFIRMED, "author_id": ENGINEER, "assignee_id": ENGINEER},
    ),
    "confirmed": (
        "you wrote the ticket, it is yours, and a second engineer confirmed it",
        {"written_by": "staff", "author_id": ME, "unlocked_by": ENGINEER},
    ),
}
"""How a ticket can lie: words and facts."""
MOVES = {
    "free": (("You take it.", "mine"),),
    "mine": (("You close it.", "closed"), ("You give it back.", "free"), ("You hand it over.", "handed_over")),
    "colleagues": (("The colleague hands it over to you.", "mine"),),
    "handed_over": (("The colleague hands it back to you.", "mine"),),
    "unconfirmed": (("A second engineer confirms it.", "confirmed"),),
    "to_confirm": (("You confirm it; it stays with the colleague.", "colleagues"),),
    "confirmed": (("You close it.", "closed"),),
}


def of_ticket(look: Callable[[Stage, Account, Ticket], Any]) -> tuple[State, ...]:
    """Return the states of a ticket; `look` says which row of the planted ones is asked about."""

    def planting(facts: dict[str, Any]) -> Plant:
        def plant(stage: Stage) -> Any:
            account = stage.account()
            return look(stage, account, stage.ticket(account, **facts))

        return plant

    return tuple(State(code, words, planting(facts), MOVES.get(code, ())) for code, (words, facts) in HELD.items())


def neighbour(stage: Stage) -> Account:
    """Plant my ticket of one person, and ask about another at the same company."""
    company = stage.company()
    stage.ticket(stage.account(company=company))
    return stage.account(company=company)


def company_of(stage: Stage, account: Account, _ticket: Ticket) -> Any:
    """Ask about the company of a ticket's person."""
    return stage.session.get(Company, account.company_id)


def error(*, ticket: dict[str, Any] | None = None, later: bool = False, other: bool = False) -> Plant:
    """Plant my ticket, and ask about an error record: of its person before it, later, or of another person."""

    def plant(stage: Stage) -> AppError:
        account = stage.account()
        stage.ticket(account, **(ticket or {}))
        return stage.error(stage.account() if other else account, at=AT - (HOUR / 2 if later else 2 * HOUR))

    return plant


def event(
    *,
    ticket: dict[str, Any] | None = None,
    opening: dict[str, Any] | None = None,
    opened: bool = True,
    hours_ago: float = 3,
) -> Plant:
    """Plant a system-error ticket, its trace and one event of its person."""

    def plant(stage: Stage) -> UsageEvent:
        account = stage.account()
        made = stage.error_ticket(account, **(ticket or {}))
        if opened:
            stage.opening(made, **(opening or {}))
        return stage.event(account, hours_ago=hours_ago)

    return plant


def event_of_neighbour(stage: Stage) -> UsageEvent:
    """Plant my open trace of one person, and ask about another at the same company."""
    company = stage.company()
    stage.opening(stage.error_ticket(stage.account(company=company)))
    return stage.event(stage.account(company=company))


def event_of_other_error(stage: Stage) -> UsageEvent:
    """The error record is another person's: it proves nothing about this one."""
    account = stage.account()
    stage.opening(stage.error_ticket(account, error_id=stage.error(stage.account()).id))
    return stage.event(account)


def submission(**facts: Any) -> Plant:
    """Plant a submission in my hands."""
    values = {"name": "Invented", "email": "invented@stage.example", "phone": "0", "submitted_at": AT - HOUR}
    return lambda stage: stage.add(ContactRequest(**values, **({"assignee_id": ME, "taken_at": AT} | facts)))


def request(**facts: Any) -> Plant:
    """Plant a person's request in my hands."""
    values = {
        "kind": "removal", "source": "page", "email": "invented@stage.example", "state": "assigned",
        "received_at": AT - HOUR, "due_at": AT + 700 * HOUR, "assignee_id": ME, "assigned_at": AT,
    }  # fmt: skip
    return lambda stage: stage.add(SubjectRequest(**values | facts, email_key=None if "email" in facts else new_id()))


def set_up(*, account: dict[str, Any] | None = None, show_case: bool = False, **facts: Any) -> Plant:
    """Plant a set-up in my hands; the question is about its case or its account."""

    def plant(stage: Stage) -> Account | OnboardingCase:
        person = stage.account(**{"first_sign_in_at": None} | (account or {}))
        case = stage.onboarding(person, **facts)
        return case if show_case else person

    return plant


def set_ups(*, show_case: bool) -> tuple[State, ...]:
    """Return the states of a set-up; the question is about its case or its account."""
    free: dict[str, Any] = {"assignee_id": None, "taken_at": None, "ends_at": None}
    take = (("You take it, with a reason.", "mine"),)
    end = (
        ("The person signs in for the first time.", "signed_in"),
        ("Seven days pass.", "ran_out"),
        ("You close it.", "closed"),
    )
    states: tuple[tuple[str, str, dict[str, Any], tuple[tuple[str, str], ...]], ...] = (
        ("free", "the set-up is open, nobody has it", free, take),
        ("mine", "the set-up is open and yours", {}, end),
        ("colleagues", "the set-up is open and a colleague's", {"assignee_id": ADMINISTRATOR}, ()),
        ("signed_in", "it is yours, and the person has signed in", {"account": {"first_sign_in_at": AT - HOUR}}, ()),
        ("ran_out", "you took it more than 7 days ago", {"ends_at": AT - HOUR}, take),
        ("closed", "you closed it", {"closed_at": AT - HOUR}, ()),
    )
    return tuple(
        State(code, words, set_up(show_case=show_case, **facts), moves) for code, words, facts, moves in states
    )


def line_of(staff_id: str, *, allowed: bool = True) -> Plant:
    """Plant a line of the access log about a staff member."""
    facts = {"permission": "ticket:read", "purpose": "support", "event": "ticket_seen" if allowed else "access_refused"}
    return lambda stage: stage.add(AccessRecord(staff_id=staff_id, allowed=allowed, **facts))


def staff(staff_id: str) -> Plant:
    """Ask about somebody on the stage."""
    return lambda stage: stage.staff(staff_id)


def former(stage: Stage) -> Staff:
    """Plant somebody who left."""
    return stage.hire("former", role=Role.SUPPORT, active=False)


def invited(stage: Stage) -> Staff:
    """Plant somebody who has not come in yet."""
    return stage.hire("invited", role=Role.SUPPORT, seen=None)


def proposal(by: str, *, decided: bool = False) -> Plant:
    """Plant an invitation a system administrator proposes."""
    end = {"decided_by": colleague(Role.COMPLIANCE), "decided_at": AT, "agreed": True} if decided else {}
    facts = {"kind": "invitation", "subject": "invented@stage.example", "detail": "support", "proposed_by": by}
    return lambda stage: stage.add(Proposal(**facts, **end))


def token(**facts: Any) -> Plant:
    """Plant a token."""
    return lambda stage: stage.add(ApiToken(name=new_id(), scope="app", token_hash=new_id(), **facts))


def run(stage: Stage) -> JobRun:
    """Plant a run of a job."""
    return stage.add(JobRun(job="invented", period="invented"))  # type: ignore[no-any-return]
