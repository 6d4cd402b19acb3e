"""SCHEDULE: which job runs when, by which verb, said in one sentence. scheduler.py runs it, the jobs page prints it.

All slots are counted in UTC from 1970; a job names how long its slot is, and runs at the beginning of each.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard.policy.texts import N_

from . import jobs, request_jobs, retention_jobs, usage_months
from .canaries import walking
from .jobs import Verb
from .promises.jobs import check_promises
from .seals import checking, sealing
from .statistics import weeks


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


SCHEDULE = (
    Job("deliver_messages", timedelta(seconds=10), jobs.deliver_messages,
        N_("Every 10 seconds: send the messages that wait.")),
    Job("end_what_is_over", timedelta(minutes=1), jobs.end_what_is_over,
        N_("Every minute: end traces and set-ups whose time is over.")),
    Job("delete_dead_sessions", timedelta(minutes=5), jobs.delete_dead_sessions,
        N_("Every 5 minutes: delete sign-ins that have ended by time.")),
    Job("delete_old_calls", timedelta(minutes=10), jobs.delete_old_calls,
        N_("Every 10 minutes: delete what was kept of calls longer than needed.")),
    Job("carry_out_removals", timedelta(seconds=5), request_jobs.carry_out_removals,
        N_("Every 5 seconds: carry out the removals that persons have confirmed.")),
    Job("deliver_copies", timedelta(seconds=5), request_jobs.deliver_copies,
        N_("Every 5 seconds: make the overviews and copies that persons have confirmed.")),
    Job("delete_copies", timedelta(minutes=10), request_jobs.delete_copies,
        N_("Every 10 minutes: delete files made for persons when their week is over.")),
    Job("tell_of_late_processors", timedelta(minutes=10), request_jobs.tell_of_late_processors,
        N_("Every 10 minutes: tell of processors that have not finished with a person after a day.")),
    Job("destroy_payloads", timedelta(seconds=30), request_jobs.destroy_payloads,
        N_("Every 30 seconds: destroy what a finished removal needed to know.")),
    Job("end_unconfirmed", timedelta(minutes=1), request_jobs.end_unconfirmed,
        N_("Every minute: end requests that nobody confirmed in time.")),
    Job("keep_the_ledger", timedelta(minutes=1), request_jobs.keep_the_ledger,
        N_("Every minute: write erasures and withdrawals to the ledger outside the database.")),
    Job("forget_fingerprints", timedelta(hours=1), request_jobs.forget_fingerprints,
        N_("Every hour: delete fingerprints of erased values once no backup is left.")),
    Job("forget_former_addresses", timedelta(hours=1), request_jobs.forget_former_addresses,
        N_("Every hour: delete the addresses that accounts had until 14 days ago.")),
    Job("check_promises", timedelta(hours=1), check_promises,
        N_("Every hour: check whether what the policy promises is true.")),
    Job("settle_large_tables", timedelta(hours=24), request_jobs.settle_large_tables,
        N_("Every night: rid the files of large tables of what was deleted from them.")),
    Job("keep_months", timedelta(hours=1), usage_months.keep_months,
        N_("Every hour: see to it that usage events have their months, this one and the next.")),
    Job("seal_access_log", timedelta(minutes=1), sealing.seal_access_log,
        N_("Every minute: seal new lines of the access log, and anchor the seal outside the database.")),
    Job("verify_when_asked", timedelta(seconds=5), checking.verify_when_asked,
        N_("Every 5 seconds: verify the access log, when somebody has asked for it.")),
    Job("verify_nightly", timedelta(hours=24), checking.verify_nightly,
        N_("Every night: verify the access log, and tell compliance its newest seal.")),
    Job("make_figures", timedelta(hours=24), weeks.make_figures,
        N_("Every night: count the day's usage, and make the figures of weeks that are over.")),
    Job("keep_to_limits", timedelta(minutes=1), retention_jobs.keep_to_limits,
        N_("Every night at 02:15, and whenever a run waits: delete what has been kept as long as its rule says.")),
    Job("walk_canaries", timedelta(minutes=1), walking.walk,
        N_("Every minute: take this month's canary people one stage on; there is one walk a month.")),
    Job("delete_old_runs", timedelta(minutes=30), jobs.delete_old_runs,
        N_("Every 30 minutes: delete old lines of this page, and say which runs were abandoned.")),
)  # fmt: skip
"""The whole schedule."""
