"""What tables can hold at all, from the live schema: three fields of a contact, three of an account, no visitor."""

import re

from dashboard.database import live
from dashboard.policy.texts import N_
from models import PERSONAL, Account, Base, Category, ContactRequest, privacy_of

from .base import Finding, Look, check, none_of

VISITOR = re.compile(r"(^|_)(visitor|visit|cookie|user_?agent|browser|device|tracking)(_|$)")
ADDRESS = re.compile(r"(^|_)(ip|ipv4|ipv6|ip_?addr(ess)?|remote_?addr(ess)?|client_?addr(ess)?)(_|$)")
CONTACT_FIELDS = frozenset({"name", "email", "phone"})
ACCOUNT_FIELDS = frozenset({"first_name", "last_name", "email"})


def _named(look: Look, pattern: re.Pattern[str]) -> Finding:
    found = live.columns(look.session)
    hits = [(t, c) for t, names in found.items() for c in {t, *names} if pattern.search(c.lower())]
    return none_of(len(set(hits)), of=sum(map(len, found.values())))


@check("P5", unit=N_("columns that could hold a visitor of the website"), where="models/")
def no_visitor_is_kept(look: Look) -> Finding:
    """Look for tables and columns named for visitors, their browsers or cookies."""
    return _named(look, VISITOR)


@check("P13", unit=N_("columns that could hold an IP address"), where="models/")
def no_ip_address_is_kept(look: Look) -> Finding:
    """Look for columns named for addresses of devices."""
    return _named(look, ADDRESS)


def _beyond(look: Look, model: type[Base], allowed: frozenset[str]) -> Finding:
    """Count columns the table has beyond what it may hold: undeclared ones, and personal ones not among the allowed."""
    declared = privacy_of(model)
    live_names = live.columns(look.session)[model.__tablename__]
    personal = {name for name, kept in declared.items() if kept.category in PERSONAL | {Category.STAFF}}
    return none_of(len((live_names - declared.keys()) | (personal - allowed)), of=len(live_names))


@check("P6", unit=N_("columns of a submission beyond name, e-mail address and phone number"), where="models/contact.py")
def contact_form_has_three_fields(look: Look) -> Finding:
    """Hold the table of submissions against the three fields of the form."""
    return _beyond(look, ContactRequest, CONTACT_FIELDS)


@check(
    "P9", unit=N_("columns of an account beyond first name, last name and e-mail address"), where="models/account.py"
)
def account_has_three_personal_columns(look: Look) -> Finding:
    """Hold the table of accounts against its three personal columns."""
    return _beyond(look, Account, ACCOUNT_FIELDS)
