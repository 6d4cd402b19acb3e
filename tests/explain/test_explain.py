"""The explain page: computed over invented rows, held against a second table written by hand."""

import re

import pytest
from sqlalchemy import func, select

from dashboard.database.engine import guarded_session, system_session
from dashboard.policy.decide import access_of
from dashboard.policy.grants import GRANTS
from dashboard.policy.roles import Role
from dashboard.services import explain
from dashboard.services.explain_kinds import KINDS
from dashboard.services.explain_stage import AT, ME, Stage, scratch_engine
from models import Actor, Base
from tests.world import World

EXPLAIN = "/admin/explain/"

BY_HAND = """
ticket          free         support     line
ticket          mine         support     yes
ticket          mine         rep         no
ticket          mine         compliance  no
ticket          colleagues   support     no
ticket          closed       support     line
ticket          handed_over  support     no
person          free         support     no
person          mine         support     yes
person          mine         sysadmin    no
person          mine         compliance  no
person          colleagues   support     no
person          closed       support     no
person          unconfirmed  support     no
person          confirmed    support     yes
person          to_confirm   support     no
person          neighbour    support     no
person          no_ticket    support     no
company         mine         support     yes
company         closed       support     no
app_error       mine         support     yes
app_error       later        support     no
app_error       other        support     no
usage_event     before       support     yes
usage_event     before       rep         no
usage_event     before       sysadmin    no
usage_event     before       compliance  no
usage_event     not_opened   support     no
usage_event     after        support     no
usage_event     too_early    support     no
usage_event     widened      support     yes
usage_event     ran_out      support     no
usage_event     handed_over  support     no
usage_event     colleagues   support     no
usage_event     closed       support     no
usage_event     no_error     support     no
usage_event     other_error  support     no
usage_event     question     support     no
usage_event     unconfirmed  support     no
usage_event     neighbour    support     no
contact_request free         rep         line
contact_request mine         rep         yes
contact_request mine         support     no
contact_request mine         compliance  no
contact_request colleagues   rep         no
contact_request closed       rep         line
set_up          free         sysadmin    no
set_up          mine         sysadmin    yes
set_up          signed_in    sysadmin    no
set_up          ran_out      sysadmin    no
set_up          closed       sysadmin    no
set_up          mine         support     no
access_record   mine         rep         yes
access_record   colleagues   rep         no
access_record   colleagues   compliance  yes
staff           engineer     sysadmin    yes
staff           other        support     no
staff           engineer     compliance  line
password        myself       sysadmin    line
password        other        rep         no
token_key       working      sysadmin    line
api_token       working      support     no
proposal        colleagues   sysadmin    yes
proposal        colleagues   compliance  no
job_run         any          sysadmin    yes
"""
CELLS = [tuple(line.split()) for line in BY_HAND.strip().splitlines()]
EVERY = [(kind.code, state.code) for kind in KINDS for state in kind.states]


@pytest.mark.parametrize(("kind", "state", "role", "outcome"), CELLS)
def test_answer_when_asked_of_the_guard_equals_the_table_by_hand(
    kind: str, state: str, role: str, outcome: str
) -> None:
    assert explain.answers(kind, role)[state].outcome == outcome


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_every_state_when_asked_by_every_role_is_answered_with_its_rule(kind, role: Role) -> None:
    found = explain.answers(kind.code, role.value)

    assert list(found) == [state.code for state in kind.states]
    assert [a for a in found.values() if a.yes and not (a.grant and a.condition and a.grant.promise)] == []
    assert [a for a in found.values() if a.yes != (a.outcome == "yes") or (a.yes and a.hidden)] == []
    assert [a for a in found.values() if a.outcome == "no" and a.shown] == []


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_moves_when_followed_lead_to_states_that_exist(kind) -> None:
    lost = [(s.code, target) for s in kind.states for _act, target in s.moves if kind.state(target) is None]

    assert lost == []


def test_change_when_a_free_ticket_is_taken_turns_no_into_yes() -> None:
    kind = next(k for k in KINDS if k.code == "person")

    free, closed = (explain.changes(kind, state, role="support") for state in ("free", "closed"))

    assert [(change.state, change.outcome) for change in free] == [("mine", "yes")]
    assert closed == []


def test_answer_when_a_grant_loses_its_columns_is_no(monkeypatch) -> None:
    flipped = tuple(g for g in GRANTS if g.permission != "trace:read")
    monkeypatch.setattr(explain, "GRANTS", flipped)
    explain.answers.cache_clear()

    answer = explain.answers("usage_event", "support")["before"]

    explain.answers.cache_clear()
    assert (answer.outcome, answer.grant) == ("no", None)


