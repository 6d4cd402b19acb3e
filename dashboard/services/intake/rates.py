"""How often one token calls: counted per minute in the database, so that any number of machines agree."""

from sqlalchemy import Engine

from dashboard.database.engine import in_turn, system_session
from dashboard.services import tokens
from models import bound, count_call

MINUTE = 60


def enter(engine: Engine, machine: tokens.Machine, *, limit: int) -> int:
    """Count a call and note when the token was used; return the seconds to wait, 0 when it may go on."""
    with in_turn(engine), system_session(engine, "intake") as session:
        seconds = int(bound(session).at.timestamp())
        calls = count_call(session, machine.token_id, seconds // MINUTE)
        tokens.touch(session, machine)
        session.commit()
    return MINUTE - seconds % MINUTE if calls > limit else 0
