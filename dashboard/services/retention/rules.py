"""Holding the rules against the tables: a rule that names what does not exist stops the start, by its line.

What must never happen here: a rule that runs on a guess. Everything it names is looked up, and its clock must lead an
index, because what is due is looked for in the oldest rows alone.
"""

import re
from collections.abc import Iterable, Iterator

from dashboard.policy.retention import PROMISED, RULES, Action, Rule
from models import PERSONAL, Base, columns_of, every_table, is_moment, leads_an_index, models_of_persons, privacy_of

PROMISES = {f"P{number}" for number in range(1, 62)}
"""The promises of the published policy are numbered so."""
OF_PERSONS = frozenset({"account", "contact", "staff"})


class RuleRefused(Exception):
    """Cannot start because a line of RULES names what does not exist; the text says which line, and what."""


def verify(rules: Iterable[Rule] = RULES, *, jobs: Iterable[str]) -> None:
    """Raise RuleRefused at the first faulty line. `jobs`: the names on the schedule."""
    for fault in faults(rules, jobs=jobs):
        raise RuleRefused(f"dashboard/policy/retention.py, RULES: {fault}")


def faults(rules: Iterable[Rule], *, jobs: Iterable[str]) -> Iterator[str]:
    """Yield what is wrong with each line, beginning with the rule's name."""
    seen, known = set(), set(jobs)
    for rule in rules:
        found = list(_faults(rule))
        if rule.name in seen or not re.fullmatch(r"[a-z_]{3,40}", rule.name):
            found.append("its name must be one of its own: small letters and _")
        if rule.by not in known:
            found.append(f"no job {rule.by!r} is on the schedule")
        seen.add(rule.name)
        yield from (f"{rule.name}: {fault}" for fault in found)


def _faults(rule: Rule) -> Iterator[str]:
    yield from _period_faults(rule)
    model = every_table().get(rule.table)
    if model is None:
        yield f"there is no table {rule.table!r}"
        return
    yield from _column_faults(rule, model)


def _period_faults(rule: Rule) -> Iterator[str]:
    if not rule.period.is_one:
        yield f"{rule.period} is no period: give months, days or lasts, one of them and more than none"
    for promise in rule.promises:
        if promise not in PROMISES:
            yield f"there is no promise {promise!r}"
        elif rule.period != PROMISED.get(promise, rule.period):
            yield f"{promise} promises another period"


def _column_faults(rule: Rule, model: type[Base]) -> Iterator[str]:
    columns = columns_of(model)
    named = (rule.clock, *rule.empties, *filter(None, (rule.gone_when, rule.unless and rule.unless[0])))
    unknown = [name for name in named if name not in columns]
    yield from (f"{rule.table} has no column {name!r}" for name in unknown)
    if unknown:
        return
    if not is_moment(model, rule.clock):
        yield f"{rule.table}.{rule.clock} is no moment in time"
    elif not leads_an_index(model, rule.clock):
        yield f"{rule.table}.{rule.clock} leads no index: what is due could only be found by reading everything"
    yield from _action_faults(rule, model)


def _action_faults(rule: Rule, model: type[Base]) -> Iterator[str]:
    if (rule.action == Action.ANONYMISE) != bool(rule.empties):
        yield "anonymise names the columns it empties, delete names none"
    for name in rule.empties:
        if not columns_of(model)[name].nullable:
            yield f"{rule.table}.{name} cannot be emptied"


def personal_tables() -> set[str]:
    """Return the tables that must have a rule or a written exemption: those of persons, of staff too."""
    of_persons = {model.__tablename__ for model in models_of_persons()}
    return of_persons | {
        name
        for name, model in every_table().items()
        if model.__privacy__.subject in OF_PERSONS
        or any(kept.category in PERSONAL for kept in privacy_of(model).values())
    }
