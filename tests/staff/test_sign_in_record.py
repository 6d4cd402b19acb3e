"""What the access log says about signing in and out."""

import pytest
from flask_security import hash_password
from sqlalchemy import select

from models import AccessRecord, Staff
from tests.world import World, post


def sign_in(world: World, email: str, password: str):
    client = world.app.test_client()
    page = client.get("/login").get_data(as_text=True)
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    return client, client.post("/login", data={"email": email, "password": password, "csrf_token": token})


def give_password(world: World, name: str, password: str) -> None:
    with world.app.test_request_context():
        value = hash_password(password)
    world.set(Staff, world.staff[name], password=value)


def events(world: World):
    lines = select(AccessRecord.event, AccessRecord.staff_id, AccessRecord.role, AccessRecord.allowed)
    return [tuple(row) for row in world.all(lines.order_by(AccessRecord.number))]


def test_sign_in_names_who_when_the_pair_is_right(world: World) -> None:
    give_password(world, "rep", "a long enough password")

    _client, answer = sign_in(world, "rep@demo.example", "a long enough password")

    assert answer.status_code == 302
    assert events(world) == [("signed_in", world.staff["rep"], "rep", True)]
    assert world.all(select(Staff.last_seen_at).where(Staff.id == world.staff["rep"]))[0][0] is not None


@pytest.mark.parametrize("email", ["rep@demo.example", "nobody@demo.example"])
def test_failure_is_recorded_without_an_address_when_the_pair_is_wrong(world: World, email: str) -> None:
    give_password(world, "rep", "a long enough password")

    _client, answer = sign_in(world, email, "something else entirely")

    assert answer.status_code == 200
    assert events(world) == [("sign_in_failed", None, None, False)]


def test_failure_is_recorded_when_the_staff_member_is_deactivated(world: World) -> None:
    give_password(world, "rep", "a long enough password")
    world.set(Staff, world.staff["rep"], active=False)

    _client, answer = sign_in(world, "rep@demo.example", "a long enough password")

    assert answer.status_code == 200
    assert [row[0] for row in events(world)] == ["sign_in_failed"]


def test_sign_out_names_who_when_somebody_was_signed_in(world: World) -> None:
    client = world.sign_in("support")

    post(client, "/logout")

    assert ("signed_out", world.staff["support"], "support", True) in events(world)


def test_sign_out_records_nothing_when_nobody_was_signed_in(world: World) -> None:
    client = world.app.test_client()

    client.post("/logout")

    assert events(world) == []
