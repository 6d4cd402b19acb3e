"""An overview or a copy, asked for, confirmed and made; and the link that went out with it."""

import io
import json
import re
from datetime import UTC, datetime
from typing import Any
from zipfile import ZipFile

from sqlalchemy import select

from dashboard.database.engine import system_session
from dashboard.services.erasure import finding
from dashboard.services.overview import cleaning, collecting, delivering, telling
from models import Access, ExportFile, Message, SubjectRequest, bound, db
from tests.erasure import persons
from tests.world import World

LATER = datetime(2031, 1, 1, tzinfo=UTC)


def settings(world: World) -> Any:
    return world.app.extensions["settings"]


def overview_of(world: World, email: str) -> collecting.Overview:
    with world.app.app_context(), collecting.snapshot(db.engine, "a test looks") as session:
        return collecting.collect(session, finding.person_at(session, email), zone=settings(world).zone)


def document_of(world: World, email: str, language: str = "en") -> telling.Document:
    return telling.tell(overview_of(world, email), telling.Frame(language, settings(world)), ref="R-2207")


def counts(found: collecting.Overview) -> dict[str, int]:
    """How many rows each table holds of the person, all relations together."""
    tables = dict.fromkeys((s.place.table for s in found.sections), 0)
    for section in found.sections:
        tables[section.place.table] += section.count
    return tables


def means(world: World) -> delivering.Means:
    with world.app.app_context():
        return delivering.Means(db.engine, settings(world))


def carry_out(world: World, request_id: str) -> str:
    with world.app.app_context():
        return delivering.carry_out(means(world), request_id)


def delivered(world: World, email: str, kind: str, language: str = "en") -> str:
    """Ask, confirm and have it made; return the request's id."""
    request_id = persons.confirmed(world, email, kind=kind)
    world.set(SubjectRequest, request_id, language=language)
    assert carry_out(world, request_id) == "delivered"
    return request_id


def link(world: World) -> str:
    """The path of the link in the letter that says it is ready."""
    body = world.all(select(Message.body).where(Message.type == "request_ready"))[-1][0]
    return re.search(r"https?://[^/]+(/privacy/\S+)", body)[1]


def token(world: World) -> str:
    return link(world).rpartition("/")[2]


def files(world: World, request_id: str) -> list[ExportFile]:
    return [row[0] for row in world.all(select(ExportFile).where(ExportFile.request_id == request_id))]


def unzipped(exports: Any) -> ZipFile:
    (path,) = exports.glob("*.zip")
    return ZipFile(io.BytesIO(path.read_bytes()))


def loaded(copy: ZipFile) -> dict[str, Any]:
    """Every JSON file of a copy by its path, without what is about the files themselves."""
    names = [
        name for name in copy.namelist() if name.endswith(".json") and name not in {"schema.json", "manifest.json"}
    ]
    return {name.removesuffix(".json"): json.loads(copy.read(name)) for name in names}


def clean(world: World, *, at: datetime | None = None) -> int:
    """Run the cleaning job, now or at another moment."""
    with world.app.app_context(), system_session(db.engine, "a test cleans up") as session:
        if at:
            session.info["access"] = Access(None, "system", "a test cleans up", "", at=at, everything=True)
            assert bound(session).at == at
        return cleaning.clean(session, settings(world))
