"""A world in which colleagues looked, changed and were refused, with a canary in every personal column."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import String, cast, func, select

from models import PERSONAL, Account, Base, FormerAddress, Staff, SubjectRequest, Ticket, UsageDay, utcnow
from tests.world import World, canary


@dataclass
class Looked:
    """What happened: a traced ticket of one person, another ticket of the same person, a follow-up, a set-up."""

    account: Account
    traced: Ticket
    second: Ticket


def look(world: World) -> Looked:
    """Let support, rep and sysadmin look at people through the pages, and be refused once each."""
    account = world.account("seen")
    traced = world.error_ticket(account, assignee="support", name="traced")
    second = world.ticket(account, assignee="support2", name="second", finding=canary("finding"))
    support, colleague = world.sign_in("support"), world.sign_in("support2")
    support.get(f"/admin/tickets/{traced.id}")
    _open_trace(world, traced, account)
    assert support.get(f"/admin/tickets/{traced.id}/trace").status_code == 200
    colleague.get(f"/admin/tickets/{second.id}")
    colleague.get(f"/admin/tickets/{traced.id}")
    _follow_up_and_set_up(world)
    return Looked(account, traced, second)


def _open_trace(world: World, ticket: Ticket, account: Account) -> None:
    error_at = utcnow() - timedelta(hours=1)
    world.event(account, at=error_at - timedelta(hours=1), properties={"note": canary("properties")})
    day = {"feature": canary("day", "feature"), "action": canary("day", "action"), "uses": 1}
    world.add(UsageDay(account_id=account.id, day=error_at.date(), **day))
    former = canary("former", "email").lower() + "@x.example"
    world.add(FormerAddress(account_id=account.id, email=former, changed_at=error_at))
    world.opening(ticket, engineer="support", until=error_at, reason_text=canary("reason"))


def _follow_up_and_set_up(world: World) -> None:
    request = world.contact_request("seen", assignee="rep")
    case = world.onboarding(world.account("new", first_sign_in_at=None), assignee="sysadmin")
    world.sign_in("rep").get(f"/admin/contact-requests/{request.id}")
    world.sign_in("rep").get("/admin/staff/")
    world.sign_in("sysadmin").get(f"/admin/onboarding/{case.id}")
    address = canary("request", "email").lower() + "@z.example"
    world.add(SubjectRequest(kind="overview", source="page", email=address, due_at=utcnow() + timedelta(days=30)))
    for name, staff_id in world.staff.items():
        world.set(Staff, staff_id, name=canary("staff", name))


def columns_without_canary(world: World) -> list[str]:
    """Return the personal text columns of the database in which no canary stands."""
    columns = [column for table in Base.metadata.sorted_tables for column in table.c]
    personal = [column for column in columns if column.info["privacy"].category in PERSONAL]
    return [f"{column.table.name}.{column.name}" for column in personal if not _has_canary(world, column)]


def _has_canary(world: World, column: object) -> bool:
    words = func.upper(cast(column, String))
    return bool(world.all(select(column).where(words.like("%CNRY%")).limit(1)))


def number_of(world: World, name: str) -> int:
    """Return a staff member's number."""
    return int(world.all(select(Staff.number).where(Staff.id == world.staff[name]))[0][0])
