"""The same call at the same moment, from many threads: one acts, the others get its answer; never a 500."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import func, select

from models import Account, AccountPreference, AppError, Company, ContactRequest, IdempotencyRecord, Ticket, UsageEvent
from tests.api.conftest import ago, failure, letter, person, submission

MANY = 6


def _at_once(world, machine, method, path, bodies, **more):
    """Send each body from a thread of its own, all at the same moment; return the answers."""
    barrier = Barrier(len(bodies))
    headers = {"Authorization": f"Bearer {machine.token}", **more}

    def send(body):
        client = world.app.test_client()
        barrier.wait()
        return client.open("/api/v1" + path, method=method, json=body, headers=headers)

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(send, bodies))


def _count(world, table):
    return world.all(select(func.count()).select_from(table))[0][0]


def test_error_when_sent_at_once_is_one_error_and_one_ticket(world, app_machine, account):
    answers = _at_once(world, app_machine, "POST", "/errors", [failure(account)] * MANY)

    assert sorted(answer.status_code for answer in answers) == [200] * (MANY - 1) + [201]
    assert len({answer.data for answer in answers}) == 1
    assert (_count(world, AppError), _count(world, Ticket)) == (1, 1)


def test_key_when_sent_at_once_acts_once(world, app_machine, account):
    more = {"Idempotency-Key": "k-1"}

    answers = _at_once(world, app_machine, "POST", "/tickets", [letter(account)] * MANY, **more)

    assert [answer.status_code for answer in answers] == [201] * MANY
    assert len({answer.data for answer in answers}) == 1
    assert (_count(world, Ticket), _count(world, IdempotencyRecord)) == (1, 1)


def test_key_when_sent_at_once_with_different_bodies_acts_for_one(world, app_machine, account):
    bodies = [letter(account, subject=f"Letter {n}") for n in range(MANY)]

    answers = _at_once(world, app_machine, "POST", "/tickets", bodies, **{"Idempotency-Key": "k-1"})

    assert sorted(answer.status_code for answer in answers) == [201] + [422] * (MANY - 1)
    assert _count(world, Ticket) == 1


def test_submission_when_sent_at_once_is_one(world, website):
    sent = submission(external_id="form-1")

    answers = _at_once(world, website, "POST", "/contact-requests", [sent] * MANY)

    assert sorted(answer.status_code for answer in answers) == [200] * (MANY - 1) + [201]
    assert _count(world, ContactRequest) == 1


def test_company_and_account_when_put_at_once_are_one_each(world, app_machine, company):
    names = [{"name": "De Linde", "administrators": ["ac-1", "ac-2"]}] * MANY

    companies = _at_once(world, app_machine, "PUT", "/companies/co-2", names)
    accounts = _at_once(world, app_machine, "PUT", "/accounts/ac-1", [person(company)] * MANY)

    for answers in (companies, accounts):
        assert sorted(answer.status_code for answer in answers) == [200] * (MANY - 1) + [201]
    assert (_count(world, Company), _count(world, Account)) == (2, 1)


def test_preferences_when_chosen_at_once_are_kept(world, app_machine, account):
    bodies = [{"data_alert": n % 2 == 0, "weekly_summary": False} for n in range(MANY)]

    answers = _at_once(world, app_machine, "PUT", "/accounts/ac-1/preferences", bodies)

    assert [answer.status_code for answer in answers] == [200] * MANY
    assert _count(world, AccountPreference) == 2


def test_usage_when_the_same_batches_come_at_once_is_counted_once(world, app_machine, event):
    events = [event(f"ev-{n}") for n in range(200)]
    bodies = [{"events": events if n % 2 else events[::-1]} for n in range(MANY)]

    answers = _at_once(world, app_machine, "POST", "/usage-events", bodies)

    assert [answer.status_code for answer in answers] == [200] * MANY
    assert sum(answer.json["accepted"] for answer in answers) == 200
    assert _count(world, UsageEvent) == 200


def test_account_when_its_company_cancels_at_once_is_never_left_active(world, app_machine, company):
    """Whichever comes first: a cancelled company has no active account (P44)."""
    barrier = Barrier(MANY + 1)
    headers = {"Authorization": f"Bearer {app_machine.token}"}
    calls = [("PUT", f"/accounts/ac-{n}", person(company)) for n in range(MANY)]
    calls.append(("POST", f"/companies/{company}/cancel", {"cancelled_at": ago(minutes=1)}))

    def send(call):
        method, path, body = call
        barrier.wait()
        return world.app.test_client().open("/api/v1" + path, method=method, json=body, headers=headers)

    with ThreadPoolExecutor(len(calls)) as pool:
        answers = list(pool.map(send, calls))

    assert {answer.status_code for answer in answers} <= {200, 201, 422}
    assert world.all(select(Account.id).where(Account.deactivated_at.is_(None))) == []
