"""The pages, ours and theirs, small and large, all measured in turns."""

import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial

from bench.databases import Filled, sizes
from bench.peers import python
from bench.program import Answer, Program
from bench.settings import Run
from bench.turns import Measured, in_turns

OURS, FLASK_ADMIN, DJANGO, RAW = "ours", "Flask-Admin", "Django admin", "raw SQL"
Key = tuple[str, int, str]
"""Who, at which size, which page."""
GROUPS = (
    "events.first",
    "events.page 1000",
    "events.last",
    "trace.heavy",
    "trace.light",
    "tickets",
    "log",
    "outcome",
    "empty",
)
"""Pages whose names begin alike are measured in the same rounds."""


def measure(run: Run, places: Mapping[tuple[str, int], Filled], engine: str) -> dict[Key, Measured]:
    """Start every program on both sizes of an engine and measure every page."""
    figures: dict[Key, Measured] = {}
    with ExitStack() as stack:
        programs = {
            (who, rows): stack.enter_context(program)
            for rows in sizes(run)
            for who, program in _programs(run, places[engine, rows])
        }
        for group in GROUPS:
            figures |= in_turns(_asked(programs, group), times=run.times, budget=run.budget)
    return figures


def _programs(run: Run, place: Filled) -> list[tuple[str, Program]]:
    wanted = [(OURS, sys.executable, "bench.ours"), (RAW, sys.executable, "bench.raw")]
    if run.peers:
        wanted += [(FLASK_ADMIN, python(), "bench.peer_flask_admin"), (DJANGO, python(), "bench.django_peer")]
    return [(who, Program(interpreter, module, place.url, place.facts)) for who, interpreter, module in wanted]


def _asked(programs: Mapping[tuple[str, int], Program], group: str) -> dict[Key, Callable[[], Answer]]:
    return {
        (who, rows, page): partial(program.ask, page)
        for (who, rows), program in programs.items()
        for page in program.pages
        if page.startswith(group)
    }
