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
    SubjectRequest,
    Ticket,
    UsageEvent,
)

from . import explain_states as to
from .explain_stage import AT, HOUR, ME
from .explain_states import ADMINISTRATOR, CLOSED, ENGINEER, REP, UNCONFIRMED, Kind, State

PERSON = ("first_name", "last_name", "email")
USAGE = ("occurred_at", "session", "feature", "action", "properties")
STAFF_LINE = "number, role and whether active"

ERRORS = (
    State("mine", "its person's ticket is open and yours", to.error(),
          (("You close the ticket.", "closed"), ("You hand it over.", "colleagues"))),
    State("free", "nobody has its person's ticket", to.error(ticket={"assignee_id": None}),
          (("You take the ticket.", "mine"),)),
    State("colleagues", "a colleague has its person's ticket", to.error(ticket={"assignee_id": ENGINEER}),
          (("The colleague hands the ticket over to you.", "mine"),)),
    State("closed", "you closed its person's ticket", to.error(ticket=CLOSED)),
    State("later", "the ticket is yours, the error came after it was written", to.error(later=True)),
    State("other", "the ticket is yours, the error is another person's", to.error(other=True)),
)  # fmt: skip

EVENTS = (
    State("before", "your system-error ticket, trace opened, event before the error", to.event(),
          (("You close the ticket.", "closed"), ("You hand it over.", "handed_over"), ("72 hours pass.", "ran_out"))),
    State("not_opened", "your system-error ticket, trace not opened", to.event(opened=False),
          (("You open the trace, with a reason.", "before"),)),
    State("after", "your system-error ticket, trace opened, event after the error", to.event(hours_ago=1.5)),
    State("too_early", "your system-error ticket, trace opened, event 60 hours before the error",
          to.event(hours_ago=62), (("A second engineer agrees to a wider window.", "widened"),)),
    State("widened", "the same event, and a second engineer agreed to 72 hours",
          to.event(hours_ago=62, opening={"window_from": AT - 74 * HOUR})),
    State("ran_out", "you opened the trace more than 72 hours ago", to.event(opening={"ends_at": AT - HOUR}),
          (("You open the trace again, with a reason.", "before"),)),
    State("handed_over", "you opened the trace, then handed the ticket over",
          to.event(ticket={"assignee_id": ENGINEER}, opening={"ended_at": AT, "ended_because": "handed_over"})),
    State("colleagues", "a colleague's ticket, and the colleague opened the trace",
          to.event(ticket={"assignee_id": ENGINEER}, opening={"engineer_id": ENGINEER})),
    State("closed", "you opened the trace, then closed the ticket",
          to.event(ticket=CLOSED, opening={"ended_at": AT, "ended_because": "closed"})),
    State("no_error", "your ticket, but the app recorded no error", to.event(ticket={"error_id": None})),
    State("other_error", "your ticket, but the error record is another person's", to.event_of_other_error),
    State("question", "your ticket is a question", to.event(ticket={"kind": "question"}),
          (("The app recorded an error: you tie the ticket to it and open the trace.", "before"),)),
    State("unconfirmed", "you wrote the ticket yourself and nobody confirmed it",
          to.event(ticket={**UNCONFIRMED, "author_id": ME}),
          (("A second engineer confirms the ticket.", "before"),)),
    State("neighbour", "the event of another person at the same company", to.event_of_neighbour),
    State("no_ticket", "the person has no ticket", lambda stage: stage.event(stage.account())),
)  # fmt: skip

SUBMISSIONS = (
    State("free", "the submission is open, nobody has it", to.submission(assignee_id=None, taken_at=None),
          (("You take it.", "mine"),)),
    State("mine", "the follow-up is open and yours", to.submission(),
          (("You close it.", "closed"), ("You give it back.", "free"))),
    State("colleagues", "the follow-up is open and a colleague's", to.submission(assignee_id=REP),
          (("The colleague gives it back and you take it.", "mine"),)),
    State("closed", "you closed the follow-up", to.submission(closed_at=AT)),
)  # fmt: skip

REQUESTS = (
    State("free", "the request is open, nobody has it", to.request(state="received", assignee_id=None),
          (("You take it.", "mine"),)),
    State("mine", "the request is open and yours", to.request(),
          (("You refuse it, or its person takes it back.", "ended"), ("You give it back.", "free"))),
    State("colleagues", "the request is open and a colleague's", to.request(assignee_id=ENGINEER),
          (("The colleague gives it back and you take it.", "mine"),)),
    State("to_sign", "a colleague's, its mailbox is lost, and it waits for your signature",
          to.request(assignee_id=ENGINEER, state="awaiting_validation", identity_at=AT, first_signer_id=ENGINEER),
          (("You sign it.", "colleagues"),)),
    State("ended", "it was yours and has ended: its address has been emptied",
          to.request(state="refused", outcome="law", closed_at=AT, email=None)),
)  # fmt: skip

