"""What stands around every page: who I am, where I can go, in which language and colours; how moments are written."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask_babel import format_date, format_decimal, format_time, get_locale, gettext, lazy_gettext, ngettext
from flask_login import current_user

from dashboard.policy import requests as policy
from dashboard.policy.decide import grant_for
from dashboard.policy.declare import PERSONS
from dashboard.policy.permissions import Permission as P
from dashboard.policy.roles import Role
from models import utcnow

ROLE_LABELS = {
    Role.REP: lazy_gettext("Contact follow-up"),
    Role.SUPPORT: lazy_gettext("Support engineer"),
    Role.SYSADMIN: lazy_gettext("System administrator"),
    Role.COMPLIANCE: lazy_gettext("Compliance officer"),
}
PLACES: tuple[tuple[P, Any, str, str], ...] = (
    (P.WORK_LIST, lazy_gettext("My work"), "home", "admin.index"),
    (P.CONTACT_REQUEST_LIST, lazy_gettext("Contact requests"), "inbox", "contact_requests.index"),
    (P.TICKET_LIST, lazy_gettext("Tickets"), "ticket", "tickets.index"),
    (P.SUBJECT_REQUEST_LIST, lazy_gettext("Subject requests"), "inbox", "subject_requests.index"),
    (P.ACCOUNT_LIST, lazy_gettext("Accounts"), "person", "accounts.index"),
    (P.ONBOARDING_LIST, lazy_gettext("Onboarding"), "person", "onboarding.index"),
    (P.RETENTION_LIST, lazy_gettext("Retention"), "broom", "retention.index"),
    (P.STAFF_LIST, lazy_gettext("Staff and tokens"), "users", "staff.index"),
    (P.JOB_LIST, lazy_gettext("Jobs"), "gear", "jobs.index"),
    (P.PROMISE_LIST, lazy_gettext("Promises"), "scale", "promises.index"),
    (P.ACCESS_LOG_READ, lazy_gettext("Access log"), "list", "access_log.index"),
    (P.STATISTICS_READ, lazy_gettext("Statistics"), "bars", "statistics.index"),
    (P.PROCESSOR_LIST, lazy_gettext("Processors"), "plug", "processors.index"),
    (P.EVIDENCE_READ, lazy_gettext("Evidence"), "seal", "evidence.index"),
    (P.ACCESS_MATRIX_READ, lazy_gettext("Access matrix"), "shield", "access_matrix.index"),
    (P.LOOKS_LIST, lazy_gettext("My looks"), "eye", "looks.index"),
    (P.EXPLAIN_READ, lazy_gettext("Why may I see it?"), "key", "explain.index"),
)
"""The places of the navigation, in order; a role sees those its grants open."""
LANGUAGES = ("en", "nl")


@dataclass(frozen=True)
class Me:
    """The signed-in staff member as pages name them."""

    name: str
    role: str
    role_label: str


@dataclass(frozen=True)
class Place:
    """One entry of the navigation."""

    label: str
    url: str
    icon: str
    current: bool
    gap: bool
    count: int | None = None


def places(role: str) -> Iterator[Place]:
    """Yield where a role may go."""
    here = request.path
    for permission, label, icon, endpoint in PLACES:
        if grant_for(role, permission):
            url = url_for(endpoint)
            current = here == url or (here.startswith(url) and endpoint != "admin.index")
            yield Place(str(label), url, icon, current, gap=permission == P.LOOKS_LIST)


def asked_language() -> str | None:
    """Return the language the address asks for (?lang=nl), as the person's pages do: they keep no choice."""
    asked = request.args.get("lang") if request else None
    return asked if asked in LANGUAGES else None


def here(endpoint: str, **values: Any) -> str:
    """Return an address in the language that this one asked for."""
    return url_for(endpoint, **values, lang=asked_language())


def choose_language() -> str:
    """Return the language chosen by the staff member, else the address's, the browser's, English."""
    chosen = getattr(current_user, "language", None) if request else None
    return chosen or asked_language() or request.accept_languages.best_match(LANGUAGES) or "en"


def around() -> dict[str, Any]:
    """Return what every template may use."""
    language = str(get_locale() or "en")
    known: dict[str, Any] = {"csp_nonce": g.get("csp_nonce", ""), "language": language}
    if request.path.startswith(PERSONS):
        other = "en" if language == "nl" else "nl"
        return known | {"for_person": True, "here": here, "other_language_url": f"?lang={other}"}
    if current_user and current_user.is_authenticated:
        known["me"] = Me(current_user.name, current_user.role, str(ROLE_LABELS[Role(current_user.role)]))
        known["nav"] = list(places(current_user.role))
        known["theme"] = current_user.theme or ""
    return known


def day(moment: datetime | None) -> str:
    """24 November 2026, in the company's time zone."""
    return format_date(moment, "d MMMM yyyy") if moment else "–"


def clock(moment: datetime | None) -> str:
    """10:42, in the company's time zone."""
    return format_time(moment, "HH:mm") if moment else "–"


def clock_seconds(moment: datetime | None) -> str:
    """10:42:07, where the order matters."""
    return format_time(moment, "HH:mm:ss") if moment else "–"


def day_time(moment: datetime | None) -> str:
    """24 November 2026, 10:42."""
    return f"{day(moment)}, {clock(moment)}" if moment else "–"


def short(moment: datetime | None) -> str:
    """24 Nov 10:42, where several moments stand side by side."""
    return f"{format_date(moment, 'd MMM')} {clock(moment)}" if moment else "–"


def day_month(moment: date) -> str:
    """24 Nov, where many days stand side by side."""
    return str(format_date(moment, "d MMM"))


def number(count: int) -> str:
    """18,412, or 18.412 in Dutch."""
    return str(format_decimal(count))


def span(seconds: float) -> str:
    """4 s, 31 min, 16 h 20 min or 3 days: as much as a reader needs."""
    seconds = max(seconds, 0)  # two clocks may differ
    minutes, hours, days = int(seconds // 60), int(seconds // 3600), int(seconds // 86400)
    if seconds < 60:
        return str(gettext("%(n)s s", n=int(seconds)))
    if hours < 1:
        return str(gettext("%(n)s min", n=minutes))
    if days < 2:
        return str(gettext("%(h)s h %(m)s min", h=hours, m=minutes % 60))
    return str(ngettext("%(num)s day", "%(num)s days", days))


def ago(moment: datetime | None) -> str:
    """34 min ago."""
    return gettext("%(span)s ago", span=span((utcnow() - moment).total_seconds())) if moment else "–"


def days_left(due: datetime) -> int:
    """Whole days until a due date, negative once it is overdue."""
    return policy.days_left(due, utcnow(), current_app.extensions["settings"].zone)


def surround(app: Flask) -> None:
    """Give an application's templates their frame."""
    app.context_processor(around)
    for function in (day, day_month, number, clock, clock_seconds, day_time, short, span, ago, days_left):
        app.add_template_filter(function)
