"""Usage events come in by the batch: the good ones land, each bad one is named by its place and a reason (P10, P50)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dashboard.database.partitions import MonthMissing, is_missing
from models import Account, record_events

from .acting import Answer
from .moments import Horizon

Refusal = Mapping[str, Any]
Accounts = Mapping[str, tuple[str, datetime | None]]


class Event(TypedDict):
    """One usage event as it came in, checked: `occurred_at` in UTC, `properties` absent or from the allow-list."""

    id: str
    account: str
    occurred_at: datetime
    session: str
    feature: str
    action: str
    properties: Mapping[str, Any]


def record(
    session: Session, events: Sequence[tuple[int, Event]], *, refused: Sequence[Refusal], horizon: Horizon
) -> Answer:
    """Add the events (with their place in the batch) and answer what became of each; `refused` are those
    refused before.
    """
    accounts = _accounts(session, {event["account"] for _, event in events})
    late: list[Refusal] = []
    rows = []
    for index, event in events:
        reason, field = _refusal(event, accounts, horizon)
        if reason:
            late.append({"index": index, "reason": reason, "field": field})
        else:
            rows.append(_row(event, accounts[event["account"]][0]))
    # Sorted: two batches that share events then lock them in the same order and cannot wait for each other.
    rows.sort(key=lambda row: (row["account_id"], row["id"]))
    new = _add(session, rows) if rows else 0
    everything = sorted((*refused, *late), key=lambda refusal: refusal["index"])
    return Answer(200, {"accepted": new, "duplicate": len(rows) - new, "refused": everything})


def _add(session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
    """Add rows and return how many were new; raise MonthMissing when one lies in a month that has no place yet."""
    try:
        return record_events(session, rows)
    except IntegrityError as error:
        if not is_missing(error):
            raise
        moments = [row["occurred_at"] for row in rows]
        raise MonthMissing(min(moments), max(moments)) from None


def _accounts(session: Session, external_ids: set[str]) -> Accounts:
    known = select(Account.external_id, Account.id, Account.deactivated_at)
    rows = session.execute(known.where(Account.external_id.in_(external_ids)))
    return {external_id: (account_id, ended) for external_id, account_id, ended in rows}


def _refusal(event: Event, accounts: Accounts, horizon: Horizon) -> tuple[str, str]:
    account = accounts.get(event["account"])
    if account is None:
        return "unknown_account", "account"
    if account[1] and event["occurred_at"] > account[1]:
        return "account_deactivated", "account"
    return horizon.refusal(event["occurred_at"]), "occurred_at"


def _row(event: Event, account_id: str) -> dict[str, Any]:
    return {
        "account_id": account_id,
        "id": event["id"],
        "occurred_at": event["occurred_at"],
        "session": event["session"],
        "feature": event["feature"],
        "action": event["action"],
        "properties": event.get("properties") or None,
    }
