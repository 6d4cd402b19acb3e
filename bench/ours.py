"""Our pages as a measuring program: `python -m bench.ours URL FACTS`.

Whole requests through the application: session, front door, guard, service, record and its commit, template. What
`without` names is switched off around single requests, to learn what it costs; the product has no such switch.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Mapper, Session
from werkzeug.test import Client

from bench import every_event
from bench.settings import LEDGER, SECRET
from bench.worker import get, serve
from dashboard import app as house
from dashboard.database.engine import system_session
from dashboard.services import access_log, listing
from dashboard.services.promises.jobs import check_promises
from dashboard.sign_in import hashed
from models import Staff, StaffSession, UsageEvent, db, guard, new_id

THOUSANDTH = 999 * 50


def main(url: str, facts: dict[str, Any]) -> None:
    """Make the application and answer."""
    with patch.object(house, "VIEWS", (*house.VIEWS, every_event.EveryEvent)):
        app = house.create_app({"DATABASE_URL": url, "DEMO": "1", "SECRET_KEY": SECRET, "LEDGER_PATH": str(LEDGER)})
    engineer, officer = sign_in(app, facts["staff"]), sign_in(app, facts["compliance"])
    with app.app_context(), system_session(db.engine, "bench") as session:
        check_promises(session, app.extensions["settings"])
    heavy, light = facts["tickets"]
    pages = {
        "trace.heavy": get(engineer, f"/admin/tickets/{heavy}/trace"),
        "trace.light": get(engineer, f"/admin/tickets/{light}/trace"),
        "tickets.first": get(engineer, "/admin/tickets/?tab=free"),
        "tickets.last": get(engineer, f"/admin/tickets/?tab=free&at={last_page()}"),
        "log.first": get(officer, "/admin/access-log/"),
        "log.last": get(officer, f"/admin/access-log/?at={last_page()}"),
        "outcome.retention": get(officer, "/admin/retention/"),
        "outcome.promises": get(officer, "/admin/promises/"),
        "empty": get(engineer, "/admin/explain/"),
        **events(app, engineer),
    }
    without = {f"trace.heavy without {what}": pages["trace.heavy"] for what in SWITCHED}
    serve({**pages, **without}, around=switched)


def sign_in(app: Flask, staff: str) -> Client:
    """Return a browser that is signed in, without the costly password."""
    key = new_id()
    with app.app_context(), system_session(db.engine, "bench") as session:
        mark = session.scalar(select(Staff.fs_uniquifier).where(Staff.id == staff))
        data = {"_user_id": mark, "_fresh": True, "csrf_token": "t" * 40}
        session.add(StaffSession(key_hash=hashed(key), staff_id=staff, data=data))
        session.commit()
    client = Client(app)
    client.set_cookie("session", "s." + key)
    return client


def last_page() -> str:
    """Return the cursor of a list's oldest page, as the pages before it would have signed it."""
    return listing._sign("newer", 0)  # noqa: SLF001 - walking there page by page is what this saves


def events(app: Flask, client: Client) -> dict[str, Callable[[], bytes]]:
    """Return the pages of everybody's events: first, thousandth where there is one, last."""
    place = (UsageEvent.occurred_at.desc(), UsageEvent.id.desc())
    with app.app_context(), system_session(db.engine, "bench", read_only=True) as session:
        found = session.execute(
            select(UsageEvent.occurred_at, UsageEvent.id).order_by(*place).offset(THOUSANDTH - 1).limit(1)
        ).first()
    made = {"events.first": get(client, every_event.URL), "events.last": get(client, every_event.URL + "?at=last")}
    if found:
        made["events.page 1000"] = get(client, f"{every_event.URL}?at={every_event.sign('older', found)}")
    return made


@contextmanager
def unguarded() -> Iterator[None]:
    """Take the session guard away; the transaction is still begun."""
    event.remove(Session, "do_orm_execute", guard.guard_statement)
    event.remove(Mapper, "load", guard._guard_instance)  # noqa: SLF001 - the guard offers no switch, on purpose
    try:
        yield
    finally:
        event.listen(Session, "do_orm_execute", guard.guard_statement)
        event.listen(Mapper, "load", guard._guard_instance)  # noqa: SLF001


@contextmanager
def unrecorded() -> Iterator[None]:
    """Take the access record and its commit away."""
    with (
        patch.object(access_log, "record", lambda *_a, **_k: None),
        patch.object(access_log, "commit", lambda _s: None),
    ):
        yield


SWITCHED = {"guard": (unguarded,), "record": (unrecorded,), "guard and record": (unguarded, unrecorded)}


@contextmanager
def switched(name: str) -> Iterator[None]:
    """Switch off what a page's name says it is without."""
    with ExitStack() as stack:
        for off in SWITCHED.get(name.partition(" without ")[2], ()):
            stack.enter_context(off())
        yield


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
