"""An overview or a copy is made once, for its person alone; cut off anywhere, it is done whole or not at all."""

import hashlib
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from dashboard.services.overview import delivering
from dashboard.services.requests import letters, working
from models import AccessRecord, Account, ContactRequest, ExportFile, Message, RequestLink, SubjectRequest
from tests.erasure import persons
from tests.overview import deliveries

POINTS = (
    "delivery.start.before_commit",
    "delivery.start.after_commit",
    "delivery.files_made",
    "delivery.before_commit",
    "delivery.after_commit",
)


class Crash(BaseException):
    """As sudden as a kill, but the test lives on."""


def crash_at(monkeypatch, name: str) -> None:
    def point(passed: str) -> None:
        if passed == name:
            raise Crash(name)

    monkeypatch.setattr(delivering.fault, "point", point)


def events(world, request_id: str) -> list[str]:
    query = select(AccessRecord.event).where(AccessRecord.case_id == request_id).order_by(AccessRecord.number)
    return [row[0] for row in world.all(query)]


@pytest.mark.parametrize(("kind", "kinds"), [("overview", {"page", "pdf"}), ("retrieval", {"zip"})])
def test_it_lies_ready_when_the_person_has_confirmed(world, exports, kind, kinds):
    anna = persons.anna(world)

    request_id = deliveries.delivered(world, anna.email, kind)

    request, files = persons.state(world, request_id), deliveries.files(world, request_id)
    assert (request.state, request.closed_at) == ("delivered", None)
    assert request.validated_at <= request.executed_at
    assert {file.kind for file in files} == kinds
    assert {path.name.partition(".")[0] for path in exports.iterdir()} == {f"{request_id}-{file.id}" for file in files}
    for file in files:
        content = next(exports.glob(f"*-{file.id}.*")).read_bytes()
        assert (file.size, file.checksum) == (len(content), hashlib.sha256(content).hexdigest())
        assert file.ends_at - file.made_at == timedelta(days=7)
    assert events(world, request_id)[-1] == "request_delivered"


def test_the_address_is_forgotten_when_it_is_delivered(world):
    anna = persons.anna(world)

    request_id = deliveries.delivered(world, anna.email, "retrieval")

    query = select(SubjectRequest.email, SubjectRequest.email_key).where(SubjectRequest.id == request_id)
    assert world.all(query) == [(None, None)]
    assert world.all(select(func.count(ExportFile.email_key)))[0][0] == 1


@pytest.mark.parametrize(
    ("kind", "language", "path", "subject"),
    [
        ("overview", "en", "/privacy/overview/", "Your data is ready"),
        ("retrieval", "nl", "/privacy/download/", "Uw gegevens staan klaar"),
    ],
)
def test_one_letter_goes_to_the_address_on_file_when_it_is_ready(world, kind, language, path, subject):
    anna = persons.anna(world)

    deliveries.delivered(world, anna.email, kind, language)

    query = select(Message.address, Message.subject, Message.subject_key, Message.body)
    ((address, line, key, body),) = world.all(query.where(Message.type == "request_ready"))
    assert address == anna.email
    assert key in {anna.account.id, anna.contact.id}
    assert subject in line
    assert path in body
    assert anna.email not in line
    assert letters.ACTS[language][kind] in body


def test_the_link_lasts_a_week_when_it_is_made(world):
    anna = persons.anna(world)

    request_id = deliveries.delivered(world, anna.email, "retrieval")

    ((made, ends),) = world.all(
        select(RequestLink.made_at, RequestLink.ends_at).where(
            RequestLink.request_id == request_id, RequestLink.purpose == "download"
        )
    )
    assert ends - made == timedelta(days=7)


def test_the_same_person_may_ask_again_when_it_is_delivered(world):
    anna = persons.anna(world)
    first = deliveries.delivered(world, anna.email, "retrieval")

    assert deliveries.delivered(world, anna.email, "retrieval") != first


@pytest.mark.parametrize("state", ["received", "assigned", "awaiting_validation"])
def test_nothing_is_made_when_nobody_has_confirmed(world, exports, state):
    anna = persons.anna(world)
    request_id = persons.ask(world, anna.email, kind="retrieval")
    world.set(SubjectRequest, request_id, state=state)

    ended = deliveries.carry_out(world, request_id)

    assert ended == state
    assert not exports.exists()
    assert world.all(select(Message.id).where(Message.type == "request_ready")) == []


