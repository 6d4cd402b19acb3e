"""What the app and the website send for a person who asks about their own data there (P2–P4)."""

from functools import partial

from flask import current_app, g

from dashboard.policy.declare import machine
from dashboard.services.intake import subject_requests
from dashboard.services.intake.acting import Effect
from dashboard.services.requests.receiving import Asked

from . import answers, bodies
from .calls import call


@machine("app,website")
@call("POST", "/subject-requests", takes=bodies.SubjectRequest, answers={202: answers.ReceivedAnswer})
def add_subject_request(sent: bodies.SubjectRequest) -> Effect:
    """A person asks for overview, retrieval or removal. Always 202: nothing happens before they confirm by e-mail.

    The answer is the same whether the address is known or not; a live request of the same kind is counted on.
    """
    asked = Asked(sent.kind, sent.email, g.machine.scope, sent.language or "en")
    return partial(subject_requests.add, asked=asked, zone=current_app.extensions["settings"].zone)
