"""What one run measures and how long it may take; everything can be set from the environment."""

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(os.environ.get("BENCH_FOLDER") or ROOT / "var" / "bench").absolute()
"""Where the databases are; emptied at the end."""
LEDGER = FOLDER / "ledger.jsonl"
"""What the product keeps outside its database: never beside the project's own."""
PEER_VENV = FOLDER.with_name(FOLDER.name + "-venv")
"""Flask-Admin and Django, apart from what the product runs on; kept for the next run."""
SMALL = 10_000
"""The small size every large figure is held against."""
SECRET = "bench-only-0123456789-abcdefghijklmnop"


@dataclass(frozen=True)
class Run:
    """The sizes and limits of one run. `budget`: seconds for one page of one program.

    `quiet`: seconds in which others are watched before a purge, and for which a long reader is in its way.
    """

    rows: int = 10_000_000
    engines: tuple[str, ...] = ("sqlite", "postgresql")
    phases: tuple[str, ...] = ("pages", "intake", "erasure", "purge", "statistics")
    peers: bool = True
    times: int = 15
    budget: float = 12.0
    intake_seconds: float = 20.0
    small: int = SMALL
    quiet: float = 5.0


def from_environment() -> Run:
    """BENCH_ROWS, BENCH_ENGINES, BENCH_PHASES (commas), BENCH_PEERS=0, BENCH_TIMES, BENCH_SECONDS, BENCH_FOLDER."""
    given = os.environ.get
    return Run(
        rows=int(given("BENCH_ROWS", "") or Run.rows),
        engines=tuple((given("BENCH_ENGINES") or ",".join(Run.engines)).split(",")),
        phases=tuple((given("BENCH_PHASES") or ",".join(Run.phases)).split(",")),
        peers=given("BENCH_PEERS", "1") != "0",
        times=int(given("BENCH_TIMES", "") or Run.times),
        intake_seconds=float(given("BENCH_SECONDS", "") or Run.intake_seconds),
    )
