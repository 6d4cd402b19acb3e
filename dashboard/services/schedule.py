"""SCHEDULE: which job runs when, by which verb, said in one sentence. scheduler.py runs it, the jobs page prints it.

All slots are counted in UTC from 1970; a job names how long its slot is, and runs at the beginning of each.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from . import jobs
from .jobs import Verb


@dataclass(frozen=True)
class Job:
    """One line of the schedule."""

    name: str
    every: timedelta
    call: Verb
    sentence: str

    def next_at(self, at: datetime) -> datetime:
        """Return when its next slot begins."""
        return jobs.slot(self.every, at) + self.every


def N_(text: str) -> str:  # noqa: N802 - the name by which gettext's tools find texts that are translated later
    """Mark a text for translation; the page translates it."""
    return text


SCHEDULE = (
    Job("deliver_messages", timedelta(seconds=10), jobs.deliver_messages,
        N_("Every 10 seconds: send the messages that wait.")),
    Job("end_what_is_over", timedelta(minutes=1), jobs.end_what_is_over,
        N_("Every minute: end traces and set-ups whose time is over.")),
    Job("delete_dead_sessions", timedelta(minutes=5), jobs.delete_dead_sessions,
        N_("Every 5 minutes: delete sign-ins that have ended by time.")),
    Job("delete_old_calls", timedelta(minutes=10), jobs.delete_old_calls,
        N_("Every 10 minutes: delete what was kept of calls longer than needed.")),
    Job("delete_old_runs", timedelta(minutes=30), jobs.delete_old_runs,
        N_("Every 30 minutes: delete old lines of this page, and say which runs were abandoned.")),
)  # fmt: skip
"""The whole schedule."""
