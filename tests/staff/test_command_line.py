"""What the command line may do with rights: propose; and every use of it is recorded."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from models import AccessRecord, ApiToken, Message, Proposal, Staff
from tests.world import World


@pytest.fixture
def run(world: World, monkeypatch: pytest.MonkeyPatch):
    """Run a command; `demo=False` as outside the demo."""

    def call(*arguments: str, demo: bool = True):
        settings = world.app.extensions["settings"]
        monkeypatch.setitem(world.app.extensions, "settings", replace(settings, demo=demo))
        return world.app.test_cli_runner().invoke(args=list(arguments))

    return call


def events(world: World) -> list[tuple]:
    lines = select(AccessRecord.event, AccessRecord.purpose, AccessRecord.staff_id).order_by(AccessRecord.number)
    return [tuple(row) for row in world.all(lines)]


def test_token_is_printed_when_in_the_demo(world: World, run) -> None:
    answer = run("token", "create", "app-1", "--scope", "app")

    assert answer.exit_code == 0
    assert len(answer.output.strip()) > 40
    assert [tuple(r) for r in world.all(select(ApiToken.name, ApiToken.scope))] == [("app-1", "app")]
    assert events(world) == [("token_made", "command line", None)]


def test_token_waits_for_two_people_when_outside_the_demo(world: World, run) -> None:
    answer = run("token", "create", "app-1", "--scope", "app", demo=False)

    assert answer.exit_code == 0
    assert world.all(select(ApiToken.id)) == []
    assert [tuple(r) for r in world.all(select(Proposal.kind, Proposal.proposed_by))] == [("token", None)]
    assert events(world) == [("token_proposed", "command line", None)]


def test_token_is_refused_when_its_name_is_taken(world: World, run) -> None:
    run("token", "create", "app-1", "--scope", "app")

    answer = run("token", "create", "app-1", "--scope", "website")

    assert answer.exit_code == 1
    assert "Names are not used again." in answer.output


def test_token_stops_working_when_revoked(world: World, run) -> None:
    run("token", "create", "app-1", "--scope", "app")

    answer, again = run("token", "revoke", "app-1"), run("token", "revoke", "app-1")

    assert (answer.exit_code, again.exit_code) == (0, 1)
    assert world.all(select(ApiToken.revoked_at))[0][0] is not None
    assert events(world)[-1][0] == "token_revoked"


@pytest.mark.parametrize("role", ["rep", "sysadmin"])
def test_invitation_is_only_proposed_when_two_sysadmins_are_there(world: World, run, role: str) -> None:
    answer = run("staff", "invite", "new@demo.example", "--role", role)

    assert answer.exit_code == 0
    assert [tuple(r) for r in world.all(select(Proposal.kind, Proposal.detail))] == [("invitation", role)]
    assert world.all(select(Message.id)) == []


def test_first_sysadmins_are_invited_at_once_when_nobody_could_agree(world: World, run) -> None:
    world.set(Staff, world.staff["sysadmin2"], active=False)

    answer = run("staff", "invite", "first@demo.example", "--role", "sysadmin")

    assert answer.exit_code == 0
    assert [r[0] for r in world.all(select(Message.address))] == ["first@demo.example"]
    assert [row[0] for row in events(world)] == ["staff_invited"]


def test_other_roles_wait_when_there_is_one_sysadmin(world: World, run) -> None:
    world.set(Staff, world.staff["sysadmin2"], active=False)

    run("staff", "invite", "new@demo.example", "--role", "rep")

    assert len(world.all(select(Proposal.id))) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("staff", "invite", "new@gmail.example", "--role", "rep"),
        ("staff", "invite", "new@demo.example", "--role", "boss"),
        ("token", "create", "app-1", "--scope", "everything"),
        ("token", "create", "a\x00b", "--scope", "app"),
        ("token", "revoke", "unknown"),
    ],
)
def test_nothing_is_written_when_the_command_is_refused(world: World, run, arguments) -> None:
    answer = run(*arguments, demo=False)

    assert answer.exit_code != 0
    assert (world.all(select(Proposal.id)), world.all(select(ApiToken.id))) == ([], [])
