"""Usage events by month."""

from collections.abc import Iterator
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from dateutil.relativedelta import relativedelta

revision = "b7d0c1e52a94"
down_revision = "31f13b150497"

COLUMNS = "account_id, occurred_at, id, session, feature, action, properties"
LOOK_BACK, AHEAD = relativedelta(months=27), relativedelta(months=3)


def upgrade() -> None:
    """Make the table anew, by months where the database can, and move the events over. No intake may run meanwhile."""
    op.rename_table("usage_event", "usage_event_before")
    op.drop_index("ix_usage_event_trace", table_name="usage_event_before")
    if _by_months():
        op.execute("ALTER TABLE usage_event_before RENAME CONSTRAINT usage_event_pkey TO usage_event_before_pkey")
    _create(sa.PrimaryKeyConstraint("account_id", "occurred_at", "id"), postgresql_partition_by="RANGE (occurred_at)")
    if _by_months():
        _attach_months()
    op.execute(f"INSERT INTO usage_event ({COLUMNS}) SELECT {COLUMNS} FROM usage_event_before")  # noqa: S608 - columns of ours
    op.drop_table("usage_event_before")
    op.create_index("ix_usage_event_id", "usage_event", ["account_id", "id"], unique=False)
    op.create_index("ix_usage_event_time", "usage_event", ["occurred_at"], unique=False)


def downgrade() -> None:
    """Make one table again; of two events of one account with the same id the older stays."""
    op.drop_index("ix_usage_event_time", table_name="usage_event")
    op.drop_index("ix_usage_event_id", table_name="usage_event")
    op.rename_table("usage_event", "usage_event_after")
    if _by_months():
        op.execute("ALTER TABLE usage_event_after RENAME CONSTRAINT usage_event_pkey TO usage_event_after_pkey")
    _create(sa.PrimaryKeyConstraint("account_id", "id"))
    all_of_it = f"SELECT {COLUMNS} FROM usage_event_after WHERE true ORDER BY occurred_at"  # noqa: S608 - columns of ours
    op.execute(f"INSERT INTO usage_event ({COLUMNS}) {all_of_it} ON CONFLICT DO NOTHING")
    op.drop_table("usage_event_after")
    op.create_index("ix_usage_event_trace", "usage_event", ["account_id", "occurred_at", "id"], unique=False)


def _create(key: sa.PrimaryKeyConstraint, **how: str) -> None:
    op.create_table(
        "usage_event",
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("session", sa.String(length=64), nullable=False),
        sa.Column("feature", sa.String(length=60), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("properties", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        key,
        **how,
    )


def _by_months() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _attach_months() -> None:
    """Make the months of every event there is, those the intake can meet, and the next ones."""
    oldest, newest = (
        op.get_bind().execute(sa.text("SELECT min(occurred_at), max(occurred_at) FROM usage_event_before")).one()
    )
    now = datetime.now(UTC)
    for first, until in _months(min(oldest or now, now - LOOK_BACK), max(newest or now, now + AHEAD)):
        op.execute(
            f"CREATE TABLE usage_event_{first:%Y_%m} PARTITION OF usage_event "
            f"FOR VALUES FROM ('{first.isoformat()}') TO ('{until.isoformat()}')"
        )


def _months(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    first = since.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while first <= until:
        yield first, first + relativedelta(months=1)
        first += relativedelta(months=1)
