"""What the app says about customers."""

from functools import partial

from dashboard.policy.declare import machine
from dashboard.services.intake import companies
from dashboard.services.intake.acting import Effect

from . import answers, bodies
from .calls import call, horizon


@machine("app")
@call(
    "PUT", "/companies/{external_id}", takes=bodies.Company,
    answers={201: answers.CompanyAnswer, 200: answers.CompanyAnswer},
)  # fmt: skip
def put_company(sent: bodies.Company, external_id: str) -> Effect:
    """A customer is new (201) or has changed (200)."""
    return partial(companies.put, external_id=external_id, name=sent.name, administrators=sent.administrators)


@machine("app")
@call("POST", "/companies/{external_id}/cancel", takes=bodies.Cancellation, answers={200: answers.CancellationAnswer})
def cancel_company(sent: bodies.Cancellation, external_id: str) -> Effect:
    """A customer ends its subscription: all its accounts are deactivated with it (P44). A second time
    changes nothing.
    """
    horizon().require_past("cancelled_at", sent.cancelled_at)
    return partial(companies.cancel, external_id=external_id, at=sent.cancelled_at)
