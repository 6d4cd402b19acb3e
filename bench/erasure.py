"""Removing one person against the bare statements that delete the same rows, on a database filled with others.

Two persons of one size stand side by side: one is erased by the product, in its one transaction, the other by plain
DELETE and UPDATE of the same rows. What the product does besides (scrub, ledger, tombstones, marks) is the price.
"""

import json
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
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


def measure(url: str) -> list[dict[str, Any]]:
    """Measure every size in a process of its own each, so that its memory is its own."""
    command = (sys.executable, "-m", "bench.erasure", url)
    runs = [subprocess.run([*command, str(size)], cwd=ROOT, check=True, capture_output=True) for size in SIZES]
    return [json.loads(run.stdout) for run in runs]


def main(url: str, events: int) -> None:
    """Plant two persons, erase one each way, print what it took as JSON."""
    engine = create_engine(url)
    prepare(engine)
    keys.use(SECRET)
    ours, bare = plant(engine, events), plant(engine, events)
    by_the_product(engine, plant(engine, 0))  # the job that does it has compiled its statements long before
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    first = timed(lambda: by_statements(engine, bare))
    product = timed(lambda: by_the_product(engine, ours))
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"events": events, "bare": first, "ours": product, "memory": [before / 1024, after / 1024]}))


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


def timed(work: Any) -> float:
    """Return how long something takes, in seconds."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
