"""Messages to the app's users: each with its cause, none against the person's wish, and nobody ended untold."""

from datetime import timedelta

from sqlalchemy import exists, func, or_, select

from dashboard.policy.message_types import APP_TYPES, NOTICE
from dashboard.policy.texts import N_
from models import Account, AccountPreference, AppMessage, Message

from .base import DAY, Finding, Look, check, none_of

WINDOW = 35 * DAY
SOON = timedelta(hours=1)
"""How long a notice may take to be written; the clocks of two machines differ less."""
OWN_WORDS = ("self", "company")
"""Who ended an account, if no administrator did."""
WHERE = "/admin/access-log/"
sent = AppMessage


@check(
    "P31",
    unit=N_("messages to the app's users without a cause, or of a type that is not in the catalogue"),
    where="dashboard/policy/message_types.py",
)
def messages_have_a_cause(look: Look) -> Finding:
    """Look for messages, the app's and ours, that say nothing of why they were sent."""
    bare = or_(func.trim(sent.cause) == "", sent.type.not_in(APP_TYPES))
    ours = select(Message.id).join(Account, Account.id == Message.subject_key).where(func.trim(Message.cause) == "")
    return none_of(look.count(select(sent.id).where(sent.sent_at >= look.at - WINDOW, bare)) + look.count(ours))


@check(
    "P32",
    unit=N_("messages sent to people who had chosen not to get that type, in 35 days"),
    where="dashboard/policy/message_types.py",
)
def preferences_are_respected(look: Look) -> Finding:
    """Hold what the app sent against the choice in force then; one that was made since is not held against it."""
    choice = AccountPreference
    unwanted = exists().where(
        choice.account_id == sent.account_id,
        choice.message_type == sent.type,
        choice.wanted.is_(False),
        choice.changed_at < sent.sent_at,
    )
    return none_of(look.count(select(sent.id).where(sent.sent_at >= look.at - WINDOW, unwanted)))


@check(
    "P43",
    unit=N_("accounts ended by an administrator whose person was not told, in 35 days"),
    where="dashboard/services/intake/notices.py",
)
def who_is_deactivated_is_told(look: Look) -> Finding:
    """Look for accounts an administrator ended without a notice, of ours or the app's."""
    account = Account
    ended = select(account.id).where(
        account.deactivated_at >= look.at - WINDOW,
        account.deactivated_at < look.at - SOON,
        account.deactivated_by.is_not(None),
        account.deactivated_by.not_in(OWN_WORDS),
    )
    ours = exists().where(Message.subject_key == account.id, Message.type == NOTICE)
    theirs = exists().where(sent.account_id == account.id, sent.type == NOTICE)
    return none_of(look.count(ended.where(~ours, ~theirs)))
