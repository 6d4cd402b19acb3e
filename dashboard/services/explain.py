"""Why may, or may not, somebody see something: asked of the guard itself, over invented rows.

For each grant of a role an Access is made as the front door makes it, and the planted rows of every state are asked
for. What loads is the answer; nothing is written down beforehand. Kinds and states only: no real record can be named.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from dashboard.database.engine import guarded_session, system_session
from dashboard.policy.decide import access_of
from dashboard.policy.grants import GRANTS, Grant
from dashboard.policy.roles import Role
from models import CONDITIONS, Actor, OutOfReach, privacy_of

from .explain_kinds import kind_of
from .explain_stage import AT, ME, Stage, scratch_engine
from .explain_states import Kind

YES, LINE, NO = "yes", "line", "no"
"""All that is asked about shows; only its line shows; nothing shows."""
KEYS = tuple[Any, ...]


@dataclass(frozen=True)
class Answer:
    """The answer for one role, kind and state, and what it rests on.

    `grant` gives it, or would give it in another state; without one the role has no such right at all. `condition`
    is the sentence of its row condition. `shown` are the asked columns that load, `hidden` those that do not;
    `through` names every permission that gives the whole; `line_condition` says why the line shows, if it does.
    """

    role: str
    kind: str
    state: str
    outcome: str
    grant: Grant | None
    condition: str
    shown: tuple[str, ...]
    hidden: tuple[str, ...]
    through: tuple[str, ...]
    line_condition: str

    @property
    def yes(self) -> bool:
        """Whether everything that was asked about shows."""
        return self.outcome == YES


@dataclass(frozen=True)
class Change:
    """Something that would change the answer: the act, and the state it leads to with its outcome."""

    act: str
    state: str
    outcome: str


Loaded = Mapping[Grant, frozenset[str] | None]
"""What loads under each grant: the asked columns, or None when not even the line does."""


@cache
def answers(kind_code: str, role: str) -> Mapping[str, Answer]:
    """Return the answer in every state of a kind for a role. Asked once per process: it follows from code alone."""
    kind = kind_of(kind_code)
    if kind is None:
        raise KeyError(kind_code)
    engine = scratch_engine()
    try:
        keys = _planted(engine, kind, role=role)
        loaded = {grant: _asked(engine, grant, kind=kind, keys=keys) for grant in _naming(kind, role)}
    finally:
        engine.dispose()
    return {code: _answer(kind, code, role=role, loaded={g: got[code] for g, got in loaded.items()}) for code in keys}


def _planted(engine: Any, kind: Kind, *, role: str) -> dict[str, KEYS]:
    """Plant every state's rows; return the key of the row each is about."""
    with system_session(engine, "explain: invented rows") as session:
        stage = Stage(session, role=role)
        rows = {state.code: state.plant(stage) for state in kind.states}
        session.flush()
        keys = {code: tuple(inspect(row).identity) for code, row in rows.items()}
        session.commit()
    return keys


def _naming(kind: Kind, role: str) -> list[Grant]:
    """Return the role's grants that name the table; the others reach no row of it, which the guard's tests show."""
    table = kind.model.__tablename__
    return [g for g in GRANTS if g.role == role and any(rows.table == table for rows in g.reach)]


def _asked(engine: Any, grant: Grant, *, kind: Kind, keys: Mapping[str, KEYS]) -> dict[str, frozenset[str] | None]:
    """Ask the guard, under one grant, which of the planted rows and columns load."""
    access = access_of(grant, actor=Actor(ME, grant.role.value), at=AT)
    with guarded_session(engine, access) as session:
        return {code: _loads(session, kind, key) for code, key in keys.items()}


def _loads(session: Session, kind: Kind, key: KEYS) -> frozenset[str] | None:
    columns = inspect(kind.model).primary_key
    names = [inspect(kind.model).get_property_by_column(column).key for column in columns]
    here = [getattr(kind.model, name) == value for name, value in zip(names, key, strict=True)]
    if session.execute(select(getattr(kind.model, names[0])).where(*here)).first() is None:
        return None
    return frozenset(name for name in kind.asked if _column_loads(session, getattr(kind.model, name), here))


def _column_loads(session: Session, column: Any, here: list[Any]) -> bool:
    try:
        return session.execute(select(column).where(*here)).first() is not None
    except OutOfReach:
        return False


def _answer(kind: Kind, state: str, *, role: str, loaded: Loaded) -> Answer:
    reached = {grant: columns for grant, columns in loaded.items() if columns is not None}
    whole = _cited(kind, [grant for grant, columns in reached.items() if columns >= frozenset(kind.asked)])
    line = _cited(kind, list(reached))
    best = next(iter(whole or _cited(kind, [grant for grant in loaded if _gives(grant, kind)])), None)
    shown: frozenset[str] = frozenset().union(*reached.values())
    return Answer(
        role=role, kind=kind.code, state=state, outcome=YES if whole else LINE if line else NO, grant=best,
        condition=condition_of(best, kind) if best else "", shown=tuple(c for c in kind.asked if c in shown),
        hidden=tuple(c for c in kind.asked if c not in shown), through=tuple(g.permission.value for g in whole),
        line_condition=condition_of(line[0], kind) if line else "",
    )  # fmt: skip


def _cited(kind: Kind, grants: list[Grant]) -> list[Grant]:
    """Put the grants an answer should rest on first."""
    order = {permission: place for place, permission in enumerate(kind.cited)}
    return sorted(grants, key=lambda g: order.get(g.permission, len(order)))


def _gives(grant: Grant, kind: Kind) -> bool:
    """Whether a grant would show the asked columns, in a state where its row condition holds."""
    categories = {privacy_of(kind.model)[name].category for name in kind.asked}
    return any(r.table == kind.model.__tablename__ and categories <= r.categories for r in grant.reach)


def condition_of(grant: Grant, kind: Kind) -> str:
    """Return the sentence of the row condition under which a grant reaches this kind."""
    rows = next(r for r in grant.reach if r.table == kind.model.__tablename__)
    return CONDITIONS[rows.condition].sentence


def notes(kind: Kind) -> dict[str, str]:
    """Return what each asked column holds, in the words of its table."""
    return {name: privacy_of(kind.model)[name].note for name in kind.asked}


def changes(kind: Kind, state: str, *, role: str) -> list[Change]:
    """Return the acts that would change the answer in this state, each with the outcome it leads to."""
    found = answers(kind.code, role)
    moves = next(s.moves for s in kind.states if s.code == state)
    return [
        Change(act, target, found[target].outcome)
        for act, target in moves
        if found[target].outcome != found[state].outcome
    ]


def other_roles(kind: Kind, state: str, *, role: str) -> list[Answer]:
    """Return the answers of the other roles to the same question."""
    return [answers(kind.code, other.value)[state] for other in Role if other != role]
