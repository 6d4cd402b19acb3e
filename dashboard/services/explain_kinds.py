"""KINDS: what the explain page can be asked about, each kind of record in named hypothetical states."""

from dashboard.policy.permissions import Permission as P
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
    Ticket,
    UsageEvent,
)

from . import explain_states as to
from .explain_stage import AT, HOUR, ME
from .explain_states import ADMINISTRATOR, CLOSED, ENGINEER, REP, UNCONFIRMED, Kind, State

PERSON = ("first_name", "last_name", "email")
TOKENS = (
    State("working", "it works", _token(), (("A system administrator revokes it.", "revoked"),)),
    State("revoked", "it is revoked", _token(revoked_at=AT)),
)
KINDS: tuple[Kind, ...] = (
    Kind("ticket", "What a person wrote in a ticket", Ticket, ("subject", "body", "finding"),
         _of_ticket(lambda _stage, _account, ticket: ticket), line="number, kind, error code, language and clock",
         cited=(P.TICKET_READ, P.TICKET_LIST)),
    Kind("person", "The person of a ticket: name and e-mail address", Account, PERSON,
         (*_of_ticket(lambda _stage, account, _ticket: account),
          State("no_ticket", "the person has no ticket", lambda stage: stage.account(),
                (("The person writes a ticket and you take it.", "mine"),)),
          State("neighbour", "the person works at the company of somebody whose ticket is yours", _neighbour)),
         cited=(P.TICKET_READ,)),
    Kind("company", "The company a person works for", Company, ("name",), _of_ticket(_company_of), cited=(P.TICKET_READ,)),
    Kind("app_error", "The app's record of an error, with its text", AppError, ("message",), (
        State("mine", "its person's ticket is open and yours", _error(),
              (("You close the ticket.", "closed"), ("You hand it over.", "colleagues"))),
        State("free", "nobody has its person's ticket", _error(ticket={"assignee_id": None}), (("You take the ticket.", "mine"),)),
        State("colleagues", "a colleague has its person's ticket", _error(ticket={"assignee_id": ENGINEER}),
              (("The colleague hands the ticket over to you.", "mine"),)),
        State("closed", "you closed its person's ticket", _error(ticket=CLOSED)),
        State("later", "the ticket is yours, the error came after it was written", _error(later=True)),
        State("other", "the ticket is yours, the error is another person's", _error(other=True)),
    ), cited=(P.TICKET_READ,), line="code, place in the app and time"),
    Kind("usage_event", "A usage event of one person", UsageEvent, ("occurred_at", "session", "feature", "action", "properties"), (
        State("before", "your system-error ticket, trace opened, event before the error", _event(),
              (("You close the ticket.", "closed"), ("You hand it over.", "handed_over"), ("72 hours pass.", "ran_out"))),
        State("not_opened", "your system-error ticket, trace not opened", _event(opened=False),
              (("You open the trace, with a reason.", "before"),)),
        State("after", "your system-error ticket, trace opened, event after the error", _event(hours_ago=1.5)),
        State("too_early", "your system-error ticket, trace opened, event 60 hours before the error", _event(hours_ago=62),
              (("A second engineer agrees to a wider window.", "widened"),)),
        State("widened", "the same event, and a second engineer agreed to 72 hours",
              _event(hours_ago=62, opening={"window_from": AT - 74 * HOUR})),
        State("ran_out", "you opened the trace more than 72 hours ago", _event(opening={"ends_at": AT - HOUR}),
              (("You open the trace again, with a reason.", "before"),)),
        State("handed_over", "you opened the trace, then handed the ticket over",
              _event(ticket={"assignee_id": ENGINEER}, opening={"ended_at": AT, "ended_because": "handed_over"})),
        State("colleagues", "a colleague's ticket, and the colleague opened the trace",
              _event(ticket={"assignee_id": ENGINEER}, opening={"engineer_id": ENGINEER}),
              (("The colleague hands the ticket over to you.", "not_opened"),)),
        State("closed", "you closed the ticket", _event(ticket=CLOSED, opening={"ended_at": AT, "ended_because": "closed"})),
        State("no_error", "your ticket, but the app recorded no error", _event(ticket={"error_id": None})),
        State("other_error", "your ticket, but the error record is another person's", _event_of_other_error),
        State("question", "your ticket is a question, though the app recorded an error", _event(ticket={"kind": "question"}),
              (("You tie the ticket to the error and open the trace.", "before"),)),
        State("unconfirmed", "you wrote the ticket yourself and nobody confirmed it",
              _event(ticket={**UNCONFIRMED, "author_id": ME}), (("A second engineer confirms it.", "before"),)),
        State("neighbour", "the event of another person at the same company", _event_of_neighbour),
        State("no_ticket", "the person has no ticket", lambda stage: stage.event(stage.account())),
    ), cited=(P.TRACE_READ,)),
    Kind("contact_request", "Name, e-mail and phone of a submission", ContactRequest, ("name", "email", "phone"), (
        State("free", "the submission is open, nobody has it", _submission(assignee_id=None, taken_at=None), (("You take it.", "mine"),)),
        State("mine", "the follow-up is open and yours", _submission(), (("You close it.", "closed"), ("You give it back.", "free"))),
        State("colleagues", "the follow-up is open and a colleague's", _submission(assignee_id=REP),
              (("The colleague gives it back and you take it.", "mine"),)),
        State("closed", "you closed the follow-up", _submission(closed_at=AT)),
    ), cited=(P.CONTACT_REQUEST_READ, P.CONTACT_REQUEST_LIST), line="number, clock and number of attempts"),
    Kind("set_up", "The account somebody needs help to set up", Account, PERSON, _set_ups(show_case=False), cited=(P.ONBOARDING_READ,)),
    Kind("onboarding_case", "A set-up that needs a person: its line", OnboardingCase, (), _set_ups(show_case=True),
         cited=(P.ONBOARDING_LIST,)),
    Kind("access_record", "A line of the access log", AccessRecord, (), (
        State("mine", "it is about a look of yours", _line(ME)),
        State("refused", "it is about a refused try of yours", _line(ME, allowed=False)),
        State("colleagues", "it is about a colleague's look", _line(ENGINEER)),
    ), cited=(P.ACCESS_LOG_READ, P.LOOKS_LIST)),
    Kind("staff", "Name and address of a staff member", Staff, ("name", "email"), (
        State("engineer", "a colleague in support", _staff(ENGINEER), (("The colleague is deactivated.", "left"),)),
        State("other", "a colleague who follows up contacts", _staff(REP)),
        State("left", "a former colleague in support", _former),
    ), cited=(P.STAFF_LIST,), line="number, role and whether active"),
    Kind("password", "The password of a staff member, as its hash", Staff, ("password",), (
        State("myself", "it is yours", _staff(ME)),
        State("other", "it is a colleague's", _staff(ENGINEER)),
    ), line="number, role and whether active"),
    Kind("proposal", "What a system administrator proposes: whom, or what", Proposal, ("subject",), (
        State("mine", "you proposed it", _proposal(ME)),
        State("colleagues", "a colleague proposed it", _proposal(ADMINISTRATOR)),
        State("decided", "it is decided", _proposal(ADMINISTRATOR, decided=True)),
    ), cited=(P.STAFF_LIST,), line="kind, role or scope, and clock"),
    Kind("api_token", "A token of the intake API, by its name", ApiToken, (), TOKENS, cited=(P.STAFF_LIST,)),
    Kind("token_key", "The key of a token, as its hash", ApiToken, ("token_hash",), TOKENS, line="name, scope and clock"),
    Kind("job_run", "A run of a job", JobRun, (), (State("any", "in any state", _run),), cited=(P.JOB_LIST,)),
)  # fmt: skip
"""Everything the page can be asked about."""


def kind_of(code: str) -> Kind | None:
    """Return the kind with this code."""
    return next((kind for kind in KINDS if kind.code == code), None)
