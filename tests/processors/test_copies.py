"""The demo's stand-ins hold the persons of its story, so that a removal really deletes something there."""

import json
import socket
import time

import pytest

from dashboard import cli_demo
from dashboard.config import read
from dashboard.demo.calls import API, Answer, Call
from dashboard.demo.clients import HandingOn
from dashboard.demo.partners import Partners
from dashboard.processors.base import Search
from dashboard.processors.registry import adapters
from dashboard.serve import _start
from dashboard.services import outbox
from tests.erasure import persons
from tests.processors.conftest import SECRETS, settings_for
from tests.world import World

FORM = {"name": "Ada de Wit", "email": "Ada@x.example", "phone": "+31 6 1111 2222"}
ADA, BEA = Search(("ada@x.example",), ("acc-1",)), Search(("bea@x.example",), ("acc-2",))
TOLD = {"accounts": ["acc-1", "acc-2"], "forms": [FORM, {**FORM, "email": "bea@x.example"}]}


def held(world: World) -> bytes:
    with world.app.app_context():
        return cli_demo.held()


def test_stand_ins_hold_accounts_and_forms_when_the_database_has_them(world: World):
    anna, beth = persons.anna(world), persons.neighbour(world)

    told = json.loads(held(world))

    assert sorted(told["accounts"]) == sorted([anna.account.external_id, beth.account.external_id])
    assert sorted(form["email"] for form in told["forms"]) == sorted([anna.email, beth.email])
    assert all(form.keys() == {"name", "email", "phone"} for form in told["forms"])


def test_removal_deletes_every_copy_of_its_person_alone_when_it_is_carried_out(
    world: World, partners: Partners, tmp_path, monkeypatch
):
    monkeypatch.setattr(outbox, "FOLDER", tmp_path / "outbox")
    anna, beth = persons.anna(world), persons.neighbour(world)
    partners.copies.take(json.loads(held(world)))
    before = {contact["email"] for contact in partners.copies.contacts.values()}
    how = persons.means(world, tmp_path, **adapters(settings_for(partners.url)))

    ended = persons.carry_out(world, persons.confirmed(world, anna.email), how)

    assert (ended, before) == ("certified", {anna.email, beth.email})
    assert [contact["email"] for contact in partners.copies.contacts.values()] == [beth.email]
    assert (partners.copies.app, partners.copies.website) == ({beth.account.external_id}, {beth.email})
    assert partners.copies.blocked == set()
    assert beth.email in held(world).decode()
    assert anna.email not in held(world).decode()


def test_stand_in_holds_what_it_was_told_when_it_is_started(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    demo = read({"DEMO": "1", "SECRET_KEY": "k" * 40, "PORT": str(port - 1000)})
    process = _start(cli_demo.stand_ins(demo, copies=json.dumps(TOLD).encode()))
    try:
        _wait_for(port)
        reached = adapters(demo)

        before = [one.still_there(ADA) for one in reached.values()]
        for one in reached.values():
            one.erase(ADA)

        assert before == [True, True, True]
        assert [one.still_there(ADA) for one in reached.values()] == [False] * 3
        assert [one.still_there(BEA) for one in reached.values()] == [True] * 3
        assert "ada" not in " ".join(map(str, process.args)).lower()
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 10
    while True:
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize(("status", "path", "there"), [(201, "contact-requests", True), (422, "contact-requests", False),
                                                       (201, "tickets", False)])  # fmt: skip
def test_form_reaches_the_stand_ins_when_the_api_took_it(partners: Partners, status: int, path: str, there: bool):
    port = partners.server_address[1]
    client = HandingOn(lambda _call: Answer(status), port=port, token=SECRETS.hubspot)

    answer = client(Call("website", "POST", f"{API}/{path}", FORM))

    assert answer.status == status
    assert ("ada@x.example" in partners.copies.website) is there
    assert [(c["email"], c["firstname"], c["lastname"]) for c in partners.copies.contacts.values()] == (
        [("ada@x.example", "Ada de", "Wit")] if there else []
    )


def test_call_goes_through_when_the_stand_ins_are_away(partners: Partners):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]

    answer = HandingOn(lambda _call: Answer(201), port=free, token="t")(
        Call("website", "POST", f"{API}/contact-requests", FORM)
    )

    assert answer.status == 201
    assert partners.copies.contacts == {}
