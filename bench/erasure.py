"""Removing one person against the bare statements that delete the same rows, on a database filled with others.

Persons of one size stand side by side: some are erased by the product, in its one transaction each, the others by plain
DELETE and UPDATE of the same rows, in turns; medians count. What the product does besides (scrub, ledger, tombstones,
marks) is the price.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import Engine, create_engine, select

from bench.settings import ROOT, SECRET
from dashboard.database.engine import prepare, system_session
from dashboard.services import keys
from dashboard.services.erasure import erasing, finding
from dashboard.services.erasure.profile import profile_of
from models import Account, Company, Ticket, new_id, record_events

SIZES = (10_000, 100_000)
"""Usage events of the person."""
GOAL = 2.0
BATCH = 10_000
PAIRS = 3
"""Persons erased each way, one after the other, each way first by turns."""


def measure(url: str) -> list[dict[str, Any]]:
    """Measure every size in a process of its own each, so that its memory is its own."""
    command = (sys.executable, "-m", "bench.erasure", url)
    runs = [subprocess.run([*command, str(size)], cwd=ROOT, check=True, capture_output=True) for size in SIZES]
    return [json.loads(run.stdout) for run in runs]


def main(url: str, events: int) -> None:
    """Plant persons, erase them by turns each way, print the medians as JSON."""
    engine = create_engine(url)
    prepare(engine)
    keys.use(SECRET)
    persons = [plant(engine, events) for _ in range(2 * PAIRS)]
    by_the_product(engine, plant(engine, 0))  # the job that does it has compiled its statements long before
    before, took = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, {by_statements: [], by_the_product: []}
    for turn in range(PAIRS):
        for way in sorted(took, key=lambda one: (one is by_the_product) == bool(turn % 2)):
            took[way].append(timed(way, engine, persons.pop()))
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    bare, ours = (median(took[way]) for way in (by_statements, by_the_product))
    print(json.dumps({"events": events, "bare": bare, "ours": ours, "memory": [before / 1024, after / 1024]}))


def plant(engine: Engine, events: int) -> str:
    """Write a person with so many usage events and twenty tickets; return their address."""
    email, now = f"{new_id()}@x.example", datetime.now(UTC)
    with system_session(engine, "bench") as session:
        company = Company(external_id=new_id(), name="Bench & Co")
        session.add(company)
        session.flush()
        names = {"first_name": "Zoë", "last_name": "Müller-Weiß", "email": email, "source": "self"}
        account = Account(external_id=new_id(), company_id=company.id, **names)
        session.add(account)
        session.flush()
        texts = {"subject": "Help", "body": f"Hello, Zoë Müller-Weiß, {email}. " * 20, "written_by": "customer"}
        session.add_all(Ticket(account_id=account.id, kind="question", **texts) for _ in range(20))
        for start in range(0, events, BATCH):
            record_events(session, [event(account.id, now, start + n) for n in range(BATCH)])
        session.commit()
    return email


def event(account_id: str, now: datetime, number: int) -> dict[str, Any]:
    """Return one usage event."""
    what = {"session": f"s-{number // 40}", "feature": "Reports", "action": "opened", "properties": None}
    return {"account_id": account_id, "id": f"e-{number}", "occurred_at": now - timedelta(minutes=number), **what}


def by_the_product(engine: Engine, email: str) -> None:
    """Erase a person as a removal does: its one transaction."""
    with system_session(engine, "bench") as session:
        person = finding.person_at(session, email)
        erasing.erase(session, profile_of(session, person), request_id=new_id(), kept_for=timedelta(days=30))
        session.commit()


def by_statements(engine: Engine, email: str) -> None:
    """Delete the same rows by the statements one would type."""
    with system_session(engine, "bench", read_only=True) as session:
        account = session.scalars(select(Account.id).where(Account.email == email)).one()
    with engine.begin() as connection:
        mark = "%s" if engine.dialect.name == "postgresql" else "?"
        for statement in (
            f"UPDATE ticket SET account_id = NULL, body = '', subject = '' WHERE account_id = {mark}",
            f"DELETE FROM usage_event WHERE account_id = {mark}",
            f"DELETE FROM account WHERE id = {mark}",
        ):
            connection.exec_driver_sql(statement, (account,))


def timed(way: Callable[[Engine, str], None], engine: Engine, email: str) -> float:
    """Return how long it takes to erase somebody, in seconds."""
    started = time.perf_counter()
    way(engine, email)
    return time.perf_counter() - started


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
