"""Changes by statement, of which no object of the session needs to learn."""

from typing import Any

from sqlalchemy.orm import Session


def alone(statement: Any) -> Any:
    """Return a change that leaves the objects of its session as they are."""
    return statement.execution_options(synchronize_session=False)


def changed(session: Session, statement: Any) -> int:
    """Carry out such a change; return how many rows it touched."""
    result: Any = session.execute(alone(statement))
    return int(result.rowcount)