def test_removals_are_left_alone_when_they_wait(world):
    anna = persons.anna(world)
    removal = persons.confirmed(world, anna.email)
    copy = persons.confirmed(world, anna.email, kind="retrieval")

    with world.app.app_context(), world.system() as session:
        waiting = delivering.waiting(session)

    assert waiting == [copy]
    assert deliveries.carry_out(world, removal) == ""
    assert persons.state(world, removal).state == "validated"


def test_nothing_is_sent_when_the_person_is_known_no_more(world, exports):
    anna = persons.anna(world)
    request_id = persons.confirmed(world, anna.email, kind="retrieval")
    forget(world, anna)

    ended = deliveries.carry_out(world, request_id)

    request = persons.state(world, request_id)
    assert (ended, request.outcome) == ("expired", "nothing_held")
    assert request.closed_at is not None
    assert world.all(select(Message.id).where(Message.type == "request_ready")) == []
    assert not exports.exists()


def forget(world, anna) -> None:
    """Take the person out of every address we know, as a removal would."""
    world.set(Account, anna.account.id, email="gone@z.example")
    world.set(ContactRequest, anna.contact.id, email="gone@z.example")


def test_nothing_is_handed_over_when_the_person_is_removed_meanwhile(world, exports, monkeypatch):
    anna = persons.anna(world)
    request_id = persons.confirmed(world, anna.email, kind="retrieval")
    monkeypatch.setattr(delivering.fault, "point", lambda name: name == "delivery.files_made" and forget(world, anna))

    deliveries.carry_out(world, request_id)

    assert list(exports.iterdir()) == []
    assert deliveries.carry_out(world, request_id) == "expired"
    assert world.all(select(ExportFile.id)) == []


def test_nothing_is_handed_over_when_the_request_is_withdrawn_meanwhile(world, exports, monkeypatch):
    anna = persons.anna(world)
    request_id = persons.confirmed(world, anna.email, kind="overview")

    def withdraw(name: str) -> None:
        if name == "delivery.files_made":
            with world.system() as session:
                request = session.scalar(select(SubjectRequest).where(SubjectRequest.id == request_id))
                working.end(session, request, state="withdrawn", outcome="removed")
                session.commit()

    monkeypatch.setattr(delivering.fault, "point", withdraw)

    ended = deliveries.carry_out(world, request_id)

    assert ended == "withdrawn"
    assert list(exports.iterdir()) == []


@pytest.mark.parametrize("kind", ["overview", "retrieval"])
@pytest.mark.parametrize("name", POINTS)
def test_it_is_whole_or_not_there_when_it_is_cut_off(world, exports, monkeypatch, name, kind):
    anna = persons.anna(world)
    request_id = persons.confirmed(world, anna.email, kind=kind)
    with monkeypatch.context() as patched:
        crash_at(patched, name)
        with pytest.raises(Crash):
            deliveries.carry_out(world, request_id)
    half = persons.state(world, request_id).state
    lying = len(list(exports.glob("*"))) if exports.exists() else 0
    assert lying == len(deliveries.files(world, request_id))
    assert (half == "delivered") == (name == "delivery.after_commit")

    ended = deliveries.carry_out(world, request_id)

    assert ended == "delivered"
    assert len(list(exports.iterdir())) == len(deliveries.files(world, request_id)) == (2 if kind == "overview" else 1)
    assert len(world.all(select(Message.id).where(Message.type == "request_ready"))) == 1
    assert events(world, request_id).count("request_delivered") == 1


def test_one_delivery_is_made_when_two_carry_it_out_at_once(world, exports):
    anna = persons.anna(world)
    request_id = persons.confirmed(world, anna.email, kind="retrieval")
    threads = [threading.Thread(target=deliveries.carry_out, args=(world, request_id)) for _ in range(3)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert persons.state(world, request_id).state == "delivered"
    assert len(list(exports.iterdir())) == len(deliveries.files(world, request_id)) == 1
    assert len(world.all(select(Message.id).where(Message.type == "request_ready"))) == 1


def test_a_removal_takes_the_files_along_when_they_still_lie_there(world, exports, tmp_path):
    anna = persons.anna(world)
    deliveries.delivered(world, anna.email, "retrieval")
    removal = persons.confirmed(world, anna.email)

    ended = persons.carry_out(world, removal, persons.means(world, tmp_path))

    assert ended == "certified"
    assert list(exports.iterdir()) == []


def test_nothing_of_the_address_stands_in_a_repr_when_a_request_is_carried_out():
    asked = delivering.Asked("id", "R-1", "overview", "en", "anna@x.example")

    assert "anna" not in repr(asked)
