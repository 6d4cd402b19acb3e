"""Verifying: the whole chain against the lines and against the anchors outside, in flat memory, naming what is broken.

Three streams run side by side in the order of numbers: lines, seals, anchors. Everything is read in one snapshot, so
that sealing and pruning meanwhile cannot raise a false alarm.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Row, String, func, select, type_coerce
from sqlalchemy.orm import Session

from dashboard.database.engine import system_session
from models import AccessRecord, Seal, SealCheckpoint, bound

from . import chain, lines
from .outcome import LATE, UNREADABLE, Outcome, Told
from .witnesses import Witnesses

Beat = Callable[[Outcome], None]
"""Is handed what was found so far, after each seal."""
NUMBERS = ("number", "form", "after", "last", "count")


def snapshot(engine: Engine) -> Session:
    """Open a session that sees one moment only, however long it reads."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    return system_session(engine, "verify the access log", read_only=True)


def verify(session: Session, *, path: Path, told: Told | None = None, beat: Beat | None = None) -> Outcome:
    """Verify everything there is; `session` must be a snapshot. `told`: also hold it against this seal."""
    verifier = Verifier(session, Witnesses(path, told, at=bound(session).at))
    return verifier.run(beat or (lambda _outcome: None))


class Verifier:
    """Goes along the three streams once."""

    def __init__(self, session: Session, witnesses: Witnesses) -> None:
        """Stand at the beginning."""
        self._session, self._witnesses, self._outcome = session, witnesses, witnesses.outcome
        self._before = chain.Base()
        self._lines = Lines(session)

    def run(self, beat: Beat) -> Outcome:
        """Read all of it and return what was found."""
        base = self._begin()
        for link, chained in self._seals():
            if link.number <= base.number:
                self._outcome.find("seal_extra", seal=link.number)
            elif _counts(link):
                self._check(link, chained)
            else:
                self._outcome.find("seal_changed", seal=link.number, first=self._before.last + 1)
            beat(self._outcome)
        self._end()
        return self._outcome

    def _begin(self) -> chain.Base:
        """Find where the chain begins; no line may stand before it."""
        base = self._before = self._base()
        self._witnesses.begin(base)
        before = select(func.count()).select_from(AccessRecord).where(AccessRecord.number <= base.last)
        if found := self._session.scalar(before):
            self._outcome.find("before", last=base.last, found=found)
        self._lines.behind = base.last
        return base

    def _base(self) -> chain.Base:
        base = chain.Base()
        try:
            for checkpoint in self._session.scalars(select(SealCheckpoint).order_by(SealCheckpoint.number)):
                base = chain.base_of(checkpoint)
                if checkpoint.signature != base.signature():
                    self._outcome.find("checkpoint", seal=base.number, last=base.last)
        except UNREADABLE:
            self._outcome.find("checkpoint")
        return base

    def _seals(self) -> Iterator[tuple[chain.Link, str]]:
        """Yield the seals with their hashes; where one cannot be read, none after it can."""
        query = select(*map(_held, (*chain.Link.__dataclass_fields__, "chained"))).order_by(Seal.number)
        try:
            for row in _stream(self._session, query):
                held = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public way to a row's values by name
                chained = held.pop("chained")
                yield chain.Link(**held | {"at": lines.moment(held["at"])}), chained
        except UNREADABLE:
            self._outcome.find("seals_unreadable", seal=self._before.number)

    def _check(self, link: chain.Link, chained: str) -> None:
        """Hold one seal against the one before it, its lines and its anchor."""
        place = {"seal": link.number, "first": link.after + 1, "last": link.last}
        whole = _is_whole(link, chained)
        if not whole:
            self._outcome.find("seal_changed", **place)
        self._follows(link)
        self._witnesses.meet(link, chained)
        self._hold_lines(link, report=whole)
        self._before = chain.Base(link.number, link.last, chained)
        self._outcome.seals += 1

    def _follows(self, link: chain.Link) -> None:
        before = self._before
        if link.number != before.number + 1:
            gap = {"seal": before.number + 1, "to_seal": link.number - 1, "first": before.last + 1, "last": link.after}
            self._outcome.find("seals_missing", **gap)
            self._lines.digest(link.after, lines.NEWEST)
        elif (link.before, link.after) != (before.chained, before.last):
            self._outcome.find("seal_follows", seal=link.number, first=link.after + 1, last=link.last)

    def _hold_lines(self, link: chain.Link, *, report: bool) -> None:
        """Hash the lines of a range; say nothing of them when the seal itself cannot be believed."""
        place = {"seal": link.number, "first": link.after + 1, "last": link.last}
        digest = self._lines.digest(link.last, link.form if link.form in lines.FORMS else lines.NEWEST)
        if digest is None:
            self._outcome.find("unreadable", **place)
            return
        self._outcome.lines += digest.count
        if report and digest.count != link.count:
            code = "missing" if digest.count < link.count else "extra"
            self._outcome.find(code, **place, wanted=link.count, found=digest.count)
        elif report and digest.value() != link.digest:
            self._outcome.find("changed", **place)

    def _end(self) -> None:
        """Look at what follows the last seal: the rest of the anchors, and lines that are not sealed yet."""
        self._lines.close()
        before, outcome = self._before, self._outcome
        outcome.newest = before
        self._witnesses.end(before)
        outcome.unsealed, late = unsealed(self._session, before.last)
        if late:
            outcome.find("unsealed", first=before.last + 1, found=late)


