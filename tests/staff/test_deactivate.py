"""Ending a colleague's access: at once, everywhere, with what was in their hands going back."""

from datetime import timedelta

from sqlalchemy import select

from models import (
    AccessRecord,
    ContactRequest,
    Invitation,
    OnboardingCase,
    Proposal,
    Staff,
    StaffSession,
    Ticket,
    TraceOpening,
    utcnow,
)
from tests.world import post


def test_colleague_is_signed_out_everywhere_when_deactivated(office) -> None:
    support = office.world.sign_in("support")
    other = office.world.sign_in("support2")
    support_id = office.world.staff["support"]

    page = office.one.get(f"/admin/staff/{support_id}/deactivate").get_data(as_text=True)
    answer = post(office.one, f"/admin/staff/{support_id}/deactivate")

    assert "End all access of S-" in page
    assert answer.status_code == 303
    assert support.get("/admin/").status_code == 302
    assert other.get("/admin/").status_code == 200
    assert office.world.all(select(StaffSession.staff_id).where(StaffSession.staff_id == support_id)) == []


def test_open_cases_go_back_and_others_stay_when_deactivated(office) -> None:
    world = office.world
    account = world.account()
    mine, kept = world.error_ticket(account, assignee="support"), world.ticket(account, assignee="support2")
    closed = world.ticket(account, assignee="support", closed_at=utcnow())
    opening = world.opening(mine, engineer="support", until=utcnow())

    post(office.one, f"/admin/staff/{world.staff['support']}/deactivate")

    holders = dict(tuple(row) for row in world.all(select(Ticket.id, Ticket.assignee_id)))
    ended = world.all(select(TraceOpening.ended_because).where(TraceOpening.id == opening.id))
    assert (holders[mine.id], holders[kept.id]) == (None, world.staff["support2"])
    assert holders[closed.id] == world.staff["support"]
    assert ended[0][0] == "deactivated"
    released = select(AccessRecord.case_id, AccessRecord.reason).where(AccessRecord.event == "ticket_released")
    assert [tuple(row) for row in world.all(released)] == [(mine.id, "deactivated")]


def test_follow_ups_go_back_when_a_rep_becomes_something_else(office) -> None:
    world = office.world
    mine, kept = world.contact_request(assignee="rep"), world.contact_request("b", assignee="rep2")

    office.decide(office.two, office.role("rep", "compliance"))

    holders = dict(tuple(row) for row in world.all(select(ContactRequest.id, ContactRequest.assignee_id)))
    assert (holders[mine.id], holders[kept.id]) == (None, world.staff["rep2"])


def test_set_ups_go_back_when_a_sysadmin_is_deactivated(office) -> None:
    case = office.world.onboarding(office.world.account(first_sign_in_at=None), assignee="sysadmin2")

    post(office.one, f"/admin/staff/{office.world.staff['sysadmin2']}/deactivate")

    row = office.world.all(
        select(OnboardingCase.assignee_id, OnboardingCase.ends_at).where(OnboardingCase.id == case.id)
    )
    assert tuple(row[0]) == (None, None)


def test_proposals_and_links_lapse_when_deactivated(office) -> None:
    world = office.world
    proposal = office.role("rep", "support")
    office.decide(office.two, office.invite())
    invited = world.all(select(Staff.id).where(Staff.email == "new@demo.example"))[0][0]

    post(office.two, f"/admin/staff/{world.staff['sysadmin']}/deactivate")
    post(office.two, f"/admin/staff/{invited}/deactivate")

    assert office.state(proposal)[0] is False
    assert world.all(select(Invitation.used_at))[0][0] is not None
    assert world.all(select(Proposal.id).where(Proposal.decided_at.is_(None))) == []


def test_oneself_is_refused_when_deactivating(office) -> None:
    answer = post(office.one, f"/admin/staff/{office.world.staff['sysadmin']}/deactivate")

    assert "You cannot deactivate yourself." in answer.get_data(as_text=True)
    assert office.one.get("/admin/staff/").status_code == 200


def test_last_sysadmin_stays_when_only_one_is_active(office) -> None:
    world = office.world
    world.set(Staff, world.staff["sysadmin2"], active=False)

    answer = post(office.one, f"/admin/staff/{world.staff['sysadmin']}/deactivate")

    assert "This is the last active system administrator." in answer.get_data(as_text=True)
    assert world.all(select(Staff.active).where(Staff.id == world.staff["sysadmin"]))[0][0] is True


def test_a_demoted_colleague_is_refused_when_they_ask_next(office) -> None:
    proposal = office.role("sysadmin2", "rep")
    third = Staff(email="sysadmin3@demo.example", name="Third", role="sysadmin")
    office.world.staff["sysadmin3"] = office.world.add(third).id
    before = office.two.get("/admin/staff/").status_code

    office.decide(office.world.sign_in("sysadmin3"), proposal)

    assert (before, office.two.get("/admin/staff/").status_code) == (200, 403)
    assert office.decide(office.two, proposal).status_code == 403


def test_deactivated_colleague_comes_back_only_by_a_new_invitation_when_two_agree(office) -> None:
    world = office.world
    world.set(Staff, world.staff["rep"], last_seen_at=utcnow() - timedelta(days=3), password="hash")
    post(office.one, f"/admin/staff/{world.staff['rep']}/deactivate")

    office.decide(office.two, office.invite(email="rep@demo.example", role="rep", name="Rep"))

    row = world.all(select(Staff.active, Staff.password).where(Staff.id == world.staff["rep"]))[0]
    assert tuple(row) == (True, None)
