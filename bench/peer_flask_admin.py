"""Stock Flask-Admin over the same tables, as its documentation shows it: `python -m bench.peer_flask_admin URL FACTS`.

Runs in the bench's own virtual environment and never beside our own code: our guard listens to every session of
its process. Signed in through Flask-Login, as anybody would; nothing is recorded and nothing narrows the rows.
"""

import html
import json
import re
import sys
from typing import Any

from flask import Flask
from flask_admin import Admin
from flask_admin.contrib.sqla import ModelView
from flask_login import LoginManager, UserMixin, current_user, login_user
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, Boolean, Column, DateTime, ForeignKey, Integer, String
from werkzeug.test import Client

from bench.worker import get, serve

PAGE_SIZE = 50
db = SQLAlchemy()


class Staff(UserMixin, db.Model):  # type: ignore[name-defined]
    """Who signs in."""

    number = Column(Integer, primary_key=True)
    id = Column(String)
    active = Column(Boolean)


class Account(db.Model):  # type: ignore[name-defined]
    """A person."""

    id = Column(String, primary_key=True)
    email = Column(String)

    def __str__(self) -> str:
        return str(self.email)


class UsageEvent(db.Model):  # type: ignore[name-defined]
    """One event. The bench's ids are unique, so the id alone is the key."""

    __tablename__ = "usage_event"
    id = Column(String, primary_key=True)
    account_id = Column(String, ForeignKey("account.id"))
    account = db.relationship(Account)
    occurred_at = Column(DateTime(timezone=True))
    session = Column(String)
    feature = Column(String)
    action = Column(String)
    properties = Column(JSON)


class Events(ModelView):  # type: ignore[misc]
    """The list, newest first, with the filters a trace needs."""

    page_size = PAGE_SIZE
    column_list = ("id", "occurred_at", "account", "feature", "action", "session")
    column_default_sort = ("occurred_at", True)
    column_filters = ("account_id", "occurred_at")

    def is_accessible(self) -> bool:
        """Only for who is signed in."""
        return bool(current_user.is_authenticated)


class Uncounted(Events):
    """The same without the count of all rows: Flask-Admin's own remedy for large tables."""

    simple_list_pager = True


def make(url: str) -> Flask:
    """Return the application."""
    app = Flask("peer")
    app.config.update(SECRET_KEY="bench", SQLALCHEMY_DATABASE_URI=url)
    db.init_app(app)
    LoginManager(app).user_loader(lambda key: db.session.get(Staff, int(key)))
    admin = Admin(app, name="peer")
    admin.add_view(Events(UsageEvent, db, endpoint="events"))
    admin.add_view(Uncounted(UsageEvent, db, endpoint="uncounted"))

    @app.get("/in")
    def enter() -> str:
        staff = db.session.get(Staff, 1)
        staff.get_id = lambda: "1"
        login_user(staff)
        return "in"

    return app


def main(url: str, facts: dict[str, Any]) -> None:
    """Make the application and answer."""
    client = Client(make(url))
    client.get("/in")
    last = (facts["rows"] - 1) // PAGE_SIZE
    numbers = {"first": 0, "page 1000": 999, "last": last}
    pages = {
        f"events.{name}{suffix}": get(client, f"/admin/{endpoint}/?page={number}")
        for name, number in numbers.items()
        for endpoint, suffix in (("events", ""), ("uncounted", " without count"))
        if number <= last
    }
    pages |= dict(
        zip(
            ("trace.heavy", "trace.light"),
            (get(client, trace(client, a, facts)) for a in facts["accounts"]),
            strict=True,
        )
    )
    serve(pages)


def trace(client: Client, account: str, facts: dict[str, Any]) -> str:
    """Return the address of one account in the window, by the numbers Flask-Admin gave its filters."""
    shown = html.unescape(client.get("/admin/uncounted/").get_data(as_text=True))
    groups = json.loads(re.search(r'id="filter-groups-data"[^>]*>(.*?)</div>', shown, re.DOTALL).group(1))  # type: ignore[union-attr]
    named = {(group, item["operation"]): item["arg"] for group, items in groups.items() for item in items}
    equals = next(arg for (group, operation), arg in named.items() if "ccount" in group and operation == "equals")
    between = next(arg for (group, operation), arg in named.items() if "ccurred" in group and operation == "between")
    start, end = (moment.replace(" ", "+")[:19] for moment in facts["window"])
    return f"/admin/events/?flt0_{equals}={account}&flt1_{between}={start}+to+{end}"


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
