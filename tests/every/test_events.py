"""Every event of the access log happens somewhere, with exactly its facts, under a name in the past tense."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from dashboard.services.access_log import EVENTS
from tests.every.sources import function_around, parsed, sources

DASHBOARD = {path: text for path, text in sources().items() if path.startswith("dashboard/")}
PAST = (
    "ed",
    "_seen",
    "_sent",
    "_taken",
    "_written",
    "_made",
    "_read",
    "_in",
    "_out",
    "_behind",
    "_undone",
    "_withdrawn",
    "_over",
)
"""How a name in the past tense ends; the irregular ones by their last word."""
NAMED_ELSEWHERE = {
    ("dashboard/services/ticket_work.py", "_end"): (
        {"ticket_released", "ticket_handed_over"},
        "Releasing and handing over end alike; each names its event.",
    ),
    ("dashboard/services/onboarding.py", "_end"): (
        {"onboarding_released", "onboarding_closed"},
        "Closing and releasing end alike; each names its event.",
    ),
    ("dashboard/services/traces.py", "decide_wider"): (
        {"widening_agreed", "widening_refused"},
        "One decision, two answers.",
    ),
    ("dashboard/services/staff.py", "give_back"): (
        {"ticket_released", "contact_request_released", "onboarding_released", "request_released"},
        "EMPTY_HANDS names the event of each kind of case.",
    ),
    ("dashboard/services/staff.py", "give_back_strays"): (
        {"ticket_released", "contact_request_released", "onboarding_released", "request_released"},
        "As give_back, for what slipped through it.",
    ),
    ("dashboard/services/proposals.py", "_file"): (
        {"invitation_proposed", "role_proposed", "token_proposed"},
        "The kind of the proposal names its event.",
    ),
    ("dashboard/services/proposals.py", "done"): (
        {"proposal_stood_behind", "proposal_agreed", "proposal_refused", "proposal_withdrawn"},
        "What became of a proposal; each caller names its event.",
    ),
}
"""Calls of record() whose event is no literal: by file and function, the events they write and why."""


@dataclass(frozen=True)
class Call:
    """One call of record(): where, the event where it is literal, and the names of its facts."""

    path: str
    function: str
    line: int
    event: str | None
    facts: frozenset[str]
    spread: bool

    @property
    def events(self) -> set[str]:
        """The events the call may write."""
        return {self.event} if self.event else NAMED_ELSEWHERE.get((self.path, self.function), (set(), ""))[0]


def calls(texts: Mapping[str, str]) -> Iterator[Call]:
    for path, text in texts.items():
        tree = parsed(text)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and is_record(node.func) and len(node.args) == 2:
                event = node.args[1].value if isinstance(node.args[1], ast.Constant) else None
                names = [keyword.arg for keyword in node.keywords]
                facts = frozenset(name for name in names if name)
                yield Call(path, function_around(tree, node), node.lineno, event, facts, None in names)


def is_record(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute):
        return function.attr == "record" and isinstance(function.value, ast.Name) and function.value.id == "access_log"
    return isinstance(function, ast.Name) and function.id == "record"


def call_faults(found: list[Call], events: Mapping[str, frozenset[str]]) -> Iterator[str]:
    for call in found:
        where = f"{call.path}:{call.line}"
        if call.event is None and (call.path, call.function) not in NAMED_ELSEWHERE:
            yield f"{where}: name the event, or list ({call.path!r}, {call.function!r}) in NAMED_ELSEWHERE with why"
        if call.spread:
            yield f"{where}: name each fact; ** hides them from this net"
        for event in sorted(call.events):
            if event not in events:
                yield f'{where}: add "{event}": CASE to EVENTS of services/access_log.py'
            elif call.facts != events[event] and not call.spread:
                yield f"{where}: {event} carries {sorted(events[event])}, not {sorted(call.facts)}"


def silent_events(found: list[Call], events: Mapping[str, frozenset[str]]) -> list[str]:
    written = {event for call in found for event in call.events}
    return [
        f"{event}: nothing records it; record it, or take it out of EVENTS" for event in events if event not in written
    ]


def test_every_event_is_recorded_when_the_log_knows_it():
    found = list(calls(DASHBOARD))

    faults = silent_events(found, EVENTS)

    assert len(found) > 25
    assert not faults, "\n".join(faults)


def test_every_call_carries_exactly_its_facts_when_it_records():
    found = list(calls(DASHBOARD))

    faults = list(call_faults(found, EVENTS))

    assert not faults, "\n".join(faults)


def test_every_event_is_in_the_past_tense_when_the_log_knows_it():
    names = list(EVENTS)

    present = [name for name in names if not name.endswith(PAST)]

    assert not present, f"events have happened: name these in the past tense, or add their ending to PAST: {present}"


def test_every_exception_is_still_there_when_it_is_listed():
    dynamic = {(call.path, call.function) for call in calls(DASHBOARD) if call.event is None}

    stale = NAMED_ELSEWHERE.keys() - dynamic

    assert not stale, f"take these out of NAMED_ELSEWHERE: {sorted(stale)}"


@pytest.mark.parametrize("place", sorted(NAMED_ELSEWHERE), ids="-".join)
def test_an_event_named_elsewhere_stands_in_the_source_when_it_is_listed(place: tuple[str, str]):
    listed, reason = NAMED_ELSEWHERE[place]

    literals = {n.value for t in DASHBOARD.values() for n in ast.walk(parsed(t)) if isinstance(n, ast.Constant)}

    unnamed = {event for event in listed if event not in literals and not event.endswith("_proposed")}
    assert len(reason) >= 15
    assert listed <= EVENTS.keys()
    assert not unnamed


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('access_log.record(session, "ticket_eaten", case=case)', 'add "ticket_eaten": CASE to EVENTS'),
        ('access_log.record(session, "ticket_taken")', "ticket_taken carries ['case'], not []"),
        ('record(session, "signed_in", count=1)', "signed_in carries [], not ['count']"),
        ('record(session, "ticket_taken", **facts)', "name each fact"),
        (
            "def verb():\n    access_log.record(session, event, case=case)",
            "('dashboard/new.py', 'verb') in NAMED_ELSEWHERE",
        ),
    ],
)
def test_a_call_is_named_when_it_records_amiss(text: str, complaint: str):
    found = list(calls({"dashboard/new.py": text}))

    faults = list(call_faults(found, EVENTS))

    assert len(faults) == 1
    assert faults[0].startswith("dashboard/new.py:")
    assert complaint in faults[0]


def test_an_event_is_named_when_nothing_records_it():
    found = list(calls({"dashboard/new.py": 'record(session, "signed_in")'}))

    faults = silent_events(found, {"signed_in": frozenset(), "ticket_eaten": frozenset({"case"})})

    assert faults == ["ticket_eaten: nothing records it; record it, or take it out of EVENTS"]


def test_an_event_is_named_when_it_is_in_the_present_tense():
    names = ["ticket_take", "ticket_close", "sign"]

    present = [name for name in names if not name.endswith(PAST)]

    assert present == names