class Lines:
    """The stream of lines, cut at the ends of ranges. After the first value that cannot be read, range by range."""

    def __init__(self, session: Session) -> None:
        """Begin at the first line."""
        self.behind = 0
        self._session = session
        self._stream: Generator[Row[Any]] | None = None
        self._next: Row[Any] | None = None
        self._careful = False

    def digest(self, last: int, form: int) -> lines.Digest | None:
        """Hash the lines up to a number; None when one of them cannot be read."""
        try:
            return self._digest(last, form)
        except UNREADABLE:
            if self._careful:
                self.behind = max(self.behind, last)
                return None
        self._careful = True
        return self.digest(last, form)

    def _digest(self, last: int, form: int) -> lines.Digest:
        made = lines.Digest(form)
        for line in self._range(last) if self._careful else self._shared(last):
            made.add(line)
        self.behind = max(self.behind, last)
        return made

    def close(self) -> None:
        """Read no further."""
        if self._stream is not None:
            self._stream.close()

    def _range(self, last: int) -> Iterator[Row[Any]]:
        return lines.above(self._session, self.behind, until=last)

    def _shared(self, last: int) -> Iterator[Row[Any]]:
        if self._stream is None:
            self._stream = lines.above(self._session, self.behind)
            self._next = next(self._stream, None)
        while self._next is not None and self._next.number <= last:
            yield self._next
            self._next = next(self._stream, None)


def unsealed(session: Session, last: int) -> tuple[int, int]:
    """Return how many lines follow the last sealed one, and how many of them should have been sealed by now."""
    query = select(func.count()).select_from(AccessRecord).where(AccessRecord.number > last)
    late = query.where(AccessRecord.at < bound(session).at - LATE)
    return session.scalar(query) or 0, session.scalar(late) or 0


def _stream(session: Session, query: Any) -> Iterator[Row[Any]]:
    with closing(session.execute(query.execution_options(yield_per=lines.AT_ONCE))) as found:
        yield from found


def _held(name: str) -> Any:
    column = getattr(Seal, name)
    return type_coerce(column, String()).label(name) if name == "at" else column


def _counts(link: chain.Link) -> bool:
    """Whether the seal's numbers are numbers: SQLite would hold anything in their place."""
    return all(type(getattr(link, name)) is int for name in NUMBERS)


def _is_whole(link: chain.Link, chained: str) -> bool:
    try:
        return link.form in lines.FORMS and link.chained() == chained
    except UNREADABLE:
        return False