PERSONS = (
    *to.of_ticket(lambda _stage, account, _ticket: account),
    State("no_ticket", "the person has no ticket", lambda stage: stage.account(),
          (("The person writes a ticket and you take it.", "mine"),)),
    State("neighbour", "the person works at the company of somebody whose ticket is yours", to.neighbour),
)  # fmt: skip

LINES = (
    State("mine", "it is about a look of yours", to.line_of(ME)),
    State("refused", "it is about a refused try of yours", to.line_of(ME, allowed=False)),
    State("colleagues", "it is about a colleague's look", to.line_of(ENGINEER)),
)
COLLEAGUES = (
    State("engineer", "a colleague in support", to.staff(ENGINEER), (("The colleague is deactivated.", "left"),)),
    State("other", "a colleague who follows up contacts", to.staff(REP)),
    State("left", "a former colleague in support", to.former),
    State(
        "invited",
        "a colleague invited to support who has never signed in",
        to.invited,
        (("The colleague signs in.", "engineer"),),
    ),
)
PASSWORDS = (State("myself", "it is yours", to.staff(ME)), State("other", "it is a colleague's", to.staff(ENGINEER)))
PROPOSALS = (
    State("mine", "you proposed it", to.proposal(ME)),
    State("colleagues", "a colleague proposed it", to.proposal(ADMINISTRATOR)),
    State("decided", "it is decided", to.proposal(ADMINISTRATOR, decided=True)),
)
TOKENS = (
    State("working", "it works", to.token(), (("A system administrator revokes it.", "revoked"),)),
    State("revoked", "it is revoked", to.token(revoked_at=AT)),
)
RUNS = (State("any", "in any state", to.run),)

KINDS: tuple[Kind, ...] = (
    Kind("ticket", "What a person wrote in a ticket", Ticket, ("subject", "body", "finding"),
         to.of_ticket(lambda _stage, _account, ticket: ticket), (P.TICKET_READ, P.TICKET_LIST),
         "number, kind, error code, language and clock"),
    Kind("person", "The person of a ticket: name and e-mail address", Account, PERSON, PERSONS, (P.TICKET_READ,)),
    Kind("company", "The company a person works for", Company, ("name",), to.of_ticket(to.company_of),
         (P.TICKET_READ,)),
    Kind("app_error", "The app's record of an error, with its text", AppError, ("message",), ERRORS, (P.TICKET_READ,)),
    Kind("usage_event", "A usage event of one person", UsageEvent, USAGE, EVENTS, (P.TRACE_READ,)),
    Kind("contact_request", "Name, e-mail address and phone number of a submission", ContactRequest,
         ("name", "email", "phone"), SUBMISSIONS, (P.CONTACT_REQUEST_READ, P.CONTACT_REQUEST_LIST), "number and clock"),
    Kind("subject_request", "The address a person gave with a request", SubjectRequest, ("email",), REQUESTS,
         (P.SUBJECT_REQUEST_READ, P.SUBJECT_REQUEST_LIST), "kind, state and clock"),
    Kind("set_up", "The account somebody needs help to set up", Account, PERSON, to.set_ups(show_case=False),
         (P.ONBOARDING_READ,)),
    Kind("onboarding_case", "A set-up that needs a person: its line in the queue", OnboardingCase, (),
         to.set_ups(show_case=True), (P.ONBOARDING_LIST,)),
    Kind("access_record", "A line of the access log", AccessRecord, (), LINES, (P.ACCESS_LOG_READ, P.LOOKS_LIST)),
    Kind("staff", "Name and address of a colleague", Staff, ("name", "email"), COLLEAGUES, (P.STAFF_LIST,), STAFF_LINE),
    Kind("password", "A password, as its hash", Staff, ("password",), PASSWORDS, (), STAFF_LINE),
    Kind("proposal", "Whom or what a system administrator proposes", Proposal, ("subject",), PROPOSALS, (P.STAFF_LIST,),
         "kind, role or scope, and clock"),
    Kind("api_token", "A token of the intake API, by its name", ApiToken, (), TOKENS, (P.STAFF_LIST,)),
    Kind("token_key", "The key of a token, as its hash", ApiToken, ("token_hash",), TOKENS, (),
         "name, scope and clock"),
    Kind("job_run", "A run of a job", JobRun, (), RUNS, (P.JOB_LIST,)),
)  # fmt: skip
"""Everything the page can be asked about."""


def kind_of(code: str) -> Kind | None:
    """Return the kind with this code."""
    return next((kind for kind in KINDS if kind.code == code), None)
