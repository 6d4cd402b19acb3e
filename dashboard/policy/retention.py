"""RULES: how long everything personal is kept, and why. One line per rule; what a lawyer may audit is data.

A rule that names a table, column, period or promise that does not exist stops the start (services/retention/rules.py).
A personal table stands in RULES or, with the reason, in EXEMPT: one that is in neither fails the build (tests/every).
"""

from dataclasses import dataclass
from enum import StrEnum

from . import lifetimes
from .calendar import Period

NIGHTLY = "keep_to_limits"
"""The job that carries out the rules that no other job does."""


class Action(StrEnum):
    """What happens to a row when its period is over."""

    DELETE = "delete"
    """The row goes, and what hangs on it."""
    ANONYMISE = "anonymise"
    """The columns that say something about a person are emptied; the row stays for its figures."""


OWNER = "not in the policy: owner's decision"
"""What stands where a promise would, when the published policy does not say how long."""


@dataclass(frozen=True)
class Rule:
    """One line: rows of a table whose clock column is older than the period are due.

    `promises`: those it keeps; none means that the published policy does not say, and the period is the owner's
    decision. `by`: the job of the schedule that carries it out. `slack`: so many rows may come on top of a preview
    whatever its size. `unless`: a column and the value with which a row stays. `gone_when`: a column that, once set,
    says that what the row stood for has gone. `empties`: what ANONYMISE empties.
    """

    name: str
    table: str
    clock: str
    period: Period
    action: Action = Action.DELETE
    promises: tuple[str, ...] = ()
    by: str = NIGHTLY
    slack: int = 100
    unless: tuple[str, str] | None = None
    gone_when: str = ""
    empties: tuple[str, ...] = ()

    @property
    def is_nightly(self) -> bool:
        """Whether the nightly job carries it out, with preview, batches and a run of its own."""
        return self.by == NIGHTLY


TWO_YEARS = Period(months=24)
RULES: tuple[Rule, ...] = (
    Rule("usage_events", "usage_event", "occurred_at", TWO_YEARS, promises=("P50",), slack=1_000),
    Rule("accounts", "account", "deactivated_at", TWO_YEARS, promises=("P40", "P41"), slack=5),
    Rule("contact_requests", "contact_request", "closed_at", Period(months=6), unless=("permission", "yes")),
    Rule("tickets", "ticket", "closed_at", TWO_YEARS),
    Rule("error_records", "app_error", "occurred_at", TWO_YEARS, Action.ANONYMISE, empties=("message", "session")),
    Rule("set_ups", "onboarding_case", "closed_at", TWO_YEARS),
    Rule("requests", "subject_request", "closed_at", TWO_YEARS),
    Rule("access_records", "access_record", "at", TWO_YEARS, slack=1_000),
    Rule("messages", "message", "created_at", Period(days=30)),
    Rule("app_messages", "app_message", "sent_at", Period(months=3)),
    Rule("former_addresses", "former_address", "changed_at", Period(lasts=lifetimes.FORMER_ADDRESS), by="forget_former_addresses"),  # noqa: E501
    Rule("export_files", "export_file", "made_at", Period(lasts=lifetimes.DOWNLOAD), by="delete_copies", gone_when="verified_at"),  # noqa: E501 - a table is read by its lines
    Rule("call_answers", "idempotency_record", "created_at", Period(lasts=lifetimes.IDEMPOTENCY), by="delete_old_calls"),  # noqa: E501
    Rule("sessions", "staff_session", "created_at", Period(lasts=lifetimes.SESSION_LONGEST), by="delete_dead_sessions"),
)  # fmt: skip
"""The whole of it, in the order in which a night carries it out: what hangs on an account goes before the account."""
EXEMPT = {
    "account_preference": "Goes with its account; while there is one, the person's choice must hold (P32).",
    "usage_day": "Goes as soon as its week's figures are made, ten days after it at most (make_figures).",
    "company": "A customer is no person; the name of a one-person company is emptied with its account (P7).",
    "company_administrator": "Goes with its account; it says who may ask for whom (P43).",
    "contact_attempt": "Goes with the submission it belongs to.",
    "trace_opening": "Goes with the ticket it was opened for.",
    "trace_widening": "Goes with the opening of the trace it belongs to.",
    "request_link": "Goes with its request; a hash, which names nobody.",
    "request_step": "Goes with its request; counts per place, which name nobody.",
    "sealed_payload": "Destroyed as soon as the closing message has gone, within minutes (destroy_payloads).",
    "staff": "Who worked here must stay known as long as what they did can be asked for; no customer's data (P57).",
    "proposal": "Shows that two people stood behind every right somebody had; no customer's data (P57).",
    "invitation": "A hash, which names nobody, and whose invitation it was; no customer's data.",
}
"""Personal tables without a rule of their own, and why."""
PROMISED = {"P40": TWO_YEARS, "P41": TWO_YEARS, "P50": TWO_YEARS}
"""What the published policy says in so many words: a rule that cites one of these has no other period."""
MARGIN = 0.05
"""A run may find this share more than its preview; above, it stops and asks a human."""


def rule_of(name: str) -> Rule | None:
    """Return the rule of this name; None when there is none."""
    return next((rule for rule in RULES if rule.name == name), None)


def most(previewed: int, rule: Rule) -> int:
    """Return how many rows a run may find when its preview found so many."""
    return previewed + max(int(previewed * MARGIN), rule.slack)
