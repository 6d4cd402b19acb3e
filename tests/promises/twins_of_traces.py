"""Twins of the checks of one person's usage."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import select

from models import AccessRecord, AppError, utcnow

from .twins import Bench, twin


def _opened(bench: Bench, name: str = "a"):
    """An error ticket of support's, with its trace open since an hour."""
    world, now = bench.world, utcnow()
    account = world.account(name)
    ticket = world.error_ticket(account, assignee="support", name=name)
    error = world.all(select(AppError.occurred_at).where(AppError.account_id == account.id))[0][0]
    opening = world.opening(ticket, engineer="support", until=error, opened_at=now - timedelta(minutes=30))
    line = AccessRecord(
        event="trace_seen", staff_id=world.staff["support"], role="support", permission="trace:read", count=3,
        purpose="error_analysis", allowed=True, case_id=ticket.id, table="usage_event", subject_key=account.id,
    )  # fmt: skip
    world.add(line)
    return account, ticket, opening


@twin("P36")
def a_trace_before_its_error(bench: Bench) -> Iterator[None]:
    _opened(bench)
    _opened(bench, "b")
    yield
    bench.raw("UPDATE app_error SET occurred_at = :late", late=bench.moment(utcnow() + timedelta(hours=1)))


@twin("P37")
def a_window_wider_than_agreed(bench: Bench) -> Iterator[None]:
    _account, _ticket, opening = _opened(bench)
    yield
    early = bench.moment(opening.window_from - timedelta(hours=24))
    bench.raw("UPDATE trace_opening SET window_from = :early", early=early)


@twin("P38")
def a_colleague_at_somebody_elses_trace(bench: Bench) -> Iterator[None]:
    _opened(bench)
    yield
    bench.raw("UPDATE access_record SET staff_id = :other", other=bench.world.staff["support2"])
