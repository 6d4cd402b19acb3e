"""The record as a document: docs/processing-activities.md, and the copy in every evidence folder."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from dashboard.policy.sentences import sentence
from dashboard.processors.base import Facts

from .limits import Limit
from .record import PERSONS, Activity, Record, Table, Use

UNSAID = "**not recorded**: set {setting}"
NOT_STATED = "not in the policy: owner's decision"
ELSEWHERE = "in no table here: with the processors that section (d) says hold them"
Line = Sequence[str]


def text_of(record: Record, *, made: str) -> str:
    """Return the whole document; `made` says how it came about."""
    parts = (
        _controller(record), _purposes(record), _persons(record), _data(record), _recipients(record),
        _transfers(record), _limits(record), _measures(record),
    )  # fmt: skip
    lines = ["# Record of processing activities", "", made, "", INTRODUCTION]
    for title, part in zip(TITLES, parts, strict=True):
        lines += ["", f"## {title}", "", *part]
    return "\n".join(lines) + "\n"


INTRODUCTION = (
    "What the General Data Protection Regulation asks for in article 30, paragraph 1, read from the tables, the "
    "grants, the time limits and the registry of processors that the application runs by."
)
TITLES = (
    "(a) Controller", "(b) Purposes", "(c) Categories of persons", "(c) Categories of data", "(d) Recipients",
    "(e) Transfers outside the European Union", "(f) Time limits", "(g) Technical and organisational measures",
)  # fmt: skip


def table(heads: Line, rows: Iterable[Line]) -> list[str]:
    """Return a table of Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]


def _controller(record: Record) -> list[str]:
    who = record.controller
    return table(("what", "who"), (
        ("controller", who.name),
        ("address", who.address or UNSAID.format(setting="`COMPANY_ADDRESS`")),
        ("contact for privacy, or data protection officer", who.contact or UNSAID.format(setting="`PRIVACY_CONTACT`")),
    ))  # fmt: skip


def _purposes(record: Record) -> list[str]:
    rows = [row for activity in record.activities for row in _uses(activity)]
    return table(("purpose", "what for", "whose data", "used by", "which data", "promise"), rows)


def _uses(activity: Activity) -> Iterator[Line]:
    persons = "; ".join(PERSONS[subject] for subject in activity.persons) or "nobody's"
    for use in activity.uses or (None,):
        who, data, promises = (str(use.role), _used(use), ", ".join(use.promises)) if use else ("nobody yet", "", "")
        yield f"`{activity.purpose.value}`", activity.sentence, persons, who, data, promises


def _used(use: Use) -> str:
    told = (f"`{name}`: {', '.join(c.value for c in categories)}" for name, categories in use.data.items())
    return "<br>".join(told) or "no personal data"


def _persons(record: Record) -> list[str]:
    held = {words: sum(t.person == subject for t in record.tables) for subject, words in PERSONS.items()}
    rows = ((words, f"{count} tables" if count else ELSEWHERE) for words, count in held.items())
    return table(("persons", "where they are held"), rows)


def _data(record: Record) -> list[str]:
    categories = {category: None for t in record.tables for category in t.columns}
    meanings = table(("category", "what it is"), ((f"`{c.value}`", sentence(c)) for c in categories))
    rows = [(f"`{t.name}`", PERSONS[t.person], t.reason, _held(t), _removal(t)) for t in record.tables]
    others = [(f"`{name}`", reason) for name, reason in record.of_nobody]
    return [
        *meanings, "", *table(("table", "whose", "why it exists", "what it holds", "at removal"), rows), "",
        "Tables that hold nobody's data:", "", *table(("table", "why it exists"), others),
    ]  # fmt: skip


def _held(held: Table) -> str:
    told = (f"{category.value}: {', '.join(f'`{name}`' for name in names)}" for category, names in held.columns.items())
    return "<br>".join(told) or "work data only"


def _removal(held: Table) -> str:
    return {
        None: "not about persons who ask for removal", "delete": "the row goes", "anonymise": "emptied; the row stays",
        "keep": f"kept: {held.kept}",
    }[held.removal and held.removal.value]  # fmt: skip


def _recipients(record: Record) -> list[str]:
    inside = ((f"`{role.value}`", "staff", sentence(role), "") for role in record.recipients)
    outside = ((f"`{f.name}`", f.title, f.holds, f.justification) for f in record.processors)
    return table(("recipient", "who", "what it does or holds", "why it is needed"), [*inside, *outside])


def _transfers(record: Record) -> list[str]:
    return table(
        ("recipient", "place", "ground the policy names", "valid today", "remark"), map(_transfer, record.transfers)
    )


def _transfer(facts: Facts) -> Line:
    return f"`{facts.name}`", facts.place, facts.ground, "yes" if facts.valid else "**no**", facts.note


def _limits(record: Record) -> list[str]:
    return table(("table", "kept for", "counted from", "by"), (_limit(t.name, t.limit) for t in record.tables))


def _limit(name: str, limit: Limit) -> Line:
    kept = str(limit.period) if limit.period.is_one else limit.because or "until its person is removed"
    return f"`{name}`", kept, f"`{limit.since}`" if limit.since else "", limit.promise or NOT_STATED


def _measures(record: Record) -> list[str]:
    rows = [(m.heading, control, promise) for m in record.measures for control, promise in m.controls]
    return table(("for", "measure", "promise"), rows)


def wanted(record: Record) -> Mapping[str, str]:
    """Return what the document must say, by what it is about: the beginning of a line each."""
    told = {f"purpose {a.purpose.value}": f"| `{a.purpose.value}` | {a.sentence} |" for a in record.activities}
    told |= {f"table {t.name}": f"| `{t.name}` | {PERSONS[t.person]} | {t.reason} |" for t in record.tables}
    told |= {f"table {name}": f"| `{name}` | {reason} |" for name, reason in record.of_nobody}
    told |= {f"time limit of {t.name}": " | ".join(_limit(t.name, t.limit)) for t in record.tables}
    told |= {f"role {role.value}": f"| `{role.value}` | staff | {sentence(role)} |" for role in record.recipients}
    told |= {f"processor {f.name}": f"| `{f.name}` | {f.title} | {f.holds} |" for f in record.processors}
    return told | {f"transfer to {f.name}": f"| `{f.name}` | {f.place} | {f.ground} |" for f in record.transfers}


def unsaid(document: str, record: Record) -> list[str]:
    """Return, for each thing the document does not say, its name and the line it lacks."""
    return [
        f"{what}: run `make docs`; the line is missing: {line}"
        for what, line in wanted(record).items()
        if line not in document
    ]
