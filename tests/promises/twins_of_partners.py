"""Twins of the checks of partners and of what is kept how long. Two are red as the world stands: their twins mend it first."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from dashboard.policy import promises
from dashboard.policy.calendar import first_kept
from dashboard.processors import registry
from models import LedgerEntry, new_id, utcnow

from .twins import Bench, twin
from .twins_of_requests import ended, step


@twin("P12")
def a_ground_that_was_struck_down(bench: Bench) -> Iterator[None]:
    as_published = registry.PROCESSORS
    bench.monkeypatch.setattr(registry, "PROCESSORS", tuple(replace(one, valid=True) for one in as_published))
    yield
    bench.monkeypatch.setattr(registry, "PROCESSORS", as_published)


@twin("P55")
def a_partner_the_page_does_not_name(bench: Bench) -> Iterator[None]:
    text = promises.published()
    bench.monkeypatch.setattr(promises, "published", lambda: text + " Website analytics tools, mail server.")
    yield
    bench.monkeypatch.setattr(promises, "published", lambda: text)


@twin("P56")
def a_partner_nobody_reviewed(bench: Bench) -> Iterator[None]:
    yield
    first, *others = registry.PROCESSORS
    long_ago = utcnow().date() - timedelta(days=400)
    bench.monkeypatch.setattr(registry, "PROCESSORS", (replace(first, reviewed=long_ago), *others))


@twin("P14")
def somebody_else_was_asked_about_the_form(bench: Bench) -> Iterator[None]:
    bench.world.add(step(ended(bench), 1, "hubspot", action="ask", relation="website"))
    yield
    bench.raw("UPDATE request_step SET location = 'leadseller'")


@twin("P15")
def a_removal_hubspot_never_heard_of(bench: Bench) -> Iterator[None]:
    bench.world.add(step(ended(bench), 1, "hubspot", action="ask", relation="website"))
    yield
    bench.raw("DELETE FROM request_step")


@twin("P53")
def a_place_the_registry_does_not_know(bench: Bench) -> Iterator[None]:
    bench.world.add(step(ended(bench), 1, "app", action="ask"))
    yield
    bench.raw("UPDATE request_step SET location = 'elsewhere'")


@twin("P39")
def tools_that_keep_too_short(bench: Bench) -> Iterator[None]:
    today = utcnow().date().isoformat()
    bench.settings = replace(bench.settings, analytics_months=26, analytics_read_on=today)
    yield
    bench.settings = replace(bench.settings, analytics_months=14)


@twin("P40")
def an_erasure_nobody_asked_for(bench: Bench) -> Iterator[None]:
    request = ended(bench)
    entry = LedgerEntry(number=1, event="erased", relation="app", key=new_id(), chained="c" * 64, request_id=request.id)
    bench.world.add(entry)
    yield
    bench.raw("UPDATE ledger_entry SET request_id = NULL")


def _limit(bench: Bench):
    return first_kept(utcnow() - timedelta(days=1), 24, bench.settings.zone)


@twin("P41")
def an_account_that_should_be_gone(bench: Bench) -> Iterator[None]:
    due = _limit(bench)
    bench.world.account("a", deactivated_at=due + timedelta(minutes=1), deactivated_by="self")
    bench.world.account("b")
    yield
    bench.raw(
        "UPDATE account SET deactivated_at = :then WHERE deactivated_at IS NOT NULL",
        then=bench.moment(due - timedelta(minutes=1)),
    )


@twin("P50")
def usage_that_should_be_gone(bench: Bench) -> Iterator[None]:
    due = _limit(bench)
    bench.world.event(bench.world.account("a"), at=due + timedelta(minutes=1))
    bench.world.event(bench.world.account("b"), at=utcnow())
    yield
    bench.raw("UPDATE usage_event SET occurred_at = :then", then=bench.moment(due - timedelta(minutes=1)))
