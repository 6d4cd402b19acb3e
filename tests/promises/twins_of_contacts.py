"""Twins of the checks of contacts and of messages."""

from collections.abc import Iterator
from datetime import timedelta

from dashboard.services import fingerprints
from models import AccountPreference, AppMessage, Message, utcnow

from .twins import Bench, twin


@twin("P8")
def a_contact_with_an_accounts_key(bench: Bench) -> Iterator[None]:
    account = bench.world.account("a")
    bench.world.contact_request("a")
    yield
    bench.raw("UPDATE contact_request SET id = :key", key=account.id)


def letter(**facts) -> Message:
    values = {"type": "confirm", "cause": "request R-1", "address": "cnry@x.example", "subject": "About", "body": "-"}
    return Message(**{**values, **facts})


@twin("P25")
def an_advertisement_to_a_contact(bench: Bench) -> Iterator[None]:
    contact = bench.world.contact_request("a")
    bench.world.add(letter(subject_key=contact.id))
    yield
    bench.raw("UPDATE message SET type = 'newsletter', cause = 'campaign 7'")


ANSWER = {"permission_channel": "phone", "permission_wording": "1 nl"}


@twin("P26")
def a_follow_up_closed_unasked(bench: Bench) -> Iterator[None]:
    now = utcnow()
    facts = {"permission": "yes", "permission_asked_at": now, "closed_at": now, "outcome": "answered", **ANSWER}
    bench.world.contact_request("a", assignee="rep", **facts)
    bench.world.contact_request("b", assignee="rep")
    yield
    bench.raw("UPDATE contact_request SET permission_asked_at = NULL, permission = NULL")


@twin("P29")
def somebody_who_left_the_list_and_is_on_it(bench: Bench) -> Iterator[None]:
    asked = utcnow() - timedelta(days=2)
    contact = bench.world.contact_request("a", permission="yes", permission_asked_at=asked, **ANSWER)
    bench.world.contact_request("b", permission="yes", permission_asked_at=asked, **ANSWER)
    yield
    add = "INSERT INTO suppression (fingerprint, since, because) VALUES (:fingerprint, :since, 'unsubscribed')"
    bench.raw(add, fingerprint=fingerprints.of_address(contact.email), since=bench.moment(utcnow()))


def _sent(bench: Bench, **facts) -> AppMessage:
    account = bench.world.account("a")
    values = {"external_id": "m-1", "account_id": account.id, "type": "report_ready", "cause": "report-7",
              "sent_at": utcnow()}  # fmt: skip
    return bench.world.add(AppMessage(**{**values, **facts}))


@twin("P31")
def a_message_without_a_cause(bench: Bench) -> Iterator[None]:
    _sent(bench)
    yield
    bench.raw("UPDATE app_message SET type = 'special_offer'")


@twin("P32")
def a_message_nobody_wanted(bench: Bench) -> Iterator[None]:
    message = _sent(bench)
    chosen = utcnow() - timedelta(days=1)
    bench.world.add(
        AccountPreference(account_id=message.account_id, message_type="report_ready", wanted=True, changed_at=chosen),
        AccountPreference(account_id=message.account_id, message_type="data_alert", wanted=False, changed_at=chosen),
    )
    yield
    bench.raw("UPDATE account_preference SET wanted = NOT wanted")


@twin("P43")
def an_account_ended_untold(bench: Bench) -> Iterator[None]:
    ended = {"deactivated_at": utcnow() - timedelta(days=2), "deactivated_by": "ac-9"}
    told, reported = bench.world.account("a", **ended), bench.world.account("b", **ended)
    bench.world.account("c", **{**ended, "deactivated_by": "self"})
    bench.world.add(letter(type="account_deactivated", cause="deactivation administrator", subject_key=told.id))
    _sent(bench, account_id=reported.id, type="account_deactivated")
    yield
    bench.raw("DELETE FROM message")
