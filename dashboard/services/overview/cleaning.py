"""Files made for persons go after seven days, and that they are gone is looked up and written down (P3).

A file counts as deleted when its row says so and the folder does not have it. What nobody claims goes as well.
"""

import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dashboard.config import Settings
from dashboard.policy import requests as policy
from dashboard.policy.requests import Event, State
from dashboard.services import access_log
from dashboard.services.cases import case_of
from dashboard.services.erasure import fault
from dashboard.services.requests import links, working
from models import ExportFile, SubjectRequest, bound

from .delivering import path_of

UNCLAIMED_SECONDS = 3600
"""A file without a row may still be in the making; after an hour it is what a crash left."""
OVER = "files_deleted"
"""How a delivered request ends."""


class StillThere(Exception):
    """Cannot continue because a file that had to go is still there; the job is red until it is gone."""


def clean(session: Session, settings: Settings) -> int:
    """Delete the files whose week is over, check that they are gone, end their requests; return how many went.

    Raise StillThere, after doing all that can be done, when a file could not be deleted.
    """
    gone = _delete_due(session, settings)
    fault.point("clean.deleted")
    left = _verify(session, settings)
    ended = _end_delivered(session)
    gone += sum(map(_unlink, _unclaimed(session, settings)))
    if left:
        raise StillThere(str(left))
    return gone or ended


def _delete_due(session: Session, settings: Settings) -> int:
    """Delete files past their week, and those whose request has ended otherwise: by a removal, for one."""
    ended = select(SubjectRequest.id).where(SubjectRequest.closed_at.is_not(None))
    due = or_(ExportFile.ends_at <= bound(session).at, ExportFile.request_id.in_(ended))
    rows = session.scalars(select(ExportFile).where(ExportFile.deleted_at.is_(None), due)).all()
    for row in rows:
        _unlink(_path(row, settings))
        row.deleted_at, row.email_key = bound(session).at, None
    session.commit()
    return len(rows)


def _path(row: ExportFile, settings: Settings) -> Path:
    return path_of(settings, row.request_id, row.id, row.kind)


def _unlink(path: Path) -> bool:
    """Delete a file; one that cannot be deleted is found by the check that follows."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def _verify(session: Session, settings: Settings) -> int:
    """Write down which deleted files are truly gone, try the others again, and return how many are still there."""
    query = select(ExportFile).where(ExportFile.deleted_at.is_not(None), ExportFile.verified_at.is_(None))
    rows = session.scalars(query).all()
    for row in rows:
        path = _path(row, settings)
        if path.exists():
            _unlink(path)
        row.verified_at = None if path.exists() else bound(session).at
    session.commit()
    return sum(row.verified_at is None for row in rows)


def _end_delivered(session: Session) -> int:
    """End delivered requests whose files are gone, checked; their links work no more."""
    live = select(ExportFile.request_id).where(ExportFile.verified_at.is_(None))
    over = select(SubjectRequest).where(SubjectRequest.state == State.DELIVERED, SubjectRequest.id.not_in(live))
    requests = session.scalars(over.with_for_update(skip_locked=True)).all()
    for request in requests:
        links.void(session, request.id, links.DOWNLOAD)
        working.end(session, request, state=policy.move(request.state, Event.RAN_OUT), outcome=OVER)
        access_log.record(session, "request_expired", case=case_of(request), reason=OVER)
    session.commit()
    return len(requests)


def _unclaimed(session: Session, settings: Settings) -> list[Path]:
    """Return the files no row names, once they are too old to be in the making."""
    old = [path for path in _files(settings.export_folder) if path.stat().st_mtime < time.time() - UNCLAIMED_SECONDS]
    ids = [_file_id(path) for path in old]
    claimed = set(session.scalars(select(ExportFile.id).where(ExportFile.id.in_(ids), ExportFile.deleted_at.is_(None))))
    session.rollback()
    return [path for path in old if _file_id(path) not in claimed]


def _files(folder: Path) -> Iterator[Path]:
    yield from (path for path in folder.glob("*") if path.is_file()) if folder.is_dir() else ()


def _file_id(path: Path) -> str:
    return path.name.partition(".")[0].partition("-")[2]
