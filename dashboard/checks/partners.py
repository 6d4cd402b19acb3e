"""Partners: on what ground, named, needed, asked, and nobody besides (P12, P14, P15, P39, P53, P55, P56)."""

from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from dashboard.config import is_closed
from dashboard.policy import promises
from dashboard.policy.calendar import add_to_date
from dashboard.policy.texts import N_
from dashboard.processors import outgoing, registry
from models import RequestStep, SubjectRequest

from .base import Finding, Look, State, check, none_of, unknown

EU = frozenset({"European Union", "Where the company runs it"})
REVIEW_MONTHS = 12
SHORTEST_MONTHS = 25
READ_DAYS = 31
"""How long a reading of the tools' setting counts: it is read every month (P39)."""
WHERE = "/admin/processors/"
SHIELD = N_(
    "The Privacy Shield was struck down on 16 July 2020 (Schrems II): it is no ground for data in the United States."
)
UNNAMED = N_(
    "The page does not name every partner of the registry: the website analytics tools and the mail server are missing."
)
NOT_RECORDED = N_(
    "Nobody has recorded how long the analytics tools keep data: set ANALYTICS_MONTHS and ANALYTICS_READ_ON."
)
OLD = N_("The setting of the analytics tools was last read more than a month ago.")
step = RequestStep


@check("P12", unit=N_("partners outside the EU without a ground that holds today"), where=WHERE)
def grounds_outside_the_eu_hold(look: Look) -> Finding:  # noqa: ARG001 - the registry is code
    """Read the grounds of the registry."""
    outside = [facts for facts in registry.PROCESSORS if facts.place not in EU]
    return none_of(sum(not facts.valid for facts in outside), of=len(outside), because=SHIELD)


@check("P14", unit=N_("requests in which anybody else was asked about the contact form"), where=WHERE)
def contact_form_has_one_processor(look: Look) -> Finding:
    """Look for places of the website's side that were asked and are neither HubSpot nor our own website."""
    asked = select(step.id).where(step.action == "ask", step.relation == "website")
    return none_of(look.count(asked.where(step.location.not_in(("hubspot", "website")))))


@check(
    "P15",
    unit=N_("certified removals in which HubSpot was not asked until nothing was found"),
    where="/admin/subject-requests/",
)
def hubspot_is_asked_in_every_removal(look: Look) -> Finding:
    """Hold each certified removal against its step at HubSpot."""
    request, asked = SubjectRequest, aliased(RequestStep)
    done = exists().where(asked.request_id == request.id, asked.location == "hubspot", asked.verified_at.is_not(None))
    return none_of(look.count(select(request.id).where(request.certified_at.is_not(None), ~done)))


@check("P39", unit=N_("months the analytics tools keep data, as last read"), where="docs/settings.md")
def analytics_keep_as_published(look: Look) -> Finding:
    """Compare the recorded setting of the tools with what the page says; a reading counts a month."""
    months, text = look.settings.analytics_months, look.settings.analytics_read_on
    if not months or not text:
        return unknown(NOT_RECORDED)
    if (look.at.date() - date.fromisoformat(text)).days > READ_DAYS:
        return unknown(OLD, figure=months)
    return Finding(State.HOLDS if months >= SHORTEST_MONTHS else State.BROKEN, months)


@check(
    "P53",
    unit=N_("places asked, or hosts set, that no partner of the registry has, or that are not encrypted"),
    where=WHERE,
)
def calls_go_to_the_registry_alone(look: Look) -> Finding:
    """Look for steps at a place the registry does not know, and for settings that would send in the open."""
    known = {facts.name for facts in registry.PROCESSORS if facts.reachable}
    strange = look.count(select(step.id).where(step.action == "ask", step.location.not_in(known)))
    return none_of(strange + sum(not is_closed(url) for url in outgoing.addresses(look.settings)))


@check("P55", unit=N_("partners of the registry that the page does not name"), where=WHERE)
def every_partner_is_named(look: Look) -> Finding:  # noqa: ARG001 - the registry is code
    """Look for each partner's name in the published text."""
    others = [facts for facts in registry.PROCESSORS if not facts.own]
    text = promises.published().lower()
    return none_of(sum(facts.title.lower() not in text for facts in others), of=len(others), because=UNNAMED)


@check("P56", unit=N_("partners without a reason, or not reviewed for a year"), where=WHERE)
def partners_are_needed(look: Look) -> Finding:
    """Look for partners nobody has asked about for a year."""
    today = look.at.astimezone(look.settings.zone).date()
    stale = [
        facts
        for facts in registry.PROCESSORS
        if not facts.justification or facts.reviewed is None or add_to_date(facts.reviewed, REVIEW_MONTHS) < today
    ]
    return none_of(len(stale), of=len(registry.PROCESSORS))
