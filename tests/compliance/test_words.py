"""Every event of the access log has its words, and every look its columns."""

from dashboard.services import follow_ups, onboarding, ticket_work, traces
from dashboard.services.access_log import EVENTS
from dashboard.services.oversight import LOOKS
from dashboard.services.retention import asking, planning
from dashboard.views import log_words


def test_words_when_an_event_is_new_have_to_be_written() -> None:
    unsaid = sorted(EVENTS.keys() - log_words.EVENTS.keys())

    assert unsaid == [], f"add to dashboard/views/log_words.py EVENTS: {unsaid}"


def test_words_when_an_event_is_gone_go_with_it() -> None:
    gone = sorted(log_words.EVENTS.keys() - EVENTS.keys())

    assert gone == [], f"remove from dashboard/views/log_words.py EVENTS: {gone}"


def test_looks_when_named_by_their_facts_are_all_seen_events() -> None:
    assert set(LOOKS) == {event for event in EVENTS if event.endswith("_seen")}


def test_words_when_a_reason_can_be_recorded_say_it() -> None:
    codes = {
        *ticket_work.RELEASE_REASONS, *ticket_work.CLOSE_REASONS, *traces.REASONS, *follow_ups.OUTCOMES,
        *follow_ups.RELEASE_REASONS, *follow_ups.ANSWERS, *onboarding.TAKE_REASONS, *onboarding.RELEASE_REASONS, *onboarding.OUTCOMES,
        *asking.REASONS, *(rule.name for rule in planning.nightly()),
    }  # fmt: skip

    unsaid = sorted(codes - log_words.REASONS.keys())

    assert unsaid == [], f"add to dashboard/views/log_words.py REASONS: {unsaid}"
