"""Twins of the checks of accounts and of what tables can hold."""

from collections.abc import Iterator
from datetime import timedelta

from models import utcnow

from .twins import Bench, twin


@twin("P7")
def an_active_account_of_a_customer_that_left(bench: Bench) -> Iterator[None]:
    bench.world.account("a")
    bench.world.account("b", company=bench.world.company("b", cancelled_at=utcnow()), deactivated_at=utcnow())
    yield
    bench.raw("UPDATE company SET cancelled_at = created_at WHERE cancelled_at IS NULL")


@twin("P16")
def an_account_from_nowhere(bench: Bench) -> Iterator[None]:
    bench.world.account("a")
    bench.world.account("b", source="company_admin")
    yield
    bench.raw("UPDATE account SET source = 'bought' WHERE source = 'self'")


@twin("P42")
def an_account_nobody_asked_to_end(bench: Bench) -> Iterator[None]:
    bench.world.account("a", deactivated_at=utcnow(), deactivated_by="self")
    bench.world.ticket(bench.world.account("b"), kind="deactivation")
    yield
    bench.raw("UPDATE account SET deactivated_by = NULL")


@twin("P44")
def a_customer_that_left_its_account_behind(bench: Bench) -> Iterator[None]:
    company = bench.world.company("a", cancelled_at=utcnow() - timedelta(days=1))
    bench.world.account("a", company=company, deactivated_at=utcnow(), deactivated_by="company")
    bench.world.account("b")
    yield
    bench.raw("UPDATE account SET deactivated_at = NULL, deactivated_by = NULL WHERE deactivated_by = 'company'")


@twin("P61")
def a_set_up_without_a_reason(bench: Bench) -> Iterator[None]:
    bench.world.onboarding(bench.world.account("a"), assignee="sysadmin", taken_because="finish_by_hand")
    bench.world.onboarding(bench.world.account("b"))
    yield
    bench.raw("UPDATE onboarding_case SET taken_because = NULL")


def _column(bench: Bench, table: str, name: str) -> Iterator[None]:
    yield
    bench.raw(f"ALTER TABLE {table} ADD COLUMN {name} VARCHAR(40)")
    yield
    bench.raw(f"ALTER TABLE {table} DROP COLUMN {name}")


@twin("P1")
def a_column_nobody_declared(bench: Bench) -> Iterator[None]:
    yield from _column(bench, "account", "nickname")


@twin("P5")
def a_table_that_knows_visitors(bench: Bench) -> Iterator[None]:
    yield from _column(bench, "heartbeat", "visitor_id")


@twin("P6")
def a_message_beside_the_three_fields(bench: Bench) -> Iterator[None]:
    yield from _column(bench, "contact_request", "message")


@twin("P9")
def a_birthday_on_an_account(bench: Bench) -> Iterator[None]:
    yield from _column(bench, "account", "birthday")


@twin("P13")
def an_ip_address_on_a_session(bench: Bench) -> Iterator[None]:
    yield from _column(bench, "staff_session", "ip_address")
