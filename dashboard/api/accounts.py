"""What the app says about accounts, and asks about their preferences."""

from collections.abc import Mapping
from functools import partial
from typing import cast

from dashboard.policy.declare import machine
from dashboard.services.intake import accounts
from dashboard.services.intake.acting import Effect

from . import answers, bodies
from .calls import call, horizon


@machine("app")
@call(
    "PUT", "/accounts/{external_id}", takes=bodies.Account,
    answers={201: answers.AccountAnswer, 200: answers.AccountAnswer},
)  # fmt: skip
def put_account(sent: bodies.Account, external_id: str) -> Effect:
    """An account is new (201) or has changed (200). Its company must be known and not cancelled (P7).

    set_up needs_help, with a reason as a code, asks a sysadmin to help (P60, P61).
    """
    if sent.created_at:
        horizon().require_past("created_at", sent.created_at)
    return partial(accounts.put, external_id=external_id, facts=accounts.AccountFacts(**dict(sent)))


@machine("app")
@call("POST", "/accounts/{external_id}/first-sign-in", takes=bodies.FirstSignIn, answers={200: answers.AccountAnswer})
def note_first_sign_in(sent: bodies.FirstSignIn, external_id: str) -> Effect:
    """The person came for the first time: any sysadmin's access to them ends (P60)."""
    horizon().require_past("at", sent.at)
    return partial(accounts.first_sign_in, external_id=external_id, at=sent.at)


@machine("app")
@call("POST", "/accounts/{external_id}/deactivate", takes=bodies.Deactivation, answers={200: answers.AccountAnswer})
def deactivate_account(sent: bodies.Deactivation, external_id: str) -> Effect:
    """An account ends at its person's request, or at that of an administrator of the company (P42, P43)."""
    horizon().require_past("at", sent.at)
    return partial(accounts.deactivate, external_id=external_id, requested_by=sent.requested_by, at=sent.at)


@machine("app")
@call("PUT", "/accounts/{external_id}/preferences", takes=bodies.Preferences, answers={200: answers.PreferencesAnswer})
def put_preferences(sent: bodies.Preferences, external_id: str) -> Effect:
    """The person chose which types of message to get (P32); types left out stay as they are."""
    return partial(accounts.choose, external_id=external_id, wanted=cast("Mapping[str, bool]", sent))


@machine("app")
@call("GET", "/preferences/{external_id}", answers={200: answers.PreferencesAnswer})
def get_preferences(external_id: str) -> Effect:
    """The preferences in force; whoever has not chosen gets every type."""
    return partial(accounts.preferences, external_id=external_id)
