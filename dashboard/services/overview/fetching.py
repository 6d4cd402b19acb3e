"""What lies ready for a person, behind their own link. Looking is free; handing out is recorded before it happens.

A link of another purpose, one that ran out, or one whose files are gone: nobody learns which.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.config import Settings
from dashboard.policy.requests import Kind, State
from dashboard.services import access_log
from dashboard.services.cases import case_of, ref_of
from dashboard.services.requests import links
from models import ExportFile, SubjectRequest, bound

from .delivering import PAGE, PDF, ZIP, path_of

MAIN: Mapping[str, str] = {Kind.OVERVIEW: PDF, Kind.RETRIEVAL: ZIP}
"""Which file is the one to download, by kind of request."""


@dataclass(frozen=True)
class Lying:
    """A file that lies ready."""

    path: Path
    size: int


@dataclass(frozen=True)
class Ready:
    """What a link leads to: the request's reference and kind, its files, until when."""

    ref: str
    kind: str
    ends_at: datetime
    files: Mapping[str, Lying] = field(repr=False)

    @property
    def main(self) -> Lying:
        """The file to download."""
        return self.files[MAIN[self.kind]]

    @property
    def name(self) -> str:
        """What the downloaded file is called; it names nobody."""
        return f"{'overview' if self.kind == Kind.OVERVIEW else 'copy'}-{self.ref}.{MAIN[self.kind]}"


def look(session: Session, settings: Settings, token: str) -> Ready | None:
    """Return what lies ready behind a link; change nothing."""
    found = _found(session, settings, token)
    return found[1] if found else None


def fetch(session: Session, settings: Settings, token: str) -> Ready | None:
    """Record that the file is fetched, and return it; None when the link does not work."""
    found = _found(session, settings, token)
    if found is None:
        return None
    _record(session, found[0])
    return found[1]


def read(session: Session, settings: Settings, token: str, *, language: str) -> tuple[Ready, Mapping[str, Any]] | None:
    """Record that the overview is read, and return it as it was when it was made, in one language."""
    found = _found(session, settings, token)
    if found is None or PAGE not in found[1].files:
        return None
    documents = json.loads(found[1].files[PAGE].path.read_bytes())
    _record(session, found[0])
    return found[1], documents[language]


def _record(session: Session, request: SubjectRequest) -> None:
    access_log.record(session, "request_fetched", case=case_of(request))
    access_log.commit(session)


def _found(session: Session, settings: Settings, token: str) -> tuple[SubjectRequest, Ready] | None:
    link = links.find(session, token, links.DOWNLOAD, links.STATUS)
    if link is None or link[1].state != State.DELIVERED:
        return None
    request = link[1]
    live = (
        ExportFile.request_id == request.id,
        ExportFile.deleted_at.is_(None),
        ExportFile.ends_at > bound(session).at,
    )
    rows = session.scalars(select(ExportFile).where(*live)).all()
    files = {row.kind: Lying(path_of(settings, request.id, row.id, row.kind), row.size) for row in rows}
    if MAIN[request.kind] not in files or not all(file.path.is_file() for file in files.values()):
        return None
    ref = ref_of("subject_request", request.number)
    return request, Ready(ref, request.kind, min(row.ends_at for row in rows), files)
