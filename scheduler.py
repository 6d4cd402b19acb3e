"""The scheduler: a process of its own that runs SCHEDULE until it is told to stop. `python scheduler.py`

Any number may run on any number of machines: a slot belongs to whoever writes its row first. Nothing is kept in memory
that another process needs, so this one may be killed at any moment.
"""

import logging
import signal
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from dashboard.app import create_app
from dashboard.config import Settings
from dashboard.database.engine import system_session
from dashboard.services import jobs
from dashboard.services.schedule import SCHEDULE, Job
from models import db

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HEARTBEAT_SECONDS = 15
LATE_SECONDS = 30
"""A look later than this is left to the next one."""
LOOK = timedelta(minutes=1)
"""How often a long slot is looked at: it may have been missed, or failed, and still lasts."""
log = logging.getLogger("scheduler")


def run(engine: Engine, settings: Settings, job: Job) -> None:
    """Run the slot a job is in, unless it has been run or another scheduler has it; keep how it ended. Never raises."""
    try:
        _run(engine, settings, job)
    except Exception as error:  # noqa: BLE001 - whatever it is, the scheduler goes on
        log.error("job %s: %s", job.name, type(error).__name__)  # noqa: TRY400 - a traceback may quote anything


def _run(engine: Engine, settings: Settings, job: Job) -> None:
    with system_session(engine, f"job {job.name}") as session:
        run_id = jobs.begin(session, job.name, period=jobs.slot(job.every, datetime.now(UTC)))
    if run_id is None:
        return
    with system_session(engine, f"job {job.name}") as session:
        outcome = _outcome(session, settings, job)
    with system_session(engine, f"job {job.name}") as session:
        jobs.end(session, run_id, **outcome)


def _outcome(session: Session, settings: Settings, job: Job) -> dict[str, Any]:
    try:
        return {"count": job.call(session, settings)}
    except Exception as error:  # noqa: BLE001 - kept by its kind
        session.rollback()
        return {"error": type(error).__name__}


def beat(engine: Engine) -> None:
    """Give a sign of life; without a database there is none, and the page turns red."""
    try:
        with system_session(engine, "heartbeat") as session:
            jobs.beat(session)
    except Exception as error:  # noqa: BLE001 - the scheduler goes on
        log.error("heartbeat: %s", type(error).__name__)  # noqa: TRY400


def plan(app: Flask) -> BlockingScheduler:
    """Return a scheduler with every job of SCHEDULE on it."""
    scheduler = BlockingScheduler(
        timezone=UTC,
        jobstores={"default": MemoryJobStore()},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": LATE_SECONDS},
    )
    settings = app.extensions["settings"]
    with app.app_context():
        engine = db.engine
    for job in SCHEDULE:
        scheduler.add_job(run, trigger(job), args=(engine, settings, job), id=job.name)
    now = datetime.now(UTC)
    scheduler.add_job(beat, "interval", seconds=HEARTBEAT_SECONDS, args=(engine,), id="heartbeat", next_run_time=now)
    return scheduler


def trigger(job: Job) -> IntervalTrigger:
    """Return what fires at the beginning of each slot, and every minute of a longer one.

    Counted from 1970, so at the same moment on every machine.
    """
    return IntervalTrigger(seconds=int(min(job.every, LOOK).total_seconds()), start_date=EPOCH, timezone=UTC)


def main() -> int:
    """Run until SIGTERM or Ctrl-C; a job that runs is let finish."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    scheduler = plan(create_app())
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: scheduler.shutdown(wait=False))
    scheduler.start()
    return 0


if __name__ == "__main__":
    sys.exit(main())
