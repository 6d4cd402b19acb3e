"""One principal's whole way through the planted world, taken once per engine and used by every test that judges it."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest

from models import AccessRecord, Message
from tests.access.planted import Planted, all_rows
from tests.access.principals import visitor
from tests.access.walk import Answer, Walk, every_form, everywhere, odd_requests


class Ears(logging.Handler):
    """Hears every line of every log."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line, with its traceback if it has one."""
        self.heard.append(self.format(record))


@dataclass
class FirstWalk:
    """What a principal was told, what the logs said meanwhile, and what was written down."""

    walk: Walk
    heard: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    looked: list[Answer] = field(default_factory=list)
    """The answers to the looks that came before any change."""


_walks: dict[tuple[Any, str], FirstWalk] = {}


def grouped(names: Iterable[str]) -> list[Any]:
    """Return parameters that keep all tests of one principal on one worker, so that they share its walk."""
    return [pytest.param(name, marks=pytest.mark.xdist_group(f"walk-{name}")) for name in names]


def first_walk(planted: Planted, who: str) -> FirstWalk:
    """Return the walk of a principal through this engine's planted world; taken on first use."""
    if (planted.app, who) not in _walks:
        _walks[planted.app, who] = _walked(planted, who)
    return _walks[planted.app, who]


def _walked(planted: Planted, who: str) -> FirstWalk:
    ears, root = Ears(), logging.getLogger()
    before = root.level
    root.addHandler(ears)
    root.setLevel(logging.INFO)
    walk = everywhere(Walk(planted, visitor(planted, who)))
    looked = list(walk.answers)
    odd_requests(walk)
    seen = written(planted)
    every_form(walk)
    root.removeHandler(ears)
    root.setLevel(before)
    return FirstWalk(walk, ears.heard, seen + written(planted), looked)


def written(world: Planted) -> list[str]:
    """Return every line of the access log and every message as they stand."""
    lines = [str(dict(row)) for row in all_rows(world, AccessRecord)]
    return lines + [f"{row['subject']} {row['body']}" for row in all_rows(world, Message)]
