"""Two sysadmins at the same moment: one execution, and always one of them left."""

import threading

import pytest
from sqlalchemy import func, select

from models import AccessRecord, ApiToken, Staff
from tests.world import post

TRIALS = 5


def at_once(*calls):
    """Run the calls at the same moment; return what they answered, in their order."""
    gate, answers = threading.Barrier(len(calls)), [None] * len(calls)

    def go(number: int) -> None:
        gate.wait()
        answers[number] = calls[number]()

    threads = [threading.Thread(target=go, args=(n,)) for n in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.parametrize("trial", range(TRIALS))
def test_one_execution_when_two_agree_at_once(office, trial: int) -> None:
    world = office.world
    world.staff["sysadmin3"] = world.add(Staff(email="s3@demo.example", name="Three", role="sysadmin")).id
    three = world.sign_in("sysadmin3")
    proposal = office.token()

    answers = at_once(
        lambda: office.decide(office.two, proposal).status_code, lambda: office.decide(three, proposal).status_code
    )

    made = select(func.count()).select_from(AccessRecord).where(AccessRecord.event == "token_made")
    assert sorted(answers) == [200, 409]
    assert world.all(made)[0][0] == 1
    assert len(world.all(select(ApiToken.id))) == 1


@pytest.mark.parametrize("trial", range(TRIALS))
def test_one_sysadmin_is_left_when_two_deactivate_each_other_at_once(office, trial: int) -> None:
    world = office.world
    one, two = world.staff["sysadmin"], world.staff["sysadmin2"]

    at_once(
        lambda: post(office.one, f"/admin/staff/{two}/deactivate").status_code,
        lambda: post(office.two, f"/admin/staff/{one}/deactivate").status_code,
    )

    left = select(func.count()).select_from(Staff).where(Staff.role == "sysadmin", Staff.active.is_(True))
    assert world.all(left)[0][0] == 1


@pytest.mark.parametrize("trial", range(TRIALS))
def test_one_outcome_when_one_agrees_and_one_refuses_at_once(office, trial: int) -> None:
    world = office.world
    world.staff["sysadmin3"] = world.add(Staff(email="s3@demo.example", name="Three", role="sysadmin")).id
    three = world.sign_in("sysadmin3")
    proposal = office.role("rep", "support")

    answers = at_once(
        lambda: office.decide(office.two, proposal).status_code,
        lambda: office.decide(three, proposal, "refuse").status_code,
    )

    agreed = office.state(proposal)[0]
    role = world.all(select(Staff.role).where(Staff.id == world.staff["rep"]))[0][0]
    assert sorted(answers) == [303, 409]
    assert role == ("support" if agreed else "rep")
