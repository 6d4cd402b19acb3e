"""What the website sends: submissions of the contact form."""

from functools import partial

from dashboard.policy.declare import machine
from dashboard.services.intake import contact_requests
from dashboard.services.intake.acting import Effect

from . import answers, bodies
from .calls import call, horizon


@machine("website")
@call(
    "POST", "/contact-requests", takes=bodies.ContactRequest,
    answers={201: answers.CaseAnswer, 200: answers.CaseAnswer},
)  # fmt: skip
def add_contact_request(sent: bodies.ContactRequest) -> Effect:
    """A visitor asks to be contacted. Name, e-mail and phone, and nothing else (P6).

    The same external_id twice is one submission: 201 the first time, 200 after that.
    """
    horizon().require_recent("submitted_at", sent.submitted_at)
    return partial(contact_requests.add, submission=contact_requests.Submission(**dict(sent)))
