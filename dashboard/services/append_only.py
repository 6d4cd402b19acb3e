"""Files that only grow, outside the database: the ledger of erasures and the anchors of the access log.

One process writes at a time, each line is on the disk before anybody goes on, and what a crash cut off in the middle of
a line is taken away before the next one. Never here: what a line says, or whether it is believed.
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

TAIL = 4_096
"""Bytes of a file's end that are read first: a line is a few hundred long."""


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Let one process at a time write; a line that a crash cut off in the middle is taken away first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(path.name + "-turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        _mend(path)
        yield


def append(path: Path, lines: Sequence[str]) -> None:
    """Add lines, and return when they are on the disk."""
    whole = "".join(line + "\n" for line in lines)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as file:
        file.write(whole.encode())
        file.flush()
        os.fsync(file.fileno())


def _mend(path: Path) -> None:
    if path.exists() and (whole := _whole(path)) != path.stat().st_size:
        os.truncate(path, whole)


def _whole(path: Path) -> int:
    """Return how many bytes of a file are whole lines; further back is read only while no line has ended."""
    with path.open("rb") as file:
        size, tail = file.seek(0, os.SEEK_END), TAIL
        while True:
            start = file.seek(max(size - tail, 0))
            ended = file.read().rfind(b"\n") + 1
            if ended or not start:
                return start + ended
            tail *= 2
