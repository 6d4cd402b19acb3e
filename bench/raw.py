"""The statements alone, by the driver: what no framework can be faster than. `python -m bench.raw URL FACTS`."""

import json
import sqlite3
import sys
from collections.abc import Callable
from typing import Any

import psycopg
from sqlalchemy import make_url

from bench.worker import serve

COLUMNS = "e.id, e.occurred_at, a.email, e.feature, e.action, e.session, e.properties"
EVENTS = f"SELECT {COLUMNS} FROM usage_event e JOIN account a ON a.id = e.account_id"
NEWEST, OLDEST = "ORDER BY e.occurred_at DESC, e.id DESC LIMIT 51", "ORDER BY e.occurred_at, e.id LIMIT 51"


def connect(url: str) -> tuple[Any, str]:
    """Return a connection and its mark for a value."""
    made = make_url(url)
    if made.get_backend_name() == "sqlite":
        connection = sqlite3.connect(str(made.database))
        connection.execute("PRAGMA cache_size = -65536")  # as the product
        return connection, "?"
    plain = made.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = psycopg.connect(plain, autocommit=True)
    connection.execute("SET timezone = 'UTC'")
    return connection, "%s"


def main(url: str, facts: dict[str, Any]) -> None:
    """Connect and answer."""
    connection, mark = connect(url)

    def asked(statement: str, *values: Any) -> Callable[[], Any]:
        return lambda: connection.execute(statement.replace("?", mark), values).fetchall()

    window = "WHERE e.account_id = ? AND e.occurred_at >= ? AND e.occurred_at <= ?"
    pages = {"events.first": asked(f"{EVENTS} {NEWEST}"), "events.last": asked(f"{EVENTS} {OLDEST}")}
    beyond = connection.execute(
        "SELECT occurred_at, id FROM usage_event ORDER BY occurred_at DESC, id DESC LIMIT 1 OFFSET 49949"
    ).fetchone()
    if beyond:
        pages["events.page 1000"] = asked(f"{EVENTS} WHERE (e.occurred_at, e.id) < (?, ?) {NEWEST}", *beyond)
    for name, account in zip(("trace.heavy", "trace.light"), facts["accounts"], strict=True):
        pages[name] = asked(f"{EVENTS} {window} {NEWEST.replace('51', '101')}", account, *facts["window"])
    serve(pages)


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
