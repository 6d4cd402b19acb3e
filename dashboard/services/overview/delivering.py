"""Carrying out overviews and copies: made when the person has confirmed, handed over by a link to them (P2, P3).

Each stage looks at the state, does what is due and commits. Files are made first and claimed by their rows in one
transaction with the link, the letter and the emptied address; a file nobody claimed is removed, here or by the cleaning
job. Nothing is ever sent to an address we do not know.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, or_, select
from sqlalchemy.orm import Session, undefer

from dashboard.config import Settings
from dashboard.database.engine import system_session
from dashboard.policy import lifetimes
from dashboard.policy import requests as policy
from dashboard.policy.requests import Event, Kind, State
from dashboard.services import access_log
from dashboard.services.cases import case_of, ref_of
from dashboard.services.erasure import fault, finding
from dashboard.services.requests import former, letters, links, matching, working
from models import ExportFile, Person, SubjectRequest, bound, new_id

from .collecting import Reader, collect, snapshot
from .copying import whole_file, write_copy
from .pdf import pdf_of
from .telling import Frame, tell

LANGUAGES = ("en", "nl")
PAGE, PDF, ZIP = "page", "pdf", "zip"
"""The kinds of files: an overview is a page and a PDF, a copy a zip."""
ENDINGS: Mapping[str, str] = {PAGE: "json", PDF: "pdf", ZIP: "zip"}
PATHS: Mapping[str, str] = {Kind.OVERVIEW: "overview", Kind.RETRIEVAL: "download"}
"""Where the letter's link leads."""
NOTHING_HELD = "nothing_held"
"""The outcome when the person was gone before their request was carried out."""


@dataclass(frozen=True)
class Means:
    """What carrying out needs: the database and the settings."""

    engine: Engine
    settings: Settings

    def session(self) -> Session:
        """Open a session for one stage."""
        return system_session(self.engine, "carry out an overview or a copy")


@dataclass(frozen=True)
class Asked:
    """A request that is being carried out."""

    id: str
    ref: str
    kind: str
    language: str
    email: str = field(repr=False)


@dataclass(frozen=True)
class Made:
    """A file that lies ready: its id, which is its name, its kind, where it is."""

    id: str
    kind: str
    path: Path

    @property
    def checksum(self) -> str:
        """The SHA-256 of the file."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


def waiting(session: Session) -> list[str]:
    """Return the overviews and copies that are validated and not delivered, the oldest first."""
    due = or_(SubjectRequest.not_before.is_(None), SubjectRequest.not_before <= bound(session).at)
    states = (State.VALIDATED, State.RUNNING)
    query = select(SubjectRequest.id).where(SubjectRequest.kind.in_(PATHS), SubjectRequest.state.in_(states), due)
    return list(session.scalars(query.order_by(SubjectRequest.validated_at)))


def carry_out(means: Means, request_id: str) -> str:
    """Take a request as far as it goes now and return its state; safe to call at any time, by any number."""
    stages: Mapping[str, Callable[[Means, str], bool]] = {State.VALIDATED: _start, State.RUNNING: _deliver}
    while True:
        stage = stages.get(_state(means, request_id))
        if stage is None or not stage(means, request_id):
            return _state(means, request_id)


def _state(means: Means, request_id: str) -> str:
    query = select(SubjectRequest.state).where(SubjectRequest.id == request_id, SubjectRequest.kind.in_(PATHS))
    with means.session() as session:
        return session.scalar(query) or ""


def _locked(session: Session, request_id: str, state: State) -> SubjectRequest | None:
    """Return the request if it is still in this state and nobody else holds it."""
    return session.scalar(
        select(SubjectRequest)
        .where(SubjectRequest.id == request_id, SubjectRequest.state == state)
        .options(undefer(SubjectRequest.email), undefer(SubjectRequest.email_key))
        .with_for_update(skip_locked=True)
    )


def _start(means: Means, request_id: str) -> bool:
    with means.session() as session:
        request = _locked(session, request_id, State.VALIDATED)
        if request is None:
            return False
        goes_on = not _holds(session, request)
        if goes_on:
            request.state, request.executed_at = policy.move(request.state, Event.STARTED), bound(session).at
        fault.point("delivery.start.before_commit")
        session.commit()
    fault.point("delivery.start.after_commit")
    return goes_on


def _holds(session: Session, request: SubjectRequest) -> bool:
    """Whether the person's address was changed so lately that the one before is waited for; keep until when."""
    known = former.of(session, finding.person_at(session, request.email or ""))
    request.not_before = former.holds_until(known, agreed_at=request.agreed_at)
    return request.not_before is not None


def _deliver(means: Means, request_id: str) -> bool:
    """Make the files and hand them over: all of it, or nothing."""
    with snapshot(means.engine, "collect what we hold of a person") as session:
        asked = _asked(session, request_id)
        person = finding.person_at(session, asked.email) if asked else Person()
        if asked is None or not person.known:
            return asked is not None and _end_empty(means, request_id)
        made = _make(session, means.settings, asked, person)
    with _unclaimed_removed(means, made):
        fault.point("delivery.files_made")
        return _hand_over(means, asked, made)


