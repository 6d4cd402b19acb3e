"""A line of RULES that names what does not exist stops the start, and says which line."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dashboard.app import create_app
from dashboard.policy.calendar import Period
from dashboard.policy.retention import NIGHTLY, RULES, Action, Rule, most
from dashboard.services.retention import rules
from tests.retention.aged import the

GOOD = Rule("diary", "usage_event", "occurred_at", Period(months=24), promises=("P50",))
JOBS = [NIGHTLY, *{rule.by for rule in RULES}]


def faults(*lines: Rule) -> list[str]:
    return list(rules.faults(lines, jobs=JOBS))


def test_every_rule_holds_when_the_tables_are_those_of_the_house():
    assert faults(*RULES) == []


@pytest.mark.parametrize(
    ("bad", "complaint"),
    [
        (replace(GOOD, table="diary"), "there is no table 'diary'"),
        (replace(GOOD, clock="happened_at"), "usage_event has no column 'happened_at'"),
        (replace(GOOD, clock="feature"), "usage_event.feature is no moment in time"),
        (replace(GOOD, table="staff", clock="created_at", promises=()), "staff.created_at leads no index"),
        (replace(GOOD, period=Period()), "is no period"),
        (replace(GOOD, period=Period(months=-1), promises=()), "is no period"),
        (replace(GOOD, period=Period(months=1, days=1), promises=()), "is no period"),
        (replace(GOOD, period=Period(lasts=timedelta(-1)), promises=()), "is no period"),
        (replace(GOOD, period=Period(months=25)), "P50 promises another period"),
        (replace(GOOD, period=Period(days=730)), "P50 promises another period"),
        (replace(GOOD, promises=("P62",)), "there is no promise 'P62'"),
        (replace(GOOD, by="somebody"), "no job 'somebody' is on the schedule"),
        (replace(GOOD, unless=("mood", "good")), "usage_event has no column 'mood'"),
        (replace(GOOD, gone_when="gone_at"), "usage_event has no column 'gone_at'"),
        (replace(GOOD, action=Action.ANONYMISE), "anonymise names the columns it empties"),
        (replace(GOOD, empties=("feature",)), "anonymise names the columns it empties"),
        (replace(GOOD, action=Action.ANONYMISE, empties=("feature",)), "usage_event.feature cannot be emptied"),
        (replace(GOOD, name="Usage events"), "its name must be one of its own"),
    ],
)
def test_a_rule_is_refused_when_it_names_what_does_not_exist(bad: Rule, complaint: str):
    found = faults(bad)

    assert faults(GOOD) == []
    assert found
    assert complaint in found[0]
    with pytest.raises(rules.RuleRefused, match=f"RULES: {bad.name}: "):
        rules.verify([bad], jobs=JOBS)


def test_a_rule_is_refused_when_its_name_is_taken():
    assert [fault.partition(":")[0] for fault in faults(GOOD, GOOD)] == ["diary"]


def test_the_application_does_not_start_when_a_rule_is_wrong(monkeypatch, tmp_path):
    wrong = replace(the("tickets"), clock="ended_at")
    monkeypatch.setattr(rules, "verify", lambda *, jobs, check=rules.verify: check([wrong], jobs=jobs))

    with pytest.raises(rules.RuleRefused, match="RULES: tickets: ticket has no column 'ended_at'"):
        create_app({"DEMO": "1", "DATABASE_URL": f"sqlite:///{tmp_path / 'empty.db'}"})


@pytest.mark.parametrize(("previewed", "name", "allowed"), [
    (0, "accounts", 5), (200, "accounts", 210), (0, "tickets", 100), (100_000, "usage_events", 105_000),
])  # fmt: skip
def test_margin_is_five_percent_when_the_slack_is_smaller(previewed: int, name: str, allowed: int):
    assert most(previewed, the(name)) == allowed
