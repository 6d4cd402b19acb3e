"""The overview finds exactly what an erasure touches or keeps, and nothing of anybody else (P1, P2, P8)."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import String, inspect, select

from dashboard.processors.registry import PROCESSORS
from dashboard.services.erasure import erasing, finding, planning
from dashboard.services.overview import colleagues, facts, labels, places, words
from models import (
    Account,
    Base,
    Category,
    ContactRequest,
    Message,
    Person,
    RequestStep,
    Staff,
    db,
    models_of_persons,
    privacy_of,
    utcnow,
)
from tests.erasure import persons
from tests.overview import deliveries

TABLES = {model.__tablename__ for model in models_of_persons()}
KNOWN_KEYS = {
    "access_record.staff_id",
    "access_record.case_id",
    "access_record.subject_key",
    "message.subject_key",
    "ticket.unlocked_by",
}
"""Columns of a key's length that no foreign key explains: looked at one by one."""


def everything_told(found) -> str:
    """All values of an overview as one text."""
    rows = [dict(row) for section in found.sections for row in section.rows]
    return json.dumps([rows, found.companies, [vars(c) for c in found.consents]], default=str, ensure_ascii=False)


def test_the_overview_finds_what_the_removal_found_when_both_look_at_one_person(world, tmp_path):
    anna = persons.anna(world)
    persons.neighbour(world)
    request_id = persons.confirmed(world, anna.email)
    found = deliveries.counts(deliveries.overview_of(world, anna.email))

    persons.carry_out(world, request_id, persons.means(world, tmp_path))

    steps = {row[0].location: row[0].found for row in world.all(select(RequestStep)) if row[0].location in TABLES}
    assert steps == {table: count for table, count in found.items() if table not in planning.OF_THE_REQUEST}
    assert sum(steps.values()) >= 18


def test_every_place_of_the_plan_is_in_the_overview_when_it_is_derived(world):
    planned = {place.location for place in planning.plan() if place.action in {"delete", "anonymise", "keep"}}

    told = set(deliveries.counts(deliveries.overview_of(world, persons.anna(world).email)))

    assert planned - set(planning.OWN_FILES) | planning.OF_THE_REQUEST == told
    assert {place.location for place in planning.plan() if place.action in {"ask", "out_of_reach"}} == {
        processor.name for processor in PROCESSORS
    }


def test_nothing_is_missing_when_the_whole_database_is_searched(world):
    anna = persons.anna(world)
    found = deliveries.counts(deliveries.overview_of(world, anna.email))

    crawled = {}
    with world.app.app_context(), db.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            rows = [str(row).lower() for row in connection.execute(table.select())]
            crawled[table.name] = sum(any(value.lower() in row for value in anna.values) for row in rows)

    assert {table for table, count in crawled.items() if count} <= TABLES
    assert {table: count for table, count in crawled.items() if count > found.get(table, 0)} == {}


def test_each_row_stands_in_one_place_when_relations_are_listed_apart(world):
    anna = persons.anna(world)
    world.add(Message(type="x", cause="x", address=anna.email, subject="x", body="x", subject_key=anna.contact.id))

    found = deliveries.overview_of(world, anna.email)

    with world.app.app_context(), world.system() as session:
        person = finding.person_at(session, anna.email)
        counted = {m.__tablename__: erasing.count(session, m, person) for m in models_of_persons()}
    assert deliveries.counts(found) == counted
    assert {s.place.relation: s.count for s in found.of("message")} == {"app": 0, "website": 1, "house": 1}


def test_app_and_website_are_not_joined_when_a_person_is_in_both(world):
    anna = persons.anna(world)

    found = deliveries.overview_of(world, anna.email)

    by = {
        r: json.dumps([s.rows for s in found.sections if s.place.relation == r], default=str) for r in places.RELATIONS
    }
    assert anna.account.id in by["app"]
    assert anna.contact.id not in by["app"]
    assert anna.contact.id in by["website"]
    assert anna.account.id not in by["website"]
    assert anna.account.external_id not in by["website"]


def test_nobody_elses_value_is_told_when_a_neighbour_shares_company_and_first_name(world):
    anna = persons.anna(world)
    company = world.company("shared")
    world.set(Account, anna.account.id, company_id=company.id, deactivated_by="acc-two-0001", deactivated_at=utcnow())
    beth = persons.neighbour(world, company=company)

    told = everything_told(deliveries.overview_of(world, anna.email))

    assert all(value in told for value in (anna.email, anna.account.id, "de Vries", company.name))
    assert [value for value in (*beth.values, "Smit", "two") if value in told] == []
    assert '"deactivated_by": "administrator"' in told


