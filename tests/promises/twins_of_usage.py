"""Twins of the checks of usage, its senders and what is published of it."""

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import inspect

from models import AccessRecord, ApiToken, db, new_id, utcnow

from .twins import Bench, twin


@twin("P10")
def an_event_that_says_too_much(bench: Bench) -> Iterator[None]:
    account = bench.world.account("a")
    bench.world.event(account, at=utcnow())
    bench.world.event(account, at=utcnow(), properties=None)
    yield
    bench.raw("""UPDATE usage_event SET properties = '{"typed": "what I wrote"}' WHERE properties IS NOT NULL""")


@twin("P18")
def a_key_nobody_made(bench: Bench) -> Iterator[None]:
    token = bench.world.add(ApiToken(name="app", scope="app", token_hash="h" * 64))
    bench.world.add(look(bench, "token_made", "sysadmin", case_id=token.id, table=None, purpose="administration"))
    yield
    bench.raw("UPDATE api_token SET id = :other", other=new_id())


def look(bench: Bench, event: str, who: str, **facts) -> AccessRecord:
    """A line of the access log."""
    values = {
        "event": event, "staff_id": bench.world.staff[who], "role": who.rstrip("2"), "permission": "p", "count": 1,
        "purpose": "support", "allowed": True, "case_id": new_id(), "table": "ticket", "subject_key": new_id(),
    }  # fmt: skip
    return AccessRecord(**{**values, **facts})


def _usage_seen(bench: Bench, change: str) -> Iterator[None]:
    bench.world.add(look(bench, "trace_seen", "support", table="usage_event", purpose="error_analysis"))
    yield
    bench.raw(f"UPDATE access_record SET {change}")


@twin("P34")
def usage_read_to_sell(bench: Bench) -> Iterator[None]:
    yield from _usage_seen(bench, "purpose = 'marketing'")


@twin("P35")
def usage_read_outside_a_trace(bench: Bench) -> Iterator[None]:
    yield from _usage_seen(bench, "event = 'usage_listed'")


@twin("P24")
def a_figure_of_four_people(bench: Bench) -> Iterator[None]:
    with bench.world.app.app_context():
        is_there = inspect(db.engine).has_table("usage_figure")
    if not is_there:
        bench.raw(
            "CREATE TABLE usage_figure (scope VARCHAR(26), week DATE, feature VARCHAR(60), action VARCHAR(60), "
            "people INTEGER, uses INTEGER)"
        )
    add = "INSERT INTO usage_figure (scope, week, feature, action, people, uses) VALUES ('everyone', '2026-11-16', :where, 'open', :people, 20)"
    bench.raw(add, where="reports", people=10)
    yield
    bench.raw(add, where="alerts", people=4)
    yield
    bench.raw("DELETE FROM usage_figure" if is_there else "DROP TABLE usage_figure")


def _moved(bench: Bench) -> Iterator[None]:
    yield
    bench.settings = replace(bench.settings, data_region="NL,US")


@twin("P17")
def a_backup_in_america(bench: Bench) -> Iterator[None]:
    yield from _moved(bench)


@twin("P19")
def usage_in_america(bench: Bench) -> Iterator[None]:
    yield from _moved(bench)
