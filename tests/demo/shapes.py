"""The shapes of the intake API as its surface names them: the story must fit the contract, not the code."""

import re
from datetime import UTC, datetime, timedelta

from dashboard.demo.properties import PROPERTIES

OPAQUE = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")
EMAIL = re.compile(r"[a-z0-9.-]+@[a-z0-9-]+\.example\Z")
PHONE = re.compile(r"[0-9+()/ -]{9,24}\Z")
CODE = re.compile(r"[a-z0-9_]{1,60}\Z")


def is_id(value):
    return isinstance(value, str) and OPAQUE.match(value)


def is_text(value, longest=200):
    return isinstance(value, str) and 0 < len(value) <= longest and value == value.strip() and "\x00" not in value


def is_moment(value, now):
    moment = datetime.fromisoformat(value)
    return moment.tzinfo is not None and now - timedelta(days=789) <= moment.astimezone(UTC) <= now


def is_property(key, value):
    kind = dict(PROPERTIES)[key]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return (isinstance(value, str) and len(value) <= 60) if kind is str else number and isinstance(value, int | kind)


def fields(now):
    """Return, per last word of a path, the required and the optional keys with what each must be."""
    moment = {"at": lambda value: is_moment(value, now)}
    company = {"name": is_text}, {"administrators": lambda ids: ids and all(map(is_id, ids))}
    account = (
        {
            "company": is_id,
            "first_name": lambda value: is_text(value, 100),
            "last_name": lambda value: is_text(value, 100),
            "email": EMAIL.match,
            "source": lambda value: value in {"self", "company_admin"},
        },
        {
            "created_at": lambda value: is_moment(value, now),
            "set_up": lambda value: value in {"automatic", "needs_help"},
            "reason": CODE.match,
        },
    )
    error = (
        {
            "id": is_id,
            "account": is_id,
            "occurred_at": lambda value: is_moment(value, now),
            "code": re.compile(r"E-[A-Z]+-\d\d\Z").match,
        },
        {"session": is_id, "feature": lambda value: is_text(value, 60), "message": is_text},
    )
    ticket = (
        {
            "account": is_id,
            "kind": lambda value: value in {"question", "deactivation", "system_error"},
            "subject": is_text,
            "body": lambda value: is_text(value, 5_000),
        },
        {
            "error": is_id,
            "language": lambda value: value in {"nl", "en", "fr", "de", "es", "pl"},
            "written_at": lambda value: is_moment(value, now),
        },
    )
    form = (
        {
            "name": is_text,
            "email": EMAIL.match,
            "phone": PHONE.match,
            "submitted_at": lambda value: is_moment(value, now),
        },
        {"external_id": is_id},
    )
    return {
        "companies": company,
        "accounts": account,
        "cancel": ({"cancelled_at": lambda value: is_moment(value, now)}, {}),
        "first-sign-in": (moment, {}),
        "deactivate": ({**moment, "requested_by": lambda value: value == "self" or is_id(value)}, {}),
        "usage-events": ({"events": lambda events: 0 < len(events) <= 1_000}, {}),
        "errors": error,
        "tickets": ticket,
        "contact-requests": form,
    }


def event_fields(now):
    """Return the required and optional keys of one usage event."""
    required = {
        "id": is_id,
        "account": is_id,
        "occurred_at": lambda value: is_moment(value, now),
        "session": is_id,
        "feature": lambda value: is_text(value, 60),
        "action": lambda value: is_text(value, 60),
    }
    optional = {"properties": lambda values: values and all(is_property(*item) for item in values.items())}
    return required, optional


def wrong_in(body, required, optional):
    """Return the keys that are missing, unknown or of another shape."""
    known = required | optional
    strange = set(body) - set(known) | set(required) - set(body)
    return sorted(strange | {key for key in set(body) & set(known) if not known[key](body[key])})


def kind_of(call):
    """Return what a call is about: the last word of its path that is not an id."""
    parts = call.path.split("/")[3:]
    return parts[2] if len(parts) > 2 else parts[0]


def events_of(calls):
    """Return all usage events of a story in their order."""
    return [event for call in calls if kind_of(call) == "usage-events" for event in call.body["events"]]


def bodies(calls, kind):
    """Return the bodies of one kind of call."""
    return [call.body for call in calls if kind_of(call) == kind]
