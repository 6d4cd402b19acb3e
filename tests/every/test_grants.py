"""The access table is whole: every permission said, given and asked for; every grant cites what exists."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from dashboard import front_door
from dashboard.app import create_app
from dashboard.policy.grants import GRANTS, Grant, rows
from dashboard.policy.permissions import Permission as P
from dashboard.policy.purposes import Purpose
from dashboard.policy.roles import Role
from dashboard.policy.sentences import sentences
from models import CONDITIONS, PERSONAL, Base, Category, RowCondition

PROMISES = {f"P{number}" for number in range(1, 62)}
LOG = "access_record"
SEARCHES = {
    "admin.find": "The number of a case is typed, and no address may carry what was searched for.",
    "access_log.ask": "The key of a person is typed, and no address may carry what was searched for.",
}
"""Endpoints that take POST under a permission that changes nothing, and why they are no GET."""


@dataclass(frozen=True)
class Endpoint:
    """What the net needs of an endpoint: the permission of each method."""

    name: str
    permissions: dict[str, P] = field(default_factory=dict)


@pytest.fixture(scope="module")
def endpoints(tmp_path_factory: pytest.TempPathFactory) -> list[Endpoint]:
    """Every endpoint that staff may call."""
    folder: Path = tmp_path_factory.mktemp("grants")
    app = create_app({"DEMO": "1", "DATABASE_URL": f"sqlite:///{folder / 'empty.db'}"})
    found: dict[str, dict[str, P]] = {}
    for name, _rule, method, declaration in front_door.endpoints(app):
        permission = declaration and declaration.permission(method)
        if permission:
            found.setdefault(name, {})[method] = permission
    return [Endpoint(name, permissions) for name, permissions in found.items()]


def unused_permissions(said: dict[str, str], grants: Iterable[Grant], endpoints: Iterable[Endpoint]) -> Iterator[str]:
    given = {grant.permission for grant in grants}
    asked = {permission for endpoint in endpoints for permission in endpoint.permissions.values()}
    for name, sentence in said.items():
        permission = P[name]
        if len(sentence) < 8 or not sentence.endswith("."):
            yield f"{permission}: write its sentence under it in policy/permissions.py"
        if permission not in given:
            yield f"{permission}: give it to a role in policy/grants.py, or take it out of policy/permissions.py"
        if permission not in asked:
            yield f"{permission}: no endpoint declares it by permits() or acts(); take it out"


def grant_faults(grant: Grant, conditions: dict[str, RowCondition]) -> Iterator[str]:
    where = f"{grant.role} {grant.permission}"
    if grant.promise not in PROMISES:
        yield f"{where}: {grant.promise!r} is no promise; cite one of P1 to P61"
    yield from reach_faults(where, grant, conditions)
    for table, times in Counter(reach.table for reach in grant.reach).items():
        if times > 1:
            yield f"{where}: names {table} {times} times; only one row condition can hold"
    for name in grant.writes:
        table, _, column = name.partition(".")
        if table not in Base.metadata.tables or (column and column not in Base.metadata.tables[table].c):
            yield f"{where}: writes {name!r}, which is no table or column"
    if grant.role == Role.COMPLIANCE and grant.personal:
        yield f"{where}: compliance shows evidence and reaches no personal category (P57)"


def reach_faults(where: str, grant: Grant, conditions: dict[str, RowCondition]) -> Iterator[str]:
    for reach in grant.reach:
        condition = conditions.get(reach.condition)
        if condition is None:
            yield f"{where}: no row condition {reach.condition!r}; write it beside its table in models/"
        elif condition.table != reach.table:
            yield f"{where}: {reach.condition} is a condition of {condition.table}, not of {reach.table}"


def doubled(grants: Iterable[Grant]) -> list[str]:
    counted = Counter((str(grant.role), str(grant.permission)) for grant in grants)
    return [
        f"{role} {permission}: {times} grants; only the first counts"
        for (role, permission), times in counted.items()
        if times > 1
    ]


def unused_conditions(conditions: dict[str, RowCondition], grants: Iterable[Grant]) -> list[str]:
    used = {reach.condition for grant in grants for reach in grant.reach}
    return [
        f"{name}: no grant uses this row condition; take it out of models/" for name in sorted(conditions.keys() - used)
    ]


def method_faults(endpoints: Iterable[Endpoint], grants: Iterable[Grant]) -> Iterator[str]:
    """A GET changes nothing but the log; the empty form of an act stands under a permission that reads."""
    changes: dict[P, set[str]] = {}
    for grant in grants:
        changes.setdefault(grant.permission, set()).update(grant.writes - {LOG})
    for endpoint in endpoints:
        get, post = endpoint.permissions.get("GET"), endpoint.permissions.get("POST")
        if get and changes.get(get):
            yield f"{endpoint.name}: GET stands under {get}, which may change {sorted(changes[get])}"
        if post and not changes.get(post) and endpoint.name not in SEARCHES:
            yield f"{endpoint.name}: POST stands under {post}, which changes nothing; a search belongs in SEARCHES"


def test_every_permission_is_said_given_and_asked_for_when_it_exists(endpoints: list[Endpoint]):
    said = sentences(P)

    faults = list(unused_permissions(said, GRANTS, endpoints))

    assert not faults, "\n".join(faults)


def test_every_grant_cites_what_exists_when_the_table_is_read():
    conditions = dict(CONDITIONS)

    faults = [fault for grant in GRANTS for fault in grant_faults(grant, conditions)]

    assert not faults + doubled(GRANTS), "\n".join(faults + doubled(GRANTS))


def test_every_row_condition_is_used_when_it_is_written():
    conditions = dict(CONDITIONS)

    faults = unused_conditions(conditions, GRANTS)

    assert not faults, "\n".join(faults)


def test_every_row_condition_says_its_rows_of_a_real_table_when_it_is_written():
    conditions = CONDITIONS.values()

    hollow = [c.name for c in conditions if c.table not in Base.metadata.tables or len(c.sentence) < 8]

    assert not hollow, f"these row conditions need a table and a sentence: {hollow}"


def test_reading_changes_nothing_but_the_log_when_the_methods_are_walked(endpoints: list[Endpoint]):
    known = {endpoint.name for endpoint in endpoints}

    faults = list(method_faults(endpoints, GRANTS))

    assert not faults, "\n".join(faults)
    assert SEARCHES.keys() <= known, f"no endpoint: {sorted(SEARCHES.keys() - known)}"


GOOD = Grant(
    Role.SUPPORT, P.TICKET_TAKE, Purpose.SUPPORT, "P59", (rows("ticket", "tickets_to_work"),), frozenset({"ticket"})
)


@pytest.mark.parametrize(
    ("grant", "complaint"),
    [
        (replace(GOOD, promise="P62"), "'P62' is no promise"),
        (replace(GOOD, promise=""), "'' is no promise"),
        (replace(GOOD, reach=(rows("ticket", "every_ticket"),)), "no row condition 'every_ticket'"),
        (replace(GOOD, reach=(rows("account", "tickets_to_work"),)), "is a condition of ticket, not of account"),
        (replace(GOOD, reach=GOOD.reach * 2), "names ticket 2 times"),
        (replace(GOOD, writes=frozenset({"tickets"})), "writes 'tickets', which is no table"),
        (replace(GOOD, writes=frozenset({"ticket.nothing"})), "writes 'ticket.nothing', which is no table"),
        (
            replace(GOOD, role=Role.COMPLIANCE, reach=(rows("ticket", "tickets_to_work", Category.FREE_TEXT),)),
            "compliance shows evidence",
        ),
    ],
)
def test_a_grant_is_named_when_it_cites_what_does_not_exist(grant: Grant, complaint: str):
    conditions = dict(CONDITIONS)

    faults = list(grant_faults(grant, conditions))

    assert list(grant_faults(GOOD, conditions)) == []
    assert len(faults) == 1
    assert re.search(re.escape(complaint), faults[0])


def test_compliance_is_refused_every_personal_category_when_one_is_granted():
    bad = [replace(GOOD, role=Role.COMPLIANCE, reach=(rows("ticket", "tickets_to_work", c),)) for c in PERSONAL]

    faults = [list(grant_faults(grant, dict(CONDITIONS))) for grant in bad]

    assert all(len(found) == 1 for found in faults)


def test_a_grant_is_named_when_it_stands_there_twice():
    twice = (GOOD, replace(GOOD, promise="P1"))

    faults = doubled(twice)

    assert faults == ["support ticket:take: 2 grants; only the first counts"]


def test_a_row_condition_is_named_when_no_grant_uses_it():
    conditions = {"left_over": CONDITIONS["tickets_to_work"], "tickets_to_work": CONDITIONS["tickets_to_work"]}

    faults = unused_conditions(conditions, [GOOD])

    assert faults == ["left_over: no grant uses this row condition; take it out of models/"]


def test_a_permission_is_named_when_it_is_silent_ungranted_or_unasked():
    said = {"TICKET_TAKE": "See.", "TICKET_LIST": "See the queue of tickets."}

    faults = list(unused_permissions(said, [GOOD], [Endpoint("tickets.take", {"POST": P.TICKET_TAKE})]))

    assert [fault.split(":")[0:2] for fault in faults] == [["ticket", "take"], ["ticket", "list"], ["ticket", "list"]]
    assert "write its sentence" in faults[0]
    assert "give it to a role" in faults[1]
    assert "no endpoint declares it" in faults[2]


@pytest.mark.parametrize(
    ("permissions", "complaint"),
    [
        ({"GET": P.TICKET_TAKE}, "GET stands under ticket:take"),
        ({"GET": P.TICKET_TAKE, "POST": P.TICKET_LIST}, "GET stands under ticket:take"),
        ({"POST": P.TICKET_LIST}, "POST stands under ticket:list"),
        ({"GET": P.TICKET_LIST, "POST": P.TICKET_LIST}, "POST stands under ticket:list"),
    ],
)
def test_an_endpoint_is_named_when_its_method_and_its_permission_disagree(permissions: dict[str, P], complaint: str):
    bad = Endpoint("tickets.bad", permissions)

    faults = list(method_faults([bad], [GOOD]))

    assert faults
    assert complaint in faults[0]


@pytest.mark.parametrize(
    "permissions", [{"GET": P.TICKET_LIST}, {"POST": P.TICKET_TAKE}, {"GET": P.TICKET_LIST, "POST": P.TICKET_TAKE}]
)
def test_an_endpoint_passes_when_its_method_and_its_permission_agree(permissions: dict[str, P]):
    good = Endpoint("tickets.good", permissions)

    faults = list(method_faults([good], [GOOD]))

    assert faults == []
