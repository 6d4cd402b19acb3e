"""Contacts of the website: nothing in common with accounts, written to for what they asked, asked before any list."""

from sqlalchemy import or_, select

from dashboard.database import live
from dashboard.policy.texts import N_
from models import Account, ContactRequest, Message, Suppression

from .base import Finding, Look, check, none_of

APP = frozenset(
    {"account", "account_preference", "onboarding_case", "ticket", "app_error", "usage_event", "trace_opening"}
)
WEBSITE = frozenset({"contact_request", "contact_attempt"})
ABOUT_THEIR_REQUEST = "request "
"""How the cause of a letter about a person's own request begins: they asked for it themselves (P2–P4)."""
FOLLOW_UP = ("follow_up",)
"""The types of message a submission may be answered with (P25)."""
WHERE = "/admin/contact-requests/"


@check(
    "P8",
    unit=N_("keys that the app's and the website's persons share, and tables that join them"),
    where="models/contact.py",
)
def app_and_website_share_no_key(look: Look) -> Finding:
    """Look for equal subject keys, and for foreign keys of the live schema between the two sides."""
    shared = look.count(select(Account.id).join(ContactRequest, ContactRequest.id == Account.id))
    tied = live.foreign_keys(look.session)
    crossing = sum(bool(to & WEBSITE) for table, to in tied.items() if table in APP)
    crossing += sum(bool(to & APP) for table, to in tied.items() if table in WEBSITE)
    return none_of(shared + crossing)


@check("P25", unit=N_("messages to contacts for anything but the contact they asked for"), where=WHERE)
def contacts_get_what_they_asked_for(look: Look) -> Finding:
    """Look for messages to the person of a submission that are neither its follow-up nor about their own request."""
    to_contacts = select(Message.id).join(ContactRequest, ContactRequest.id == Message.subject_key)
    asked = Message.type.in_(FOLLOW_UP) | Message.cause.startswith(ABOUT_THEIR_REQUEST)
    return none_of(look.count(to_contacts.where(~asked)))


@check("P26", unit=N_("follow-ups closed before the permission question was answered"), where=WHERE)
def permission_is_asked_before_closing(look: Look) -> Finding:
    """Look for closed follow-ups without an answer, and for a yes without the wording that was read out."""
    request = ContactRequest
    closed = request.closed_at.is_not(None) & (request.permission.is_(None) | request.permission_asked_at.is_(None))
    unread = (request.permission == "yes") & request.permission_wording.is_(None)
    return none_of(look.count(select(request.id).where(or_(closed, unread))))


@check(
    "P29",
    unit=N_("contacts who said yes, were taken off since, and are still on the list"),
    where="/admin/contact-requests/",
)
def who_was_taken_off_stays_off(look: Look) -> Finding:
    """Hold everybody who said yes against the fingerprints of those who were taken off afterwards."""
    request = ContactRequest
    off = look.session.execute(select(Suppression.fingerprint, Suppression.since))
    since = {fingerprint: at for fingerprint, at in off}  # noqa: C416 - rows are no pairs to mypy
    said_yes = look.session.execute(
        select(request.email, request.permission_asked_at).where(request.permission == "yes")
    ).all()
    still = (since.get(look.fingerprint(email)) for email, _asked in said_yes)
    return none_of(
        sum(
            at is not None and asked is not None and asked < at
            for at, (_email, asked) in zip(still, said_yes, strict=True)
        ),
        of=len(said_yes),
    )
