"""Companies with people who use the app, and nights that count them."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from time_machine import travel

from dashboard.services.statistics import weeks
from models import Account, Company, UsageEvent, UsageFigure, new_id

WEEK = date(2026, 9, 7)
"""A Monday."""
NOON = datetime(2026, 9, 8, 12, tzinfo=UTC)
"""On the Tuesday of that week."""
SETTLED = datetime(2026, 9, 17, 1, tzinfo=UTC)
"""The night after which that week's figures stand: three days after it ended."""


def company(world: Any, name: str, people: int) -> tuple[Company, list[Account]]:
    """Add a company with so many people."""
    made = world.company(name)
    accounts = [
        Account(external_id=f"x-{new_id()}", company_id=made.id, first_name="F", last_name="L", email="e@x.example", source="self")
        for _ in range(people)
    ]  # fmt: skip
    world.add(*accounts)
    return made, accounts


def use(
    world: Any,
    accounts: Iterable[Account],
    *,
    at: datetime = NOON,
    what: tuple[str, str] = ("Reports", "opened"),
    times: int = 1,
) -> None:
    """Let each account do something so often."""
    world.add(*_events(accounts, at, what, times))


def _events(accounts: Iterable[Account], at: datetime, what: tuple[str, str], times: int) -> Iterator[UsageEvent]:
    for account in accounts:
        for n in range(times):
            yield UsageEvent(
                account_id=account.id, id=new_id(), occurred_at=at + timedelta(seconds=n), session="s", feature=what[0],
                action=what[1],
            )  # fmt: skip


def night(world: Any, at: datetime = SETTLED) -> int:
    """Run the nightly job as if it were then."""
    with travel(at, tick=False), world.app.app_context(), world.system() as session:
        return weeks.make_figures(session, world.app.extensions["settings"])


def figures(world: Any) -> dict[tuple[str, date, str, str], tuple[int, int | None]]:
    """Return every figure there is."""
    f = UsageFigure
    rows = world.all(select(f.scope, f.week, f.feature, f.action, f.people, f.uses))
    return {tuple(row[:4]): tuple(row[4:]) for row in rows}
