"""What the app sends to support: its errors, what customers wrote, and their word that a ticket is theirs."""

from functools import partial

from dashboard.policy.declare import machine
from dashboard.services.intake import app_errors, tickets
from dashboard.services.intake.acting import Effect

from . import answers, bodies
from .calls import call, horizon


@machine("app")
@call("POST", "/errors", takes=bodies.AppError, answers={201: answers.ErrorAnswer, 200: answers.ErrorAnswer})
def add_error(sent: bodies.AppError) -> Effect:
    """The app failed for somebody: opens a ticket of kind system_error (P36).

    The same id twice is one error and one ticket: 201 the first time, 200 after that.
    """
    horizon().require_recent("occurred_at", sent.occurred_at)
    return partial(app_errors.add, facts=app_errors.ErrorFacts(**dict(sent)))


@machine("app")
@call("POST", "/tickets", takes=bodies.Ticket, answers={201: answers.CaseAnswer})
def add_ticket(sent: bodies.Ticket) -> Effect:
    """A customer wrote to support. Send an Idempotency-Key: without one, the same call twice is two tickets.

    A system_error names an error of the same account that is not younger than the ticket.
    """
    if sent.written_at:
        horizon().require_recent("written_at", sent.written_at)
    return partial(tickets.add, letter=tickets.Letter(**dict(sent)))


@machine("app")
@call("POST", "/tickets/{id}/confirm", takes=bodies.Confirmation, answers={200: answers.ConfirmationAnswer})
def confirm_ticket(sent: bodies.Confirmation, **path: str) -> Effect:
    """The customer confirms in the app a ticket that staff wrote: only then may its engineer see the person (P59)."""
    horizon().require_past("at", sent.at)
    return partial(tickets.confirm, public_id=path["id"], account=sent.account, at=sent.at)
