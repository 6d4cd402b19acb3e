"""A processor that has not finished after a day: the engineer and compliance are told, once, and the pages say it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from dashboard.policy.lifetimes import PROCESSOR_ALARM
from dashboard.processors.base import NotNow
from dashboard.processors.memory import Memory
from dashboard.services import outbox, request_jobs
from models import AccessRecord, Message, RequestStep, Staff, SubjectRequest, utcnow
from tests.erasure import persons
from tests.subject_requests.desk import at
from tests.subject_requests.visits import request
from tests.world import World

PROCESSORS = "/admin/processors/"
ALARM = "processor_alarm_written"
SAID = "For more than a day"
A_DAY, NOT_YET = PROCESSOR_ALARM, PROCESSOR_ALARM - timedelta(hours=1)
DOWN = "HubSpot has not finished since"


@pytest.fixture(autouse=True)
def files(tmp_path, monkeypatch):
    monkeypatch.setattr(outbox, "FOLDER", tmp_path / "outbox")


def waits(world: World, tmp_path, *, since: timedelta) -> str:
    """Carry out a removal that HubSpot does not answer, so long ago; return the request's id."""
    planted = persons.anna(world)
    request_id = persons.confirmed(world, planted.email)
    deaf = Memory([planted.email], script=[NotNow("unreachable")] * 9)
    persons.carry_out(world, request_id, persons.means(world, tmp_path, hubspot=deaf))
    began = utcnow() - since
    world.set(SubjectRequest, request_id, executed_at=began, validated_at=began, assignee_id=world.staff["support"])
    return request_id


def tell(world: World) -> int:
    with world.app.app_context(), world.system() as session:
        return request_jobs.tell_of_late_processors(session, world.app.extensions["settings"])


def told(world: World) -> list[tuple[str, str, str]]:
    """Return the alarms that were written: to whom, subject, text."""
    query = select(Message.address, Message.subject, Message.body).where(Message.type == "processor_late")
    return [tuple(row) for row in world.all(query.order_by(Message.address))]


def test_engineer_and_compliance_are_told_once_when_a_processor_has_had_a_day(world: World, tmp_path):
    request_id = waits(world, tmp_path, since=A_DAY)

    counts = [tell(world), tell(world)]

    ref = f"R-{request(world, request_id).number}"
    letters = told(world)
    assert counts == [1, 0]
    assert [address for address, *_ in letters] == ["compliance@demo.example", "support@demo.example"]
    assert {subject for _, subject, _ in letters} == {f"HubSpot has not finished with {ref}"}
    assert "/admin/processors/" in letters[0][2]
    assert f"/admin/subject-requests/{request_id}" in letters[1][2]
    logged = select(AccessRecord.reason, AccessRecord.case_ref).where(AccessRecord.event == ALARM)
    assert world.all(logged) == [("hubspot", ref)]


def test_nobody_is_told_when_the_day_is_not_over_or_the_processor_is_done(world: World, tmp_path):
    request_id = waits(world, tmp_path, since=NOT_YET)

    early = tell(world)
    began = utcnow() - 2 * A_DAY
    world.set(SubjectRequest, request_id, executed_at=began, validated_at=began)
    for row in world.all(select(RequestStep.id).where(RequestStep.location == "hubspot")):
        world.set(RequestStep, row[0], verified_at=utcnow())
    done = tell(world)

    assert (early, done, told(world)) == (0, 0, [])


def test_second_processor_is_told_apart_when_both_are_late(world: World, tmp_path):
    waits(world, tmp_path, since=A_DAY)
    tell(world)
    for row in world.all(select(RequestStep.id).where(RequestStep.location == "app")):
        world.set(RequestStep, row[0], verified_at=None)

    again = tell(world)

    assert again == 1
    assert (
        sorted(subject.split(" has ")[0] for _, subject, _ in told(world)) == ["HubSpot"] * 2 + ["SiteLucent app"] * 2
    )


def test_no_value_of_the_person_is_in_the_letters_when_they_are_written(world: World, tmp_path):
    request_id = waits(world, tmp_path, since=A_DAY)

    tell(world)

    whole = str(told(world)).casefold()
    assert "anna" not in whole
    assert "vries" not in whole
    assert "1234" not in whole
    assert request(world, request_id).email is None


def test_compliance_alone_is_told_when_the_engineer_has_left(world: World, tmp_path):
    waits(world, tmp_path, since=A_DAY)
    world.set(Staff, world.staff["support"], active=False)

    tell(world)

    assert [address for address, *_ in told(world)] == ["compliance@demo.example"]


def test_letter_is_dutch_when_its_reader_chose_dutch(world: World, tmp_path):
    waits(world, tmp_path, since=A_DAY)
    world.set(Staff, world.staff["compliance"], language="nl")

    tell(world)

    dutch, english = told(world)
    assert dutch[1].startswith("HubSpot is nog niet klaar met R-")
    assert english[1].startswith("HubSpot has not finished with R-")


def test_one_letter_each_is_written_when_eight_processes_look_at_once(world: World, tmp_path):
    waits(world, tmp_path, since=A_DAY)
    gate = Barrier(8)

    def look(_: int) -> int:
        gate.wait()
        return tell(world)

    with ThreadPoolExecutor(8) as pool:
        counts = sorted(pool.map(look, range(8)))

    assert counts == [0] * 7 + [1]
    assert len(told(world)) == 2


def test_pages_say_so_when_a_processor_is_late_and_stop_when_it_is_done(world: World, tmp_path):
    request_id = waits(world, tmp_path, since=A_DAY)
    engineer, compliance = world.sign_in("support"), world.sign_in("compliance")
    before = [engineer.get(at(request_id)).text, compliance.get(PROCESSORS).text]

    tell(world)
    late = [engineer.get(at(request_id)).text, compliance.get(PROCESSORS).text]
    for row in world.all(select(RequestStep.id).where(RequestStep.location == "hubspot")):
        world.set(RequestStep, row[0], verified_at=utcnow())
    done = [engineer.get(at(request_id)).text, compliance.get(PROCESSORS).text]

    for pages, said in ((before, False), (late, True), (done, False)):
        assert [DOWN in pages[0], SAID in pages[0], "1 removal waits for more than a day" in pages[1]] == [said] * 3
