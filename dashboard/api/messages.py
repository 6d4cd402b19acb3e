"""What the app reports of the messages it sent itself (P31)."""

from functools import partial

from dashboard.policy.declare import machine
from dashboard.services.intake import messages
from dashboard.services.intake.acting import Effect

from . import answers, bodies
from .calls import call, horizon


@machine("app")
@call("POST", "/messages", takes=bodies.SentMessage, answers={201: answers.MessageAnswer, 200: answers.MessageAnswer})
def add_message(sent: bodies.SentMessage) -> Effect:
    """The app sent a message: its type, and the request or event that caused it (P31). Never its words.

    The same id twice is one message: 201 the first time, 200 after that.
    """
    horizon().require_recent("sent_at", sent.sent_at)
    return partial(messages.add, facts=messages.SentMessage(**dict(sent)))
