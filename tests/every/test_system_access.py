"""Each place that reads and writes as the system itself is known, counted and explained."""

import ast
from collections import Counter
from collections.abc import Mapping

import pytest

from tests.every.sources import parsed, sources

KNOWN: dict[str, tuple[int, str]] = {
    "dashboard/app.py": (1, "At the start the database is held against the ledger outside it."),
    "dashboard/cli_audit.py": (2, "Whoever runs the machine seals, or owns up to a restore; no line is shown."),
    "dashboard/services/seals/checking.py": (1, "A job says how far it is; it reads no line."),
    "dashboard/services/seals/verifying.py": (
        1,
        "Every line is hashed, and none is shown: ranges and counts come out.",
    ),
    "dashboard/cli_erasure.py": (
        2,
        "Whoever runs the machine replays the ledger, or scans for residue; no value is printed.",
    ),
    "dashboard/cli_retention.py": (3, "Whoever runs the machine has due rows deleted; clocks and counts are printed."),
    "dashboard/services/retention/outcome.py": (
        3,
        "The oldest clock and the count of each table; whoever asks sees no row of it.",
    ),
    "dashboard/services/retention/running.py": (1, "The night deletes what is due; nobody is signed in."),
    "dashboard/cli_evidence.py": (1, "Whoever runs the machine has figures and rules written; nothing of a person."),
    "dashboard/public/certificates.py": (1, "Who has the link has the certificate checked; it names nobody."),
    "dashboard/public/confirmations.py": (3, "The person has a link and no account here; its hash finds one request."),
    "dashboard/public/lost_mailbox.py": (
        3,
        "The company's administrator, or the known address, has a link and no account here.",
    ),
    "dashboard/public/former.py": (3, "Who reads the address before a change has a link and no account here."),
    "dashboard/public/privacy.py": (1, "Anyone may ask, without an account; nobody is looked up."),
    "dashboard/public/standing.py": (1, "The person sees where their request stands, by its link."),
    "dashboard/services/erasure/means.py": (1, "A removal its person confirmed is carried out by the job."),
    "dashboard/services/requests/lost_mailbox.py": (1, "Whom to write to is looked up outside the engineer's reach."),
    "dashboard/services/requests/receiving.py": (
        1,
        "Askings are counted per keyed address; the writer learns nothing of it.",
    ),
    "dashboard/services/requests/working.py": (
        2,
        "To whom a letter goes is looked up outside the engineer's reach, and whether the request is their own.",
    ),
    "dashboard/cli_promises.py": (1, "Whoever runs the machine has the promises printed: figures, never a person."),
    "dashboard/services/promises/running.py": (
        2,
        "Checks count in every table, in a transaction that reads only; another keeps what they found.",
    ),
    "scheduler.py": (4, "Jobs and the sign of life: nobody is signed in."),
    "dashboard/database/engine.py": (1, "system_session() itself."),
    "dashboard/front_door.py": (1, "A refusal is recorded in a session of its own; it may write the log only."),
    "dashboard/sign_in.py": (5, "Before anyone is signed in: find, keep and end a session, record a failure."),
    "dashboard/cli_staff.py": (
        3,
        "The command line of whoever runs the machine; it can only propose, save at the start.",
    ),
    "dashboard/cli_statistics.py": (1, "Whoever runs the machine takes in website statistics: aggregates, no person."),
    "dashboard/cli_demo.py": (1, "The demo's staff and its tokens, under DEMO=1 only."),
    "dashboard/cli_demo_staff.py": (1, "Which old cases the demo's staff work on; reads keys."),
    "dashboard/api/gate.py": (2, "Machines have a token and no staff row; a refused call is recorded."),
    "dashboard/public/invitation.py": (
        2,
        "Whoever follows an invitation has no session yet; the link's hash finds one row.",
    ),
    "dashboard/public/downloads.py": (4, "A person has no account: the link's hash finds one request and its files."),
    "dashboard/public/metrics.py": (1, "Who watches the machines has a token or is this machine; counts and ages."),
    "dashboard/public/operations.py": (1, "Readiness asks whether the database answers."),
    "dashboard/services/intake/acting.py": (1, "What the app and the website send, within the token's scope."),
    "dashboard/services/intake/rates.py": (1, "Counts calls per token."),
    "dashboard/services/overview/collecting.py": (
        1,
        "Reads everything of the person who confirmed that they ask for it.",
    ),
    "dashboard/services/overview/delivering.py": (1, "Hands it over to the address on file; nobody is signed in."),
    "dashboard/services/explain.py": (1, "Plants invented rows in a database of its own."),
    "dashboard/services/onboarding.py": (1, "Counts accounts for a share; reads no personal column."),
    "dashboard/services/staff_tickets.py": (1, "Whether an address belongs to an account; the writer is never told."),
}
"""By file: how many uses of Access.system() or system_session(), and why nobody else can do it."""


def uses(texts: Mapping[str, str]) -> dict[str, int]:
    """How often each file calls Access.system() or system_session()."""
    return {path: count for path, text in texts.items() if (count := sum(map(is_use, ast.walk(parsed(text)))))}


def is_use(node: ast.AST) -> bool:
    """A call under either name; the name alone, handed on as a value, counts as well."""
    if isinstance(node, ast.Attribute):
        return node.attr == "system_session" or (
            node.attr == "system" and isinstance(node.value, ast.Name) and node.value.id == "Access"
        )
    return isinstance(node, ast.Name) and node.id == "system_session"


def faults(found: Mapping[str, int], known: Mapping[str, tuple[int, str]]) -> list[str]:
    """The line to write for each file whose count is not the known one."""
    counted = Counter(found)
    return [
        f'{path} has {counted[path]}, {known.get(path, (0, ""))[0]} known: "{path}": ({counted[path]}, "why …"),'
        for path in sorted(found.keys() | known.keys())
        if counted[path] != known.get(path, (0, ""))[0]
    ]


def test_every_system_access_is_known_when_the_source_is_read():
    found = uses(sources())

    new = faults(found, KNOWN)

    assert not new, "the system reaches everything; is there really nobody to ask for? Then in KNOWN:\n" + "\n".join(
        new
    )


def test_every_system_access_is_explained_when_it_is_known():
    reasons = {path: reason for path, (_count, reason) in KNOWN.items()}

    hollow = [path for path, reason in reasons.items() if len(reason) < 15 or not reason.endswith(".")]

    assert not hollow


@pytest.mark.parametrize(
    "text",
    [
        'with system_session(db.engine, "just this once") as session:\n    pass',
        'session = engine.system_session(db.engine, "just this once")',
        'access = Access.system("just this once")',
        "make = system_session",
    ],
)
def test_a_new_use_is_named_when_it_is_not_known(text: str):
    found = uses({"dashboard/services/new.py": text})

    new = faults(found, {})

    assert new == ['dashboard/services/new.py has 1, 0 known: "dashboard/services/new.py": (1, "why …"),']


def test_one_more_use_is_named_when_the_file_is_known():
    text = 'Access.system("one")\nAccess.system("two")'

    new = faults(uses({"scheduler.py": text}), {"scheduler.py": (1, "Jobs.")})

    assert len(new) == 1
    assert "scheduler.py has 2, 1 known" in new[0]


def test_a_left_over_line_is_named_when_its_use_is_gone():
    known = {"scheduler.py": (1, "Jobs.")}

    new = faults(uses({}), known)

    assert len(new) == 1
    assert "scheduler.py has 0, 1 known" in new[0]
