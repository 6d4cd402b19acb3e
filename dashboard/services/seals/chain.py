"""The chain: what a seal says, how one follows another, where it begins. Nobody without SECRET_KEY can make a link."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.services.keys import keyed
from models import Seal, SealCheckpoint

BEGINNING = "0" * 64
"""What the first seal is chained to."""


@dataclass(frozen=True)
class Link:
    """One seal as the chain knows it: lines above `after` up to `last`, `count` of them.

    `at` is a moment in UTC; where somebody put something else in its place, that.
    """

    number: int
    at: Any
    form: int
    after: int
    last: int
    count: int
    digest: str
    before: str

    def chained(self) -> str:
        """Return the keyed hash over this seal: 64 hexadecimal characters."""
        facts = (self.number, written(self.at), self.form, self.after, self.last, self.count, self.digest, self.before)
        return keyed("access log seal", *map(str, facts))


@dataclass(frozen=True)
class Base:
    """Where the chain begins: behind this seal and this line. At first behind nothing."""

    number: int = 0
    last: int = 0
    chained: str = BEGINNING
    lines: int = 0
    at: datetime | None = None

    def signature(self) -> str:
        """Return the keyed hash that a checkpoint is signed with."""
        facts = (self.number, self.last, self.chained, self.lines, written(self.at) if self.at else "")
        return keyed("access log checkpoint", *map(str, facts))


def written(moment: datetime) -> str:
    """Return a moment as seals, anchors and messages write it: UTC, to the microsecond, the same everywhere."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def link_of(seal: Any) -> Link:
    """Return a row of the table as the chain knows it."""
    return Link(**{name: getattr(seal, name) for name in Link.__dataclass_fields__})


def base_of(checkpoint: SealCheckpoint) -> Base:
    """Return a checkpoint as the chain knows it."""
    return Base(**{name: getattr(checkpoint, name) for name in Base.__dataclass_fields__})


def base(session: Session) -> Base:
    """Return where the chain begins, by the newest checkpoint; its signature is not looked at."""
    found = session.scalar(select(SealCheckpoint).order_by(SealCheckpoint.number.desc()).limit(1))
    return base_of(found) if found else Base()


def newest(session: Session) -> Base:
    """Return where the chain ends now: what the next seal follows."""
    found = session.scalar(select(Seal).order_by(Seal.number.desc()).limit(1))
    return Base(found.number, found.last, found.chained) if found else base(session)
