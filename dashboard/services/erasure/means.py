"""What carrying a request out needs, and the steps it has laid down."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from dashboard.config import Settings
from dashboard.database.engine import system_session
from dashboard.processors.base import Adapter
from models import RequestStep


@dataclass(frozen=True)
class Means:
    """What carrying out needs: the database, the settings, how processors are reached."""

    engine: Engine
    settings: Settings
    adapters: Mapping[str, Adapter]

    def session(self) -> Session:
        """Open a session for one stage."""
        return system_session(self.engine, "carry out a removal")


def steps_of(session: Session, request_id: str) -> list[RequestStep]:
    """Return the steps of a request, in the order of the plan."""
    query = select(RequestStep).where(RequestStep.request_id == request_id).order_by(RequestStep.position)
    return list(session.scalars(query))
