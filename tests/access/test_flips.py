"""Every line of the access table matters: turn any one round, and the matrix or the data table notices.

The flips are of four kinds: a grant taken away, a grant given to a role that has none, a row condition that reaches every
row, a category of columns missing. Each re-runs the cells it touches; a flip nobody notices is a line that proves nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import select, true

from dashboard import front_door
from dashboard.database.engine import guarded_session
from dashboard.policy import decide
from dashboard.policy.grants import GRANTS, Grant
from dashboard.policy.permissions import Permission
from dashboard.policy.roles import Role
from models import CONDITIONS, PERSONAL, Actor, Base, RowCondition, privacy_of
from tests.access import matrix
from tests.access.canaries import Cell
from tests.access.doors import METHODS, Door, candidates, doors, settle
from tests.access.planted import NOW, Planted
from tests.access.principals import visitor
from tests.access.test_data import leaks
from tests.access.test_lines import said
from tests.access.visible import promised
from tests.access.walk import Walk

BY_ROLE = [pytest.param(role, marks=pytest.mark.xdist_group(f"flips-{role}")) for role in Role]


@dataclass(frozen=True)
class Place:
    """A door and a method that ask for one permission."""

    door: Door
    method: str


def places(world: Planted, permission: Permission) -> list[Place]:
    """Return where a permission is asked for; HEAD is a GET and is left to it."""
    return [
        Place(door, method)
        for door in doors(world.app)
        if door.endpoint not in front_door.REFUSED_ENDPOINTS
        for method in METHODS
        if method in door.methods - {"HEAD"}
        and (declared := front_door.declared(world.app, door.endpoint))
        and declared.permission(method) == permission
    ]


def cells_of(world: Planted, role: str, permission: Permission) -> Iterator[tuple[str, str]]:
    """Yield what the checked-in matrix says of each cell a grant touches, and what is measured now."""
    wanted = matrix.expected()
    for place in places(world, permission):
        yield said(wanted, place.door, place.method, role), matrix.cell(world, place.door, place.method, role)


def noticed(world: Planted, role: str, permission: Permission) -> bool:
    """Whether at least one cell differs from the matrix."""
    return any(want != got for want, got in cells_of(world, role, permission))


def flipped(role: Role, permission: Permission) -> tuple[Grant, ...]:
    """Return the access table with one line turned round: taken from the role that has it, or given to one that has not."""
    kept = tuple(g for g in GRANTS if (g.role, g.permission) != (role, permission))
    if len(kept) < len(GRANTS):
        return kept
    return (*GRANTS, replace(next(g for g in GRANTS if g.permission == permission), role=role))


@pytest.mark.parametrize("role", BY_ROLE)
def test_matrix_notices_when_any_one_grant_is_taken_or_given(planted, role, monkeypatch, record_property):
    missed = []
    for permission in Permission:
        monkeypatch.setattr(decide, "GRANTS", flipped(role, permission))
        if not noticed(planted, role, permission):
            missed.append(str(permission))

    record_property("flips", len(Permission))
    assert missed == []


@pytest.mark.parametrize("role", BY_ROLE)
def test_nothing_is_noticed_when_nothing_is_flipped(planted, role):
    """The negative control: the same cells, measured the same way, over the table as it stands."""
    differing = [str(p) for p in Permission if noticed(planted, role, p)]

    assert differing == []


PERSONAL_GRANTS = [g for g in GRANTS if g.personal]


def widened(grant: Grant, table: str) -> Grant:
    """Return a grant that reaches every row of one of its tables."""
    return replace(
        grant, reach=tuple(replace(r, condition="every_row") if r.table == table else r for r in grant.reach)
    )


def without_personal(grant: Grant, table: str) -> Grant:
    """Return a grant without the personal categories of one of its tables."""
    return replace(
        grant,
        reach=tuple(replace(r, categories=r.categories - PERSONAL) if r.table == table else r for r in grant.reach),
    )


def personal_reaches() -> Iterator[tuple[Grant, str]]:
    """Yield each grant that shows personal data with each table it shows it of."""
    for grant in PERSONAL_GRANTS:
        yield from ((grant, r.table) for r in grant.reach if r.categories & PERSONAL)


def named(case: tuple[Grant, str]) -> str:
    """Name a case by its grant and table."""
    return f"{case[0].permission}-{case[1]}"


def replaced(grant: Grant, other: Grant) -> tuple[Grant, ...]:
    """Return the access table with one line replaced."""
    return tuple(other if g is grant else g for g in GRANTS)


def looked(world: Planted, grant: Grant) -> Walk:
    """Ask every page of a grant about every record."""
    walk = Walk(world, visitor(world, grant.role))
    for place in places(world, grant.permission):
        for value in candidates(world, place.door, place.method):
            sent = {"kind": "removal"} if place.method == "POST" else None  # what no choice by default answers
            answer = walk.ask(place.method, place.door.url(value), data=sent)
            settle(world, place.method, "allow" if answer.status < 400 else "none")
    return walk


def loaded(world: Planted, grant: Grant, table: str) -> set[Cell]:
    """Return every cell of a table that loads under a grant when a statement asks for all of it."""
    model = next(m.class_ for m in Base.registry.mappers if m.local_table.name == table)
    access = decide.access_of(grant, actor=actor(world, grant.role), at=NOW)
    names = [n for n, kept in privacy_of(model).items() if access.may_read(table, kept.category)]
    with guarded_session(world.engine, access) as session:
        rows = session.execute(select(*(getattr(model, name) for name in names))).all()
    return set(world.canaries.found_in("\n".join(map(str, rows))))


def actor(world: Planted, role: str) -> Actor:
    """Return the staff member of a role as the front door makes them."""
    return Actor(world.id_of("staff", f"staff_{role}"), role)


@pytest.mark.parametrize("case", list(personal_reaches()), ids=named)
def test_data_table_notices_when_a_row_condition_reaches_every_row(planted, case, monkeypatch):
    """At the page, or where the page sets bounds of its own besides, at the guard."""
    grant, table = case
    monkeypatch.setitem(CONDITIONS, "every_row", RowCondition("every_row", table, "all", lambda _access: true()))
    wide = widened(grant, table)
    monkeypatch.setattr(decide, "GRANTS", replaced(grant, wide))

    walk = looked(planted, grant)

    assert leaks(planted, walk.answers) or loaded(planted, wide, table) - promised(grant.role)


@pytest.mark.parametrize("case", list(personal_reaches()), ids=named)
def test_nothing_out_of_reach_loads_when_no_row_condition_is_flipped(planted, case):
    """The negative control; the words of a ticket may load before its page chooses what to show."""
    grant, table = case

    out_of_reach = loaded(planted, grant, table) - promised(grant.role)

    unseen = NEVER_SHOWN | {column for permission, column in NEEDED if permission == grant.permission}
    assert {cell for cell in out_of_reach if cell.column not in unseen} == set()


NEVER_SHOWN = {"app_error.session", "usage_event.session", "app_error.message"}
"""In reach with the row of an open ticket of mine; no page shows the sessions, and the trace alone shows the text."""
NEEDED = {(Permission.SUBJECT_REQUEST_SIGN, "subject_request.email")}
"""Where a letter goes that a change sends; no page of that change shows it."""


@pytest.mark.parametrize("case", list(personal_reaches()), ids=named)
def test_data_table_notices_when_a_category_is_taken_away(planted, case, monkeypatch):
    """A page shows less; or a change that needs the column, and shows it nowhere, does not go through."""
    grant, table = case
    before = looked(planted, grant)
    monkeypatch.setattr(decide, "GRANTS", replaced(grant, without_personal(grant, table)))

    after = looked(planted, grant)

    assert shown(planted, after) < shown(planted, before) or outcomes(after) != outcomes(before)


def outcomes(walk: Walk) -> list[tuple[str, int]]:
    """Return what became of each request, by its address."""
    return [(answer.url, answer.status) for answer in walk.answers]


def shown(world: Planted, walk: Walk) -> set[object]:
    """Return every cell that stood on a page of this walk."""
    return {cell for answer in walk.answers for cell in world.canaries.found_in(answer.text)}
