"""What two sysadmins must agree on: who may propose, who may decide, what comes of it."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models import AccessRecord, ApiToken, Invitation, Message, Proposal, Staff, new_id, utcnow
from tests.world import post


def role_of(office, who: str) -> str:
    return office.world.all(select(Staff.role).where(Staff.id == office.world.staff[who]))[0][0]


def refusals(office) -> list[str]:
    return [row[0] for row in office.world.all(select(AccessRecord.reason).where(AccessRecord.allowed.is_(False)))]


def test_role_changes_at_the_next_request_when_another_sysadmin_agrees(office) -> None:
    rep = office.world.sign_in("rep")
    proposal = office.role("rep", "support")
    before = rep.get("/admin/tickets/").status_code

    answer = office.decide(office.two, proposal)

    assert (before, answer.status_code, role_of(office, "rep")) == (403, 303, "support")
    assert rep.get("/admin/tickets/").status_code == 200
    assert rep.get("/admin/contact-requests/").status_code == 403


def test_nothing_changes_when_it_is_only_proposed(office) -> None:
    proposal = office.role("rep", "support")

    assert role_of(office, "rep") == "rep"
    assert office.state(proposal) == (None, None, office.world.staff["sysadmin"])


def test_proposer_is_refused_and_recorded_when_they_agree_themselves(office) -> None:
    proposal = office.role("rep", "support")

    answer = office.decide(office.one, proposal)

    assert answer.status_code == 403
    assert "A second person must decide this" in answer.get_data(as_text=True)
    assert (role_of(office, "rep"), office.state(proposal)[0]) == ("rep", None)
    assert refusals(office) == ["same_person"]


def test_own_role_is_refused_and_recorded_when_a_sysadmin_proposes_it(office) -> None:
    answer = post(office.one, f"/admin/staff/{office.world.staff['sysadmin']}/role", role="compliance")

    assert answer.status_code == 403
    assert "You cannot change your own role." in answer.get_data(as_text=True)
    assert office.world.all(select(Proposal.id)) == []
    assert refusals(office) == ["own_role"]


def test_person_concerned_is_refused_when_they_agree_to_their_own_role(office) -> None:
    proposal = office.role("sysadmin2", "rep")

    answer = office.decide(office.two, proposal)

    assert answer.status_code == 403
    assert role_of(office, "sysadmin2") == "sysadmin"


@pytest.mark.parametrize("who", ["rep", "support", "compliance"])
def test_other_roles_are_refused_when_they_decide(office, who: str) -> None:
    proposal = office.role("rep2", "support")
    client = office.world.sign_in(who)

    answers = [office.decide(client, proposal).status_code, client.get("/admin/staff/").status_code]

    assert answers == [403, 403]
    assert role_of(office, "rep2") == "rep"


def test_nothing_changes_when_the_second_one_refuses(office) -> None:
    proposal = office.role("rep", "support")

    office.decide(office.two, proposal, "refuse")

    assert role_of(office, "rep") == "rep"
    assert office.state(proposal)[:2] == (False, office.world.staff["sysadmin2"])
    assert office.decide(office.two, proposal).status_code == 409


def test_proposal_ends_when_its_proposer_withdraws_it(office) -> None:
    proposal = office.role("rep", "support")

    answers = [office.decide(c, proposal, "withdraw").status_code for c in (office.two, office.one)]

    assert answers == [409, 303]
    assert office.decide(office.two, proposal).status_code == 409
    assert role_of(office, "rep") == "rep"


def test_invitation_makes_a_row_without_password_and_a_message_when_agreed(office) -> None:
    proposal = office.invite()

    office.decide(office.two, proposal)

    made = office.world.all(select(Staff.id, Staff.role, Staff.password).where(Staff.email == "new@demo.example"))
    assert [tuple(row[1:]) for row in made] == [("support", None)]
    assert office.world.all(select(Invitation.staff_id))[0][0] == made[0][0]
    assert office.world.all(select(Message.type, Message.address))[0] == ("invitation", "new@demo.example")


@pytest.mark.parametrize(
    ("email", "message"),
    [
        ("new@gmail.example", "Staff addresses end in @demo.example."),
        ("new@demo.example.evil.example", "Staff addresses end in @demo.example."),
        ("new", "Write an e-mail address"),
        ("new\r\nBcc: x@demo.example", "Write an e-mail address"),
        ("x" * 300 + "@demo.example", "Write an e-mail address"),
    ],
)
def test_message_stands_at_the_field_when_the_address_is_not_a_staff_address(office, email: str, message: str) -> None:
    answer = post(office.one, "/admin/staff/invite", email=email, name="New Colleague", role="rep")

    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert message in text
    assert 'value="New Colleague"' in text
    assert office.world.all(select(Proposal.id)) == []


def test_every_missing_field_is_named_at_once_when_the_form_is_empty(office) -> None:
    invite = post(office.one, "/admin/staff/invite").get_data(as_text=True)
    token = post(office.one, "/admin/staff/token").get_data(as_text=True)

    assert all(text in invite for text in ("Write the name.", "Write the staff address.", "Choose a role."))
    assert all(text in token for text in ("Write a name for the token.", "Choose website or app."))


@pytest.mark.parametrize(("path", "field"), [("invite", "role"), ("token", "scope")])
def test_choice_is_refused_at_its_field_when_it_is_not_offered(office, path: str, field: str) -> None:
    good = {"name": "New Colleague", "email": "new@demo.example", "role": "rep", "scope": "app"}

    answer = post(office.one, f"/admin/staff/{path}", **{**good, field: "everything"})

    assert answer.status_code == 200
    assert "Choose" in answer.get_data(as_text=True)
    assert office.world.all(select(Proposal.id)) == []


def test_invitation_is_refused_when_the_address_belongs_to_someone_who_signed_in(office) -> None:
    office.world.set(Staff, office.world.staff["rep"], last_seen_at=utcnow())

    answer = post(office.one, "/admin/staff/invite", email="REP@demo.example", name="New Colleague", role="rep")

    assert "A staff member already has this address." in answer.get_data(as_text=True)


def test_the_same_cannot_be_proposed_twice_when_one_waits(office) -> None:
    office.invite()

    answer = post(office.two, "/admin/staff/invite", email="new@demo.example", name="New Colleague", role="rep")

    assert "The same is proposed already." in answer.get_data(as_text=True)
    assert len(office.world.all(select(Proposal.id))) == 1


def test_token_is_shown_once_and_kept_as_a_hash_when_agreed(office) -> None:
    proposal = office.token()

    answer = office.decide(office.two, proposal)

    text = answer.get_data(as_text=True)
    clear = text.split('id="key" type="text" readonly value="')[1].split('"')[0]
    kept = office.world.all(select(ApiToken.name, ApiToken.scope, ApiToken.token_hash))
    assert answer.status_code == 200
    assert "Copy it now" in text
    assert answer.headers["Cache-Control"] == "no-store"
    assert [row[:2] for row in kept] == [("website-1", "website")]
    assert clear not in kept[0][2]
    assert clear not in office.two.get("/admin/staff/").get_data(as_text=True)
    assert clear not in str(answer.headers)
    assert office.decide(office.two, proposal).status_code == 409


def test_token_name_is_not_used_again_when_one_was_revoked(office) -> None:
    office.decide(office.two, office.token())
    key = office.world.all(select(ApiToken.id))[0][0]
    post(office.one, f"/admin/staff/token/{key}/revoke")

    answer = post(office.one, "/admin/staff/token", name="website-1", scope="app")

    assert "Names are not used again." in answer.get_data(as_text=True)


def test_token_stops_working_when_one_sysadmin_revokes_it(office) -> None:
    office.decide(office.two, office.token())
    key = office.world.all(select(ApiToken.id))[0][0]

    page = office.one.get(f"/admin/staff/token/{key}/revoke").get_data(as_text=True)
    answer = post(office.one, f"/admin/staff/token/{key}/revoke")

    assert "Make this token useless?" in page
    assert answer.status_code == 303
    assert office.world.all(select(ApiToken.revoked_at))[0][0] is not None


def test_command_line_proposal_needs_two_when_sysadmins_decide(office) -> None:
    waiting = office.world.add(Proposal(kind="token", subject="app-1", detail="app", proposed_by=None))

    first = office.decide(office.one, waiting.id)
    again = office.decide(office.one, waiting.id)
    second = office.decide(office.two, waiting.id)

    assert [first.status_code, again.status_code, second.status_code] == [303, 403, 200]
    assert len(office.world.all(select(ApiToken.id))) == 1


@pytest.mark.parametrize("bad", ["a", "A" * 26, "0" * 26, "%00", "-1", "9" * 400, "%F0%9F%98%80"])
def test_page_is_the_same_404_when_the_id_is_nobodys(office, bad: str) -> None:
    absent = office.one.get(f"/admin/staff/{new_id()}")

    answer = office.one.get(f"/admin/staff/{bad}")

    assert (answer.status_code, absent.status_code) == (404, 404)


def test_nothing_personal_stands_in_titles_flashes_or_the_log_when_staff_change(office) -> None:
    office.decide(office.two, office.invite(name="Zsófia Unique", email="zsofia@demo.example"))

    flashes = office.two.get("/admin/staff/").get_data(as_text=True).split('class="flash')[1].split("</div>")[0]
    log = str([tuple(row) for row in office.world.all(select(AccessRecord.__table__))])
    assert "sofia" not in flashes.lower()
    assert "sofia" not in log.lower()


def test_index_names_colleagues_proposals_and_tokens_when_a_sysadmin_opens_it(office) -> None:
    office.decide(office.two, office.token())
    office.role("rep", "support")

    mine = office.one.get("/admin/staff/").get_data(as_text=True)
    theirs = office.two.get("/admin/staff/").get_data(as_text=True)

    assert "rep@demo.example" in mine
    assert "website-1" in mine
    assert "Withdraw" in mine
    assert "Agree" in theirs


@pytest.mark.parametrize(
    ("kind", "proposer", "decider", "subject"),
    [
        ("token", "sysadmin", "sysadmin", "app-1"),
        ("token", None, "sysadmin", "app-1"),
        ("role", "sysadmin", "sysadmin2", "sysadmin2"),
        ("role", "sysadmin", None, "sysadmin"),
    ],
)
def test_database_refuses_when_one_person_would_be_both(world, kind, proposer, decider, subject) -> None:
    at = utcnow()
    people = {"proposed_by": world.staff.get(proposer), "decided_by": world.staff.get(decider)}

    with pytest.raises(IntegrityError):
        world.add(Proposal(kind=kind, subject=world.staff.get(subject, subject), detail="app", decided_at=at, **people))


def test_database_takes_it_when_two_others_decide(world) -> None:
    one, two = world.staff["sysadmin"], world.staff["sysadmin2"]

    world.add(Proposal(kind="role", subject=world.staff["rep"], detail="support", proposed_by=one, decided_by=two))

    assert len(world.all(select(Proposal.id))) == 1
