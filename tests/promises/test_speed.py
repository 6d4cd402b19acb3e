"""However many events there are: the page reads the last word on each promise, and no check reads events through."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from dashboard.checks.all_checks import CHECKS
from dashboard.checks.base import Look
from dashboard.services import fingerprints
from models import db, utcnow

LARGE = ("usage_event", "access_record")
"""Tables that grow with everything that happens."""


@contextmanager
def statements(world) -> Iterator[list[tuple[str, object]]]:
    """Collect what is sent to the database meanwhile."""
    sent: list[tuple[str, object]] = []

    def keep(_connection, _cursor, statement, parameters, _context, _many) -> None:
        sent.append((statement, parameters))

    with world.app.app_context():
        event.listen(db.engine, "before_cursor_execute", keep)
        try:
            yield sent
        finally:
            event.remove(db.engine, "before_cursor_execute", keep)


def test_page_asks_for_the_last_words_alone_when_it_is_opened(world) -> None:
    client = world.sign_in("compliance")

    with statements(world) as sent:
        answer = client.get("/admin/promises/")

    tables = set(re.findall(r"(?:FROM|JOIN|INTO|UPDATE) (\w+)", " ".join(statement for statement, _ in sent)))
    assert answer.status_code == 200
    assert tables <= {"promise_standing", "canary_run", "staff", "staff_session"}
    assert len([statement for statement, _ in sent if "promise_standing" in statement]) == 1


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)  # elsewhere an empty table is always read through
def test_no_check_reads_a_large_table_through_when_its_plan_is_asked(world) -> None:
    read_through = {}
    with statements(world) as sent, world.app.app_context(), world.system() as session:
        connection = session.connection().connection.driver_connection
        for no, check in CHECKS.items():
            before = len(sent)
            check(Look(session, world.app.extensions["settings"], utcnow(), fingerprints.of_address))
            asked = [one for one in sent[before:] if "PRAGMA" not in one[0] and "sqlite_master" not in one[0]]
            plans = [row[3] for one in asked for row in connection.execute(f"EXPLAIN QUERY PLAN {one[0]}", one[1])]
            if scans := [plan for plan in plans if re.match(rf"SCAN ({'|'.join(LARGE)})\w*( |$)", plan)]:
                read_through[no] = scans

    assert read_through == {}
