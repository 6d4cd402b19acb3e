"""The databases of one run: two sizes on each engine, filled at once, gone at the end."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bench.peers import python
from bench.settings import FOLDER, ROOT, Run
from tests.postgres import Server, start

BYTES_PER_ROW = 1_000
"""With indexes and room to work, on both engines together; 10 million took some 8 GB."""


@dataclass(frozen=True)
class Filled:
    """One database with its data."""

    engine: str
    rows: int
    url: str
    facts: dict[str, Any]


class NoRoom(Exception):
    """Cannot continue because the disk is too small; the text says how much is wanted."""


@contextmanager
def filled(run: Run) -> Iterator[dict[tuple[str, int], Filled]]:
    """Make and fill every database of a run; remove them afterwards, whatever happened."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted, free = run.rows * BYTES_PER_ROW, shutil.disk_usage(FOLDER).free
    if free < wanted:
        raise NoRoom(
            f"{run.rows:,} events want {wanted >> 30} GB and {free >> 30} GB are free: BENCH_ROWS=100000 make bench"
        )
    try:
        with start() as server:
            yield _fill(run, server)
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)


def _fill(run: Run, server: Server) -> dict[tuple[str, int], Filled]:
    places = {(engine, rows): _place(engine, rows, server) for rows in sizes(run) for engine in run.engines}
    for url in places.values() if run.peers else ():
        subprocess.run([python(), "-m", "bench.django_peer", url], cwd=ROOT, check=True)
    command = (sys.executable, "-m", "bench.filling")
    fillers = {
        key: subprocess.Popen(
            [*command, url, str(key[1])], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for key, url in places.items()
    }
    return {key: Filled(*key, places[key], _facts(filler)) for key, filler in fillers.items()}


def sizes(run: Run) -> tuple[int, int]:
    """Return the small and the large size."""
    return min(run.small, run.rows), run.rows


def _place(engine: str, rows: int, server: Server) -> str:
    if engine == "postgresql":
        return server.create_database(f"bench_{rows}")
    path = FOLDER / f"bench-{rows}.db"
    path.unlink(missing_ok=True)
    return f"sqlite:///{path}"


def _facts(filler: subprocess.Popen[str]) -> dict[str, Any]:
    out, why = filler.communicate()
    if filler.returncode:
        raise RuntimeError(f"filling a database failed: {why[-2_000:]}")
    facts: dict[str, Any] = json.loads(out)
    return facts
