"""The page of evidence and its card on the board: how the canaries fared, and the key; nobody but compliance opens it."""

import pytest

from dashboard.services import outbox
from dashboard.services.canaries.ways import WAYS
from dashboard.services.evidence import signing
from models import CanaryRun, utcnow
from tests.canaries import walks

PAGE, BOARD = "/admin/evidence/", "/admin/promises/"


@pytest.fixture(autouse=True)
def no_stray_files(tmp_path, monkeypatch):
    monkeypatch.setattr(outbox, "FOLDER", tmp_path / "outbox")


def test_page_says_what_to_do_when_no_canary_has_walked(world):
    client = world.sign_in("compliance")

    page, board = client.get(PAGE), client.get(BOARD)

    assert "No canary has walked yet" in page.text
    assert "No canary has walked yet" in board.text


def test_page_shows_every_way_and_the_outcome_when_a_canary_was_removed(world, tmp_path):
    walks.erased(world, tmp_path)
    client = world.sign_in("compliance")

    page, board = client.get(PAGE), client.get(BOARD)

    assert "Removed; the rest expires" in page.text
    assert page.text.count("who leaves") == sum(way.role == "leaver" for way in WAYS)
    for shown in (page, board):
        assert "Reached, and it holds" in shown.text
        assert signing.fingerprint() in shown.text
    assert "BEGIN PUBLIC KEY" in page.text


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"state": "failed", "ended_at": utcnow()}, "walk failed."),
        ({"state": "erased", "genuine": True, "left": 0, "expires_by": utcnow()}, "walk is late."),
        ({"state": "erased", "genuine": False, "left": 0}, "Reached, and it does not hold"),
        ({"state": "confirmed", "waits_for": "hubspot"}, "waits for hubspot"),
    ],
)
def test_page_is_red_when_a_walk_went_wrong(world, facts, said):
    world.add(CanaryRun(month=f"{utcnow():%Y-%m}", **facts))

    page = world.sign_in("compliance").get(PAGE)

    assert said in page.text


@pytest.mark.parametrize("name", ["rep", "support", "sysadmin"])
def test_page_is_refused_when_another_role_opens_it(world, name):
    assert world.sign_in(name).get(PAGE).status_code == 403
