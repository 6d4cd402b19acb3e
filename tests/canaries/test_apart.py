"""Nobody is sent after a canary, nothing counts one, and nothing from outside can become one or reach one."""

import re

import pytest
import time_machine
from sqlalchemy import delete, func, select

from dashboard.checks.all_checks import CHECKS
from dashboard.checks.base import Finding
from dashboard.database.engine import guarded_session
from dashboard.frame import PLACES
from dashboard.policy.canaries import DOMAIN, PREFIX
from dashboard.policy.decide import decide, grant_for
from dashboard.policy.grants import GRANTS
from dashboard.policy.roles import Role
from dashboard.services import onboarding, outbox
from dashboard.services.canaries.people import LEAVER, STAYER, Canary
from dashboard.services.promises import running
from models import (
    AccessRecord,
    Actor,
    CanaryKey,
    Message,
    SubjectRequest,
    Ticket,
    db,
    models_of_persons,
    real,
    rows_of,
    utcnow,
)
from models.canary import UNMARKED
from tests.api.conftest import Machine
from tests.canaries import walks
from tests.erasure import persons
from tests.world import post

CHANGES = re.compile(r'nonce[-=]"?[\w-]+|name="csrf_token"[^>]*|\d+ lines by everyone|Lines written today</dt><dd>\d+')
"""What differs from request to request, and how many lines the log has: it is complete, with those about canaries."""
IN_THE_OPEN = {"access_log.index", "jobs.index", "promises.index", "evidence.index", "retention.index"}
"""Pages of compliance and sysadmins that tell of jobs, of every line of the log and of every row that must go in time:
those of canaries included.
"""
OF_NOBODY = {"access_matrix.index", "explain.index", "looks.index"}
"""Pages of rules and of one's own looks."""


@pytest.fixture(autouse=True)
def no_stray_files(tmp_path, monkeypatch):
    monkeypatch.setattr(outbox, "FOLDER", tmp_path / "outbox")


def reached(world) -> dict[str, int]:
    """How many rows of each table of persons some staff member reaches under some grant."""
    models = {m.__tablename__: m for m in models_of_persons() if m.__tablename__ not in UNMARKED}
    found = dict.fromkeys(models, 0)
    for grant in GRANTS:
        actor = Actor(world.staff[str(grant.role)], str(grant.role))
        access = decide(actor, grant.permission, at=utcnow()).access
        with world.app.app_context(), guarded_session(db.engine, access) as session:
            for table in {rows.table for rows in grant.reach} & models.keys():
                found[table] += session.scalar(select(func.count()).select_from(models[table])) or 0
    return found


def pages(world) -> dict[str, str]:
    """Every place of every role, without what changes from request to request, and as if asked for the first time."""
    found = {}
    with world.app.app_context(), db.engine.begin() as connection:
        connection.execute(AccessRecord.__table__.delete().where(AccessRecord.staff_id.is_not(None)))
    for role in Role:
        client = world.sign_in(role.value)
        for permission, _label, _icon, endpoint in PLACES:
            if grant_for(role, permission) and endpoint not in IN_THE_OPEN | OF_NOBODY:
                with world.app.test_request_context():
                    url = world.app.url_for(endpoint)
                answer = client.get(url)
                found[f"{role} {endpoint}"] = f"{answer.status_code}\n{CHANGES.sub('', answer.text)}"
    return found


def test_nobody_reaches_a_canary_when_only_canaries_are_there(world):
    walks.tick(world)

    apart = reached(world)
    with world.app.app_context(), world.system() as session:
        session.execute(delete(CanaryKey))
        session.commit()
    unmarked = reached(world)

    assert {table for table, count in apart.items() if count} == set()
    assert {"ticket", "contact_request", "subject_request"} <= {t for t, n in unmarked.items() if n}


def test_a_person_is_reached_as_before_when_canaries_stand_beside_them(world):
    world.ticket(world.account())
    world.contact_request()
    before = reached(world)

    walks.tick(world)

    assert reached(world) == before
    assert before["ticket"] > 0


def test_every_page_is_the_same_when_canaries_have_come_and_gone(world, tmp_path):
    with time_machine.travel(utcnow().replace(hour=11, minute=30), tick=False):
        persons.anna(world)
        persons.ask(world, "anna.devries@x.example")
        before = pages(world)
        walks.tick(world)
        during = pages(world)
        walks.erased(world, tmp_path)
        after = pages(world)

    assert {name.partition(" ")[0] for name, page in before.items() if page.startswith("200")} == set(Role)
    assert [name for name in before if during[name] != before[name]] == []
    assert [name for name in before if after[name] != before[name]] == []


def test_every_row_of_a_canary_is_marked_when_it_has_gone_in(world):
    walks.tick(world)
    run = walks.run(world)

    for role in (LEAVER, STAYER):
        email = Canary(run.id, role, utcnow()).email
        with world.app.app_context(), world.system() as session:
            person = persons.running.finding.person_at(session, email)
            left_in = {
                model.__tablename__: session.scalar(
                    select(func.count()).select_from(model).where(rows_of(model, person), real(model))
                )
                for model in models_of_persons()
                if model.__tablename__ not in UNMARKED
            }
        assert person.known
        assert {table for table, count in left_in.items() if count} == set()


