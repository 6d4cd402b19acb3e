"""Every endpoint × method × principal answers as the checked-in matrix says, on both engines."""

from dashboard.app import create_app
from tests.access import matrix
from tests.access.doors import METHODS, Door, doors
from tests.access.principals import PRINCIPALS


def test_every_door_answers_as_the_matrix_says_when_anyone_knocks(planted, record_property):
    wanted = matrix.expected()

    measured = list(matrix.lines(planted))

    record_property("cells", len(list(doors(planted.app))) * len(METHODS) * len(PRINCIPALS))
    assert matrix.differences(measured, wanted) == []


def test_matrix_names_the_door_and_the_line_when_an_endpoint_is_missing():
    measured = [("tickets.spy", "/admin/spy", "GET", *["allow"] * len(PRINCIPALS))]

    said = matrix.differences(measured, {})

    assert said == [
        f"tickets.spy,GET is missing in matrix.csv; write, if it is right: tickets.spy,/admin/spy,GET,{','.join(['allow'] * 9)}"
    ]


def test_matrix_names_the_principal_when_a_cell_changes():
    line = ("tickets.index", "/admin/tickets/", "GET", *["deny"] * len(PRINCIPALS))
    changed = (*line[:4], "allow", *line[5:])

    said = matrix.differences([changed], {line[:3]: line})

    assert said == ["tickets.index GET for rep: the matrix says deny, measured allow"]


def test_address_of_a_door_holds_the_id_when_it_takes_one():
    door = Door("traces.read", "/admin/tickets/<string:public_id>/trace", frozenset({"GET"}), ("public_id",))

    assert door.takes_id
    assert door.url("abc") == "/admin/tickets/abc/trace"


def test_outbox_is_no_door_when_the_demo_is_off(tmp_path):
    safe = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'x.db'}",
        "BASE_URL": "https://x.example",
        "SECRET_KEY": "0123456789abcdef" * 3,
    }

    answered = [create_app({**safe, **more}).test_client().get("/outbox").status_code for more in ({}, {"DEMO": "1"})]

    assert answered == [404, 200]
