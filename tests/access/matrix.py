"""The access matrix: every endpoint and method for every principal, as it is measured at the door.

`python -m tests.access.matrix` compares matrix.csv with what is measured; `--write` writes it anew. A diff of that file is
a change of who may do what: read it line by line before it goes in. The test never asks the grants.
"""

import csv
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import time_machine

from tests.access.doors import METHODS, Door, doors, opened, settle
from tests.access.planted import NOW, SETTINGS, Planted, plant
from tests.access.principals import PRINCIPALS, visitor
from tests.conftest import make_app

FILE = Path(__file__).with_name("matrix.csv")
HEAD = ("endpoint", "path", "method", *PRINCIPALS)
OTHER = "other"
"""The line of all methods an endpoint does not take."""
Line = tuple[str, ...]


def lines(world: Planted) -> Iterator[Line]:
    """Measure every line of the matrix."""
    for door in doors(world.app):
        for method in METHODS:
            if method in door.methods:
                yield line(world, door, method)
        yield other_methods(world, door)


def line(world: Planted, door: Door, method: str) -> Line:
    """Measure one endpoint and method for every principal."""
    return (door.endpoint, door.path, method, *(cell(world, door, method, name) for name in PRINCIPALS))


def cell(world: Planted, door: Door, method: str, name: str) -> str:
    """Measure one cell, and leave the world as it was."""
    seen = opened(world, visitor(world, name), door, method)
    settle(world, method, seen)
    return seen


def other_methods(world: Planted, door: Door) -> Line:
    """Measure the methods an endpoint does not take; they must all answer alike."""
    rest = [method for method in METHODS if method not in door.methods | door.beside]
    answers = ["/".join(sorted({cell(world, door, method, name) for method in rest})) for name in PRINCIPALS]
    return (door.endpoint, door.path, OTHER, *answers)


def expected() -> dict[Line, Line]:
    """Read the checked-in matrix: (endpoint, path, method) → the whole line."""
    with FILE.open(newline="") as file:
        return {tuple(row[:3]): tuple(row) for row in list(csv.reader(file))[1:]}


def differences(measured: list[Line], wanted: dict[Line, Line]) -> list[str]:
    """Say what differs, with the line to write."""
    found = {row[:3]: row for row in measured}
    gone = [
        f"{','.join(name)} is in {FILE.name} and no longer served: remove its line" for name in wanted.keys() - found
    ]
    new = [
        f"{','.join(name[:1] + name[2:])} is missing in {FILE.name}; write, if it is right: {','.join(found[name])}"
        for name in found.keys() - wanted
    ]
    changed = [
        f"{row[0]} {row[2]} for {who}: the matrix says {want}, measured {got}"
        for name, row in found.items()
        for who, want, got in zip(PRINCIPALS, wanted.get(name, row)[3:], row[3:], strict=True)
        if want != got
    ]
    return sorted(gone + new + changed)


def main(arguments: list[str]) -> int:
    """Measure on a fresh SQLite database; write or compare."""
    with tempfile.TemporaryDirectory() as folder, time_machine.travel(NOW, tick=False):
        world = plant(make_app(f"sqlite:///{folder}/matrix.db", **SETTINGS))
        measured = list(lines(world))
    if "--write" in arguments:
        with FILE.open("w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([HEAD, *measured])
        print(f"{len(measured)} lines written to {FILE}: read the difference before you commit it.")
        return 0
    found = differences(measured, expected())
    print("\n".join(found) or f"{len(measured)} lines, no difference.")
    return bool(found)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
