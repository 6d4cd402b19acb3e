"""The record of processing activities says what the code does: whatever is added and not said is named with its line."""

from dataclasses import replace

import pytest

from dashboard.config import ROOT, Settings
from dashboard.policy.calendar import Period
from dashboard.policy.purposes import Purpose
from dashboard.policy.roles import Role
from dashboard.processors.registry import PROCESSORS
from dashboard.services.activities.limits import Limit
from dashboard.services.activities.record import Activity, Table, record
from dashboard.services.activities.text import text_of, unsaid
from models import PERSONAL, Base, Category, OnErasure, privacy_of

DOCUMENT = ROOT / "docs" / "processing-activities.md"
PAGE = "/admin/evidence/processing-activities"


def changed(what: str):
    """The record as it would be if something had been added to the code."""
    now = record(Settings())
    if what == "table":
        made = Table("wish", "account", "Keeps what people wish for.", {}, OnErasure.DELETE, "", Limit())
        return replace(now, tables=[*now.tables, made])
    if what == "table of nobody":
        return replace(now, of_nobody=[*now.of_nobody, ("clock", "Tells the time to nobody.")])
    if what == "purpose":
        made = Activity(Purpose.SUPPORT, "Guessing what people may want next.", (), ())
        return replace(now, activities=[*now.activities, made])
    if what == "processor":
        return replace(now, processors=[*now.processors, replace(PROCESSORS[0], name="sender", title="Sender")])
    limited = replace(now.tables[0], limit=Limit(Period(months=600), "at", "P50"))
    return replace(now, tables=[limited, *now.tables[1:]])


def test_the_document_says_everything_when_it_is_held_against_the_code():
    missing = unsaid(DOCUMENT.read_text(encoding="utf-8"), record(Settings()))

    assert not missing, "\n".join(missing)


@pytest.mark.parametrize(
    ("what", "named"),
    [
        ("table", "table wish"),
        ("table of nobody", "table clock"),
        ("purpose", "purpose support"),
        ("processor", "processor sender"),
        ("limit", "time limit of access_record"),
    ],
)
def test_the_missing_line_is_named_when_something_is_added(what: str, named: str):
    missing = unsaid(DOCUMENT.read_text(encoding="utf-8"), changed(what))

    assert named in {line.partition(":")[0] for line in missing}
    assert all("run `make docs`" in line and " | " in line for line in missing)


def test_the_missing_role_is_named_when_the_document_lacks_it():
    text = DOCUMENT.read_text(encoding="utf-8")
    without = "\n".join(line for line in text.split("\n") if not line.startswith("| `compliance` | staff |"))

    missing = unsaid(without, record(Settings()))

    assert [line.partition(":")[0] for line in missing] == ["role compliance"]


def test_every_part_of_article_30_is_there_when_the_record_is_written():
    now = record(replace(Settings(), company_address="Street 1, Utrecht", privacy_contact="privacy@company.example"))

    text = text_of(now, made="Made by a test.")

    heads = [line[3:6] for line in text.split("\n") if line.startswith("## ")]
    assert sorted(set(heads)) == ["(a)", "(b)", "(c)", "(d)", "(e)", "(f)", "(g)"]
    assert "Street 1, Utrecht" in text
    assert "privacy@company.example" in text
    assert "not recorded" not in text
    assert {facts.name for facts in now.transfers} >= {"hubspot", "analytics"}


def test_every_table_and_personal_column_is_told_of_when_the_record_is_made():
    now = record(Settings())
    told = {t.name: {c for names in t.columns.values() for c in names} for t in now.tables}

    mapped = {m.class_.__tablename__: m.class_ for m in Base.registry.mappers}
    personal = {
        name: {column for column, kept in privacy_of(model).items() if kept.category in PERSONAL | {Category.STAFF}}
        for name, model in mapped.items()
    }

    assert {*told, *(name for name, _reason in now.of_nobody)} == set(mapped)
    assert {name: left for name, wanted in personal.items() if (left := wanted - told.get(name, set()))} == {}
    assert set(now.recipients) == set(Role)


def test_page_shows_the_record_when_compliance_opens_it(world):
    page = world.sign_in("compliance").get(PAGE)

    assert page.status_code == 200
    assert "Not recorded" in page.text
    assert all(
        f"<code>{model.__tablename__}</code>" in page.text for model in (m.class_ for m in Base.registry.mappers)
    )
    assert "Not valid" in page.text


@pytest.mark.parametrize("name", ["rep", "support", "sysadmin"])
def test_page_is_refused_when_another_role_opens_it(world, name: str):
    assert world.sign_in(name).get(PAGE).status_code == 403
