"""After a restore: what the ledger's file says and the database has forgotten is done again, before anybody is served.

Erasures, and withdrawals with them: a revoked token must not work again, a deactivated colleague not come back.
"""

from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dashboard.config import Settings
from dashboard.database.changes import alone
from dashboard.policy.requests import State
from dashboard.services.requests import working
from models import ApiToken, Staff, SubjectRequest, bound, new_id

from . import erasing, finding, ledger
from .ledger import Line
from .profile import profile_of


def replay(session: Session, settings: Settings, *, path: Path) -> int:
    """Do again what the database lacks, in one transaction; return how many lines. Raise LedgerBroken."""
    lines = ledger.missing(session, path)
    for line in lines:
        ledger.adopt(session, line)
    session.flush()
    for line in lines:
        _again(session, line, settings)
    session.commit()
    return len(lines)


def _again(session: Session, line: Line, settings: Settings) -> None:
    if line.event == "erased":
        _erase_again(session, line, settings)
    elif line.event == "token_revoked":
        revoked = update(ApiToken).where(ApiToken.id == line.key, ApiToken.revoked_at.is_(None))
        session.execute(alone(revoked.values(revoked_at=bound(session).at)))
    elif line.event == "staff_deactivated":
        left = update(Staff).where(Staff.id == line.key).values(active=False, password=None, fs_uniquifier=new_id())
        session.execute(alone(left))


def _erase_again(session: Session, line: Line, settings: Settings) -> None:
    """Erase whoever stands behind a key, as far as the backup brought them back; the keys tell, no address does."""
    person = finding.person_behind(session, line.key)
    profile = profile_of(session, person)
    erasing.erase(session, profile, request_id=line.request_id or "", kept_for=settings.backups, again=True)
    request = session.scalar(
        select(SubjectRequest).where(SubjectRequest.id == line.request_id, SubjectRequest.closed_at.is_(None))
    )
    if request:
        working.end(session, request, state=State.WITHDRAWN, outcome="replayed")
