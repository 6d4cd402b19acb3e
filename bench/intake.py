"""Usage events over HTTP: two gunicorn workers as deployed, four senders, batches of a thousand.

One batch in twenty is sent twice: the second time all of it must be answered as duplicates. At the end the rows in
the database are counted: as many as were accepted, or events were lost or doubled.
"""

import json
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection
from typing import Any

from sqlalchemy import create_engine

from bench.databases import Filled
from bench.filling import BY_TIME
from bench.settings import LEDGER, ROOT, SECRET
from bench.story import ACCOUNTS, ACTIONS, FEATURES, weights
from dashboard.database.engine import prepare, system_session
from dashboard.services import tokens

SENDERS = 4
BATCH = 1_000
KEEP = 20
"""Batches over one connection; the first of them is sent twice."""
PATH = "/api/v1/usage-events"
WARM_UP = 3.0
"""Seconds before the clock runs: a worker's first calls fill its caches."""


@dataclass
class Tally:
    """What all senders sent and were answered."""

    accepted: int = 0
    duplicate: int = 0
    resent: int = 0
    refused: int = 0
    times: list[float] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, status: int, answer: dict[str, Any], *, again: bool, seconds: float) -> None:
        """Count one answer."""
        with self.lock:
            if status != 200:
                self.trouble.append(f"{status} {answer.get('type', '')}")
                return
            self.accepted += answer["accepted"]
            self.duplicate += answer["duplicate"]
            self.refused += len(answer["refused"])
            self.resent += BATCH * again
            self.times.append(seconds)


@dataclass(frozen=True)
class Outcome:
    """The figures of one run. `memory`: megabytes of both workers at start, middle and end."""

    per_second: float
    lost: int
    doubled: int
    accepted: int
    call: float
    """Milliseconds of one call of a thousand, the median."""
    work: float
    """Milliseconds of processor the workers spent on a thousand events; what a busy machine disturbs least."""
    memory: tuple[float, ...]
    trouble: tuple[str, ...]


def measure(place: Filled, seconds: float) -> Outcome:
    """Send for so long and count."""
    token, before = _token(place), count(place)
    tally, stop = Tally(), threading.Event()
    with served(place) as (port, workers):
        senders = [threading.Thread(target=_send, args=(number, port, token, tally, stop)) for number in range(SENDERS)]
        for sender in senders:
            sender.start()
        time.sleep(WARM_UP)
        memory, worked = [megabytes(workers())], processor(workers())
        started, accepted = time.perf_counter(), tally.accepted
        for _ in range(2):
            time.sleep(seconds / 2)
            memory.append(megabytes(workers()))
        new, spent = tally.accepted - accepted, processor(workers()) - worked
        rate, work = new / (time.perf_counter() - started), spent / max(new, 1) * BATCH * 1_000
        stop.set()
        for sender in senders:
            sender.join()
    return _outcome(tally, written=count(place) - before, rate=rate, work=work, memory=memory)


