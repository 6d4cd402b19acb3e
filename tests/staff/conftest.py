"""Short ways to the staff pages."""

import pytest
from sqlalchemy import select

from models import Proposal
from tests.world import World, post


class Office:
    """The staff pages, as two sysadmins use them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.one = world.sign_in("sysadmin")
        self.two = world.sign_in("sysadmin2")

    def invite(self, email: str = "new@demo.example", role: str = "support", name: str = "New Colleague"):
        post(self.one, "/admin/staff/invite", email=email, name=name, role=role)
        return self.last()

    def role(self, who: str, role: str):
        post(self.one, f"/admin/staff/{self.world.staff[who]}/role", role=role)
        return self.last()

    def token(self, name: str = "website-1", scope: str = "website"):
        post(self.one, "/admin/staff/token", name=name, scope=scope)
        return self.last()

    def last(self):
        return self.world.all(select(Proposal.id).order_by(Proposal.number.desc()).limit(1))[0][0]

    def state(self, proposal_id: str):
        columns = (Proposal.agreed, Proposal.decided_by, Proposal.proposed_by)
        return tuple(self.world.all(select(*columns).where(Proposal.id == proposal_id))[0])

    def decide(self, client, proposal_id: str, how: str = "agree"):
        return post(client, f"/admin/staff/proposal/{proposal_id}/{how}")


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)
