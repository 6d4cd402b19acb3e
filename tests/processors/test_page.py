"""The page of processors: compliance sees who holds data, on what ground, and whether removals arrive; nobody else does."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.config import Settings
from dashboard.processors.registry import PROCESSORS
from models import RequestStep, Staff, SubjectRequest, utcnow
from tests.world import World, canary

PAGE = "/admin/processors/"
AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)  # 10:30 in Amsterdam


def step(world: World, request: SubjectRequest, position: int, location: str, **facts) -> None:
    values = {
        "request_id": request.id,
        "position": position,
        "location": location,
        "relation": "website",
        "action": "ask",
    }
    world.add(RequestStep(**{**values, **facts}))


def request_of_somebody(world: World) -> SubjectRequest:
    return world.add(
        SubjectRequest(kind="removal", source="page", email=canary("person").lower() + "@x.example", due_at=utcnow())
    )


def cards(page: str) -> dict[str, str]:
    """The text of each card by its id."""
    found = re.findall(r'<section class="card" aria-labelledby="(\w+)">(.*?)</section>', page, re.DOTALL)
    return {name: " ".join(re.sub(r"<[^>]+>", " ", text).split()) for name, text in found}


def test_every_processor_is_shown_with_its_ground_when_compliance_opens_it(world: World):
    page = world.sign_in("compliance").get(PAGE)

    shown = cards(page.text)

    assert page.status_code == 200
    assert list(shown) == [facts.name for facts in PROCESSORS]
    assert "United States ·" in shown["hubspot"]
    assert "Ground in the policy: Privacy Shield Not valid" in shown["hubspot"]
    assert "Not valid" in shown["analytics"]
    assert "Out of our reach" in shown["analytics"]
    assert all("Not valid" not in shown[name] for name in ("app", "website", "mail"))
    assert "2 not valid Grounds 2 of 5 not valid" in " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


def test_what_waits_and_what_was_read_back_is_shown_when_removals_ran(world: World):
    one, two = request_of_somebody(world), request_of_somebody(world)
    step(world, one, 1, "hubspot", verified_at=AT, attempts=1, receipt="204 - -")
    step(world, two, 1, "hubspot", attempts=5, next_try_at=AT + timedelta(hours=1))
    step(world, two, 2, "app", verified_at=AT, attempts=1)

    shown = cards(world.sign_in("compliance").get(PAGE).text)

    assert "20 November 2026, 10:30 : nothing was found any more" in shown["hubspot"]
    assert "1 removal waits" in shown["hubspot"]
    assert "asked up to 5 times · asked again at 20 November 2026, 11:30" in shown["hubspot"]
    assert "Nothing waits" in shown["app"]
    assert "No removal has been read back here yet." in shown["website"]
    assert "Cannot be read back." in shown["mail"]


def test_nobody_is_named_when_removals_wait(world: World):
    request = request_of_somebody(world)
    step(world, request, 1, "hubspot", attempts=0)

    page = world.sign_in("compliance").get(PAGE).text

    assert "cnry-" not in page.lower()
    assert request.id not in page
    assert "No personal data on this page." in page


@pytest.mark.parametrize("name", ["rep", "support", "sysadmin"])
def test_the_page_is_refused_when_another_role_opens_it(world: World, name: str):
    assert world.sign_in(name).get(PAGE).status_code == 403


def test_nobody_sees_the_page_when_nobody_is_signed_in(world: World):
    assert world.app.test_client().get(PAGE).status_code == 302


def test_the_page_is_dutch_when_compliance_chose_dutch(world: World):
    world.set(Staff, world.staff["compliance"], language="nl")

    page = world.sign_in("compliance").get(PAGE).text

    shown = cards(page)
    assert "Grondslag in het beleid: Privacy Shield Niet geldig" in shown["hubspot"]
    english = [word for facts in PROCESSORS for word in (facts.holds, facts.note, facts.erasure) if word in page]
    assert english == []


def test_a_processor_is_named_when_it_cannot_be_asked(world: World, monkeypatch):
    settings = world.app.extensions["settings"]
    monkeypatch.setitem(world.app.extensions, "settings", replace(settings, hubspot_token="", app_webhook_url=""))

    page = world.sign_in("compliance").get(PAGE).text

    assert "2 processors cannot be asked." in page
    assert "Not configured" in cards(page)["hubspot"]
    assert "Not configured" not in cards(page)["website"]


def test_a_review_is_overdue_when_a_year_has_passed(world: World, monkeypatch):
    old = replace(PROCESSORS[0], reviewed=utcnow().date() - timedelta(days=400))
    monkeypatch.setattr("dashboard.services.processors.PROCESSORS", (old, *PROCESSORS[1:]))

    shown = cards(world.sign_in("compliance").get(PAGE).text)

    assert "A review is overdue" in shown["hubspot"]
    assert "A review is overdue" not in shown["app"]


def test_the_demo_needs_no_settings_when_the_page_is_shown(world: World):
    assert isinstance(world.app.extensions["settings"], Settings)
    assert "cannot be asked" not in world.sign_in("compliance").get(PAGE).text
