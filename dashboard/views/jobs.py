"""Jobs: whether the scheduler lives, what each job last did and does next, and every run. No personal data."""

from typing import Any

from flask import current_app, g, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from dashboard.policy.declare import permits
from dashboard.policy.permissions import Permission as P
from dashboard.services import jobs
from dashboard.services.schedule import SCHEDULE
from models import JobRun

from .base import Banner, RecordList, Row, expose

LABELS = {
    "deliver_messages": lazy_gettext("Send messages"),
    "end_what_is_over": lazy_gettext("End what is over"),
    "delete_dead_sessions": lazy_gettext("Delete ended sign-ins"),
    "delete_old_calls": lazy_gettext("Delete old calls"),
    "carry_out_removals": lazy_gettext("Carry out removals"),
    "deliver_copies": lazy_gettext("Make overviews and copies"),
    "delete_copies": lazy_gettext("Delete overviews and copies"),
    "tell_of_late_processors": lazy_gettext("Tell of late processors"),
    "destroy_payloads": lazy_gettext("Destroy what removals needed"),
    "end_unconfirmed": lazy_gettext("End requests nobody confirmed"),
    "keep_the_ledger": lazy_gettext("Keep the ledger"),
    "forget_fingerprints": lazy_gettext("Forget fingerprints"),
    "forget_former_addresses": lazy_gettext("Forget former addresses"),
    "check_promises": lazy_gettext("Check the promises"),
    "settle_large_tables": lazy_gettext("Clean large tables"),
    "keep_months": lazy_gettext("Keep the months of usage"),
    "seal_access_log": lazy_gettext("Seal the access log"),
    "verify_when_asked": lazy_gettext("Verify the access log when asked"),
    "verify_nightly": lazy_gettext("Verify the access log every night"),
    "make_figures": lazy_gettext("Make the statistics"),
    "keep_to_limits": lazy_gettext("Keep to the limits"),
    "walk_canaries": lazy_gettext("Walk the canary people"),
    "delete_old_runs": lazy_gettext("Delete old runs"),
}
"""The jobs by name; the schedule's sentences say when they run."""
TOLD = ("running", "done", "failed")
"""The runs shown at first: those that found nothing to do are many and say little."""


class JobsView(RecordList):
    """The scheduler's sign of life, the schedule and the runs."""

    columns = (
        ("job", lazy_gettext("Job")),
        ("started", lazy_gettext("Began")),
        ("state", lazy_gettext("Outcome")),
        ("count", lazy_gettext("Rows")),
        ("took", lazy_gettext("Took")),
    )
    caption = lazy_gettext("Runs of jobs, newest first")
    list_template = "jobs/index.html"
    empty = (
        lazy_gettext("No run to show"),
        lazy_gettext("Runs appear here as soon as a job has had something to do, or has failed."),
    )

    def __init__(self) -> None:
        """Mount at /admin/jobs/."""
        super().__init__(JobRun, name=lazy_gettext("Jobs"), endpoint="jobs", url="/admin/jobs/")

    @expose("/")
    @permits(P.JOB_LIST)
    def index(self) -> str:
        """Show whether the scheduler lives, what runs when, and what ran."""
        sign = jobs.last_sign(self.guarded)
        return self.show(
            at=g.at,
            sign=sign,
            alive=jobs.is_alive(sign, at=g.at),
            failed=jobs.failed_within_a_day(self.guarded),
            unsent=jobs.unsent(self.guarded),
            schedule=SCHEDULE,
            last=jobs.last_runs(self.guarded, [job.name for job in SCHEDULE]),
            labels=LABELS,
            every_run=self._every_run,
            banner=_banner(),
        )

    @property
    def _every_run(self) -> bool:
        return request.args.get("runs") == "all"

    def filters(self) -> dict[str, Any]:
        """Leave out the runs that had nothing to do, unless they are asked for."""
        return {} if self._every_run else {"state": TOLD}

    def row(self, record: JobRun) -> Row:
        """Show a run."""
        macros: Any = current_app.jinja_env.get_template("jobs/cells.html").module
        cells = [
            LABELS.get(record.job, record.job),
            macros.moment(record.started_at),
            macros.state(record.state, record.error),
            record.count,
            macros.took(record.started_at, record.ended_at),
        ]
        return Row(cells)


def _banner() -> Banner:
    return Banner(
        you_see=_("Names of jobs, times and counts; a failure by its kind alone."),
        because=_("you keep the house running"),
        until=_("you are no longer a system administrator"),
        recorded=_("nothing: there is no person on this page"),
    )
