"""Being loud: what is amiss with the runs, and the messages that tell the system administrators. Nobody is named.

Silence is red: a rule whose last success is older than a night and two hours is late, whatever its runs say.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.config import Settings
from dashboard.policy.retention import RULES
from dashboard.services import outbox
from models import RetentionRun, Staff

from . import planning

LATE_AFTER = timedelta(hours=26)
"""A success older than this is one too long ago (P41)."""
MISSED_AFTER = timedelta(hours=2)
"""A night that begins so long after its hour was missed, and is made up for."""
NAMES: Mapping[str, tuple[str, str]] = {
    "usage_events": ("usage events", "gebruiksgebeurtenissen"),
    "accounts": ("accounts", "accounts"),
    "contact_requests": ("contact requests", "contactverzoeken"),
    "tickets": ("closed tickets", "gesloten tickets"),
    "error_records": ("error records", "foutmeldingen"),
    "set_ups": ("set-ups", "inrichtingen"),
    "requests": ("subject requests", "verzoeken van personen"),
    "access_records": ("the access log", "het inzagelogboek"),
    "messages": ("messages", "berichten"),
    "app_messages": ("messages the app reported", "berichten die de app heeft gemeld"),
}
"""What a nightly rule is about, in English and in Dutch."""
LETTERS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "more_than_preview": {
        "en": ("Retention stopped: {name}", "The run would have deleted {found} rows; its preview said {previewed}."),
        "nl": ("Bewaartermijnen gestopt: {name}", "De run vond {found} rijen; vooraf waren het er {previewed}."),
    },
    "clock_back": {
        "en": ("Retention stopped: {name}", "The clock stepped back. Nothing was deleted."),
        "nl": ("Bewaartermijnen gestopt: {name}", "De klok is teruggesprongen. Er is niets verwijderd."),
    },
    "clock_ahead": {
        "en": ("Retention stopped: {name}", "The clock leapt over 48 hours ahead. Nothing was deleted."),
        "nl": ("Bewaartermijnen gestopt: {name}", "De klok sprong meer dan 48 uur vooruit. Er is niets verwijderd."),
    },
    "failed": {
        "en": ("Retention failed: {name}", "The run failed ({error}) and is tried again by itself."),
        "nl": ("Bewaartermijnen mislukt: {name}", "De run is mislukt ({error}) en wordt vanzelf opnieuw geprobeerd."),
    },
    "missed": {
        "en": ("Retention was late", "A night's runs were missed and are made up for now."),
        "nl": ("Bewaartermijnen waren te laat", "De runs van een nacht zijn gemist en worden nu ingehaald."),
    },
}  # fmt: skip
"""Each message to the system administrators: subject and first sentence, by language."""
LOOK: Mapping[str, str] = {"en": "Look here: {url}", "nl": "Kijk hier: {url}"}


def tell(session: Session, run: RetentionRun, *, settings: Settings) -> None:
    """Queue a message about a run to every system administrator; the caller commits."""
    kind = run.because or "failed"
    facts = {"found": run.found, "previewed": run.previewed, "error": run.error}
    _send(session, kind, settings=settings, cause=f"retention run {run.number}", rule=run.rule, facts=facts)


def tell_missed(session: Session, night: str, *, settings: Settings) -> None:
    """Queue a message that a night was missed; the caller commits."""
    _send(session, "missed", settings=settings, cause=f"retention night {night}", rule="", facts={})


def _send(
    session: Session, kind: str, *, settings: Settings, cause: str, rule: str, facts: Mapping[str, object]
) -> None:
    url = f"{settings.base_url}/admin/retention/"
    who = select(Staff.email, Staff.language).where(Staff.role == "sysadmin", Staff.active.is_(True))
    for email, chosen in session.execute(who).all():
        language = "nl" if chosen == "nl" else "en"
        name = NAMES.get(rule, (rule, rule))[language == "nl"]
        subject, text = LETTERS[kind][language]
        body = f"{text.format(**facts)}\n\n{LOOK[language].format(url=url)}\n"
        outbox.queue(
            session, type="retention_notice", cause=cause, address=email, subject=subject.format(name=name), body=body
        )


def amiss(session: Session, *, at: datetime) -> list[str]:
    """Return what is amiss, as codes: stopped, failed, late. Empty: nothing is, as far as the runs say."""
    found = {_amiss(session, rule.name, at=at) for rule in RULES if rule.is_nightly}
    return sorted(found - {""})


def _amiss(session: Session, name: str, *, at: datetime) -> str:
    run = RetentionRun
    last = session.execute(
        select(run.state, run.planned_at).where(run.rule == name).order_by(run.number.desc()).limit(1)
    ).first()
    if last is None or planning.is_paused(session, name, at=at):
        return ""  # a pause is a human's word; what it keeps too long is counted from the data
    if last.state in {"stopped", "failed"}:
        return str(last.state)
    done = planning.last_success(session, name)
    return "late" if (done or last.planned_at) < at - LATE_AFTER else ""