def _outcome(tally: Tally, *, written: int, rate: float, work: float, memory: list[float]) -> Outcome:
    middle = sorted(tally.times)[len(tally.times) // 2] * 1_000 if tally.times else 0.0
    doubled = max(0, written - tally.accepted) + abs(tally.duplicate - tally.resent)
    trouble = [*tally.trouble, *(["some were refused"] if tally.refused else [])]
    lost = max(0, tally.accepted - written)
    return Outcome(rate, lost, doubled, tally.accepted, middle, work, tuple(memory), tuple(trouble))


def _token(place: Filled) -> str:
    engine = create_engine(place.url)
    prepare(engine)
    with engine.begin() as connection:  # the product has no such index to keep up
        connection.exec_driver_sql(f"DROP INDEX IF EXISTS {BY_TIME}")
    with system_session(engine, "bench") as session:
        token = tokens.make(session, name=f"bench-{time.time_ns()}", scope="app")
        session.commit()
    engine.dispose()
    return token


def count(place: Filled) -> int:
    """Return how many usage events there are."""
    engine = create_engine(place.url)
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT count(*) FROM usage_event").scalar_one()
    engine.dispose()
    return int(found)


@contextmanager
def served(place: Filled) -> Iterator[tuple[int, Any]]:
    """Run gunicorn as deployed; yield its port and a way to ask for its workers' process ids."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--bind", f"127.0.0.1:{port}"]
    environ = {"DATABASE_URL": place.url, "DEMO": "1", "SECRET_KEY": SECRET, "LEDGER_PATH": str(LEDGER)}
    environ |= {"PATH": "/usr/bin:/bin"}
    server = subprocess.Popen(command, cwd=ROOT, env=environ)
    try:
        _wait(port, server)
        yield port, lambda: _children(server.pid)
    finally:
        server.terminate()
        server.wait(30)


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        with suppress(OSError), closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            connection.request("GET", "/api/v1/openapi.json")
            connection.getresponse().read()
            return
        time.sleep(0.1)
        if server.poll() is not None:
            break
    raise RuntimeError("the server did not start")


def _children(parent: int) -> list[int]:
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], check=True, capture_output=True, text=True).stdout
    pairs = (line.split() for line in listed.splitlines())
    return [int(child) for child, of in pairs if int(of) == parent]


def megabytes(processes: list[int]) -> float:
    """Return the memory in use by processes together, as `ps` has it."""
    asked = ["ps", "-o", "rss=", "-p", ",".join(map(str, processes))]
    return sum(map(int, subprocess.run(asked, check=True, capture_output=True, text=True).stdout.split())) / 1024


def processor(processes: list[int]) -> float:
    """Return the seconds of processor that processes have used together, to the second, as `ps` has it."""
    asked = ["ps", "-o", "time=", "-p", ",".join(map(str, processes))]
    return sum(map(_seconds, subprocess.run(asked, check=True, capture_output=True, text=True).stdout.split()))


def _seconds(clock: str) -> float:
    """Read 00:01:30 as Linux writes it, or 1:30.25 as macOS does."""
    return sum(float(part) * 60**place for place, part in enumerate(reversed(clock.split(":"))))


def _send(number: int, port: int, token: str, tally: Tally, stop: threading.Event) -> None:
    sent = batches(number)
    while not stop.is_set():  # now and then a fresh connection, or one worker may keep all four
        with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            for turn, body in zip(range(KEEP), sent, strict=False):
                for again in (False, True) if turn == 0 else (False,):
                    _call(connection, token, body, tally=tally, again=again)
                if stop.is_set():
                    return


def _call(connection: HTTPConnection, token: str, body: bytes, *, tally: Tally, again: bool) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    started = time.perf_counter()
    connection.request("POST", PATH, body, headers)
    response = connection.getresponse()
    answer = json.loads(response.read())
    tally.add(response.status, answer, again=again, seconds=time.perf_counter() - started)


def batches(number: int) -> Iterator[bytes]:
    """Yield batches for ever: ids nobody used before, the crowd of the story, all of this moment."""
    chance, mark, sent = random.Random(number), f"{time.time_ns():x}-{number}", 0
    crowd = chance.choices(range(ACCOUNTS), weights=weights(), k=8_192)
    while True:
        at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
        events = [_event(chance, crowd, f"{mark}-{sent + index:x}", f"{at}.{index:03d}Z") for index in range(BATCH)]
        sent += BATCH
        yield ('{"events": [' + ",".join(events) + "]}").encode()


def _event(chance: random.Random, crowd: Sequence[int], key: str, at: str) -> str:
    draw = chance.getrandbits(32)
    return (
        f'{{"id": "{key}", "account": "account-{crowd[draw % 8_192]}", "occurred_at": "{at}", '
        f'"session": "s-{draw % 977}", "feature": "{FEATURES[draw % 8]}", "action": "{ACTIONS[draw % 6]}", '
        f'"properties": {{"widgets": {draw % 50}}}}}'
    )
