"""What others feel meanwhile: `python -m bench.beside URL FACTS KIND`, fifty times a second until its input closes.

`insert`: one usage event by the product's own statement, in turn with other writers and committed. `trace`: a page
of one person's window. Prints pairs of (start, seconds) as JSON; starts are of time.time, which all processes share.
"""

import json
import random
import select as waiting
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Self

from sqlalchemy import Engine, create_engine, select

from bench.settings import ROOT
from dashboard.database.engine import in_turn, prepare, system_session
from models import Account, UsageEvent, record_events

EVERY = 0.02
KINDS = ("insert", "trace")


def main(url: str, facts: dict[str, Any], kind: str) -> None:
    """Do it until told to stop."""
    engine = create_engine(url)
    prepare(engine)
    work = inserting(engine) if kind == "insert" else tracing(engine, facts)
    for _ in range(20):
        work()
    print("ready", flush=True)
    done, due = [], time.time()
    while not waiting.select([sys.stdin], [], [], max(0.0, due - time.time()))[0]:
        started = time.time()
        work()
        done.append((started, time.time() - started))
        due = max(due + EVERY, started)
    print(json.dumps(done))


def inserting(engine: Engine) -> Callable[[], None]:
    """Return what adds one event of now."""
    with system_session(engine, "bench", read_only=True) as session:
        accounts = list(session.scalars(select(Account.id)))
    what = {"session": "s", "feature": "Reports", "action": "opened", "properties": None}

    def insert() -> None:
        event = {"account_id": random.choice(accounts), "id": f"beside-{time.time_ns():x}", **what}
        with in_turn(engine), system_session(engine, "bench") as session:
            record_events(session, [{**event, "occurred_at": datetime.now(UTC)}])
            session.commit()

    return insert


def tracing(engine: Engine, facts: dict[str, Any]) -> Callable[[], None]:
    """Return what reads the newest hundred events of one person's window."""
    begin, end = (datetime.fromisoformat(moment).replace(tzinfo=UTC) for moment in facts["window"])
    row = UsageEvent
    page = (
        select(row.id, row.occurred_at, row.session, row.feature, row.action, row.properties)
        .where(row.account_id == facts["accounts"][0], row.occurred_at >= begin, row.occurred_at <= end)
        .order_by(row.occurred_at.desc(), row.id.desc())
        .limit(101)
    )

    def look() -> None:
        with system_session(engine, "bench", read_only=True) as session:
            session.execute(page).all()

    return look


class Beside:
    """Both kinds, each in a process of its own, for as long as the `with` that holds them."""

    def __init__(self, url: str, facts: dict[str, Any]) -> None:
        """Start them; they are warm when this returns."""
        self.times: dict[str, list[tuple[float, float]]] = {}
        self.running = {kind: _start(url, facts, kind) for kind in KINDS}
        for process in self.running.values():
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for kind, process in self.running.items():
            told, _err = process.communicate("", 60)
            self.times[kind] = json.loads(told)

    def during(self, kind: str, span: tuple[float, float]) -> tuple[float, float]:
        """Return p99 and the longest, in milliseconds, of what had begun or was under way in a span of time."""
        taken = [seconds for start, seconds in self.times[kind] if start < span[1] and start + seconds > span[0]]
        return _p99(taken) * 1_000, max(taken, default=0.0) * 1_000


def _start(url: str, facts: dict[str, Any], kind: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "bench.beside", url, json.dumps(facts), kind]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _p99(taken: Sequence[float]) -> float:
    return sorted(taken)[min(len(taken) - 1, int(len(taken) * 0.99))] if taken else 0.0


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]), sys.argv[3])
