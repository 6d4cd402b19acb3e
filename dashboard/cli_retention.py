"""`flask retention …`: what is due, by the query the run itself asks; and carrying it out now."""

import time
from collections.abc import Sequence
from datetime import datetime

import click
from flask import current_app
from flask.cli import AppGroup

from dashboard.config import Settings
from dashboard.database.engine import system_session
from dashboard.policy.retention import RULES, Rule, rule_of
from dashboard.services.retention import planning
from dashboard.services.retention.due import due
from dashboard.services.retention.outcome import Outcome, ahead, outcomes
from dashboard.services.retention.running import Means, keep
from models import RetentionRun, db, utcnow

retention_commands = AppGroup("retention", help="Show what is due; delete it now.")
PATIENCE = 90.0
"""Seconds to wait for another process that has the lease; one that died gives it up in 60."""


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def _rules(name: str | None) -> list[Rule]:
    """Return the rule of this name, or all; say which there are when there is none."""
    if name is None:
        return list(RULES)
    rule = rule_of(name)
    if rule is None:
        raise click.ClickException(f"There is no rule {name}. There are: {', '.join(r.name for r in RULES)}.")
    return [rule]


@retention_commands.command("preview")
@click.argument("rule", required=False)
def preview_command(rule: str | None) -> None:
    """Show per rule the oldest row, what the next 1, 7 and 30 nights delete; exit 1 when a row is overdue."""
    settings, at, rules = _settings(), utcnow(), _rules(rule)
    found = outcomes(db.engine, at=at, zone=settings.zone, rules=rules)
    coming = ahead(db.engine, at=at, zone=settings.zone, rules=rules)
    click.echo(f"{'rule':18}{'oldest':>12}{'due':>12}{'overdue':>9}{'tonight':>10}{'7 nights':>10}{'30 nights':>11}")
    for one in found:
        name = one.rule.name
        figures = (str(coming.within(n, name)) if one.rule.is_nightly else "-" for n in (1, 7, 30))
        days = (_day(moment, settings) for moment in (one.oldest, one.due_at))
        click.echo("{:18}{:>12}{:>12}{:>9}{:>10}{:>10}{:>11}".format(name, *days, one.overdue, *figures))
    _exit_if_overdue(found)


def _day(moment: datetime | None, settings: Settings) -> str:
    return f"{moment.astimezone(settings.zone):%Y-%m-%d}" if moment else "-"


def _exit_if_overdue(found: Sequence[Outcome]) -> None:
    overdue = [one.rule.name for one in found if one.overdue]
    click.echo(f"Overdue: {', '.join(overdue)}." if overdue else "Nothing is overdue.")
    if overdue:
        raise SystemExit(1)


@retention_commands.command("run")
@click.argument("rule", required=False)
def run_command(rule: str | None) -> None:
    """Delete what is due now, in batches; exit 1 when a run stops or fails, or a row is overdue afterwards."""
    settings, rules = _settings(), _rules(rule)
    nightly = [one for one in rules if one.is_nightly]
    if not nightly:
        raise click.ClickException(f"The job {rules[0].by} carries this rule out, every few minutes.")
    since = _ask(nightly, settings)
    names = [one.name for one in nightly]
    _until_ended(Means(db.engine, settings), names)
    _report(names, since)
    _exit_if_overdue(outcomes(db.engine, at=utcnow(), zone=settings.zone, rules=nightly))


def _ask(rules: Sequence[Rule], settings: Settings) -> datetime:
    at = utcnow()
    with system_session(db.engine, "retention run") as session:
        for one in rules:
            what = due(one, at, settings.zone)
            planning.ask(session, one, at=at, before=what.before, previewed=what.count(session))
    return at


def _until_ended(means: Means, names: Sequence[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        gone = keep(means, nightly=False, only=names)
        with system_session(db.engine, "retention run", read_only=True) as session:
            waiting = [run for run in planning.live(session, names) if run.next_try_at <= utcnow()]
            waiting = [run for run in waiting if not planning.is_paused(session, run.rule, at=utcnow())]
        if not waiting:
            return
        if gone:
            deadline = time.monotonic() + PATIENCE
        if time.monotonic() > deadline:
            raise click.ClickException("Another process has the lease and does not end.")
        time.sleep(0.2)


def _report(names: Sequence[str], since: datetime) -> None:
    """Say how each rule's newest run ended; exit 1 when one was not done."""
    with system_session(db.engine, "retention run", read_only=True) as session:
        last = [run for name in names if (run := planning.last_run(session, name))]
        for run in last:
            click.echo(f"{run.rule}: {run.state}, {run.count} rows in {run.batches} batches{_why(run)}")
        ended_well = all(run.state == planning.DONE and (run.ended_at or since) >= since for run in last)
    if not ended_well:
        raise SystemExit(1)


def _why(run: RetentionRun) -> str:
    because = run.because or run.error
    return f" ({because}: {run.found} found, {run.previewed} previewed)" if because else ""