def test_guard_when_a_grant_does_not_name_a_table_loads_no_row_of_it() -> None:
    engine = scratch_engine()
    with system_session(engine, "test: invented rows") as session:
        stage = Stage(session, role="support")
        for kind in KINDS:
            for state in kind.states:
                state.plant(stage)
        session.commit()

    leaks = []
    for grant in GRANTS:
        named = {rows.table for rows in grant.reach}
        with guarded_session(engine, access_of(grant, actor=Actor(ME, grant.role.value), at=AT)) as session:
            for mapper in Base.registry.mappers:
                table = mapper.local_table.name
                if table not in named and session.scalar(select(func.count()).select_from(mapper.class_)):
                    leaks.append((grant.role.value, grant.permission.value, table))

    engine.dispose()
    assert leaks == []


@pytest.mark.parametrize("name", ["support", "sysadmin"])
def test_page_when_every_state_is_opened_answers_every_role(world: World, name: str) -> None:
    client = world.sign_in(name)

    pages = {(kind, state): client.get(f"{EXPLAIN}?role={name}&record={kind}&state={state}") for kind, state in EVERY}

    assert {page.status_code for page in pages.values()} == {200}
    said = {key: "Yes," in page.text for key, page in pages.items()}
    assert said == {(kind, state): explain.answers(kind, name)[state].yes for kind, state in EVERY}


def test_page_when_no_state_is_chosen_shows_them_all(world: World) -> None:
    client = world.sign_in("rep")

    page = client.get(f"{EXPLAIN}?role=support&record=usage_event").text

    assert page.count(">Why<") == len(explain.answers("usage_event", "support"))


def test_page_when_it_says_yes_names_rule_promise_and_condition(world: World) -> None:
    client = world.sign_in("support")

    page = client.get(f"{EXPLAIN}?role=support&record=person&state=mine").text

    assert "<strong>Yes,</strong> because the person has an open ticket that is assigned to you" in page
    assert "ticket:read" in page
    assert "P59" in page


def test_page_when_no_role_rule_exists_says_no_in_any_state(world: World) -> None:
    client = world.sign_in("rep")

    page = client.get(f"{EXPLAIN}?role=compliance&record=usage_event&state=before").text

    assert "<strong>No,</strong> because no rule lets this role see it" in page
    assert "There is no state in which this role sees it" in page


def test_banner_link_when_followed_shows_that_rule(world: World) -> None:
    client = world.sign_in("support")

    page = client.get(f"{EXPLAIN}?role=support&permission=trace:read").text

    assert "The rule behind the page you came from" in page
    assert "Read that trace." in page


def test_banner_link_when_the_role_lacks_the_permission_says_no(world: World) -> None:
    client = world.sign_in("support")

    page = client.get(f"{EXPLAIN}?role=rep&permission=trace:read").text

    assert "<strong>No,</strong> because no grant gives this role the permission" in page


@pytest.mark.parametrize(
    "query",
    ["role=boss", "permission=x", "record=x", "record=ticket&state=before", "role=%01&state=1", "record=T-1042"],
)
def test_page_when_a_parameter_is_unknown_shows_the_form_and_says_so(world: World, query: str) -> None:
    page = world.sign_in("rep").get(f"{EXPLAIN}?{query}")

    assert page.status_code == 200
    assert "Not understood and left out" in page.text
    assert 'class="verdict' not in page.text


def test_page_when_a_real_record_is_named_answers_byte_equal(world: World) -> None:
    account = world.account("real")
    ticket = world.ticket(account, assignee="support")
    client = world.sign_in("support")
    names = [ticket.id, "a" * 26, account.id, f"T-{ticket.number}"]

    pages = [client.get(f"{EXPLAIN}?record={name}&state={name}").text for name in names]

    bare = {_without_nonce(page) for page in pages}
    assert len(bare) == 1
    assert "CNRY-" not in pages[0]


def test_page_when_personal_columns_hold_canaries_shows_none(world: World) -> None:
    account = world.account("real")
    world.error_ticket(account, assignee="support")
    client = world.sign_in("support")

    pages = [client.get(f"{EXPLAIN}?record={kind.code}&state={kind.states[0].code}").text for kind in KINDS]

    assert sum(page.lower().count("cnry-") for page in pages) == 0


def _without_nonce(page: str) -> str:
    page = re.sub(r'nonce="[^"]*"', "", page)
    return re.sub(r'name="csrf_token" value="[^"]*"', "", page)
