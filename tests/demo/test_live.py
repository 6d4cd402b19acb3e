"""The live stand-in goes on through restarts, says nothing about who, and ends when told."""

import re
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random

import pytest

from dashboard.demo.calls import Answer
from dashboard.demo.happenings import World
from dashboard.demo.live import keep_going
from dashboard.demo.people import cast
from dashboard.demo.player import StoryStopped
from dashboard.demo.steady import SteadyClient
from tests.demo.shapes import bodies, event_fields, events_of, fields, kind_of, wrong_in

PEOPLE = (2207, 60)


class Clock:
    """A stop event whose waiting moves the time instead of passing it."""

    def __init__(self, seconds):
        self.begun = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
        self.time, self.end = self.begun, self.begun + timedelta(seconds=seconds)
        self.waits, self.told = [], False

    def now(self):
        return self.time

    def is_set(self):
        return self.told or self.time >= self.end

    def set(self):
        self.told = True

    def wait(self, seconds):
        self.waits.append(seconds)
        self.time += timedelta(seconds=max(seconds, 0.001))


def live(seconds, client, *, people_of=PEOPLE):
    """Play for that many seconds of make-believe time; return the lines it printed."""
    clock, lines = Clock(seconds), []
    keep_going(client, now=clock.now, stop=clock, say=lines.append, rng=Random(4), people_of=people_of)
    return lines, clock


class Server:
    """Takes everything, except when a rule says otherwise."""

    def __init__(self, rule=lambda number, call: Answer(201, {})):
        self.calls, self.rule, self.numbers = [], rule, count()

    def __call__(self, call):
        answer = self.rule(next(self.numbers), call)
        if isinstance(answer, BaseException):
            raise answer
        if answer.is_fine:
            self.calls.append(call)
        return answer


def test_live_when_it_goes_on_shows_usage_and_every_kind_of_case():
    server = Server()

    lines, _ = live(1_800, server)

    kinds = {kind_of(call) for call in server.calls}
    assert kinds == {"usage-events", "errors", "tickets", "contact-requests"}
    cases = sum(kind_of(call) != "usage-events" for call in server.calls)
    assert 1_800 / 80 < cases < 1_800 / 20
    assert len({event["account"] for event in events_of(server.calls)}) > 10
    assert "have stopped" in lines[-1]


def test_live_when_it_sends_keeps_to_the_surface_and_the_clock():
    server = Server()

    _, clock = live(900, server)

    shapes = fields(clock.now())
    wrong = [call.path for call in server.calls if wrong_in(call.body, *shapes[kind_of(call)])]
    bad = [event for event in events_of(server.calls) if wrong_in(event, *event_fields(clock.now()))]
    assert (wrong, bad) == ([], [])
    ids = [event["id"] for event in events_of(server.calls)]
    assert len(set(ids)) == len(ids)


def test_live_when_it_prints_says_no_personal_value():
    people = cast(seed=PEOPLE[0], accounts=PEOPLE[1])
    values = {value for p in people for value in (p.email, p.external_id, p.last_name, p.first_name) if len(value) > 2}

    lines, _ = live(1_800, Server())

    said = set(re.findall(r"\w+", " ".join(lines)))
    assert not values & said
    assert not re.search(r"@|ac-|\+\d", " ".join(lines))


def test_live_when_people_act_are_those_of_the_story_who_are_active():
    server = Server()
    active = {person.external_id for person in cast(seed=PEOPLE[0], accounts=PEOPLE[1]) if person.is_active}

    live(600, server)

    assert {event["account"] for event in events_of(server.calls)} <= active


def test_live_when_an_error_is_told_ends_that_session():
    server = Server()

    live(2_400, server)

    for error in bodies(server.calls, "errors"):
        session = [event for event in events_of(server.calls) if event["session"] == error["session"]]
        assert {event["account"] for event in session} == {error["account"]}
        assert max(event["occurred_at"] for event in session) <= error["occurred_at"]


def test_live_when_the_server_restarts_tries_again_and_loses_nothing():
    def away(number, call):
        return ConnectionRefusedError(111, "refused") if 5 <= number < 9 else Answer(201, {})

    server = Server(away)

    lines, clock = live(300, server)

    assert sum("no server answers" in line for line in lines) == 1
    assert sum("takes calls again" in line for line in lines) == 1
    assert " 1.0 2.0 4.0 8.0 " in " ".join(map(str, ["", *clock.waits]))
    assert len(server.calls) > 9


def test_live_when_the_server_never_comes_back_waits_longer_and_ends_when_told():
    def gone(number, call):
        return ConnectionRefusedError(111, "refused")

    lines, clock = live(600, Server(gone))

    assert max(clock.waits) == 30.0
    assert "have stopped" in lines[-1]


def test_live_when_slowed_down_waits_as_told():
    def busy(number, call):
        return Answer(429, {}, 11.0) if number == 2 else Answer(201, {})

    _, clock = live(120, Server(busy))

    assert 11.0 in clock.waits


def test_live_when_the_server_fails_tries_again():
    def broken(number, call):
        return Answer(503, {}) if number == 1 else Answer(201, {})

    lines, _ = live(120, Server(broken))

    assert any("answers 503" in line for line in lines)


def test_live_when_an_account_is_gone_leaves_it_alone():
    gone = set()

    def erased(number, call):
        account = call.body["events"][0]["account"] if "events" in call.body else None
        if account and (number == 0 or account in gone):
            gone.add(account)
            return Answer(200, {"accepted": 0, "duplicate": 0, "refused": [{"index": 0, "reason": "erased_account"}]})
        return Answer(201, {})

    server = Server(erased)
    lines, _ = live(1_200, server)

    starts = [line for line in lines if "erased_account" in line]
    assert len(gone) == 1
    assert len(starts) == 1
    assert events_of(server.calls)[-1]["account"] not in gone


def test_live_when_a_token_is_revoked_stops_with_its_reason():
    def revoked(number, call):
        return Answer(401, {"type": "token-not-accepted"})

    with pytest.raises(StoryStopped, match="token of the app was answered 401 token-not-accepted"):
        live(60, Server(revoked))


def test_live_when_interrupted_ends_cleanly():
    def interrupted(number, call):
        return KeyboardInterrupt() if number == 3 else Answer(201, {})

    lines, clock = live(600, Server(interrupted))

    assert clock.told
    assert "have stopped" in lines[-1]


def test_world_when_only_one_person_is_left_keeps_them():
    people = cast(seed=1, accounts=1)
    world = World(people, seed=1, now=lambda: datetime.now(UTC), rng=Random(1))

    world.leave_out(people[0])

    assert world.people == people


def test_steady_client_when_told_to_stop_returns_nothing():
    clock = Clock(0)

    answer = SteadyClient(Server(), stop=clock, say=print)(None)

    assert answer is None
