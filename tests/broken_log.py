"""An access log that takes no line: what happens when a look cannot be recorded."""

from collections.abc import Iterator
from contextlib import contextmanager

from models import db
from tests.world import World

BREAK = {
    "sqlite": ["CREATE TRIGGER no_record BEFORE INSERT ON access_record BEGIN SELECT RAISE(ABORT, 'full'); END"],
    "postgresql": [
        "CREATE FUNCTION no_record() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'full'; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER no_record BEFORE INSERT ON access_record FOR EACH ROW EXECUTE FUNCTION no_record()",
    ],
}
MEND = {
    "sqlite": ["DROP TRIGGER no_record"],
    "postgresql": ["DROP TRIGGER no_record ON access_record", "DROP FUNCTION no_record"],
}


@contextmanager
def broken_log(world: World) -> Iterator[None]:
    """Make the database refuse every line of the access log, and mend it afterwards."""
    _run(world, BREAK)
    try:
        yield
    finally:
        _run(world, MEND)


def _run(world: World, statements: dict[str, list[str]]) -> None:
    with world.app.app_context(), db.engine.begin() as connection:
        for statement in statements[db.engine.dialect.name]:
            connection.exec_driver_sql(statement)
