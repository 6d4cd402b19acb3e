"""The queue of set-ups that need a person: without names, and how rare they are."""

from datetime import timedelta

import pytest

from models import utcnow
from tests.onboarding.pages import LIST, newcomer
from tests.world import post


def refs(text: str) -> set[str]:
    """Return the references a list shows."""
    return {f"O-{n}" for n in range(1, 9) if f'<span class="ref">O-{n}</span>' in text}


def test_free_cases_and_mine_are_listed_when_others_have_some_too(world):
    facts = {"reason": "invitation_bounced"}
    world.onboarding(newcomer(world), number=1, **facts)
    world.onboarding(newcomer(world), number=2, assignee="sysadmin", **facts)
    world.onboarding(newcomer(world), number=3, assignee="sysadmin2", **facts)
    world.onboarding(newcomer(world), number=4, assignee="sysadmin2", ends_at=utcnow() - timedelta(1), **facts)
    world.onboarding(newcomer(world), number=5, closed_at=utcnow(), outcome="set_up", **facts)

    answer = world.sign_in("sysadmin").get(LIST)

    assert refs(answer.text) == {"O-1", "O-2", "O-4"}
    assert "cnry-" not in answer.text.lower()
    assert "The invitation came back" in answer.text
    assert "Free again" in answer.text


@pytest.mark.parametrize(
    ("reason", "words"),
    [("sso_mismatch", "Sso mismatch"), ("jan@x.example bounced", "Another reason"), ("", "Another reason")],
)
def test_a_reason_is_said_plainly_when_the_app_sends_a_new_one(world, reason, words):
    world.onboarding(newcomer(world), reason=reason)

    answer = world.sign_in("sysadmin").get(LIST)

    assert words in answer.text
    assert "jan@x.example" not in answer.text


@pytest.mark.parametrize("name", ["rep", "support", "compliance"])
def test_the_list_is_refused_when_the_role_is_another(world, name):
    world.onboarding(newcomer(world), number=1)

    answer = world.sign_in(name).get(LIST)

    assert answer.status_code == 403
    assert not refs(answer.text)


def test_the_share_counts_this_months_accounts_when_some_needed_a_person(world):
    helped = newcomer(world, first_sign_in_at=utcnow())
    world.onboarding(helped, closed_at=utcnow(), outcome="cannot")
    world.onboarding(helped)
    newcomer(world)
    newcomer(world)
    world.onboarding(newcomer(world, created_at=utcnow() - timedelta(days=40)))

    answer = world.sign_in("sysadmin").get(LIST)

    assert '1 <span class="figure-of">of 3</span>' in answer.text


def test_the_list_says_so_when_no_set_up_needs_a_person(world):
    answer = world.sign_in("sysadmin").get(LIST)

    assert "No set-up needs a person" in answer.text
    assert '0 <span class="figure-of">of 0</span>' in answer.text


def test_the_loser_is_told_when_someone_else_was_faster(world):
    case = world.onboarding(newcomer(world))
    client = world.sign_in("sysadmin")
    text = client.get(LIST).text
    start = text.index(f"{LIST}{case.id}/take")
    url = text[start : text.index('"', start)].replace("&amp;", "&")
    post(world.sign_in("sysadmin2"), f"{LIST}{case.id}/take", reason="find_the_cause")

    asked, sent = client.get(url), post(client, url, reason="find_the_cause")

    assert asked.status_code in (302, 303)
    assert asked.location == sent.location == LIST
    assert f"Someone else took O-{case.number} a moment ago." in client.get(LIST).text
