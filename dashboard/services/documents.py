"""The documents that are written from the code: who may do what, the settings, the access matrix.

They stand in docs/ so that a change of a right shows in a review; a test holds them equal to the code.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import Field, fields
from io import StringIO
from typing import Any

from dashboard.config import Settings
from dashboard.policy.permissions import Permission
from dashboard.policy.purposes import Purpose
from dashboard.policy.retention import EXEMPT, OWNER, RULES, Rule
from dashboard.policy.roles import Role
from dashboard.policy.sentences import sentence

from .access_log import EVENTS
from .activities.record import record
from .activities.text import text_of
from .matrix import PRINCIPALS, Endpoint, GrantInWords, cells, grants_by_role

FROM_THE_CODE = "This page is written by `make docs` from the code; a test holds it equal. Do not edit it by hand."


def all_documents(endpoints: Iterable[Endpoint]) -> Mapping[str, str]:
    """Return every generated document: its path below the project's folder, and its text."""
    return {
        "docs/roles.md": roles_text(),
        "docs/settings.md": settings_text(),
        "docs/retention.md": retention_text(),
        "docs/access-matrix.csv": matrix_text(endpoints),
        "docs/processing-activities.md": text_of(record(Settings()), made=FROM_THE_CODE),
    }


def roles_text() -> str:
    """Return docs/roles.md: grants per role, permissions, purposes, events of the access log."""
    lines = ["# Who may do what", "", FROM_THE_CODE, "", *_how_to_read()]
    for role, grants in grants_by_role().items():
        lines += ["", f"## {role}", "", sentence(Role(role)), "", *_table(GRANT_HEADS, map(_grant_row, grants))]
    lines += ["", "## Permissions", "", *_table(("permission", "what it allows"), _sentences(Permission))]
    lines += ["", "## Purposes", "", *_table(("purpose", "what it means"), _sentences(Purpose))]
    lines += ["", "## Events of the access log", "", *_events()]
    return "\n".join(lines) + "\n"


GRANT_HEADS = ("permission", "what it allows", "rows in reach", "promise", "may change")


def _how_to_read() -> list[str]:
    return [
        "What is not in these tables is refused. *Rows in reach* says which rows of which table load while the",
        "permission is used, and in brackets which personal or staff columns load with them; plain work data",
        "(numbers, kinds, clocks, opaque keys) always comes along. The source is `dashboard/policy/grants.py`; each",
        "row condition is written once, beside its table in `models/`.",
    ]


def _grant_row(grant: GrantInWords) -> tuple[str, ...]:
    reach = "<br>".join(
        f"`{rows.table}`: {rows.sentence}" + (f" [{', '.join(rows.categories)}]" if rows.categories else "")
        for rows in grant.rows
    )
    writes = ", ".join(f"`{name}`" for name in grant.writes)
    return f"`{grant.permission}`", grant.sentence, reach or "no row", grant.promise, writes or "nothing"


def _sentences(of: type[Permission] | type[Purpose]) -> Iterator[tuple[str, str]]:
    return ((f"`{member.value}`", sentence(member)) for member in of)


def _events() -> list[str]:
    rows = ((f"`{event}`", ", ".join(sorted(facts)) or "nothing more") for event, facts in EVENTS.items())
    told = (
        "Each line says when, who (by key and number), in which role, under which permission and purpose; beside that:"
    )
    return [told, "", *_table(("event", "facts it carries"), rows)]


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [heads, ["---"] * len(heads), *rows]
    return ["| " + " | ".join(text.replace("|", "\\|") for text in line) + " |" for line in lines]


def settings_text() -> str:
    """Return docs/settings.md: every setting, its default and what it does."""
    rows = (_setting_row(item) for item in fields(Settings))
    told = "Settings come from the environment only. Outside the demo the application refuses to start unsafely."
    return (
        "\n".join(
            ["# Settings", "", FROM_THE_CODE, "", told, "", *_table(("setting", "default", "what it does"), rows)]
        )
        + "\n"
    )


def _setting_row(item: "Field[Any]") -> tuple[str, str, str]:
    shown = {"": "", False: "`0`", True: "`1`"}.get(item.default, f"`{item.default}`")
    return f"`{item.name.upper()}`", shown, item.metadata["text"]


def retention_text() -> str:
    """Return docs/retention.md: how long everything personal is kept, and what needs no rule of its own."""
    heads = ("rule", "what", "since", "kept for", "then", "promise", "by the job")
    exempt = ((f"`{table}`", reason) for table, reason in EXEMPT.items())
    lines = [
        "# How long what is kept",
        "",
        FROM_THE_CODE,
        "",
        *RETENTION_TOLD,
        "",
        *_table(heads, map(_rule_row, RULES)),
    ]
    lines += ["", "## Without a rule of their own", "", *_table(("table", "why"), exempt)]
    return "\n".join(lines) + "\n"


RETENTION_TOLD = (
    "A period in months or days ends with the last hour of its last day in the company's time zone; a day that a month",
    "does not have becomes its last one. Never a day early; gone within 24 hours; later than that is overdue and red.",
    "The source is `dashboard/policy/retention.py`.",
)


def _rule_row(rule: Rule) -> tuple[str, ...]:
    stays = f"; a row whose `{rule.unless[0]}` is `{rule.unless[1]}` stays" if rule.unless else ""
    then = f"{rule.action}: {', '.join(rule.empties)}" if rule.empties else f"{rule.action}"
    since, promise = f"`{rule.table}.{rule.clock}`", ", ".join(rule.promises) or OWNER
    return f"`{rule.name}`", f"`{rule.table}`{stays}", since, str(rule.period), then, promise, f"`{rule.by}`"


def matrix_text(endpoints: Iterable[Endpoint]) -> str:
    """Return docs/access-matrix.csv: allow, deny or sign-in for each endpoint, method and principal."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("endpoint", "rule", "method", "permission", *PRINCIPALS))
    for cell in cells(endpoints):
        writer.writerow((cell.endpoint, cell.rule, cell.method, cell.permission, *cell.answers.values()))
    return text.getvalue()
