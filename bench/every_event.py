"""A list of everybody's usage events, through our own list, guard and record. In the bench only.

No role of the product may see this; the grant and the row condition below exist in this process alone. It is here
because Flask-Admin and Django admin show such a list, and the machinery of ours wants to be held against theirs.
"""

from datetime import datetime
from typing import Any

from flask import request
from itsdangerous import URLSafeSerializer
from sqlalchemy import ColumnElement, select, true, tuple_

from bench.settings import SECRET
from dashboard.policy import decide
from dashboard.policy.declare import permits
from dashboard.policy.grants import GRANTS, Grant, rows
from dashboard.policy.permissions import Permission as P
from dashboard.policy.purposes import Purpose
from dashboard.policy.roles import Role
from dashboard.services import access_log
from dashboard.services.listing import Found
from dashboard.views.base import PAGE_SIZE, RecordList, Row, calm_banner, expose
from models import Access, Account, Category, UsageEvent
from models.base import row_condition

CURSORS = URLSafeSerializer(SECRET, salt="bench")
URL = "/admin/bench-events/"


@row_condition("usage_event", "the bench asks")
def every_event(access: Access) -> ColumnElement[bool]:  # noqa: ARG001 - the same for everyone
    """Reach everything: in the bench only."""
    return true()


@row_condition("account", "the bench asks")
def every_account(access: Access) -> ColumnElement[bool]:  # noqa: ARG001 - the same for everyone
    """Reach everyone: in the bench only."""
    return true()


GRANT = Grant(
    Role.SUPPORT, P.JOB_LIST, Purpose.OVERSIGHT, "none",
    (rows("usage_event", "every_event", Category.USAGE), rows("account", "every_account", Category.IDENTITY)),
)  # fmt: skip
"""A permission that support does not have otherwise, so that no true grant is touched."""


class EveryEvent(RecordList):
    """Everybody's usage events, newest first, by keyset on (occurred_at, id)."""

    columns = tuple((name, name) for name in ("id", "occurred_at", "account", "feature", "action", "session"))

    def __init__(self) -> None:
        """Mount it, and make the grant for it."""
        decide.GRANTS = (*GRANTS, GRANT)
        super().__init__(UsageEvent, name="Bench", endpoint="bench_events", url=URL)

    @expose("/")
    @permits(P.JOB_LIST)
    def index(self) -> str:
        """Show a page; recorded and committed before it is shown, as every look at personal data is."""
        found = self._found(request.args.get("at", ""))
        access_log.record(
            self.guarded, "account_seen", case=None, table="usage_event", count=len(found.records), subject_key=None,
            fields="occurred_at,session,feature,action,email",
        )  # fmt: skip
        access_log.commit(self.guarded)
        return self.page(self.list_template, **{**self._list_context(found), "banner": calm_banner("bench")})

    def _found(self, cursor: str) -> Found:
        direction, key = read(cursor)
        place = (UsageEvent.occurred_at, UsageEvent.id)
        statement = select(
            UsageEvent.id, UsageEvent.occurred_at, Account.email.label("account"), UsageEvent.feature,
            UsageEvent.action, UsageEvent.session,
        ).join(Account, Account.id == UsageEvent.account_id)  # fmt: skip
        if direction == "newer":
            after = statement.where(tuple_(*place) > key) if key else statement
            found = self.guarded.execute(after.order_by(*place).limit(PAGE_SIZE + 1)).all()[:PAGE_SIZE][::-1]
        else:
            before = statement.where(tuple_(*place) < key) if key else statement
            newest_first = [column.desc() for column in place]
            found = self.guarded.execute(before.order_by(*newest_first).limit(PAGE_SIZE + 1)).all()[:PAGE_SIZE]
        return Found(found, sign("newer", found[0]), sign("older", found[-1]))

    def row(self, record: Any) -> Row:
        """Show one event."""
        return Row([str(getattr(record, name)) for name in self.column_list])


def sign(direction: str, record: Any) -> str:
    """Return the cursor beside a record."""
    return str(CURSORS.dumps([direction, record.occurred_at.isoformat(), record.id]))


def read(cursor: str) -> tuple[str, tuple[datetime, str] | None]:
    """Return direction and place of a cursor: newest first without one, the oldest page for "last"."""
    if not cursor or cursor == "last":
        return "newer" if cursor else "older", None
    direction, moment, event = CURSORS.loads(cursor)
    return direction, (datetime.fromisoformat(moment), event)