def test_staff_are_told_by_role_when_they_worked_for_the_person(world):
    anna = persons.anna(world)
    suus = world.add(Staff(email="suus@demo.example", name="Suus Mertens", role="support"))
    world.ticket(anna.account, finding="suus mertens (suus@demo.example) saw beth@y.example", author_id=suus.id,
                 written_by="staff", body="Suus Mertens wrote for anna.devries@x.example", unlocked_by=world.staff["support2"])  # fmt: skip

    told = everything_told(deliveries.overview_of(world, anna.email))

    ids = [row[0] for row in world.all(select(Staff.id))]
    assert [key for key in (*ids, "uus", "demo.example", "beth") if key in told] == []
    assert "[a staff member] ([an address]) saw [an address]" in told
    assert "[a staff member] wrote for anna.devries@x.example" in told
    assert {"a support engineer", "a system administrator"} <= set(told.split('"'))


def test_words_of_the_person_are_told_as_written_when_they_name_others(world):
    anna = persons.anna(world)
    world.add(Staff(email="suus@demo.example", name="Suus Mertens", role="support"))
    world.ticket(anna.account, body="Suus Mertens helped, so did bob@z.example")

    told = everything_told(deliveries.overview_of(world, anna.email))

    assert "Suus Mertens helped, so did bob@z.example" in told


def test_usage_is_counted_by_month_when_there_is_much(world):
    anna = persons.anna(world)
    world.event(anna.account, at=utcnow() - timedelta(days=70))

    (usage,) = [s for s in deliveries.overview_of(world, anna.email).of("usage_event") if s.count]

    assert usage.count == sum(usage.months.values()) == 6
    assert len(usage.months) >= 2
    assert usage.rows == ()
    assert usage.first < usage.last < usage.goes_at


def test_the_wording_is_told_when_the_person_answered(world):
    anna = persons.anna(world)
    answered = {"permission": "no", "permission_wording": "1-nl", "permission_channel": "phone"}
    world.set(ContactRequest, anna.contact.id, permission_asked_at=utcnow(), **answered)

    (consent,) = deliveries.overview_of(world, anna.email).consents

    assert (consent.answer, consent.version) == ("no", "1-nl")
    assert consent.wording.startswith("Mogen wij uw contactgegevens")


def test_nothing_is_found_when_nobody_is_known(world):
    persons.anna(world)

    found = deliveries.overview_of(world, "nobody@x.example")

    assert set(deliveries.counts(found).values()) == {0}


@pytest.mark.parametrize("told", [words.TABLES, facts.SOURCES], ids=["words", "sources"])
def test_every_table_is_declared_when_it_can_hold_a_person(told):
    missing, left = TABLES - set(told), set(told) - TABLES

    assert not missing, f"say in dashboard/services/overview what these are and where they come from: {missing}"
    assert not left, f"these hold no person any more: {left}"


def test_every_column_is_named_when_its_person_is_told_it():
    columns = [(table, name) for table in sorted(TABLES) for name in places.shown(table)]

    silent = [f"{t}.{n}" for t, n in columns if n not in labels.LABELS and f"{t}.{n}" not in labels.INSTEAD]

    assert len(columns) > 150
    assert not silent, f'name these in labels.py, "column": ("English", "Nederlands"): {silent}'


def test_every_column_is_told_or_hidden_with_a_reason_when_it_exists():
    for table in sorted(TABLES):
        hidden = places.hidden(table)

        kept = privacy_of(places.model_of(table))
        assert set(places.shown(table)) | set(hidden) == set(kept)
        assert all(kept[n].category == Category.SECRET or f"{table}.{n}" in places.STAFF_KEYS for n in hidden)


def test_staff_have_a_role_when_a_table_points_at_them():
    pointing = {table for table in TABLES for name in places.shown(table) if places.kind_of(table, name) == "staff"}

    assert pointing <= places.ROLES.keys(), "say in ROLES of places.py in which role staff stand there"


def test_every_key_is_explained_when_it_could_be_somebodys():
    unexplained = {
        f"{table}.{name}"
        for table in TABLES
        for name, column in inspect(places.model_of(table)).columns.items()
        if isinstance(column.type, String) and column.type.length == 26 and not column.foreign_keys and name != "id"
    }

    assert unexplained == KNOWN_KEYS, "whose key is it? If a staff member's, it belongs in places.py"


def test_a_column_without_a_name_is_refused_when_it_is_told():
    with pytest.raises(KeyError, match="shoe_size"):
        labels.label("account", "shoe_size", "en")


def test_each_relation_knows_its_own_keys_when_a_person_is_taken_apart():
    person = Person(accounts=("a",), external_ids=("x",), contacts=("c",), requests=("r",), addresses=("e",))

    apart = places.apart(person)

    assert apart["app"] == Person(accounts=("a",), external_ids=("x",))
    assert apart["website"] == Person(contacts=("c",))


def test_texts_of_staff_are_the_only_ones_changed_when_classified():
    texts = {
        f"{t}.{n}" for t in TABLES for n, kept in privacy_of(places.model_of(t)).items() if kept.category == "free_text"
    }

    assert texts == colleagues.ALWAYS | colleagues.IF_THEIRS | {"app_error.message"}, "who writes this text?"