def test_share_of_set_ups_leaves_canaries_out_when_it_is_counted(world):
    world.onboarding(world.account(first_sign_in_at=None))
    walks.tick(world)

    with world.app.app_context(), world.system() as session:
        share = onboarding.share(session, since=utcnow().replace(year=2000))

    assert (share.helped, share.accounts) == (1, 1)


def test_mail_to_a_canary_stays_in_the_house_when_messages_are_delivered(world, tmp_path):
    walks.tick(world)
    walks.carry_out(world, tmp_path)
    world.add(Message(type="notice", cause="x", address="person@x.example", subject="s", body="b"))
    canaries = world.all(select(Message.sent_at).where(Message.address != "person@x.example"))

    walks.job(world, "deliver_messages")

    assert canaries
    texts = [path.read_text() for path in outbox.files(tmp_path / "outbox")]
    assert len(texts) == 1
    assert "To: person@x.example" in texts[0]


def test_nobody_becomes_a_canary_when_the_intake_is_sent_a_reserved_id(world):
    app, website = Machine(world, "app"), Machine(world, "website")
    now = utcnow().isoformat()
    company = app.put("/companies/c-1", {"name": "C"})
    account = {"company": "c-1", "first_name": "A", "last_name": "B", "email": "a@b.example", "source": "self"}
    form = {"name": "A", "email": "a@b.example", "phone": "0612345678", "submitted_at": now}
    error = {"id": "e-1", "account": f"{PREFIX}x", "occurred_at": now, "code": "E-1"}

    answers = [
        app.put(f"/accounts/{PREFIX}x", account),
        app.put(f"/companies/{PREFIX.upper()}x", {"name": "C"}),
        app.put("/accounts/a-1", {**account, "email": f"a@{DOMAIN.upper()}"}),
        app.put("/companies/c-1", {"name": "C", "administrators": [f"{PREFIX}x"]}),
        app.post("/errors", error),
        app.post("/tickets", {"account": f"{PREFIX}x", "kind": "question", "subject": "s", "body": "b"}),
        app.post("/subject-requests", {"kind": "removal", "email": f"a@sub.{DOMAIN}"}),
        website.post("/contact-requests", {**form, "email": f"a@{DOMAIN}"}),
        website.post("/contact-requests", {**form, "external_id": f"{PREFIX}x"}),
    ]

    assert company.status_code == 201
    assert {answer.status_code for answer in answers} == {422}
    assert all("reserved" in answer.text for answer in answers)
    assert app.put("/accounts/a-1", account).status_code == 201
    assert world.all(select(func.count()).select_from(CanaryKey))[0][0] == 0


def test_no_canary_is_known_when_somebody_asks_from_outside(world):
    walks.tick(world)
    canary = Canary(walks.run(world).id, STAYER, utcnow())
    app = Machine(world, "app")

    asked = app.get(f"/preferences/{canary.external_id}"), app.get("/preferences/nobody")
    page = world.app.test_client().post("/privacy", data={"kind": "removal", "email": canary.email})

    assert [answer.status_code for answer in asked] == [404, 404]
    assert page.status_code in {200, 400}
    assert len(world.all(select(SubjectRequest.id))) == 2


def test_staff_written_ticket_finds_no_canary_when_its_address_is_typed(world):
    walks.tick(world)
    canary = Canary(walks.run(world).id, STAYER, utcnow())
    client = world.sign_in("support")
    words = {"kind": "question", "language": "en", "subject": "Call", "body": "They called."}

    post(client, "/admin/tickets/write", email=canary.email, **words)

    rows = world.all(select(Ticket.account_id).where(Ticket.written_by == "staff"))
    assert [row.account_id for row in rows] in ([], [None])


def test_every_check_finds_the_same_when_canaries_stand_beside_people(world):
    persons.anna(world)
    before = findings(world)

    walks.tick(world)
    apart = findings(world)
    with world.app.app_context(), world.system() as session:
        session.execute(delete(CanaryKey))
        session.commit()
    unmarked = findings(world)

    assert len(before) > 10
    assert [no for no in before if apart[no] != before[no]] == []
    assert [no for no in before if unmarked[no] != before[no]] != []


def test_no_check_turns_red_when_a_canary_has_been_removed(world, tmp_path):
    persons.anna(world)
    before = findings(world)

    walks.erased(world, tmp_path)

    after = findings(world)
    assert {no: after[no] for no in before if after[no].state != before[no].state} == {}


def findings(world) -> dict[str, Finding]:
    """What every check finds now."""
    settings = world.app.extensions["settings"]
    with world.app.app_context():
        return {no: running.ask(check, db.engine, settings, at=utcnow()) for no, check in CHECKS.items()}
