"""Taking a case away against reading it: once the change is acknowledged, nothing more is read.

Real threads on real connections. The reader is held between its check (the locked case row) and its read, which is
where a check-then-read would lose; the change is sent meanwhile. A read that ends after the acknowledgement is a leak.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Engine, event

from dashboard.database.engine import guarded_session
from dashboard.policy.decide import decide
from dashboard.policy.permissions import Permission as P
from dashboard.services import ticket_work, tickets, traces
from dashboard.services.cases import find
from dashboard.services.refusals import CannotContinue
from models import Actor, Ticket, db, utcnow
from tests.world import World

TRIALS = 300
CHANGES: dict[str, tuple[str, Callable[..., Any]]] = {
    "hand over": ("support2", ticket_work.hand_over),
    "release": ("", lambda session, case, _to: ticket_work.release(session, case, "no_time")),
    "close": ("", lambda session, case, _to: ticket_work.close(session, case, "solved")),
}


@dataclass
class Watch:
    """When personal rows were fetched in the reading thread, and when the change was acknowledged."""

    reader: int = 0
    fetched: list[float] = field(default_factory=list)
    acknowledged: float = float("inf")
    go: threading.Event = field(default_factory=threading.Event)

    def after(self, _conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        """Note a read of personal data; let the change start as soon as the reader has checked the case."""
        if threading.get_ident() != self.reader:
            return
        if "FROM ticket" in statement and not self.go.is_set():
            self.go.set()
            time.sleep(0.002)  # the gap in which an unlocked reader would lose
        elif "FROM account" in statement or "FROM usage_event" in statement:
            self.fetched.append(time.perf_counter())


@contextmanager
def watched(engine: Engine) -> Iterator[Watch]:
    """Listen to what an engine does."""
    watch = Watch()
    event.listen(engine, "after_cursor_execute", watch.after)
    try:
        yield watch
    finally:
        event.remove(engine, "after_cursor_execute", watch.after)


def session_of(world: World, name: str, permission: P) -> Any:
    """Open the guarded session a staff member would have."""
    actor = Actor(world.staff[name], "support", 1)
    return guarded_session(db.engine, decide(actor, permission, at=utcnow()).access)


def read_once(world: World, case: str, watch: Watch, read: Callable[..., Any], permission: P) -> None:
    """Read the case as its assignee; being refused is a fine answer."""
    watch.reader = threading.get_ident()
    with world.app.app_context(), session_of(world, "support", permission) as session:
        try:
            read(session, case)
        except CannotContinue:
            pass
        finally:
            watch.go.set()


def take_away(world: World, case: str, watch: Watch, change: Callable[..., Any], to: str) -> None:
    """Change the case while the reader stands between check and read."""
    watch.go.wait(5)
    with world.app.app_context(), session_of(world, "support", P.TICKET_WORK) as session:
        change(session, case, world.staff.get(to, ""))
        watch.acknowledged = time.perf_counter()


def one_trial(world: World, case: str, *, read: Callable[..., Any], permission: P, how: str) -> int:
    """Return how many reads came after the acknowledged change."""
    to, change = CHANGES[how]
    with world.app.app_context(), watched(db.engine) as watch:
        reader = threading.Thread(target=read_once, args=(world, case, watch, read, permission))
        changer = threading.Thread(target=take_away, args=(world, case, watch, change, to))
        reader.start()
        changer.start()
        reader.join(20)
        changer.join(20)
        assert (reader.is_alive(), changer.is_alive()) == (False, False)
        assert watch.acknowledged < float("inf")
        return sum(moment > watch.acknowledged for moment in watch.fetched)


def give_back(world: World, case: str) -> None:
    """Put the case into the first engineer's hands again."""
    world.set(Ticket, case, assignee_id=world.staff["support"], assigned_at=utcnow(), closed_at=None)


@pytest.mark.parametrize("how", CHANGES)
def test_nothing_is_read_when_the_case_was_taken_away(world: World, how: str):
    person = world.account()
    ticket = world.error_ticket(person, assignee="support")
    late = 0

    for trial in range(TRIALS // len(CHANGES)):
        if trial % 2:
            world.opening(ticket, engineer="support", until=utcnow())
        read, permission = (traces.read, P.TRACE_READ) if trial % 2 else (tickets.read, P.TICKET_READ)
        late += one_trial(world, ticket.id, read=read, permission=permission, how=how)
        give_back(world, ticket.id)

    assert late == 0


def test_a_late_read_is_noticed_and_empty_when_the_lock_is_missing(world: World):
    """The watch works: without the lock the read comes late. Even then the row condition lets nothing through."""
    if world.app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        return  # there the transaction takes the writer's lock when it begins: it cannot be left out
    ticket = world.error_ticket(world.account(), assignee="support")
    seen: list[Any] = []

    def unlocked(session: Any, case: str) -> None:
        found = find(session, Ticket, case)
        time.sleep(0.3)
        seen.append(tickets.person_of(session, found))

    late = one_trial(world, ticket.id, read=unlocked, permission=P.TICKET_READ, how="hand over")

    assert late == 1
    assert seen == [None]
