"""Twins of the checks of what staff look at."""

from collections.abc import Iterator
from datetime import timedelta

from models import utcnow

from .twins import Bench, twin
from .twins_of_usage import look


def _line(bench: Bench, change: str, **facts) -> Iterator[None]:
    bench.world.add(look(bench, "account_seen", "support", table="account", **facts))
    yield
    bench.raw(f"UPDATE access_record SET {change}")


@twin("P30")
def an_account_read_to_sell(bench: Bench) -> Iterator[None]:
    yield from _line(bench, "purpose = 'marketing'")


@twin("P33")
def a_rep_at_an_account(bench: Bench) -> Iterator[None]:
    yield from _line(bench, "role = 'rep'")


@twin("P54")
def a_colleague_from_elsewhere(bench: Bench) -> Iterator[None]:
    yield
    bench.raw("UPDATE staff SET email = 'partner@elsewhere.example' WHERE role = 'compliance'")


@twin("P57")
def a_right_nobody_uses(bench: Bench) -> Iterator[None]:
    yield
    bench.raw(
        "UPDATE staff SET last_seen_at = :then WHERE role = 'rep'", then=bench.moment(utcnow() - timedelta(days=91))
    )


def _taken_and_seen(bench: Bench, *, took: str, saw: str, who: str, other: str) -> Iterator[None]:
    """Somebody takes a case and looks; then the look turns out to be a colleague's."""
    taken = bench.world.add(look(bench, took, who, table=None))
    bench.world.add(look(bench, saw, who, case_id=taken.case_id))
    yield
    bench.raw("UPDATE access_record SET staff_id = :other WHERE event = :saw", other=bench.world.staff[other], saw=saw)


@twin("P58")
def a_rep_at_a_colleagues_submission(bench: Bench) -> Iterator[None]:
    yield from _taken_and_seen(bench, took="contact_request_taken", saw="contact_request_seen", who="rep", other="rep2")


@twin("P59")
def an_engineer_at_a_colleagues_ticket(bench: Bench) -> Iterator[None]:
    yield from _taken_and_seen(bench, took="ticket_taken", saw="ticket_seen", who="support", other="support2")


@twin("P60")
def sight_that_did_not_end(bench: Bench) -> Iterator[None]:
    account = bench.world.account("a", first_sign_in_at=None)
    bench.world.onboarding(account, assignee="sysadmin", taken_because="finish_by_hand")
    yield
    bench.raw("UPDATE account SET first_sign_in_at = :now", now=bench.moment(utcnow()))
