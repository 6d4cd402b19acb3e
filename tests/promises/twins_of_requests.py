"""Twins of the checks of what persons ask for."""

from collections.abc import Iterator
from datetime import timedelta

from models import LedgerEntry, RequestLink, RequestStep, SubjectRequest, new_id, utcnow

from .twins import Bench, twin


def asked(bench: Bench, kind: str, *, minutes: int = 5, **facts):
    """A request that support has, received so many minutes ago."""
    now = utcnow()
    values = {
        "kind": kind, "source": "page", "email": "cnry@x.example", "email_key": new_id(), "language": "nl",
        "received_at": now - timedelta(minutes=minutes), "due_at": now + timedelta(days=30), "state": "assigned",
        "assignee_id": bench.world.staff["support"], "assigned_at": now, "contacted_at": now,
    }  # fmt: skip
    return bench.world.add(SubjectRequest(**{**values, **facts}))


def confirmed(bench: Bench, kind: str, *, minutes: int = 5, **facts):
    """A request its person confirmed so many minutes ago."""
    at = utcnow() - timedelta(minutes=minutes)
    return asked(bench, kind, **{"state": "validated", "validated_at": at, "validated_how": "link", **facts})


def ended(bench: Bench, **facts):
    """A removal that was certified ten minutes after it was confirmed."""
    at = utcnow() - timedelta(minutes=20)
    done = at + timedelta(minutes=10)
    return confirmed(
        bench, "removal", minutes=20, state="certified", executed_at=at + timedelta(seconds=5), verified_at=done, certified_at=done,
        closed_at=done, email=None, email_key=None, outcome="removed", **facts,
    )  # fmt: skip


def step(request: SubjectRequest, position: int, location: str, **facts):
    at = utcnow()
    values = {"request_id": request.id, "position": position, "location": location, "relation": "app",
              "action": "delete", "found": 1, "left": 0, "done_at": at, "verified_at": at}  # fmt: skip
    return RequestStep(**{**values, **facts})


LONG_AGO = timedelta(days=3)


def _forgotten(bench: Bench, kind: str) -> Iterator[None]:
    asked(bench, kind, assignee_id=None, assigned_at=None, contacted_at=None, state="received")
    yield
    bench.raw("UPDATE subject_request SET received_at = :then", then=bench.moment(utcnow() - LONG_AGO))


@twin("P2")
def an_overview_nobody_took_up(bench: Bench) -> Iterator[None]:
    yield from _forgotten(bench, "overview")


@twin("P47")
def a_removal_nobody_took_up(bench: Bench) -> Iterator[None]:
    yield from _forgotten(bench, "removal")


def _late(bench: Bench, kind: str) -> Iterator[None]:
    confirmed(bench, kind)
    yield
    bench.raw("UPDATE subject_request SET validated_at = :then", then=bench.moment(utcnow() - timedelta(minutes=40)))


@twin("P3")
def a_copy_that_is_late(bench: Bench) -> Iterator[None]:
    yield from _late(bench, "retrieval")


@twin("P4")
def a_removal_that_does_not_begin(bench: Bench) -> Iterator[None]:
    yield from _late(bench, "removal")


@twin("P45")
def a_removal_that_took_long(bench: Bench) -> Iterator[None]:
    ended(bench)
    yield
    bench.raw("UPDATE subject_request SET verified_at = :late", late=bench.moment(utcnow() + timedelta(minutes=1)))


@twin("P46")
def a_place_nobody_read_back(bench: Bench) -> Iterator[None]:
    request = ended(bench)
    bench.world.add(step(request, 1, "account"), step(request, 2, "analytics", action="out_of_reach", verified_at=None))
    yield
    bench.raw("UPDATE request_step SET verified_at = NULL")


@twin("P48")
def a_confirmation_nobody_asked_for(bench: Bench) -> Iterator[None]:
    confirmed(bench, "overview")
    yield
    bench.raw("UPDATE subject_request SET contacted_at = NULL")


@twin("P49")
def a_link_tried_too_often(bench: Bench) -> Iterator[None]:
    request = asked(bench, "removal")
    ended(bench)
    ends = utcnow() + timedelta(days=3)
    bench.world.add(RequestLink(token_hash="h" * 64, request_id=request.id, purpose="confirm", ends_at=ends))
    yield
    bench.raw("UPDATE request_link SET wrong_words = 9")


@twin("P51")
def usage_of_somebody_erased(bench: Bench) -> Iterator[None]:
    account, other = bench.world.account("a"), new_id()
    bench.world.event(account, at=utcnow())
    bench.world.add(LedgerEntry(number=1, event="erased", relation="app", key=other, chained="c" * 64))
    yield
    bench.raw("UPDATE ledger_entry SET key = :key", key=account.id)