def _asked(session: Session, request_id: str) -> Asked | None:
    query = select(SubjectRequest).where(SubjectRequest.id == request_id, SubjectRequest.state == State.RUNNING)
    request = session.scalar(query.options(undefer(SubjectRequest.email)))
    if request is None:
        return None
    ref = ref_of("subject_request", request.number)
    return Asked(request.id, ref, request.kind, request.language, request.email or "")


def _make(session: Session, settings: Settings, asked: Asked, person: Person) -> list[Made]:
    """Write the files of a request; none of them is claimed yet."""
    found, frame = collect(session, person, zone=settings.zone), Frame(asked.language, settings)
    if asked.kind == Kind.RETRIEVAL:
        made = _new(settings, asked, ZIP)
        with whole_file(made.path) as file:
            write_copy(file, found, Reader(session, person), frame, ref=asked.ref)
        return [made]
    told = {language: tell(found, Frame(language, settings), ref=asked.ref) for language in LANGUAGES}
    page, pdf = _new(settings, asked, PAGE), _new(settings, asked, PDF)
    with whole_file(page.path) as file:
        file.write(json.dumps({language: asdict(document) for language, document in told.items()}).encode())
    with whole_file(pdf.path) as file:
        file.write(pdf_of(told[asked.language], at=found.at))
    return [page, pdf]


def _new(settings: Settings, asked: Asked, kind: str) -> Made:
    file_id = new_id()
    return Made(file_id, kind, path_of(settings, asked.id, file_id, kind))


def path_of(settings: Settings, request_id: str, file_id: str, kind: str) -> Path:
    """Return where a file lies: its name is the request's id and its own."""
    return settings.export_folder / f"{request_id}-{file_id}.{ENDINGS[kind]}"


def _hand_over(means: Means, asked: Asked, made: Sequence[Made]) -> bool:
    """Claim the files, send the link and forget the address, in one transaction."""
    with means.session() as session:
        request = _locked(session, asked.id, State.RUNNING)
        person = finding.person_at(session, request.email or "") if request else Person()
        if request is None or not person.known:
            return False
        until = lifetimes.DOWNLOAD
        session.add_all(_row(session, request, file, lasts=until) for file in made)
        _write(session, request, person, means.settings, lasts=until)
        request.state = policy.move(request.state, Event.FILES_MADE)
        request.email = request.email_key = None
        matching.record_keys(session, request, person)
        access_log.record(session, "request_delivered", case=case_of(request))
        fault.point("delivery.before_commit")
        session.commit()
    fault.point("delivery.after_commit")
    return True


def _row(session: Session, request: SubjectRequest, file: Made, *, lasts: timedelta) -> ExportFile:
    at = bound(session).at
    return ExportFile(
        id=file.id, request_id=request.id, email_key=request.email_key, kind=file.kind, made_at=at, ends_at=at + lasts,
        size=file.path.stat().st_size, checksum=file.checksum,
    )  # fmt: skip


def _write(session: Session, request: SubjectRequest, person: Person, settings: Settings, *, lasts: timedelta) -> None:
    """Queue the letter with the link to the address on file."""
    sender = letters.Sender(settings.base_url, settings.company_name, settings.zone)
    token = links.make(session, request.id, links.DOWNLOAD, lasts=lasts)
    link = f"{settings.base_url}/privacy/{PATHS[request.kind]}/{token}"
    until = letters.minute(bound(session).at + lasts, request.language, settings.zone)
    letters.send(
        session, "request_ready", working.about(request), sender, address=request.email or "",
        subject_key=person.keys[0], link=link, until=until,
    )  # fmt: skip


@contextmanager
def _unclaimed_removed(means: Means, made: Sequence[Made]) -> Iterator[None]:
    """Whatever happens inside: a file whose row did not come to be goes at once."""
    try:
        yield
    finally:
        with means.session() as session:
            ids = [file.id for file in made]
            claimed = set(session.scalars(select(ExportFile.id).where(ExportFile.id.in_(ids))))
        for file in made:
            if file.id not in claimed:
                file.path.unlink(missing_ok=True)


def _end_empty(means: Means, request_id: str) -> bool:
    """End a request whose person was removed after they confirmed: there is nothing to tell, and nobody to write to."""
    with means.session() as session:
        request = _locked(session, request_id, State.RUNNING)
        if request is None:
            return False
        state = policy.move(policy.move(request.state, Event.FILES_MADE), Event.RAN_OUT)
        working.end(session, request, state=state, outcome=NOTHING_HELD)
        access_log.record(session, "request_expired", case=case_of(request), reason=NOTHING_HELD)
        session.commit()
    return True
