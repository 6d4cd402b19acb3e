"""The access matrix page and the documents written from the code."""

from pathlib import Path

import pytest

from dashboard.config import ROOT
from dashboard.policy.decide import grant_for
from dashboard.policy.grants import GRANTS
from dashboard.policy.permissions import Permission
from dashboard.policy.purposes import Purpose
from dashboard.policy.roles import Role
from dashboard.policy.sentences import sentences
from dashboard.services import documents, matrix
from tests.world import World

PAGE = "/admin/access-matrix/"


@pytest.mark.parametrize("of", [Permission, Purpose, Role])
def test_sentences_when_read_from_the_source_are_complete(of: type) -> None:
    unsaid = [name for name, text in sentences(of).items() if not text.endswith(".")]

    assert unsaid == []


def test_page_when_compliance_opens_it_shows_every_grant_and_address(world: World) -> None:
    client = world.sign_in("compliance")

    page = client.get(PAGE)

    assert page.status_code == 200
    links = [f"role={grant.role.value}&amp;permission={grant.permission.value}" for grant in GRANTS]
    assert [link for link in links if link not in page.text] == []
    assert "/\u200badmin/\u200baccess-log/" in page.text


@pytest.mark.parametrize("name", ["rep", "support", "sysadmin"])
def test_page_when_another_role_opens_it_is_refused(world: World, name: str) -> None:
    assert world.sign_in(name).get(PAGE).status_code == 403


def test_matrix_when_a_cell_is_asked_agrees_with_the_front_door(world: World) -> None:
    cells = matrix.cells(world.app.extensions["endpoints"]())
    plain = [c for c in cells if c.method == "GET" and c.rule.startswith("/admin/") and "<" not in c.rule]
    clients = {role.value: world.sign_in(role.value) for role in Role}

    answered = {(c.rule, role): shown(client.get(c.rule)) for c in plain for role, client in clients.items()}

    said = {(c.rule, role): 403 if c.answers[role] == "deny" else 200 for c in plain for role in clients}
    assert answered == said


def shown(answer) -> int:
    """Return its status; 286 is how a page is told that nothing more will come, and shows it like any other."""
    return 200 if answer.status_code == 286 else answer.status_code


def test_matrix_when_nobody_is_signed_in_sends_every_page_to_sign_in(world: World) -> None:
    cells = [c for c in matrix.cells(world.app.extensions["endpoints"]()) if c.rule.startswith("/admin/")]

    assert {c.answers["anonymous"] for c in cells} <= {"sign-in", "deny"}


def test_matrix_when_token_has_the_scope_allows_intake_and_no_page(world: World) -> None:
    cells = matrix.cells(world.app.extensions["endpoints"]())

    app = {c.rule for c in cells if c.answers["token app"] == "allow" and c.permission != "anyone"}

    assert "/api/v1/usage-events" in app
    assert [rule for rule in app if not rule.startswith("/api/")] == []


def test_grants_when_compliance_has_them_show_no_personal_data() -> None:
    assert [g.permission for g in GRANTS if g.role == Role.COMPLIANCE and g.personal] == []
    assert grant_for("support", Permission.TICKET_READ).personal


def test_documents_when_generated_equal_those_in_the_tree(world: World) -> None:
    made = documents.all_documents(world.app.extensions["endpoints"]())

    stale = [path for path, text in made.items() if (ROOT / path).read_text(encoding="utf-8") != text]

    assert stale == [], f"look at what changed, then run make docs: {stale}"


def test_command_when_the_file_differs_exits_with_one(world: World, tmp_path: Path, monkeypatch) -> None:
    runner = world.app.test_cli_runner()
    same = runner.invoke(args=["access-matrix"])
    monkeypatch.setattr("dashboard.cli_documents.ROOT", tmp_path)

    missing = runner.invoke(args=["access-matrix"])
    written = runner.invoke(args=["docs"])
    again = runner.invoke(args=["access-matrix"])

    assert [same.exit_code, missing.exit_code, written.exit_code, again.exit_code] == [0, 1, 0, 0]
    assert same.stdout.startswith("endpoint,rule,method,permission,anonymous,rep,")
