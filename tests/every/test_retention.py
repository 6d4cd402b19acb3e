"""Nothing personal is kept for ever: every table that can hold a person has a rule, or a written reason for none."""

from collections.abc import Collection, Iterator

from dashboard.policy.retention import EXEMPT, RULES, Rule
from dashboard.services.retention.rules import personal_tables
from dashboard.services.retention.telling import NAMES
from dashboard.services.schedule import SCHEDULE
from tests.every.sources import ROOT


def uncovered(personal: Collection[str], rules: Collection[Rule], exempt: dict[str, str]) -> Iterator[str]:
    ruled = {rule.table for rule in rules}
    for table in sorted(personal):
        if table not in ruled | exempt.keys():
            yield f'{table}: give it a Rule in policy/retention.py, or in EXEMPT "{table}": "why …",'
    for table, reason in exempt.items():
        if table in ruled:
            yield f"{table}: it has a rule; take it out of EXEMPT"
        if table not in personal:
            yield f"{table}: it holds no person; take it out of EXEMPT"
        if len(reason) < 25 or not reason.endswith("."):
            yield f"{table}: {reason!r} is no reason; write a sentence"


def test_every_personal_table_has_a_rule_or_a_reason_when_it_is_mapped():
    personal = personal_tables()

    faults = list(uncovered(personal, RULES, EXEMPT))

    assert len(personal) > 20
    assert not faults, "\n".join(faults)


def test_every_rule_is_on_the_schedule_when_it_is_written():
    jobs = {job.name for job in SCHEDULE}

    idle = [f"{rule.name}: no job of SCHEDULE is called {rule.by}" for rule in RULES if rule.by not in jobs]

    assert not idle, "\n".join(idle)


def test_every_nightly_rule_has_a_name_for_messages_when_it_is_written():
    assert set(NAMES) == {rule.name for rule in RULES if rule.is_nightly}


def test_a_table_is_named_when_it_has_neither_rule_nor_reason():
    faults = list(uncovered({"diary", "account"}, RULES, {}))

    assert [fault.partition(":")[0] for fault in faults] == ["diary"]


def test_a_reason_is_named_when_it_is_hollow_or_left_over():
    faults = list(
        uncovered(
            {"diary", "account"}, RULES, {"diary": "Later.", "account": EXEMPT["company"], "gone": EXEMPT["company"]}
        )
    )

    assert [fault.partition(":")[0] for fault in faults] == ["diary", "account", "gone"]


def test_every_period_is_said_when_the_rules_are_documented():
    text = (ROOT / "docs" / "retention.md").read_text(encoding="utf-8")

    unsaid = [rule.name for rule in RULES if f"| `{rule.name}` |" not in text]

    assert not unsaid, f"docs/retention.md lacks a line for {unsaid}; run `make docs`"
