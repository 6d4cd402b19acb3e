"""The jobs page and the readiness of the house: silence is never green."""

import re
from datetime import timedelta

import pytest

from dashboard.services.schedule import SCHEDULE
from dashboard.views.jobs import LABELS
from models import Heartbeat, JobRun, utcnow


def text_of(world, url: str = "/admin/jobs/") -> str:
    answer = world.sign_in("sysadmin").get(url)
    assert answer.status_code == 200
    return re.sub(r"<[^>]*>", " ", answer.get_data(as_text=True))


def test_page_says_when_the_scheduler_last_lived_when_it_lives(world) -> None:
    world.add(Heartbeat(process="scheduler", at=utcnow() - timedelta(seconds=12)))

    text = re.sub(r"\s+", " ", text_of(world))

    assert re.search(r"gave its last sign of life 1[2-5] s ago", text)
    assert "The scheduler is silent." not in text


@pytest.mark.parametrize("minutes", [6, 600])
def test_page_is_red_when_the_scheduler_is_silent(world, minutes: int) -> None:
    world.add(Heartbeat(process="scheduler", at=utcnow() - timedelta(minutes=minutes)))

    html = world.sign_in("sysadmin").get("/admin/jobs/").get_data(as_text=True)

    assert "figure-bad" in html
    assert "figure-ok" not in html
    assert "The scheduler is silent." in html


def test_page_is_red_when_no_scheduler_ever_ran(world) -> None:
    text = text_of(world)

    assert "has never given a sign of life" in text
    assert "not before the scheduler starts" in text


def test_runs_are_listed_newest_first_when_they_did_something(world) -> None:
    now = utcnow()
    world.add(
        JobRun(job="end_what_is_over", period="a", state="done", count=3, started_at=now - timedelta(minutes=2)),
        JobRun(job="deliver_messages", period="b", state="failed", error="SMTPServerDisconnected", started_at=now),
        JobRun(job="deliver_messages", period="c", state="idle", started_at=now),
    )

    some, every = text_of(world), text_of(world, "/admin/jobs/?runs=all")

    assert some.rindex("SMTPServerDisconnected") < some.rindex("End what is over")
    assert every.count("Nothing to do") > some.count("Nothing to do")


@pytest.mark.parametrize("who", ["rep", "support", "compliance"])
def test_page_is_refused_when_the_role_has_no_part_in_it(world, who: str) -> None:
    assert world.sign_in(who).get("/admin/jobs/").status_code == 403


def test_process_is_healthy_when_it_answers(world) -> None:
    answer = world.app.test_client().get("/healthz")

    assert (answer.status_code, answer.get_json()) == (200, {"status": "ok"})


@pytest.fixture
def migrated(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tables of tests come from the models; say that no migration is missing."""
    monkeypatch.setattr("dashboard.public.operations.behind", lambda _engine: False)


def test_house_is_ready_when_the_scheduler_lives(world, migrated) -> None:
    world.add(Heartbeat(process="scheduler", at=utcnow()))

    answer = world.app.test_client().get("/readyz")

    assert (answer.status_code, answer.get_json()["missing"]) == (200, [])


def test_house_names_what_is_missing_when_it_is_not_ready(world) -> None:
    answer = world.app.test_client().get("/readyz")

    assert (answer.status_code, answer.get_json()["missing"]) == (503, ["migrations", "scheduler"])


def test_house_says_no_more_than_database_when_it_cannot_be_reached(world, monkeypatch) -> None:
    def broken(_engine: object) -> bool:
        raise OSError("secret host name")

    monkeypatch.setattr("dashboard.public.operations.behind", broken)
    answer = world.app.test_client().get("/readyz")

    assert (answer.status_code, answer.get_json()) == (503, {"missing": ["database"], "status": "not ready"})


def test_every_job_has_a_name_when_the_schedule_has_it():
    nameless = [job.name for job in SCHEDULE if job.name not in LABELS]

    assert nameless == []
