"""A measuring program in a process of its own, asked by name over a pipe."""

import json
import os
import select
import subprocess
from dataclasses import dataclass
from typing import Any, Self

from bench.settings import ROOT

PATIENCE = 180.0
"""Seconds for one answer; a page that takes longer is given up, with its program."""


@dataclass(frozen=True)
class Answer:
    """One measured request. `processor`: seconds of work in the program itself, without PostgreSQL's own."""

    seconds: float
    processor: float
    size: int
    lines: int


class Program:
    """Starts with the `with` that holds it and ends with it."""

    def __init__(self, python: str, module: str, url: str, facts: dict[str, Any]) -> None:
        """Start it; its pages are known when it answers first."""
        self.module = module
        environ = {key: value for key, value in os.environ.items() if not key.startswith(("COV", "PYTEST"))}
        self.process = subprocess.Popen(
            [python, "-m", module, url, json.dumps(facts)], cwd=ROOT, env=environ,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip
        self.pages: list[str] = self._answer()

    def ask(self, page: str) -> Answer:
        """Return the time of one request; raise when the program gave up on it."""
        assert self.process.stdin is not None
        self.process.stdin.write(page + "\n")
        self.process.stdin.flush()
        return Answer(**self._answer())

    def _answer(self) -> Any:
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        line = self.process.stdout.readline() if ready else ""
        if not line:
            self.process.kill()
            raise RuntimeError(f"{self.module} gave no answer")
        return json.loads(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        with self.process:
            pass  # closes what is open and waits
